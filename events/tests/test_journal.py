"""Every change has the next number, in the order of commits: whoever reads `seq > last` misses nobody."""

from __future__ import annotations

import contextlib
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection, connections, transaction

from accounts.models import Agent, PhoneNumber, Workspace
from conversations.models import Conversation
from events import journal
from events.journal import Change
from events.models import Event
from tests import world

WRITERS, WRITES = 8, 12


class Shown:
    """What was shown after the commit: the batches of numbers."""

    def __init__(self) -> None:
        self.batches: list[list[int]] = []

    def __call__(self, changes: list[Change]) -> None:
        self.batches.append([change.seq for change in changes])


def change(row: Conversation, show: Any = lambda changes: None, **over: Any) -> Change:
    fields: dict[str, Any] = {
        "kind": "thing.happened",
        "workspace_id": row.workspace_id,
        "subject": f"conversation:{row.pk}",
        "rows": (row,),
        "actor": None,
        "show": show,
    }
    return Change(**fields | over)


def numbers(workspace: Workspace) -> list[int]:
    rows = Event.objects.filter(workspace=workspace).order_by("seq")
    return list(rows.values_list("seq", flat=True))


@pytest.mark.django_db(transaction=True)
def test_eight_writers_leave_no_gap_and_a_reader_misses_none() -> None:
    number = world.make_number(world.make_account(world.make_workspace()))
    workspace_id = number.workspace_id
    rows = [world.make_conversation(number) for _ in range(WRITERS)]
    done = threading.Event()

    def write(row: Conversation) -> None:
        try:
            for n in range(WRITES):
                try:
                    with transaction.atomic():
                        if n % 3 == 2:
                            with journal.together():
                                journal.record(change(row))
                                journal.record(change(row))
                        else:
                            journal.record(change(row))
                        if n % 4 == 3:
                            raise InterruptedError
                except InterruptedError:
                    pass
        finally:
            connections.close_all()

    def read() -> list[int]:
        """As a screen does: ask for what is after the last that it knows, again and again."""
        heard: list[int] = []
        try:
            while True:
                is_last = done.is_set()
                after = heard[-1] if heard else 0
                fresh = Event.objects.filter(workspace_id=workspace_id, seq__gt=after)
                heard += fresh.order_by("seq").values_list("seq", flat=True)
                if is_last:
                    return heard
        finally:
            connections.close_all()

    with ThreadPoolExecutor(WRITERS + 1) as pool:
        reader = pool.submit(read)
        for writer in [pool.submit(write, row) for row in rows]:
            writer.result(timeout=60)
        done.set()
        heard = reader.result(timeout=60)
    workspace = Workspace.objects.get(pk=workspace_id)
    written = numbers(workspace)
    assert written == list(range(1, workspace.last_seq + 1))
    assert heard == written
    for row in rows:
        row.refresh_from_db()
        latest = Event.objects.filter(subject=f"conversation:{row.pk}").order_by("-seq").first()
        assert latest is not None
        assert row.seq == latest.seq


@pytest.mark.django_db(transaction=True)
def test_batches_over_several_companies_do_not_wait_in_a_circle() -> None:
    there = [world.make_number(world.make_account(world.make_workspace())) for _ in range(3)]
    rows = [world.make_conversation(number) for number in there]

    def write(order: list[Conversation]) -> None:
        try:
            for _ in range(6):
                with transaction.atomic(), journal.together():
                    for row in order:
                        journal.record(change(row))
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        for writer in [pool.submit(write, rows), pool.submit(write, rows[::-1])]:
            writer.result(timeout=30)
    for number in there:
        assert numbers(Workspace.objects.get(pk=number.workspace_id)) == list(range(1, 13))


def test_what_is_rolled_back_takes_no_number_and_is_not_shown(
    conversation: Conversation, django_capture_on_commit_callbacks: Any
) -> None:
    shown = Shown()
    with django_capture_on_commit_callbacks(execute=True):
        with contextlib.suppress(InterruptedError), transaction.atomic():
            journal.record(change(conversation, shown))
            raise InterruptedError
        with transaction.atomic():
            journal.record(change(conversation, shown))
    assert numbers(conversation.workspace) == [1]
    assert shown.batches == [[1]]


def test_a_batch_that_fails_leaves_nothing(
    conversation: Conversation, django_capture_on_commit_callbacks: Any
) -> None:
    shown = Shown()
    with (
        django_capture_on_commit_callbacks(execute=True),
        contextlib.suppress(InterruptedError),
        transaction.atomic(),
        journal.together(),
    ):
        journal.record(change(conversation, shown))
        raise InterruptedError
    with django_capture_on_commit_callbacks(execute=True), transaction.atomic():
        journal.record(change(conversation, shown))  # the next is not held back by it
    assert shown.batches == [[1]]


def test_a_batch_is_numbered_in_its_order_and_shown_in_one_go(
    conversation: Conversation, django_capture_on_commit_callbacks: Any
) -> None:
    shown = Shown()
    other = world.make_conversation(conversation.number)
    with (
        django_capture_on_commit_callbacks(execute=True),
        journal.together(),
        journal.together(),
    ):
        for row in (conversation, other, conversation):
            journal.record(change(row, shown))
        assert numbers(conversation.workspace) == []  # the lock is not held yet
    assert shown.batches == [[1, 2, 3]]
    assert (conversation.seq, other.seq) == (3, 2)
    conversation.refresh_from_db()
    assert conversation.seq == 3


def test_the_rows_of_a_change_get_its_number(conversation: Conversation) -> None:
    message = world.make_message(conversation)
    journal.record(change(conversation, rows=(conversation, message)))
    for row in (conversation, message):
        row.refresh_from_db()
        assert row.seq == 1


def test_two_companies_count_each_for_itself(number: PhoneNumber, dan: Agent) -> None:
    here = world.make_conversation(number)
    there = world.make_conversation(world.make_number(world.make_account(dan.workspace)))
    with journal.together():
        for row in (here, there, here):
            journal.record(change(row))
    assert numbers(here.workspace) == [1, 2]
    assert numbers(there.workspace) == [1]


def test_the_cost_of_a_batch_does_not_grow(
    number: PhoneNumber, django_assert_num_queries: Any
) -> None:
    def write(count: int) -> None:
        rows = [world.make_conversation(number) for _ in range(count)]
        with django_assert_num_queries(3), journal.together():  # number, stamp, write
            for row in rows:
                journal.record(change(row))

    write(1)
    write(30)


def test_showing_that_fails_does_not_undo_the_change(
    conversation: Conversation, django_capture_on_commit_callbacks: Any
) -> None:
    shown = Shown()

    def broken(changes: list[Change]) -> None:
        raise RuntimeError("the screen fell off the wall")

    with django_capture_on_commit_callbacks(execute=True), journal.together():
        journal.record(change(conversation, broken))
        journal.record(change(conversation, shown))
    assert numbers(conversation.workspace) == [1, 2]
    assert shown.batches == [[2]]


@pytest.mark.django_db(transaction=True)
def test_a_change_without_a_transaction_is_an_error() -> None:
    row = world.make_conversation(world.make_number(world.make_account(world.make_workspace())))
    assert not connection.in_atomic_block
    with pytest.raises(transaction.TransactionManagementError):
        journal.record(change(row))
    assert numbers(row.workspace) == []


def test_what_is_gathered_is_shown_when_asked_and_at_the_end(
    number: PhoneNumber, django_capture_on_commit_callbacks: Any
) -> None:
    row, shown, other = world.make_conversation(number), Shown(), Shown()

    def happen(show: Any) -> None:
        with django_capture_on_commit_callbacks(execute=True), transaction.atomic():
            journal.record(change(row, show))

    with journal.gathering() as gathered:
        happen(shown)
        happen(other)
        happen(shown)
        assert not shown.batches
        gathered.show()
        assert [len(batch) for batch in shown.batches + other.batches] == [2, 1]
        happen(shown)
        assert len(shown.batches) == 1
    assert [len(batch) for batch in shown.batches] == [2, 1]
    happen(shown)
    assert [len(batch) for batch in shown.batches] == [2, 1, 1]


def test_what_was_gathered_is_shown_though_one_thing_cannot_be_and_the_work_ends_badly(
    number: PhoneNumber, django_capture_on_commit_callbacks: Any
) -> None:
    row, shown = world.make_conversation(number), Shown()

    def broken(changes: list[Change]) -> None:
        raise ValueError

    def worked() -> None:
        with journal.gathering():
            for show in (broken, shown):
                with django_capture_on_commit_callbacks(execute=True), transaction.atomic():
                    journal.record(change(row, show))
            raise KeyError

    with pytest.raises(KeyError):
        worked()
    assert len(shown.batches) == 1
