"""Behind every likely cause stand the messages that it counted, for those who may see them."""

from __future__ import annotations

import itertools
import random
from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from accounts.models import PhoneNumber
from conversations.models import Conversation, Message
from quality import evidence, observing
from quality.aspects import Aspect
from quality.causes import Signal
from quality.models import Source
from templates_app.models import Template
from tests import world


@pytest.fixture
def shop(account) -> PhoneNumber:
    return world.make_number(account)


def said(thread: Conversation, at: datetime, **what: object) -> Message:
    usual = {"direction": "out", "kind": "text", "text": "Hello", "status": "delivered"}
    return Message(
        workspace_id=thread.workspace_id, number_id=thread.number_id, conversation=thread, at=at, **(usual | what)
    )  # fmt: skip


def live_through(shop: PhoneNumber, template: Template, *, seed: int, at: datetime) -> None:
    """Ten days of small talk, and a broadcast on one of the last two of them."""
    rng = random.Random(seed)
    threads = [world.make_conversation(shop) for _ in range(6)]
    rows = []
    for minutes in range(0, 10 * 24 * 60, 97):
        moment, thread = at - timedelta(minutes=minutes), rng.choice(threads)
        rows.append(said(thread, moment - timedelta(minutes=9), direction="in", status="received"))
        rows.append(said(thread, moment - timedelta(minutes=2)))
        if rng.random() < 0.2:
            rows.append(said(thread, moment, kind="template", template=template))
        if rng.random() < 0.1:
            rows.append(said(thread, moment, status="failed", error_code=131026))
    began = at - timedelta(hours=rng.randrange(3, 50))
    for n, thread in zip(range(150), itertools.cycle(threads), strict=False):
        sent = said(thread, began + timedelta(seconds=n), kind="template", template=template)
        rows.append(sent)
    Message.objects.bulk_create(rows)


@pytest.fixture
def template(account) -> Template:
    return Template.objects.create(
        account=account, name="autumn_sale", language="en", category="MARKETING", status="APPROVED"
    )


@pytest.mark.django_db
def test_the_broadcast_among_real_traffic_is_named_first(account, template):
    at, hits = timezone.now(), 0
    for seed in range(10):
        number = world.make_number(account)
        live_through(number, template, seed=seed, at=at)
        first = evidence.likely(number, at=at)[0].signal
        hits += first in (Signal.MARKETING, Signal.BURST)
    print(f"the broadcast named first in {hits} of 10 seeded weeks")  # noqa: T201
    assert hits >= 9


@pytest.mark.django_db
def test_every_cause_leads_to_what_it_counted(shop, template, client, cleo):
    at = timezone.now()
    live_through(shop, template, seed=3, at=at)
    for rating, minutes in (("GREEN", 9000), ("RED", 0)):
        observing.observe(
            shop.account, {Aspect.RATING: rating}, number=shop, source=Source.POLL,
            at=at - timedelta(minutes=minutes),
        )  # fmt: skip
    client.force_login(cleo)
    address = f"/quality/numbers/{shop.pk}/"
    page = client.get(address).content.decode()
    causes = evidence.likely(shop, at=at)
    [burst] = [one for one in evidence.peaks(shop, at=at) if one.signal is Signal.BURST]
    assert burst.count >= 60  # of the 150: they may lie in two hours
    assert f"{burst.count} in an hour" in page
    assert {Signal.MARKETING, Signal.BURST} <= {cause.signal for cause in causes}
    for cause in causes:
        assert f"evidence/?cause={cause.signal}" in page
        rows = evidence.messages_of(shop, cause.signal, at=at, agent=cleo)
        assert rows.count() == cause.count
        assert client.get(f"{address}evidence/?cause={cause.signal}").status_code == 200
    shown = client.get(f"{address}evidence/?cause=marketing").content.decode()
    assert "autumn_sale" in shown
    failed = client.get(f"{address}evidence/?code=131026").content.decode()
    assert "131026" in failed
    assert (
        f"/inbox/{Message.objects.filter(error_code=131026).latest('at').conversation_id}/"
        in failed
    )


@pytest.mark.django_db
@pytest.mark.parametrize("signal", list(Signal))
def test_a_page_of_each_cause_opens_and_nonsense_does_not(shop, client, cleo, signal):
    address = f"/quality/numbers/{shop.pk}/evidence/"
    client.force_login(cleo)
    assert client.get(address, {"cause": signal}).status_code == 404  # nothing fell
    at = timezone.now()
    for rating, minutes in (("GREEN", 9), ("YELLOW", 1)):
        observing.observe(
            shop.account, {Aspect.RATING: rating}, number=shop, source=Source.POLL,
            at=at - timedelta(minutes=minutes),
        )  # fmt: skip
    assert client.get(address, {"cause": signal}).status_code == 200
    assert client.get(address, {"cause": "x"}).status_code == 404


@pytest.mark.django_db
@pytest.mark.parametrize("minute", [0, 1, 29, 59])
def test_what_is_listed_is_what_was_counted_at_any_minute(shop, template, cleo, minute):
    at = timezone.now().replace(minute=minute, second=7, microsecond=5)
    live_through(shop, template, seed=minute, at=at)
    for cause in evidence.likely(shop, at=at):
        assert evidence.messages_of(shop, cause.signal, at=at, agent=cleo).count() == cause.count
