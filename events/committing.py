"""What follows a commit and must not undo or disturb it: bells for workers, notes to open pages."""

from __future__ import annotations

from collections.abc import Callable
from typing import ParamSpec

from django.db import transaction

P = ParamSpec("P")


def afterwards(act: Callable[P, object], *args: P.args, **how: P.kwargs) -> None:
    """`act` once the transaction is committed. That it failed is logged, and the caller goes on.

    Not a partial as a robust hook: Django wants the `__qualname__` of what failed for its log. A partial has
    none, and the AttributeError would reach the caller, whose work is already committed.
    """
    transaction.on_commit(lambda: act(*args, **how), robust=True)
