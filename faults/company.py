"""The company that is struck: one number, a manager whose browsers write and watch, customers, an approved template."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.test import Client

from accounts.models import (
    Agent,
    BusinessAccount,
    MetaApp,
    PhoneNumber,
    PricingPlan,
    Role,
    Workspace,
)
from conversations.models import Contact, Conversation
from faults.site import Standing
from simulator import defaults
from templates_app import syncing
from templates_app.models import Template

FIRST_PHONE = 4_917_000_000_000


@dataclass(frozen=True, slots=True)
class Company:
    workspace: Workspace
    number: PhoneNumber
    agent: Agent
    template: Template
    threads: dict[str, int]  # conversation by phone
    cookie: str  # the agent's browser


def make(standing: Standing, *, customers: int) -> Company:
    """Ours and Meta's. Everybody has written once, so every conversation is open."""
    _quieten(standing)
    workspace = Workspace.objects.create(name="Struck")
    app = MetaApp.objects.create(
        workspace=workspace,
        app_id=defaults.APP_ID,
        secret=defaults.APP_SECRET,
        verify_token=defaults.VERIFY_TOKEN,
    )
    account = BusinessAccount.objects.create(
        workspace=workspace,
        app=app,
        waba_id=defaults.WABA_ID,
        name="Struck",
        token=defaults.TOKEN,
        pricing_plan=PricingPlan.CURRENT,
    )
    number = PhoneNumber.objects.create(
        workspace=workspace,
        account=account,
        phone_number_id=defaults.NUMBER_ID,
        display_phone_number="+1 555 000 1111",
        digits="15550001111",
        label="Struck",
    )
    agent = Agent.objects.create(
        workspace=workspace,
        email="faults@example.com",
        name="Ana",
        role=Role.MANAGER,
        undo_seconds=0,  # what is written leaves at once
    )
    template = _template(standing, account)
    phones = [str(FIRST_PHONE + n) for n in range(customers)]
    standing.control("burst", messages=customers, customers=customers, first=FIRST_PHONE, text="0")
    standing.until(
        lambda: Conversation.objects.filter(number=number).count() == customers,
        lambda: "not every customer’s first message has come in",
    )
    found = Contact.objects.filter(workspace=workspace).values_list("phone", "conversations__pk")
    threads = {phone: pk for phone, pk in found if phone in phones}
    return Company(workspace, number, agent, template, threads, _cookie(agent))


def _quieten(standing: Standing) -> None:
    """Meta's own limits are off: they are tested elsewhere, and storms of 429 come from the plan."""
    standing.control(
        "settings",
        sent=[0, 0.2],
        delivered=[0, 0.4],
        read=[0, 0.6],
        meters={"pair": False, "throughput": False, "daily": False},
        outbox={"retry_seconds": 0.5, "longest_pause": 4, "batch": 3},
    )


def _template(standing: Standing, account: BusinessAccount) -> Template:
    standing.control(
        "templates",
        waba_id=defaults.WABA_ID,
        name="order_ready",
        language="en",
        category="UTILITY",
        components=[{"type": "BODY", "text": "Order {{1}} is ready."}],
    )
    syncing.sync(account)
    return Template.objects.get(account=account, name="order_ready")


def _cookie(agent: Agent) -> str:
    client = Client()
    client.force_login(agent)
    return str(client.cookies[settings.SESSION_COOKIE_NAME].value)
