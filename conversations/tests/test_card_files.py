"""A carousel and an offer from the inbox to the customer's phone, with the pictures that their writer uploaded."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.base import ContentFile
from django.utils import timezone

from accounts.models import Agent
from conversations import composing, delivery, sending, statuses
from conversations.models import Conversation, CustomField, FieldValue, MediaFile, Message
from conversations.tests.outbox import outgoing
from simulator.models import Template as MetaTemplate
from templates_app.models import SampleFile, Template

pytestmark = pytest.mark.django_db


def card(n: int) -> dict[str, Any]:
    url = {"type": "URL", "text": "Buy", "url": "https://shop.example/{{1}}", "example": ["a"]}
    return {
        "components": [
            {"type": "HEADER", "format": "IMAGE", "example": {"header_handle": [f"4::{n}"]}},
            {"type": "BODY", "text": "Coat for {{1}} today", "example": {"body_text": [["8 900"]]}},
            {"type": "BUTTONS", "buttons": [url]},
        ]
    }


CAROUSEL: list[dict[str, Any]] = [
    {"type": "BODY", "text": "Look at these."},
    {"type": "CAROUSEL", "cards": [card(0), card(1)]},
]
OFFER: list[dict[str, Any]] = [
    {"type": "LIMITED_TIME_OFFER", "limited_time_offer": {"text": "Ends soon", "has_expiration": True}},
    {"type": "BODY", "text": "Come and see."},
    {"type": "BUTTONS", "buttons": [{"type": "COPY_CODE", "example": "SAVE"}]},
]  # fmt: skip


def approved(thread: Conversation, meta: Any, components: list[dict[str, Any]]) -> Template:
    """Here and at Meta."""
    account = thread.number.account
    named: dict[str, Any] = {
        "name": "news",
        "language": "en",
        "category": "MARKETING",
        "components": components,
    }
    meta.world.templates.keep(MetaTemplate(id="77", waba_id=account.waba_id, **named))
    return Template.objects.create(account=account, meta_id="77", status="APPROVED", **named)


def send(thread: Conversation, agent: Agent, template: Template, **values: str) -> Message:
    return sending.send_template(
        thread.pk,
        template_id=template.pk,
        values={key.replace("_", "."): value for key, value in values.items()},
        agent=agent,
        token=uuid4(),
        seen=thread.seq,
        at=timezone.now(),
    )


def test_cards_go_out_with_their_pictures_which_are_uploaded_once(
    meta: Any, thread: Conversation, ana: Agent
):
    template = approved(thread, meta, CAROUSEL)
    for n in range(2):
        SampleFile.objects.create(
            account=template.account, handle=f"4::{n}", mime_type="image/png", filename="a.png",
            file=ContentFile(b"\x89PNG\r\n" + bytes([n]), name="a"), size=7,
        )  # fmt: skip
    values = {f"card_{n}_{place}": "1" for n in range(2) for place in ("body_1", "button_0")}
    for _time in range(2):
        message = send(thread, ana, template, **values)
        delivery.deliver(thread.pk)
    message.refresh_from_db()
    assert message.status == statuses.ACCEPTED
    assert len(meta.world.media) == 2
    assert MediaFile.objects.count() == 2
    shown = outgoing(meta)[-1].rendered
    assert [one["body"] for one in shown["cards"]] == ["Coat for 1 today"] * 2
    assert [one["header"]["type"] for one in shown["cards"]] == ["image", "image"]
    assert all("/templates/samples/" in one["file"] for one in message.content["preview"]["cards"])


def test_the_end_of_an_offer_is_told_in_the_moment_that_was_meant(
    meta: Any, thread: Conversation, ana: Agent
):
    template = approved(thread, meta, OFFER)
    ends = (timezone.now() + timedelta(days=1)).replace(microsecond=0)
    message = send(thread, ana, template, offer_until=ends.isoformat(), button_0="SAVE")
    delivery.deliver(thread.pk)
    message.refresh_from_db()
    assert message.status == statuses.ACCEPTED
    assert outgoing(meta)[-1].rendered["offer"] == {
        "text": "Ends soon",
        "ends": int(ends.timestamp()),
    }
    assert message.content["preview"]["offer"] == "Ends soon"


def test_variables_are_filled_in_from_their_sources(
    thread: Conversation, ana: Agent, workspace: Any
):
    size = CustomField.objects.create(workspace=workspace, of="contact", key="size", name="Size")
    FieldValue.objects.create(field=size, contact=thread.contact, text="XL")
    template = Template.objects.create(
        account=thread.number.account, name="fit", language="en", status="APPROVED"
    )
    body = "Hello {{1}}, your {{2}} in {{3}} waits for you."
    template.components = [{"type": "BODY", "text": body}]
    template.sources = {
        "body.1": "contact.first_name",
        "body.2": "=coat",
        "body.3": "field.contact.size",
    }
    template.save(update_fields=["components", "sources"])
    chosen = composing.choice(thread, ana, template_id=template.pk)
    assert chosen is not None
    first = (thread.contact.name or thread.contact.profile_name).split(" ")[0]
    assert [field.value for field in chosen.variables] == [first, "coat", "XL"]
    many = composing.for_all_of_them(ana, [template.account_id], template_id=template.pk)
    assert many is not None
    values = [field.value for field in many.variables]
    assert values == ["{{contact.first_name}}", "coat", "{{field.contact.size}}"]
