"""What browsers may send us, checked before a verb sees it."""
