"""Past chats, put into the world without any webhook, so that the phone shows what the inbox's demonstration holds."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

from simulator import inbound
from simulator.models import Conversation, Json, Message
from simulator.payload import MEDIA_TYPES

if TYPE_CHECKING:
    from simulator.world import World


def load(world: World, data: Json) -> int:
    """`{"number_id", "customers", "messages", "conversations"}`; what has an id that is there already is replaced.

    A message that was priced has `price`: `{"pricing", "delivered_at"}`; a conversation that was, its `type`.
    """
    for person in data.get("customers", []):
        details = {k: v for k, v in person.items() if k != "wa_id"}
        world.ensure_customer(str(person.get("wa_id") or person.get("user_id")), **details)
    usual = str(data.get("number_id") or next(iter(world.numbers), ""))
    for item in data.get("messages", []):
        _one(world, item, number_id=str(item.get("number_id") or usual))
    for item in data.get("conversations", []):
        _conversation(world, item, number_id=str(item.get("number_id") or usual))
    return len(data.get("messages", []))


def _conversation(world: World, item: Json, *, number_id: str) -> None:
    customer = world.ensure_customer(str(item["customer"]))
    world.conversations.keep(
        Conversation(
            id=str(item["id"]),
            number_id=world.number(number_id).id,
            customer_id=customer.id,
            kind=str(item["kind"]),
            at=float(item["at"]),
            expires_at=float(item["expires_at"]),
            is_delivered=True,
            counted_as=str(item.get("type", "")),
        )
    )


def _one(world: World, item: Json, *, number_id: str) -> None:
    number = world.number(number_id)
    customer = world.ensure_customer(str(item["customer"]))
    direction = str(item.get("direction", "in"))
    kind = str(item.get("type", "text"))
    content = item.get("content") or {"body": str(item.get("text", ""))}
    if kind in MEDIA_TYPES and item.get("base64"):
        content = _with_file(world, content, item, kind=kind, number_id=number.id)
    price: Json = item.get("price") or {}
    world.keep_message(
        Message(
            id=str(item.get("id") or world.new_wamid(customer.wa_id or customer.user_id)),
            number_id=number.id,
            customer_id=customer.id,
            direction=direction,
            type=kind,
            content=content,
            at=float(item["at"]),
            context=item.get("context") or {},
            referral=item.get("referral") or {},
            status=str(item.get("status") or ("read" if direction == "out" else "received")),
            error=item.get("error") or {},
            rendered=item.get("rendered") or {},
            category=str(item.get("category", "")),
            pricing={"pricing": price["pricing"]} if price else {},
            times={"delivered": float(price["delivered_at"])} if price else {},
            is_priced=bool(price),
            reaction_in=str(item.get("reaction_in", "")),
            reaction_out=str(item.get("reaction_out", "")),
        )
    )


def _with_file(world: World, content: Any, item: Json, *, kind: str, number_id: str) -> Json:
    media = world.add_media(
        base64.b64decode(item["base64"]),
        mime_type=str(item.get("mime_type", "application/octet-stream")),
        number_id=number_id,
        filename=str(item.get("filename", "")),
        days=3650,
    )
    made = inbound.media_content(
        media, kind=kind, caption=str(item.get("caption", "")), voice=bool(item.get("voice"))
    )
    return made | (content if "body" not in content else {})
