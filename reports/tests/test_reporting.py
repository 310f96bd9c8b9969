"""From the journal to the page: what the verbs of the inbox do is what the figures say."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import transaction
from django.urls import reverse

from accounts.models import Agent, Role
from conversations import lanes, live, statuses, triage
from conversations.models import Direction, Message
from reports import figures, gathering, spans
from reports.figures import Scope
from reports.models import Span, Tally, Volume
from reports.periods import DAY, MONTH, Period
from tests import world

START = datetime(2026, 11, 2, 9, tzinfo=UTC)  # a Monday
DAY_OF = START.date()


def say(conversation, minutes: float, *, by: Agent | None = None, **over: Any) -> Message:
    """A message as the verbs write it: with its number in the journal."""
    at = START + timedelta(minutes=minutes)
    if by:
        over = {"direction": Direction.OUT, "author": by, "status": statuses.READ} | over
    message = world.make_message(conversation, at=at, **over)
    _publish(message)
    return message


def _publish(message: Message) -> None:
    with transaction.atomic():
        live.publish("message.settled", lanes.one(message.conversation_id), message)


def gather(number) -> None:
    while gathering.gather(number.workspace_id, at=START + timedelta(days=20)):
        pass


def scope(number, since=DAY_OF, until=DAY_OF + timedelta(days=20), **over: Any) -> Scope:
    return Scope(number.workspace_id, Period(since, until), **over)


@pytest.fixture
def ana(workspace, number) -> Agent:
    agent = world.make_agent(workspace, "Ana")
    world.seat(agent, number)
    return agent


@pytest.fixture
def thread(number):
    return world.make_conversation(number)


@pytest.mark.django_db
def test_a_day_at_the_desk(number, thread, ana):
    with time_machine.travel(START, tick=False):
        say(thread, 0)
        say(thread, 4, by=ana)
        triage.close(thread.pk, agent=ana, at=START + timedelta(minutes=30))
        say(thread, 90)
    gather(number)
    found = figures.total(scope(number))
    assert (found.first_reply.count, found.first_reply.seconds) == (1, 240)
    assert (found.reply.count, found.reply.seconds) == (1, 240)
    assert (found.resolution.count, found.resolution.seconds) == (1, 1800)
    assert (found.reopened.count, found.reopened_percent) == (1, 100)
    assert set(Span.objects.values_list("agent_id", flat=True)) == {ana.pk}
    assert Volume.objects.get(hour=9).inbound == 1
    assert Volume.objects.get(hour=10).inbound == 1


@pytest.mark.django_db
def test_what_comes_late_gives_what_would_have_come_in_time(number, thread, ana):
    say(thread, 10, by=ana)
    gather(number)
    assert not Span.objects.exists()
    say(thread, 3)  # the webhook was late
    gather(number)
    assert [(row.kind, row.seconds) for row in Span.objects.order_by("kind")] == [
        ("first_reply", 420),
        ("reply", 420),
    ]
    assert figures.total(scope(number)).reply.count == 1
    gather(number)
    assert Tally.objects.filter(period=DAY, kind=spans.REPLY).count() == 1
    assert Tally.objects.filter(period=MONTH, kind=spans.REPLY).count() == 1


@pytest.mark.django_db
def test_a_message_that_failed_was_no_reply(number, thread, ana):
    say(thread, 0)
    answer = say(thread, 5, by=ana)
    gather(number)
    assert Span.objects.filter(kind=spans.REPLY).exists()
    answer.status = statuses.FAILED
    answer.save(update_fields=["status"])
    _publish(answer)
    gather(number)
    assert not Span.objects.exists()
    assert not Tally.objects.exists()


@pytest.mark.django_db
def test_automatic_replies_reactions_and_what_was_taken_back_are_no_replies(number, thread, ana):
    say(thread, 0)
    say(thread, 1, by=ana, source="rule")
    say(thread, 2, by=ana, kind="reaction")
    say(thread, 3, by=ana, wamid="", revoked_at=START)
    say(thread, 9, by=ana)
    gather(number)
    assert Span.objects.get(kind=spans.REPLY).seconds == 540


@pytest.mark.django_db
def test_only_the_open_hours_of_the_number_count(number, thread, ana):
    number.hours = {"zone": "Europe/Moscow", "spans": [[0, 540, 725]], "holidays": []}  # to 12:05
    number.save(update_fields=["hours"])
    say(thread, 0)
    say(thread, 60, by=ana)
    gather(number)
    assert Span.objects.get(kind=spans.REPLY).seconds == 300


@pytest.mark.django_db
def test_a_changed_opening_hour_does_not_rewrite_what_was(number, thread, ana):
    say(thread, 0)
    say(thread, 10, by=ana)
    gather(number)
    number.hours = {"zone": "Europe/Moscow", "spans": [], "holidays": []}
    number.save(update_fields=["hours"])
    say(thread, 20)
    gather(number)
    assert Span.objects.get(kind=spans.REPLY).seconds == 600


@pytest.mark.django_db
def test_months_and_days_sum_to_the_same(number, ana):
    for n in range(6):
        thread = world.make_conversation(number)
        say(thread, n * 9 * 1440)
        say(thread, n * 9 * 1440 + n, by=ana)
    while gathering.gather(number.workspace_id, at=START + timedelta(days=90)):
        pass
    whole = scope(number, DAY_OF.replace(day=1), DAY_OF.replace(month=12, day=31))
    found = figures.total(whole)
    for dimension in figures.BY:
        summed = figures.together(figures.by(whole, dimension))
        assert (summed.reply, summed.resolution, summed.first_reply, summed.reopened) == (
            found.reply, found.resolution, found.first_reply, found.reopened,
        )  # fmt: skip
    assert (found.reply.count, found.reply.seconds) == (6, 60 * sum(range(6)))
    by_day = [
        figures.total(scope(number, day, day)).reply.count
        for day in (DAY_OF + timedelta(days=9 * n) for n in range(6))
    ]
    assert by_day == [1] * 6
    [row] = figures.by(whole, "agent")
    assert (row.key, row.reply.count) == (ana.pk, 6)
    assert sum(step.inbound for step in figures.over_time(whole)) == 6
    assert figures.hours_of_week(whole)[0][9] >= 1


# --- the page ------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_the_page_and_its_rows_for_managers(client, workspace, number, ana):
    thread = world.make_conversation(number)
    with time_machine.travel(START, tick=False):
        say(thread, 0)
        say(thread, 4, by=ana)
        gather(number)
    manager = world.make_agent(workspace, "Cleo", Role.MANAGER)
    client.force_login(manager)
    asked = {"period": "own", "since": "2026-11-01", "until": "2026-11-30"}
    page = client.get(reverse("reports:team"), asked)
    assert page.status_code == 200
    assert "4 min" in page.content.decode()
    for by in ("team", "number"):
        assert client.get(reverse("reports:team"), asked | {"by": by}).status_code == 200
    file = client.get(reverse("reports:rows"), asked | {"kind": "reply"})
    lines = b"".join(file.streaming_content).decode().splitlines()
    assert len(lines) == 2
    assert lines[1].split(",")[0] == "reply"
    assert lines[1].endswith(",240,240")


@pytest.mark.django_db
def test_what_is_not_understood_is_said_or_left_out(client, workspace):
    client.force_login(world.make_agent(workspace, "Cleo", Role.MANAGER))
    url = reverse("reports:team")
    for odd in ({"period": "x"}, {"number": "99999"}, {"by": "x'--"}, {"period": "own"}):
        assert client.get(url, odd).status_code in (200, 422)
    backwards = {"period": "own", "since": "2026-11-30", "until": "2026-11-01"}
    answer = client.get(url, backwards)
    assert answer.status_code == 422
    assert "must not be before" in answer.content.decode()
    too_long = {"period": "own", "since": "2020-01-01", "until": "2026-11-01"}
    assert client.get(url, too_long).status_code == 422
    assert client.get(reverse("reports:rows"), {"kind": "secrets"}).status_code == 404


@pytest.mark.django_db
def test_another_workspace_has_no_part_in_the_figures(number, ana):
    thread = world.make_conversation(number)
    say(thread, 0)
    say(thread, 4, by=ana)
    gather(number)
    elsewhere = world.make_workspace()
    assert figures.total(Scope(elsewhere.pk, scope(number).period)).reply.count == 0
    assert figures.by(Scope(elsewhere.pk, scope(number).period), "agent") == []


@pytest.mark.django_db
def test_the_queries_do_not_grow_with_the_team(
    client, workspace, number, django_assert_max_num_queries
):
    for n in range(8):
        agent = world.make_agent(workspace, f"Agent{n}")
        Tally.objects.create(
            workspace=workspace, period=DAY, since=DAY_OF, number=number, agent=agent, kind=spans.REPLY, bucket=n,
            count=1, seconds=n,
        )  # fmt: skip
    client.force_login(world.make_agent(workspace, "Cleo", Role.MANAGER))
    asked = {"period": "own", "since": "2026-11-01", "until": "2026-11-30"}
    with django_assert_max_num_queries(22):
        assert client.get(reverse("reports:team"), asked).status_code == 200
