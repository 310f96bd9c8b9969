"""The stored webhook bodies and the facts expected of each: `bodies/NAME.json` beside `bodies/NAME.expected.json`.

In an expectation a fact is its class and every field that differs from its default; `raw` is left out.
"""

from __future__ import annotations

import dataclasses
from datetime import datetime
from pathlib import Path
from typing import Any

BODIES = Path(__file__).parent / "bodies"
NAMES = sorted(
    path.stem for path in BODIES.glob("*.json") if not path.name.endswith(".expected.json")
)


def shown(value: Any) -> Any:
    """A fact as JSON can hold it."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        found = {
            field.name: shown(getattr(value, field.name))
            for field in dataclasses.fields(value)
            if field.name != "raw" and getattr(value, field.name) != _default(field)
        }
        return {"": type(value).__name__, **found}
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, list | tuple):
        return [shown(item) for item in value]
    return value


def _default(field: dataclasses.Field[Any]) -> Any:
    if field.default_factory is not dataclasses.MISSING:
        return field.default_factory()
    return field.default
