"""The company that is measured: one WABA with the simulator's numbers, ten managers, and ways to fill its tables."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import timedelta

from django.conf import settings
from django.db import connection
from django.test import Client
from django.utils import timezone

from accounts.models import (
    Agent,
    BusinessAccount,
    MetaApp,
    PhoneNumber,
    PricingPlan,
    Role,
    Workspace,
)
from bench import bodies
from bench.site import Standing
from conversations import statuses
from conversations.models import Conversation, Direction, Message
from simulator import defaults
from webhooks.models import Envelope

AGENTS = 10
NUMBERS = 3


def make(standing: Standing) -> list[PhoneNumber]:
    """Ours and the simulator's. Meters of the simulator are off: ours are what is measured."""
    workspace = Workspace.objects.create(name="Measured")
    app = MetaApp.objects.create(
        workspace=workspace,
        app_id=defaults.APP_ID,
        secret=defaults.APP_SECRET,
        verify_token="bench",
    )
    account = BusinessAccount.objects.create(
        workspace=workspace,
        app=app,
        waba_id=defaults.WABA_ID,
        name="Measured",
        token=defaults.TOKEN,
        pricing_plan=PricingPlan.CURRENT,
    )
    ids = [str(int(defaults.NUMBER_ID) + n) for n in range(NUMBERS)]
    for n, phone_number_id in enumerate(ids[1:], start=2):
        phone = f"+1555000{n}{n}{n}{n}"
        standing.control("numbers", id=phone_number_id, waba_id=defaults.WABA_ID, phone=phone)
    for n, phone_number_id in enumerate(ids):
        PhoneNumber.objects.create(
            workspace=workspace,
            account=account,
            phone_number_id=phone_number_id,
            display_phone_number=f"+1 555 {n}",
            digits=f"1555{phone_number_id[-7:]}",
            label=f"Number {n + 1}",
        )
    for n in range(AGENTS):
        Agent.objects.create(
            workspace=workspace, email=f"bench{n}@example.com", name=f"Agent {n}", role=Role.MANAGER
        )
    webhook = f"{standing.web}/webhooks/whatsapp/"
    standing.control(
        "settings",
        meters={"pair": False, "throughput": False, "daily": False},
        outbox={"webhook": webhook, "batch": 1},
    )
    return list(PhoneNumber.objects.select_related("account").order_by("pk"))


def cookie(agent: Agent) -> str:
    """A signed-in browser's Cookie header."""
    client = Client()
    client.force_login(agent)
    return f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"


def wipe() -> None:
    """Everything that was said, so that each round begins alike: the first conversation is 1 again."""
    tables = (
        "webhooks_envelope",
        "webhooks_quarantined",
        "conversations_contact",
        "events_event",
        "conversations_parkedstatus",
    )
    with connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {', '.join(tables)} RESTART IDENTITY CASCADE")


def step_aside() -> None:
    """The demo's company uses the ids that the simulator begins with, and so did we."""
    MetaApp.objects.filter(workspace__name="Measured").update(app_id="9")
    BusinessAccount.objects.filter(workspace__name="Measured").update(waba_id="9")
    for number in PhoneNumber.objects.filter(workspace__name="Measured"):
        PhoneNumber.objects.filter(pk=number.pk).update(phone_number_id=f"9{number.pk}")


def put_envelopes(numbers: Sequence[PhoneNumber], count: int, *, start: int = 0) -> None:
    """As if Meta had posted them while no worker was there."""
    ids = [number.phone_number_id for number in numbers]
    app_id = numbers[0].account.app_id
    made = (bodies.body(n, ids) for n in range(start, start + count))
    Envelope.objects.bulk_create(
        (Envelope(app_id=app_id, digest=hashlib.sha256(raw).digest(), body=raw) for raw in made),
        batch_size=2000,
    )


def put_outbox(standing: Standing, *, threads: int, each: int) -> list[int]:
    """People write, and answers to them wait to be sent; the ids of the conversations."""
    first = bodies.FIRST_PHONE + 10_000
    standing.control("burst", messages=threads, customers=threads, first=first)
    standing.until(lambda: Conversation.objects.count() == threads, "the people who write")
    agent, now = Agent.objects.order_by("pk")[0], timezone.now()
    made = list(Conversation.objects.order_by("pk"))
    Message.objects.bulk_create(
        Message(
            workspace=agent.workspace,
            conversation=thread,
            number_id=thread.number_id,
            direction=Direction.OUT,
            author=agent,
            text=f"{thread.pk}: {k:04d}",
            content={"body": f"{thread.pk}: {k:04d}"},
            at=now + timedelta(microseconds=k),
            status=statuses.QUEUED,
        )
        for thread in made
        for k in range(each)
    )
    return [thread.pk for thread in made]
