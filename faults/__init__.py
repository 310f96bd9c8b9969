"""Faults on purpose: the whole product under load, struck by a seeded plan, then held against what Meta knows."""
