"""The pages of billing, a module each."""
