"""From a resolved conversation to what its agent reads; never one's own, never twice, never rewritten."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from accounts.models import Agent, Role
from coaching import results, reviewing, sampling
from coaching.models import Plan, Remark, Review
from conversations.models import Direction
from reports import spans
from reports.models import Span
from tests import world

WEEK = date(2026, 11, 2)
NOW = datetime(2026, 11, 9, 8, tzinfo=UTC)


def resolve(number, agent: Agent):
    thread = world.make_conversation(number)
    at = datetime(2026, 11, 3, 12, tzinfo=UTC)
    world.make_message(thread, "Where is it?", at=at)
    said = world.make_message(
        thread, "On its way", at=at + timedelta(minutes=2), direction=Direction.OUT, author=agent
    )
    Span.objects.create(
        workspace=number.workspace, conversation=thread, number=number, agent=agent, kind=spans.RESOLUTION,
        message_id=said.pk, began_at=at, ended_at=at, day=at.date(), seconds=60,
    )  # fmt: skip
    return thread


@pytest.fixture
def plan(workspace) -> Plan:
    kept = reviewing.plan_of(workspace)
    kept.is_on, kept.percent, kept.least = True, 20, 1
    kept.save()
    return kept


@pytest.fixture
def ana(workspace, number) -> Agent:
    return world.make_agent(workspace, "Ana")


@pytest.fixture
def cleo(workspace) -> Agent:
    return world.make_agent(workspace, "Cleo", Role.MANAGER)


@pytest.fixture
def review(plan, number, ana) -> Review:
    resolve(number, ana)
    reviewing.draw(plan, week=WEEK, at=NOW)
    return Review.objects.get()


@pytest.mark.django_db
def test_the_week_is_drawn_once(plan, number, ana, cleo):
    for _n in range(10):
        resolve(number, ana)
    resolve(number, cleo)
    reviewing.draw_due(at=NOW)
    drawn = set(Review.objects.values_list("agent_id", "conversation_id"))
    assert len(drawn) == 3  # 20 % of ten, and the one of the manager
    reviewing.draw_due(at=NOW + timedelta(hours=1))
    assert set(Review.objects.values_list("agent_id", "conversation_id")) == drawn


@pytest.mark.django_db
def test_nobody_judges_their_own(plan, number, cleo):
    resolve(number, cleo)
    reviewing.draw(plan, week=WEEK, at=NOW)
    own = Review.objects.get()
    assert not reviewing.waiting(cleo).exists()
    with pytest.raises(reviewing.OwnConversation):
        reviewing.finish(own, by=cleo, answers={}, summary="", at=NOW)
    own.reviewer = cleo
    with pytest.raises(IntegrityError), transaction.atomic():
        own.save(update_fields=["reviewer"])


@pytest.mark.django_db
def test_a_finished_review_stays_and_its_agent_reads_it(client, review, ana, cleo):
    client.force_login(cleo)
    url = reverse("coaching:review", args=[review.pk])
    assert "On its way" in client.get(url).content.decode()
    message = review.conversation.messages.get(direction=Direction.OUT)
    client.post(
        reverse("coaching:remark", args=[review.pk]),
        {"message": message.pk, "text": "Say when <b>exactly</b>"},
    )
    answers = {c.key: "2" for c in sampling.card_of(review.card)} | {"tone": "1"}
    assert client.post(url, answers | {"summary": "Quick. Say when."}).status_code == 302
    review.refresh_from_db()
    assert (review.score, review.reviewer) == (91, cleo)
    client.post(url, answers | {"summary": "Changed my mind"})
    review.refresh_from_db()
    assert review.summary == "Quick. Say when."
    client.force_login(ana)
    page = client.get(reverse("coaching:mine")).content.decode()
    assert "Say when &lt;b&gt;exactly&lt;/b&gt;" in page
    assert "91" in page
    review.refresh_from_db()
    assert review.seen_at is not None


@pytest.mark.django_db
def test_what_a_colleague_has_begun_is_not_called_finished(client, review, workspace, cleo):
    eve = world.make_agent(workspace, "Eve", Role.MANAGER)
    message = review.conversation.messages.get(direction=Direction.OUT)
    reviewing.remark(review, message, by=cleo, text="Good", at=NOW)
    full = {c.key: str(c.most) for c in sampling.card_of(review.card)}
    client.force_login(eve)
    said = client.post(reverse("coaching:review", args=[review.pk]), full, follow=True)
    assert "Cleo has begun this review" in said.content.decode()
    assert "is finished" not in said.content.decode()
    review.refresh_from_db()
    assert (review.done_at, review.reviewer) == (None, cleo)


@pytest.mark.django_db
def test_an_empty_card_and_foreign_messages_are_refused(client, review, cleo, number):
    client.force_login(cleo)
    url = reverse("coaching:review", args=[review.pk])
    assert client.post(url, {"summary": "Fine"}).status_code == 422
    assert client.post(url, {"understood": "7"}).status_code == 422
    other = world.make_message(world.make_conversation(number), "Elsewhere")
    client.post(reverse("coaching:remark", args=[review.pk]), {"message": other.pk, "text": "Hm"})
    assert not Remark.objects.exists()


@pytest.mark.django_db
def test_a_second_look_is_blind_and_shows_who_is_strict(client, review, workspace, cleo):
    eve = world.make_agent(workspace, "Eve", Role.MANAGER)
    full = {c.key: c.most for c in sampling.card_of(review.card)}
    reviewing.finish(review, by=cleo, answers=full, summary="", at=NOW)
    review.refresh_from_db()
    again = reviewing.second_look(review, by=eve, at=NOW)
    assert again.pk != review.pk
    client.force_login(eve)
    assert "100 %" not in client.get(reverse("coaching:desk")).content.decode()
    reviewing.finish(again, by=eve, answers=dict.fromkeys(full, 1), summary="", at=NOW)
    assert [(one.name, one.difference) for one in results.calibration(workspace)] == [
        ("Cleo", 50.0),
        ("Eve", -50.0),
    ]
    _mondays, [row] = results.by_agent(workspace, today=NOW.date())
    assert (row.count, row.mean) == (2, 75.0)


@pytest.mark.django_db
def test_the_plan_is_checked_in_words_and_the_file_is_safe(client, review, cleo):
    client.force_login(cleo)
    url = reverse("coaching:plan")
    said = {
        "is_on": "on",
        "percent": "10",
        "least": "1",
        "seed": "7",
        "criteria": "3 | Right\n1 | =Kind",
    }
    assert client.post(url, said).status_code == 302
    wrong = client.post(url, said | {"criteria": "Right"})
    assert wrong.status_code == 422
    assert "a weight from 1 to 9" in wrong.content.decode()
    assert client.post(url, said | {"percent": "0"}).status_code == 422
    reviewing.finish(review, by=cleo, answers={"right": 2}, summary="=1+1", at=NOW)
    lines = b"".join(client.get(reverse("coaching:file")).streaming_content).decode()
    assert "'=1+1" in lines
    assert client.get(reverse("coaching:results")).status_code == 200


@pytest.mark.django_db
def test_others_reviews_do_not_exist_for_another_company(client, review):
    elsewhere = world.make_agent(world.make_workspace(), "Dan", Role.MANAGER)
    client.force_login(elsewhere)
    assert client.get(reverse("coaching:review", args=[review.pk])).status_code == 404
    assert not reviewing.waiting(elsewhere).exists()
