"""Tests of the WhatsApp library. None of them needs Django."""
