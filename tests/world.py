"""The people and things that tests speak of. Plain functions; every argument may be overridden.

Ana is an agent for the shop's number, Ben one of another team, Cleo manages, Fay keeps the books, Ada administers; Dan
works in another company and must never see anything of theirs.
"""

from __future__ import annotations

import itertools
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

from accounts.models import (
    Agent,
    BusinessAccount,
    MetaApp,
    PhoneNumber,
    PricingPlan,
    Role,
    Seat,
    Team,
    Workspace,
)
from conversations import statuses
from conversations.models import (
    Contact,
    Conversation,
    Direction,
    Identifier,
    IdentifierKind,
    Message,
)

APP_SECRET = "app-secret"
VERIFY_TOKEN = "verify-token"
TOKEN = "system-user-token"
PASSWORD = "correct horse battery"

_counter = itertools.count(1)


def make_workspace(**over: Any) -> Workspace:
    return Workspace.objects.create(**{"name": f"Company {next(_counter)}"} | over)


def make_agent(workspace: Workspace, name: str, role: str = Role.AGENT, **over: Any) -> Agent:
    fields: dict[str, Any] = {
        "email": f"{name.lower()}@example.com",
        "password": PASSWORD,
        "name": name,
        "role": role,
        "undo_seconds": 0,  # what is sent leaves at once, unless a test says otherwise
    }
    return Agent.objects.create_user(**fields | {"workspace": workspace} | over)


def make_team(workspace: Workspace, name: str, *members: Agent) -> Team:
    team = Team.objects.create(workspace=workspace, name=name)
    team.members.set(members)
    return team


def make_account(workspace: Workspace, **over: Any) -> BusinessAccount:
    n = next(_counter)
    app = over.pop("app", None) or MetaApp.objects.create(
        workspace=workspace, app_id=f"90{n}", secret=APP_SECRET, verify_token=VERIFY_TOKEN
    )
    fields: dict[str, Any] = {
        "workspace": workspace,
        "app": app,
        "waba_id": f"1000{n}",
        "name": "Shop account",
        "token": TOKEN,
        "pricing_plan": PricingPlan.CURRENT,
    }
    return BusinessAccount.objects.create(**fields | over)


def make_number(account: BusinessAccount, **over: Any) -> PhoneNumber:
    n = next(_counter)
    fields: dict[str, Any] = {
        "workspace": account.workspace,
        "account": account,
        "phone_number_id": f"2000{n}",
        "display_phone_number": f"+7 812 000-{n:04d}",
        "digits": f"7812000{n:04d}",
        "label": "Shop",
        "verified_name": "Shop",
    }
    return PhoneNumber.objects.create(**fields | over)


def make_contact(workspace: Workspace, **over: Any) -> Contact:
    phone = over.pop("phone", f"7921{next(_counter):07d}")
    fields: dict[str, Any] = {
        "workspace": workspace,
        "profile_name": "Maria Sokolova",
        "phone": phone,
    }
    contact = Contact.objects.create(**fields | over)
    for kind, value in (
        (IdentifierKind.WA_ID, contact.phone),
        (IdentifierKind.USER_ID, contact.user_id),
    ):
        if value:
            Identifier.objects.create(workspace=workspace, contact=contact, kind=kind, value=value)
    return contact


def make_conversation(
    number: PhoneNumber, *, open_window: bool = True, **over: Any
) -> Conversation:
    contact = over.pop("contact", None) or make_contact(number.workspace)
    at = datetime.now(UTC) - (timedelta(minutes=5) if open_window else timedelta(hours=30))
    fields: dict[str, Any] = {
        "workspace": number.workspace,
        "number": number,
        "contact": contact,
        "last_at": at,
        "last_inbound_at": at,
    }
    return Conversation.objects.create(**fields | over)


def make_message(conversation: Conversation, text: str = "Hello", **over: Any) -> Message:
    """An inbound message unless `direction` says otherwise."""
    direction = over.pop("direction", Direction.IN)
    fields: dict[str, Any] = {
        "workspace_id": conversation.workspace_id,
        "conversation": conversation,
        "number_id": conversation.number_id,
        "direction": direction,
        "text": text,
        "content": {"body": text},
        "at": datetime.now(UTC),
        "wamid": f"wamid.{uuid.uuid4().hex}",
        "status": statuses.RECEIVED if direction == Direction.IN else statuses.ACCEPTED,
    }
    return Message.objects.create(**fields | over)


def seat(agent: Agent, number: PhoneNumber | None = None, team: Team | None = None) -> Seat:
    return Seat.objects.create(agent=agent, number=number, team=team)
