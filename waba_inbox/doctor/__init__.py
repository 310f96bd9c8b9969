"""What `manage.py doctor` looks at, and what it says of it: `site.findings` is the whole round."""
