"""Whether Meta's own price object in a status says what our line says. Pure (whatsapp-platform.md 6.6).

`billable` is to go, so `type` decides where it is told. What the free tier makes free only analytics tell, so there the
question of free or not is left alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

REGULAR: Final = "regular"
SAME: Final = {"marketing_lite": "marketing", "group_marketing": "marketing", "group_utility": "utility",
               "group_service": "service"}  # fmt: skip
FREE_TIER: Final = "free_tier"


class Difference(StrEnum):
    META_CHARGES = "meta_charges"  # we have it as free
    META_FREE = "meta_free"  # we charge it
    CATEGORY = "category"


@dataclass(frozen=True, slots=True)
class Ours:
    """What our line says. `kind` is told where there is no category: "user_initiated"."""

    kind: str
    category: str
    is_free: bool
    reason: str


def compare(ours: Ours, meta: Mapping[str, Any]) -> Difference | None:
    """The first thing that does not agree; None if all does, or if Meta says too little."""
    if (
        ours.reason != FREE_TIER
        and (is_free := _meta_free(meta)) is not None
        and is_free != ours.is_free
    ):
        return Difference.META_FREE if is_free else Difference.META_CHARGES
    theirs = _category(meta)
    if theirs and theirs not in (ours.category, ours.kind):
        return Difference.CATEGORY
    return None


def _meta_free(meta: Mapping[str, Any]) -> bool | None:
    kind = meta.get("type")
    if isinstance(kind, str) and kind:
        return kind != REGULAR
    billable = meta.get("billable")
    return not billable if isinstance(billable, bool) else None


def _category(meta: Mapping[str, Any]) -> str:
    category = str(meta.get("category") or "").replace("-", "_")
    return SAME.get(category, category)
