"""Every kind of message that Meta sends, with hostile words wherever words may stand, read as a browser reads it."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.test import Client
from django.test.signals import template_rendered

from accounts.models import Agent, PhoneNumber
from conversations.models import Conversation, Message
from tests import world
from tests.security import hostile
from webhooks import draining
from webhooks.models import Envelope, Quarantined
from whatsapp.tests.stored import BODIES, NAMES

WORDS = {
    "body", "text", "caption", "filename", "title", "description", "name", "formatted_name", "first_name", "last_name",
    "address", "url", "website", "company", "department", "street", "city", "state", "zip", "country", "email",
    "payload", "headline", "source_url", "username", "value", "currency", "product_retailer_id", "catalog_id",
    "item_price", "details", "message", "prefix", "suffix", "phone",
}  # fmt: skip
BUTTONS = [
    {"type": kind, "text": hostile.BREAKING, "url": f"javascript:{hostile.MARK}()", "phone": hostile.BREAKING}
    for kind in ("URL", "PHONE_NUMBER", "QUICK_REPLY", "COPY_CODE")
]  # fmt: skip
KINDS = "conversations/templates/conversations/kinds"
PAGES = (
    "/inbox/?tab=all&status=any",
    "/inbox/search/?find=onload",
    "/contacts/",
    "/settings/held-back/",
)


def hostile_body(tree: Any, number: PhoneNumber, of: str, key: str = "") -> Any:
    """The same shape about our number, with ids of its own. What a person or a card says is hostile."""
    if isinstance(tree, list):
        return [hostile_body(one, number, of, key) for one in tree]
    if isinstance(tree, dict):
        found = {name: hostile_body(value, number, of, name) for name, value in tree.items()}
        if "phone_number_id" in found:
            found["phone_number_id"] = number.phone_number_id
        if "changes" in found:
            found["id"] = number.account.waba_id
        return found
    if key == "id" and str(tree).startswith("wamid"):
        return f"{tree}{of}"
    if isinstance(tree, str) and key in WORDS:
        is_link = key in ("url", "source_url", "website")
        return f"javascript:{hostile.MARK}()" if is_link else hostile.BREAKING
    return tree


@pytest.mark.django_db
def test_no_kind_of_message_takes_words_for_html(
    client: Client, number: PhoneNumber, ada: Agent, record_property: Any
) -> None:
    for name in NAMES:
        shape = json.loads((BODIES / f"{name}.json").read_bytes())
        body = json.dumps(hostile_body(shape, number, name)).encode()
        digest = hashlib.sha256(name.encode()).digest()
        Envelope.objects.create(app=number.account.app, digest=digest, body=body)
    while draining.drain(seconds=60):
        pass
    thread = world.make_conversation(number)
    world.make_message(thread, kind="request_welcome")
    shown = {"header": hostile.BREAKING, "footer": hostile.BREAKING, "buttons": BUTTONS}
    world.make_message(
        thread, hostile.BREAKING, kind="template", direction="out",
        content={"name": hostile.BREAKING, "preview": shown},
    )  # fmt: skip
    client.force_login(ada)
    threads = [f"/inbox/{row.pk}/?tab=all&status=any" for row in Conversation.objects.all()]
    held = [f"/settings/held-back/{row.pk}/" for row in Quarantined.objects.all()]
    rendered: set[str] = set()

    def note(template: Any, **more: Any) -> None:
        rendered.add(str(template.name))

    template_rendered.connect(note)
    wrong, marked = {}, 0
    for path in (*PAGES, *threads, *held):
        answer = client.get(path, follow=True)
        assert answer.status_code == 200, path
        html = answer.content.decode()
        marked += hostile.MARK in html
        if found := hostile.hurt(html):
            wrong[path] = found[:3]
    assert not wrong
    kinds = {path.name for path in Path(django_settings.BASE_DIR, KINDS).glob("*.html")}
    assert kinds <= {name.rpartition("/")[2] for name in rendered}
    assert marked > len(threads)
    pages = len(PAGES) + len(threads) + len(held)
    words = f"hostile messages: {Message.objects.count()} of {len(kinds)} kinds, {pages} pages read"
    record_property("counted", f"{words}, none hurt")
