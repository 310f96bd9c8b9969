"""`bin/bench`: how fast the product is on this machine, measured against the machine itself (docs/performance.md)."""
