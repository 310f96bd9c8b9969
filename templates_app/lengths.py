"""Values as short and as long as real ones may be, so that a writer sees what a customer will. Pure."""

from __future__ import annotations

from typing import Final

from templates_app.components import Layout, examples
from templates_app.parts import MOMENT, Variable

SHORT, LONG = "short", "long"
SIZES: Final = ("", SHORT, LONG)
FILLER: Final = "Константинопольская-Преображенская"  # as long as names become
LONGEST: Final = 40


def sized(layout: Layout, size: str) -> dict[str, str]:
    """The samples by key: as they are, cut to their first letters, or grown. The ends of links stay as they are."""
    found = examples(layout)
    if size not in (SHORT, LONG):
        return found
    texts = [v for v in layout.variables if ".button." not in f".{v.key}" and v.kind != MOMENT]
    return found | {variable.key: _sized(variable, size) for variable in texts}


def _sized(variable: Variable, size: str) -> str:
    sample = variable.example.strip()
    if size == SHORT:
        return sample[:2].strip() or "1"
    if sample.replace(" ", "").isdecimal():
        return (sample.replace(" ", "") * LONGEST)[: max(12, 2 * len(sample))]
    grown = f"{sample} {FILLER}" if sample else FILLER
    return grown[: max(LONGEST, 2 * len(sample))].strip()
