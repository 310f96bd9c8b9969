"""Asking how it was: once, later, only where it may be; and a score is no question that somebody must answer."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
import time_machine
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import Role
from conversations import outgoing, rating, receiving, surveying, triage
from conversations.arrivals import Arrival
from conversations.models import Conversation, Direction, Message, Survey, SurveyPlan, SurveyState
from templates_app import usage
from templates_app.models import Template
from tests import world
from whatsapp import checks
from whatsapp.facts import InboundMessage, Person
from whatsapp.webhooks import content

NOW = datetime(2026, 11, 2, 12, tzinfo=UTC)


@given(st.uuids(), st.sampled_from(list(rating.SCORES)))
def test_what_is_offered_is_read_back(token: UUID, score: int):
    said = rating.answer_id(token, score)
    assert rating.read("interactive", {"type": "list_reply", "id": said}) == (token, score)
    assert rating.read("button", {"payload": said}) == (token, score)
    assert rating.read("text", {"body": said}) is None


@given(
    st.recursive(
        st.none() | st.text() | st.integers(), lambda x: st.lists(x) | st.dictionaries(st.text(), x)
    )
)
def test_anything_else_is_no_rating(odd: Any):
    for said in ({"list_reply": odd}, {"payload": odd}, {"type": "list_reply", "id": odd}):
        assert rating.read("interactive", said) is None
        assert rating.read("button", said) is None


def test_answers_of_a_template_spread_over_the_scores():
    assert rating.spread(2) == [5, 1]
    assert rating.spread(3) == [5, 3, 1]
    assert rating.spread(5) == [5, 4, 3, 2, 1]
    for odd in (1, 6):
        with pytest.raises(ValueError, match="no rating"):
            rating.spread(odd)


# --- asking --------------------------------------------------------------------------------------------


@pytest.fixture
def plan(number) -> SurveyPlan:
    return surveying.keep(
        number, is_on=True, at=NOW - timedelta(days=9), question="How was it?", button="Rate",
        thanks="Thank you!", wait_minutes=5, pause_days=7,
    )  # fmt: skip


@pytest.fixture
def ana(workspace, number):
    agent = world.make_agent(workspace, "Ana")
    world.seat(agent, number)
    return agent


@pytest.fixture
def resolved(number, ana, plan) -> Conversation:
    thread = world.make_conversation(
        number, last_at=NOW - timedelta(hours=1), last_inbound_at=NOW - timedelta(hours=1)
    )
    triage.close(thread.pk, agent=ana, at=NOW)
    return thread


def ask(minutes: float = 5) -> list[Message]:
    with time_machine.travel(NOW + timedelta(minutes=minutes), tick=False):
        surveying.ask_due(at=NOW + timedelta(minutes=minutes))
    return list(Message.objects.filter(source=surveying.SOURCE).order_by("pk"))


def chosen(row: str) -> dict[str, Any]:
    """As Meta posts it."""
    return {"type": "list_reply", "list_reply": {"id": row, "title": "x"}}


def answer(
    thread: Conversation, posted: dict[str, Any], *, minutes: float, kind: str = "interactive"
):
    """`posted` goes the way of Meta's bodies: what the library makes of it is what is stored."""
    read = content.read({"type": kind, kind: posted}, kind=kind, has_errors=False)
    fact = InboundMessage(
        field="messages", waba_id=thread.number.account.waba_id, phone_number_id=thread.number.phone_number_id,
        wamid=f"wamid.{uuid4().hex}", sender=Person(wa_id=thread.contact.phone, name="Maria"),
        sent_at=NOW + timedelta(minutes=minutes), kind=kind, text=read.text, content=read.content,
    )  # fmt: skip
    receiving.record_messages([Arrival(number=thread.number, fact=fact, order=int(minutes))])
    thread.refresh_from_db()


def score_in(message: Message, n: int) -> str:
    rows = message.content["action"]["sections"][0]["rows"]
    return str(rows[n]["id"])


@pytest.mark.django_db
def test_it_asks_once_after_the_pause_and_leaves_it_resolved(resolved):
    assert ask(4.9) == []
    [asked] = ask(5)
    assert ask(6) == [asked]
    assert asked.content["body"]["text"] == "How was it?"
    assert not checks.problems(outgoing.payload(asked, resolved.contact))
    resolved.refresh_from_db()
    assert resolved.is_resolved
    assert Survey.objects.get().state == SurveyState.ASKED


@pytest.mark.django_db
def test_who_is_open_again_is_not_asked(resolved, ana):
    triage.reopen(resolved.pk, agent=ana, at=NOW + timedelta(minutes=1))
    assert ask() == []
    assert not Survey.objects.exists()


@pytest.mark.django_db
def test_a_score_counts_for_who_resolved_and_nobody_waits(resolved, ana):
    [asked] = ask()
    answer(resolved, chosen(score_in(asked, 0)), minutes=9)
    survey = Survey.objects.get()
    assert (survey.score, survey.agent, survey.state) == (5, ana, SurveyState.ANSWERED)
    assert resolved.is_resolved
    assert not resolved.needs_reply
    answer(resolved, chosen(score_in(asked, 4)), minutes=12)
    survey.refresh_from_db()
    assert survey.score == 1  # they thought again


@pytest.mark.django_db
def test_words_after_the_score_open_it_as_ever(resolved):
    [asked] = ask()
    answer(resolved, chosen(score_in(asked, 4)), minutes=9)
    answer(resolved, {"body": "Because it was late"}, minutes=10, kind="text")
    assert not resolved.is_resolved
    assert resolved.needs_reply


@pytest.mark.django_db
def test_thanks_go_out_once(resolved):
    [asked] = ask()
    for minutes in (9, 10):
        answer(resolved, chosen(score_in(asked, 1)), minutes=minutes)
        with time_machine.travel(NOW + timedelta(minutes=11), tick=False):
            surveying.thank_due(at=NOW + timedelta(minutes=11))
    thanks = Message.objects.get(source=surveying.THANKS)
    assert (thanks.text, thanks.direction) == ("Thank you!", Direction.OUT)


@pytest.mark.django_db
def test_a_score_for_somebody_elses_survey_changes_nothing(resolved, number):
    [asked] = ask()
    other = world.make_conversation(number)
    answer(other, chosen(score_in(asked, 0)), minutes=9)
    assert Survey.objects.get().score is None


@pytest.mark.django_db
def test_the_same_customer_is_asked_once_in_a_week(resolved, ana):
    ask()
    answer(resolved, {"body": "One more thing"}, minutes=30, kind="text")
    triage.close(resolved.pk, agent=ana, at=NOW + timedelta(minutes=40))
    assert len(ask(50)) == 1
    assert Survey.objects.get(state=SurveyState.SKIPPED).reason == surveying.AGAIN


@pytest.mark.django_db
def test_who_stopped_marketing_is_left_alone(resolved):
    resolved.contact.marketing_stopped_at = NOW
    resolved.contact.save(update_fields=["marketing_stopped_at"])
    assert ask() == []
    assert Survey.objects.get().reason == surveying.STOPPED


@pytest.mark.django_db
def test_outside_of_the_window_a_template_asks_or_nobody_does(resolved, plan, number):
    Conversation.objects.filter(pk=resolved.pk).update(last_inbound_at=NOW - timedelta(hours=40))
    assert ask() == []
    survey = Survey.objects.get()
    assert survey.reason == surveying.WINDOW
    survey.delete()
    plan.template = Template.objects.create(
        account=number.account, name="how_was_it", language="en", category="UTILITY", status="APPROVED",
        components=[
            {"type": "BODY", "text": "How was it?"},
            {"type": "BUTTONS", "buttons": [{"type": "QUICK_REPLY", "text": t} for t in ("Good", "So", "Bad")]},
        ],
    )  # fmt: skip
    plan.save(update_fields=["template"])
    [asked] = ask()
    ids = [part["parameters"][0]["payload"] for part in asked.content["components"]]
    answer(resolved, {"payload": ids[1], "text": "So"}, minutes=9, kind="button")
    assert Survey.objects.get().score == 3


@pytest.mark.django_db
def test_what_was_resolved_before_it_was_switched_on_is_not_asked_about(number, ana):
    thread = world.make_conversation(number)
    triage.close(thread.pk, agent=ana, at=NOW - timedelta(hours=1))
    surveying.keep(number, is_on=True, at=NOW, question="?", button="Rate", wait_minutes=0)
    assert ask() == []
    surveying.keep(number, is_on=False, at=NOW)
    triage.reopen(thread.pk, agent=ana, at=NOW)
    triage.close(thread.pk, agent=ana, at=NOW)
    assert ask() == []


@pytest.mark.django_db
def test_a_manager_sets_it_up(client, workspace, number):
    client.force_login(world.make_agent(workspace, "Cleo", Role.MANAGER))
    url = reverse("automation:survey", args=[number.pk])
    assert client.get(reverse("automation:surveys")).status_code == 200
    assert "How did we do?" in client.get(url).content.decode()
    said = {"is_on": "on", "question": "Как всё прошло?", "button": "Оценить", "wait_minutes": "10"}
    said |= {"pause_days": "14", "thanks": "", "template": ""}
    assert client.post(url, said).status_code == 302
    plan = SurveyPlan.objects.get(number=number)
    assert (plan.question, plan.wait_minutes, plan.since is not None) == (
        "Как всё прошло?",
        10,
        True,
    )
    too_long = client.post(url, said | {"button": "x" * 21, "wait_minutes": "9999999"})
    assert too_long.status_code == 422


@pytest.mark.django_db
def test_a_template_that_asks_is_told_to_whoever_would_delete_it(plan, number):
    template = Template.objects.create(account=number.account, name="how_was_it", language="en")
    plan.template = template
    plan.save(update_fields=["template"])
    [use] = usage.of(template)
    assert use.some == ((number.label, reverse("automation:survey", args=[number.pk])),)
