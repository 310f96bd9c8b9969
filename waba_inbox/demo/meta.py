"""Tells the simulator of the demo: the same accounts, numbers, templates, people and past chats, by its control API.

It is told from the database, and only if it does not know yet, so a simulator that forgot everything learns it again.
"""

from __future__ import annotations

import base64
import os
from collections.abc import Iterator
from typing import Any, Final
from urllib.parse import urlsplit

import requests
from django.conf import settings

from accounts.models import BusinessAccount, PhoneNumber, PricingPlan, Workspace
from conversations.models import Contact, Conversation, Direction, MediaFile, Message
from templates_app.models import Template
from waba_inbox.demo import company, counted

SECONDS: Final = 30
AT_ONCE: Final = 60  # messages a call
BEHAVIOURS: Final = {131026: "unreachable", 131047: "window_closed", 131049: "engagement_limit"}
TOLD: Final = ("in", "out")


class Unreachable(Exception):
    """Nobody answers there, or somebody who is not the simulator."""


def address() -> str:
    return (os.environ.get("SIMULATOR_URL") or str(settings.GRAPH_URL)).rstrip("/")


def tell(workspace: Workspace) -> Iterator[str]:
    """Bring the simulator up to date; a line in words only if there is something to say."""
    where = address()
    if (urlsplit(where).hostname or "").endswith("facebook.com"):
        yield "No simulator is set (GRAPH_URL): the demo is in the database alone."
        return
    simulator = Simulator(where)
    try:
        if simulator.knows(workspace):
            return
        simulator.learn(workspace)
        counted.ask(workspace)
    except (requests.RequestException, Unreachable) as problem:
        yield f"The simulator at {where} was not told of the demo: {_short(problem)}"


def _short(problem: Exception) -> str:
    return "nobody answers" if isinstance(problem, requests.ConnectionError) else str(problem)[:200]


class Simulator:
    """The calls, with their answers checked."""

    def __init__(self, where: str) -> None:
        self.where = where
        self.session = requests.Session()
        self.uploads: dict[str, str] = {}  # digest of a template's header to its media id

    def call(self, path: str, body: dict[str, Any] | None = None) -> Any:
        method = "GET" if body is None else "POST"
        answer = self.session.request(
            method, f"{self.where}/control{path}", json=body, timeout=SECONDS
        )
        if not answer.ok:
            raise Unreachable(f"{path} answered {answer.status_code}: {answer.text[:160]}")
        return answer.json()

    def knows(self, workspace: Workspace) -> bool:
        """Whether it has our oldest message, at the time that we say."""
        messages = _told(workspace).filter(direction=Direction.IN).order_by("at", "pk")
        oldest = messages.select_related("conversation__contact").first()
        if oldest is None:
            return True
        numbers = {number["id"] for number in self.call("/accounts")["numbers"]}
        if company.WORKSHOP_NUMBER not in numbers:
            return False
        who = _key(oldest.conversation.contact)
        seen = self.call(f"/truth?customer={who}")["messages"]
        return (oldest.wamid, oldest.at.timestamp()) in {(m["id"], m["at"]) for m in seen}

    def learn(self, workspace: Workspace) -> None:
        app = {"id": company.APP_ID, "secret": company.APP_SECRET}
        self.call("/apps", app | {"verify_token": company.VERIFY_TOKEN})
        numbers = list(
            PhoneNumber.objects.filter(workspace=workspace).select_related("account__app")
        )
        for number in numbers:
            self.call("/wabas", _waba(number.account, number.messaging_limit))
            self.call("/numbers", _number(number))
            for template in Template.objects.of(number.account_id).order_by("pk"):
                self.call("/templates", _template(template, number.account))
        for contact in _odd_customers(workspace):
            self.call("/customers", contact)
        for number in numbers:
            self.history(number)

    def history(self, number: PhoneNumber) -> None:
        """All that was said at a number, a few chats a call."""
        chats = Conversation.objects.filter(number=number).select_related("contact")
        customers = [_customer(chat.contact) for chat in chats.order_by("pk")]
        self.call("/history", {"number_id": number.phone_number_id, "customers": customers})
        rows = _told(number.workspace).filter(number=number).order_by("at", "arrival", "pk")
        rows = rows.select_related("conversation__contact", "media", "template").prefetch_related(
            "reactions"
        )
        prices = counted.prices(number)
        messages = [self.message(row, price=prices.get(row.pk)) for row in rows]
        for first in range(0, len(messages), AT_ONCE):
            part = messages[first : first + AT_ONCE]
            self.call("/history", {"number_id": number.phone_number_id, "messages": part})
        opened = list(counted.conversations(number))
        self.call("/history", {"number_id": number.phone_number_id, "conversations": opened})

    def message(self, row: Message, *, price: dict[str, Any] | None) -> dict[str, Any]:
        told: dict[str, Any] = {
            "id": row.wamid,
            "customer": _key(row.conversation.contact),
            "direction": row.direction,
            "type": row.kind,
            "content": _content(row),
            "at": row.at.timestamp(),
            "status": row.status,
            "error": {"code": row.error_code} if row.status == "failed" else {},
            "context": {"id": row.quoted_wamid} if row.quoted_wamid else {},
            "referral": row.raw.get("referral", {}) if row.raw else {},
        }
        for reaction in row.reactions.all():
            told["reaction_out" if reaction.is_ours else "reaction_in"] = reaction.emoji
        if price:
            told["price"] = price
        if row.is_forwarded:
            told["context"] = {"forwarded": True}
        if row.media and row.kind != "template":
            told |= _file(row.media, caption=row.text)
        if row.template:
            told["category"] = row.template.category
            told["rendered"] = self.rendered(row, row.template)
        return told

    def rendered(self, row: Message, template: Template) -> dict[str, Any]:
        """A template as the phone shows it."""
        shown = row.content["preview"]
        header: dict[str, Any] = (
            {"type": "text", "text": shown["header"]} if shown["header"] else {}
        )
        if row.media:
            header = {"type": "image", "image": {"id": self.upload(row.media)}}
        return {
            "name": template.name,
            "category": template.category,
            "body": shown["body"],
            "footer": shown["footer"],
            "buttons": [
                button | ({"payload": button["text"]} if button["type"] == "QUICK_REPLY" else {})
                for button in shown["buttons"]
            ],
        } | ({"header": header} if header else {})

    def upload(self, media: MediaFile) -> str:
        """As a business does, once for all messages with the same picture."""
        if media.sha256 not in self.uploads:
            with media.file.open() as stream:
                answer = self.session.post(
                    f"{self.where}/{settings.GRAPH_VERSION}/{media.number.phone_number_id}/media",
                    data={"messaging_product": "whatsapp", "type": media.mime_type},
                    files={"file": ("header.jpg", stream, media.mime_type)},
                    headers={"Authorization": f"Bearer {media.number.account.token}"},
                    timeout=SECONDS,
                )
            self.uploads[media.sha256] = str(answer.json().get("id", ""))
        return self.uploads[media.sha256]


def _told(workspace: Workspace) -> Any:
    """What the phone can know: not our own lines, not what never left, not what was deleted."""
    messages = Message.objects.filter(workspace=workspace, direction__in=TOLD, revoked_at=None)
    return messages.exclude(wamid="")


def _key(contact: Contact) -> str:
    return contact.phone or contact.user_id


def _customer(contact: Contact) -> dict[str, Any]:
    told = {"name": contact.profile_name, "username": contact.username, "user_id": contact.user_id}
    if contact.phone:
        return told | {"wa_id": contact.phone}
    return told | {"shares_phone": False}


def _odd_customers(workspace: Workspace) -> Iterator[dict[str, Any]]:
    """Who did not get a message once will not get the next one either."""
    failed = Message.objects.filter(workspace=workspace, error_code__in=BEHAVIOURS)
    for row in failed.select_related("conversation__contact").order_by("pk"):
        assert row.error_code is not None
        who = _customer(row.conversation.contact)
        yield who | {"behaviour": BEHAVIOURS[row.error_code]}


def _waba(account: BusinessAccount, limit: str) -> dict[str, Any]:
    is_old = account.pricing_plan == PricingPlan.CONVERSATION_2022
    return {
        "id": account.waba_id,
        "name": account.name,
        "currency": account.currency,
        "timezone": account.time_zone,
        "country": "RU",
        "pricing_model": "CBP-I" if is_old else "auto",
        "token": account.token,
        "messaging_limit": limit,
    }


def _number(number: PhoneNumber) -> dict[str, Any]:
    return {
        "id": number.phone_number_id,
        "waba_id": number.account.waba_id,
        "phone": f"+{number.digits}",
        "verified_name": number.verified_name,
        "quality": number.quality_rating,
    }


def _template(template: Template, account: BusinessAccount) -> dict[str, Any]:
    return {
        "id": template.meta_id,
        "waba_id": account.waba_id,
        "name": template.name,
        "language": template.language,
        "category": template.category,
        "components": template.components,
        "status": template.status,
        "quality": template.quality,
        "rejected_reason": template.rejected_reason or "NONE",
    }


def _content(row: Message) -> Any:
    """Meta's own object: kept in `raw` for theirs, rebuilt from ours where our content is tidier."""
    if row.direction == Direction.IN and row.raw:
        return row.raw.get(row.kind) or {}
    if row.kind == "contacts":
        return [
            card | {"name": {"formatted_name": card["name"]}} for card in row.content["contacts"]
        ]
    return row.content


def _file(media: MediaFile, *, caption: str) -> dict[str, Any]:
    with media.file.open() as stream:
        data = base64.b64encode(stream.read()).decode()
    return {
        "base64": data,
        "mime_type": media.mime_type,
        "filename": media.filename,
        "caption": caption,
        "voice": media.is_voice,
        "content": {},
    }
