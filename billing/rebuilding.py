"""What a late fact changes: the entries that are stored against the entries as they should be. Pure.

The ledger is append-only. For each `Change` it writes a reversing entry for `before` and a new one for `after`; in
a closed month both become adjustments of the next.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from billing.entries import Entry


@dataclass(frozen=True, slots=True)
class Change:
    """`before` is None where an entry was missing; `after` is None where there should be none."""

    before: Entry | None
    after: Entry | None


def changes(stored: Iterable[Entry], rebuilt: Iterable[Entry]) -> list[Change]:
    """In order of the rebuilt ledger, and then what has no place in it any more. Empty if nothing differs."""
    before = {entry.key: entry for entry in stored}
    pairs = [Change(before.pop(after.key, None), after) for after in rebuilt]
    gone = [Change(entry, None) for entry in before.values()]
    return [change for change in pairs if change.before != change.after] + gone
