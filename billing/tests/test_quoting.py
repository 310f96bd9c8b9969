"""What the composer says before a message goes out."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from accounts.models import PricingPlan
from billing import booking
from billing.models import BillingPlan, BillingSettings
from billing.tests import books
from billing.tests.books import START, sends, sends_template
from conversations import statuses
from conversations.models import Message
from templates_app.models import Template
from tests import world

H = timedelta(hours=1)


@pytest.fixture
def plan(account):
    account.time_zone, account.pricing_plan = "Europe/Moscow", PricingPlan.CONVERSATION_2022
    account.save(update_fields=["time_zone", "pricing_plan"])
    return BillingPlan.objects.create(
        account=account, begins=date(2022, 2, 1), pricing="conversation-2022", currency="RUB",
        billing_currency="RUB", free_used=1000,
    )  # fmt: skip


@pytest.fixture
def thread(number, plan):
    return world.make_conversation(number, last_inbound_at=None)


def writes(thread, at):
    thread.last_inbound_at = at
    thread.save(update_fields=["last_inbound_at"])
    return books.writes(thread, at)


def asked(agent, thread, at, **about: Any):
    client = Client()
    client.force_login(agent)
    question = {"conversation": thread.pk, "kind": "free_form"} | about
    with time_machine.travel(at, tick=False):
        booking.keep_books(thread.workspace_id)
        answer = client.get(reverse("billing:quote"), question)
    return answer


def words(agent, thread, at, **about: Any):
    html = asked(agent, thread, at, **about).content.decode()
    return html.partition(">")[2].partition("<")[0]


def test_the_composer_follows_the_worked_example(thread, ana):
    template = {"kind": "template", "category": "utility"}
    assert words(ana, thread, START) == "only a template can be sent now"
    assert (
        words(ana, thread, START, **template) == "opens a business-initiated conversation: 5.10 RUB"
    )
    sends_template(thread, START)
    inside = "no charge: inside the conversation open until 2:00 PM"
    assert words(ana, thread, START + H / 6, **template) == inside
    writes(thread, START + 3 * H)
    assert words(ana, thread, START + 4 * H) == inside
    later = START + timedelta(hours=26, minutes=15)
    assert words(ana, thread, later) == "opens a user-initiated conversation: 3.05 RUB"
    sends(thread, later)
    assert words(ana, thread, later + H).startswith("no charge")


def test_what_is_on_its_way_counts_as_sent(thread, ana):
    writes(thread, START)
    booking.keep_books(thread.workspace_id)
    books.sends(thread, START + H, status=statuses.QUEUED, wamid="")
    Message.objects.filter(status="queued").update(seq=0)
    assert words(ana, thread, START + 2 * H).startswith("no charge")


def test_an_agent_sees_a_price_only_if_the_workspace_says_so_and_never_the_cost(thread, ana, fay):
    writes(thread, START)
    BillingSettings.objects.create(workspace=thread.workspace, agents_see_prices=False)
    assert words(ana, thread, START + H) == "opens a user-initiated conversation"
    said = asked(ana, thread, START + H, format="json").json()
    assert "price" not in said["quotes"][0]
    assert "cost" not in said["quotes"][0]
    assert words(ana, thread, START + H, short="1") == "charged"
    BillingSettings.objects.update(agents_see_prices=True)
    said = asked(ana, thread, START + H, format="json").json()
    assert said["quotes"][0]["price"] == {"amount": "3.05", "currency": "RUB"}
    whole, short = (words(ana, thread, START + H, short=n) for n in ("", "1"))
    assert whole == f"opens a user-initiated conversation: {short}"
    assert "3.05" in short
    assert "cost" not in said["quotes"][0]
    about = {"conversation": [], "number": thread.number_id, "phone": "79210001122"}
    about |= {"kind": "template", "category": "utility"}
    said = asked(fay, thread, START + H, format="json", **about).json()
    assert said["quotes"][0]["cost"]["amount"] == "5.10"


def test_an_audience_has_a_total_that_the_free_tier_ends_in(number, plan, ana):
    BillingPlan.objects.update(free_used=0)
    threads = [world.make_conversation(number, last_inbound_at=None) for _ in range(3)]
    for thread in threads[:1]:
        sends_template(thread, START)
    BillingPlan.objects.update(free_used=998)
    booking.reprice(number.workspace_id, since=START)
    said = asked(
        ana, threads[0], START + H, conversation=[one.pk for one in threads],
        kind="template", category="marketing", format="json",
    ).json()  # fmt: skip
    assert said["total"]["counts"] == {"joins": 1, "free": 1, "opens": 1}
    assert said["total"]["lowest"] == {"amount": "5.10", "currency": "RUB"}


def test_of_somebody_whose_country_is_unknown_there_is_a_range(number, plan, ana):
    BillingPlan.objects.update(currency="USD", billing_currency="USD")
    contact = world.make_contact(number.workspace, phone="", user_id="")
    thread = world.make_conversation(number, contact=contact, last_inbound_at=None)
    answer = asked(ana, thread, START, kind="template", category="utility", format="json").json()
    (one,) = answer["quotes"]
    assert one["verdict"] == "unknown"
    assert Decimal(one["lowest"]["amount"]) < Decimal(one["highest"]["amount"])


def test_today_a_marketing_template_is_charged_and_an_answer_draws_on_the_free_tier(
    account, number, ana
):
    now = datetime(2026, 11, 20, 12, tzinfo=UTC)
    thread = world.make_conversation(number, last_inbound_at=now - H)
    template = Template.objects.create(
        account=account, name="sale", language="en", category="MARKETING", status="APPROVED"
    )
    assert words(ana, thread, now, kind="template", template=template.pk) == "0.0802 USD"
    assert words(ana, thread, now) == "free"


@pytest.mark.parametrize(
    "question",
    [
        {"kind": "free_form"},
        {"conversation": "x"},
        {"phone": "me", "number": "1"},
        {"conversation": "PK", "kind": "template"},
        {"conversation": "PK", "kind": "song"},
    ],
)
def test_an_unclear_question_is_refused_in_words(thread, ana, question):
    client = Client()
    client.force_login(ana)
    question = {name: str(thread.pk) if v == "PK" else v for name, v in question.items()}
    answer = client.get(reverse("billing:quote"), question | {"format": "json"})
    assert answer.status_code == 422
    assert answer.json()["error"]


def test_nobody_asks_about_a_conversation_they_do_not_see(thread, ben, fay):
    for agent in (ben, fay):
        client = Client()
        client.force_login(agent)
        url = reverse("billing:quote")
        assert client.get(url, {"conversation": thread.pk}).status_code == 404


def test_the_queries_of_a_quote_do_not_grow(number, plan, ana, django_assert_max_num_queries):
    threads = [world.make_conversation(number, last_inbound_at=START) for _ in range(12)]
    for thread in threads:
        sends_template(thread, START)
    booking.keep_books(number.workspace_id)
    client = Client()
    client.force_login(ana)
    with django_assert_max_num_queries(32), time_machine.travel(START + H, tick=False):
        question = {"conversation": [thread.pk for thread in threads]}
        assert client.get(reverse("billing:quote"), question).status_code == 200
