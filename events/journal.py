"""Numbers every change of a workspace: 1, 2, 3 …, in the order of commits, without gaps.

The number is taken last, under the workspace's row lock, so that whoever reads `seq > cursor` misses nobody who commits
late. Verbs do not call this but their app's `live.publish`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from itertools import groupby
from operator import attrgetter
from typing import Any, TypeAlias

import structlog
from django.db import connection, models, transaction

from accounts.models import Agent, Workspace
from events.models import Event

logger = structlog.get_logger(__name__)
Show: TypeAlias = "Callable[[list[Change]], None]"


@dataclass(slots=True)
class Change:
    """One change on its way into the journal. `rows` get its number; `show` is called once it is committed."""

    kind: str
    workspace_id: int
    subject: str
    rows: tuple[models.Model, ...]
    actor: Agent | None
    show: Show
    facts: dict[str, Any] = field(default_factory=dict)
    is_minor: bool = (
        False  # only the rows themselves look otherwise, nothing that stands beside them
    )
    seq: int = 0


_batch: ContextVar[list[Change] | None] = ContextVar("journal_batch", default=None)


class Gathered:
    """Changes that are committed and not shown yet."""

    def __init__(self) -> None:
        self._changes: dict[Show, list[Change]] = {}
        self._traces: dict[str, None] = {}

    def add(self, show: Show, changes: list[Change]) -> None:
        self._changes.setdefault(show, []).extend(changes)
        traces = structlog.contextvars.get_contextvars().get("traces", [])
        self._traces |= dict.fromkeys(traces)

    def show(self) -> None:
        """All of them, each row once. What cannot be shown holds nothing up: screens ask for what they missed."""
        shows, self._changes = self._changes, {}
        traces, self._traces = list(self._traces), {}
        with structlog.contextvars.bound_contextvars(traces=traces):
            for show, changes in shows.items():
                try:
                    show(changes)
                except Exception:
                    logger.exception("not shown", changes=[change.seq for change in changes])


_gathered: ContextVar[Gathered | None] = ContextVar("journal_gathered", default=None)


@contextmanager
def gathering() -> Iterator[Gathered]:
    """Show what is committed inside only when asked to, and at the end: for one who has much to do.

    A conversation in which twenty messages came is then rendered once.
    """
    gathered = Gathered()
    token = _gathered.set(gathered)
    try:
        yield gathered
    finally:
        _gathered.reset(token)
        gathered.show()


@contextmanager
def together() -> Iterator[None]:
    """Number and show all changes made inside in one go, at the end. For work in bulk; needs a transaction around it.

    The workspace's lock is then held for a moment instead of for the whole of the work.
    """
    if _batch.get() is not None:
        yield
        return
    batch: list[Change] = []
    token = _batch.set(batch)
    try:
        yield
    finally:
        _batch.reset(token)
    _write(batch)


def record(change: Change) -> None:
    """Put the change into the journal. Call it last in the transaction."""
    batch = _batch.get()
    if batch is None:
        _write([change])
    else:
        batch.append(change)


def _write(batch: list[Change]) -> None:
    if not batch:
        return
    if not transaction.get_connection().in_atomic_block:
        raise transaction.TransactionManagementError("A change needs a transaction around it")
    batch.sort(
        key=attrgetter("workspace_id")
    )  # one order of locks for everybody; stable within a workspace
    for workspace_id, group in groupby(batch, key=attrgetter("workspace_id")):
        changes = list(group)
        first = Workspace(pk=workspace_id).take_numbers(len(changes))
        for seq, change in enumerate(changes, start=first):
            change.seq = seq
    _stamp(batch)
    Event.objects.bulk_create(
        Event(
            workspace_id=change.workspace_id,
            seq=change.seq,
            kind=change.kind,
            subject=change.subject,
            actor=change.actor,
            facts=change.facts,
        )
        for change in batch
    )
    shows: dict[Show, list[Change]] = defaultdict(list)
    for change in batch:
        shows[change.show].append(change)
    for show, changes in shows.items():
        transaction.on_commit(
            lambda show=show, changes=changes: _committed(show, changes),  # type: ignore[misc]
            robust=True,
        )


def _committed(show: Show, changes: list[Change]) -> None:
    gathered = _gathered.get()
    if gathered is None:
        show(changes)
    else:
        gathered.add(show, changes)


def _stamp(batch: list[Change]) -> None:
    """Write the numbers on the rows: one statement a model, whatever the size of the batch."""
    newest: dict[type[models.Model], dict[Any, int]] = defaultdict(dict)
    for change in batch:
        for row in change.rows:
            newest[type(row)][row.pk] = change.seq
            row.seq = change.seq  # type: ignore[attr-defined]
    for model, numbers in newest.items():
        table = connection.ops.quote_name(model._meta.db_table)
        with connection.cursor() as cursor:
            cursor.execute(
                f"UPDATE {table} SET seq = new.seq "  # noqa: S608  the name of a table of ours
                f"FROM unnest(%s::bigint[], %s::bigint[]) AS new (id, seq) WHERE {table}.id = new.id",
                [list(numbers.keys()), list(numbers.values())],
            )
