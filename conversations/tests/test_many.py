"""One act on many conversations: each once, whatever happens meanwhile, with a word for each that was not done."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine

from accounts.models import Agent, PhoneNumber, Seat, Team
from conversations import jobs, many, triage
from conversations.models import (
    BulkRow,
    Conversation,
    Job,
    JobState,
    Label,
    Message,
    ReadMark,
    RowState,
)
from conversations.tests.test_views import make_template
from tests import world
from waba_inbox import tasks

NOW = datetime.now(UTC)


@pytest.fixture
def threads(number: PhoneNumber) -> list[Conversation]:
    return [world.make_conversation(number) for _ in range(12)]


def asked(agent: Agent, act: str, found: Any = None, **what: Any) -> Job:
    chosen = many.chosen(agent, view="tab=all&status=any") if found is None else found
    return many.ask(chosen, agent=agent, act=act, what=what, title=act)


def done(job: Job) -> dict[str, int]:
    tasks.run_bulk(job.pk)
    job.refresh_from_db()
    assert job.is_over, job.problem
    return dict(job.result)


def undone(job: Job, agent: Agent) -> dict[str, int]:
    return done(many.undo(job, agent=agent))


def test_all_in_the_view_are_resolved_and_come_back_as_they_stood(
    threads: list[Conversation], ana: Agent
) -> None:
    waiting = NOW - timedelta(minutes=9)
    Conversation.objects.filter(pk=threads[0].pk).update(waiting_since=waiting)
    Conversation.objects.filter(pk=threads[1].pk).update(status="resolved", resolved_at=NOW)
    Conversation.objects.filter(pk=threads[2].pk).update(status="pending")
    stood = dict(Conversation.objects.values_list("pk", "status"))
    job = asked(ana, "resolve")
    assert job.total == 12
    assert done(job) == {"done": 11, "skipped": 1}
    assert set(Conversation.objects.values_list("status", flat=True)) == {"resolved"}
    assert undone(job, ana) == {"done": 11}
    assert dict(Conversation.objects.values_list("pk", "status")) == stood
    threads[0].refresh_from_db()
    assert threads[0].waiting_since == waiting
    job.refresh_from_db()
    assert job.state == JobState.UNDONE
    with pytest.raises(many.CannotUndo):
        many.undo(job, agent=ana)


def test_what_somebody_changed_since_stays_as_it_is(
    threads: list[Conversation], ana: Agent, cleo: Agent
) -> None:
    job = asked(ana, "assign", to=ana.pk)
    assert done(job) == {"done": 12}
    triage.assign(threads[3].pk, agent=cleo, to=cleo, expected=ana.pk, at=NOW)
    assert undone(job, ana) == {"done": 11, "skipped": 1}
    left = Conversation.objects.exclude(assignee=None)
    assert [(row.pk, row.assignee) for row in left] == [(threads[3].pk, cleo)]


@pytest.mark.parametrize(
    ("act", "what"),
    [
        ("snooze", {"until": (NOW + timedelta(days=1)).isoformat()}),
        ("snooze", {"until": None}),
        ("pending", {}),
        ("priority", {"priority": 2}),
        ("label", {}),
        ("team", {}),
    ],
)
def test_every_act_is_undone(
    threads: list[Conversation], cleo: Agent, act: str, what: dict[str, Any]
) -> None:
    workspace = cleo.workspace
    if act == "label":
        label = Label.objects.create(workspace=workspace, name="VIP")
        threads[0].labels.add(label)
        what = {"label": label.pk}
    if act == "team":
        what = {"team": Team.objects.create(workspace=workspace, name="Back").pk}

    def stand() -> set[tuple[Any, ...]]:
        columns = ("pk", "status", "snoozed_until", "priority", "team", "labels", "assignee")
        return set(Conversation.objects.values_list(*columns))

    before = stand()
    job = asked(cleo, act, **what)
    result = done(job)
    assert result["done"] == (11 if act == "label" else 12)
    assert stand() != before
    undone(job, cleo)
    assert stand() == before


def test_reading_is_ones_own(threads: list[Conversation], ana: Agent) -> None:
    Conversation.objects.update(inbound_count=2)
    job = asked(ana, "read")
    assert done(job) == {"done": 12}
    assert set(ReadMark.objects.values_list("agent", "seen_count")) == {(ana.pk, 2)}
    assert job.undo is None


def test_a_worker_that_dies_is_followed_by_one_that_does_nothing_twice(
    threads: list[Conversation], ana: Agent, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = asked(ana, "resolve")
    real, calls = many._work, []

    class Killed(BaseException):
        pass

    def dies(*args: Any) -> None:
        calls.append(1)
        real(*args)
        if len(calls) == 2:
            raise Killed  # after the work of its transaction, before its commit

    monkeypatch.setattr(many, "_work", dies)
    with pytest.raises(Killed):
        tasks.run_bulk(job.pk)
    assert BulkRow.objects.filter(job=job, state=RowState.WAITING).count() == 2
    assert Conversation.objects.filter(status="resolved").count() == 10
    with time_machine.travel(datetime.now(UTC) + jobs.SILENT + timedelta(seconds=1)):
        assert jobs.due(kinds=tasks.RUNS, at=datetime.now(UTC)) == [job.pk]
        assert done(job) == {"done": 12}
    lines = Message.objects.filter(kind="activity").values_list("conversation", flat=True)
    assert len(lines) == len(set(lines)) == 12


def test_one_bad_row_is_its_own_problem(threads: list[Conversation], ana: Agent, ben: Agent):
    """Ben has no seat here, so nobody can give him these; a deleted label is nobody's."""
    job = asked(ana, "assign", to=ben.pk)
    assert done(job) == {"failed": 12}
    assert job.failed_count == 12
    assert all(BulkRow.objects.values_list("words", flat=True))
    assert done(asked(ana, "label", label=10**9)) == {"failed": 12}


def test_rights_are_those_of_the_moment(threads: list[Conversation], ana: Agent, ben: Agent):
    assert asked(ben, "resolve").total == 0
    assert asked(ben, "resolve", many.chosen(ben, ids=[t.pk for t in threads])).total == 0
    job = asked(ana, "resolve")
    Seat.objects.filter(agent=ana).delete()
    assert done(job) == {"skipped": 12}
    assert not Conversation.objects.filter(status="resolved").exists()


def test_stopped_is_stopped(threads: list[Conversation], ana: Agent) -> None:
    job = asked(ana, "resolve")
    jobs.stop(job.pk)
    tasks.run_bulk(job.pk)
    assert not Conversation.objects.filter(status="resolved").exists()


def test_a_template_goes_once_to_each_that_may_have_it(
    threads: list[Conversation], ana: Agent, number: PhoneNumber
) -> None:
    template = make_template(number.account, "hello", "Hello {{1}}")
    contact = threads[0].contact
    contact.phone = ""
    contact.save(update_fields=["phone"])
    values = {"body.1": "{{contact.first_name}}"}
    job = asked(ana, "message", template=template.pk, values=values)
    result = done(job)
    assert result == {"done": 11, "failed": 1}
    sent = Message.objects.filter(template=template)
    assert sent.count() == 11
    assert set(sent.values_list("text", flat=True)) == {"Hello Maria"}
    assert job.undo is None
    BulkRow.objects.filter(job=job).update(state=RowState.WAITING)  # as if the notes were lost
    Job.objects.filter(pk=job.pk).update(state=JobState.WAITING)
    done(job)
    assert sent.count() == 11
