"""The settings pages, one module for each entry of their menu."""
