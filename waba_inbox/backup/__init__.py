"""Everything that a site is, in one folder, and back again: the database, the files, and sums that prove it."""
