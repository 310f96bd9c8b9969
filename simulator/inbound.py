"""What a customer does on the phone, and the webhook that the business gets for it."""

from __future__ import annotations

import base64
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from simulator.changes import Change
from simulator.models import Customer, Json, Media, Message, Number, bsuid_for
from simulator.people import country_of, digits_of
from simulator.sending import contact_of, metadata

if TYPE_CHECKING:
    from simulator.world import World

MEDIA: Final = ("image", "video", "audio", "document", "sticker")
AD: Final[Json] = {
    "source_url": "https://fb.me/simulated-ad",
    "source_id": "120200000000000001",
    "source_type": "ad",
    "headline": "Winter collection, 20 % off",
    "body": "Write to us and we keep your size.",
    "media_type": "image",
    "image_url": "https://scontent.example/ad.jpg",
    "ctwa_clid": "ARAkLkA8rmlFeiCktEJQ-QTwRiyYHAFDLMNDBH0CD3qpjd0HR4irJ6LEkR7JwFF4XvnO2E4Nx0-eM-GABDLOPaOdRMv-_zfUQ2a",
    "welcome_message": {"text": "Hello! How can we help?"},
}


def write(
    world: World,
    number: Number,
    customer: Customer,
    *,
    kind: str,
    content: Any,
    context: Json | None = None,
    referral: Json | None = None,
    batch: int = 0,
) -> Message:
    """A customer sends something. A business that blocked the person hears nothing."""
    now = world.clock.now()
    message = Message(
        id=world.new_wamid(customer.wa_id or customer.user_id),
        number_id=number.id,
        customer_id=customer.id,
        direction="in",
        type=kind,
        content=content,
        at=now,
        context=_with_author(world, number, context),
        referral=referral or {},
        status="received",
    )
    if customer.id in number.blocked:
        return message
    world.keep_message(message)
    _apply(world, message)
    if kind == "button" or kind == "text":
        _note_answer(world, number, customer)
    emit_message(world, number, customer, wire(world, message, customer), batch=batch)
    return message


def _with_author(world: World, number: Number, context: Json | None) -> Json:
    if not context or "id" not in context:
        return dict(context or {})
    quoted = world.messages.get(context["id"])
    ours = quoted is None or quoted.direction == "out"
    author = number.display if ours or quoted is None else world.customers[quoted.customer_id].wa_id
    return {"from": author, **context}


def _note_answer(world: World, number: Number, customer: Customer) -> None:
    """Writing is a sign of life: what waited on the phone counts as read."""
    for wamid in world.threads.get((number.id, customer.id), [])[-30:]:
        message = world.messages[wamid]
        if (
            message.direction == "out"
            and message.status == "delivered"
            and customer.behaviour == "by_hand"
        ):
            world.later(0, "status", {"id": wamid, "status": "read"})


def wire(world: World, message: Message, customer: Customer) -> Json:
    """The message object of the webhook."""
    item: Json = {}
    if customer.shares_phone and customer.wa_id:
        item["from"] = customer.wa_id
    if customer.user_id:
        item["from_user_id"] = customer.user_id
    if customer.parent_user_id:
        item["from_parent_user_id"] = customer.parent_user_id
    item |= {"id": message.id, "timestamp": str(int(message.at)), "type": message.type}
    if message.context:
        item["context"] = message.context
    if message.referral:
        item["referral"] = message.referral
    if message.type == "unsupported":
        error = {
            "code": 131051,
            "title": "Message type unknown",
            "message": "Message type unknown",
            "error_data": {"details": "Message type is currently not supported."},
        }
        return item | {"errors": [error], "unsupported": message.content}
    content = message.content
    if message.type in MEDIA:
        content = {key: value for key, value in content.items() if not key.startswith("_")}
        media = world.media.get(str(content.get("id")))
        if media:
            content = content | {"url": world.media_url(media)}
    return item | {message.type: content}


def emit_message(
    world: World, number: Number, customer: Customer | None, item: Json, *, batch: int = 0
) -> None:
    """Post one message object."""
    value: Json = {"messaging_product": "whatsapp", "metadata": metadata(number)}
    if customer is not None:
        value["contacts"] = [contact_of(customer)]
    value["messages"] = [item]
    world.emit(
        Change(
            waba_id=number.waba_id,
            field="messages",
            value=value,
            number_id=number.id,
            lane=f"{number.id}:{customer.id if customer else ''}",
            at=int(world.clock.now()),
            batch=batch,
        )
    )


def media_content(media: Media, *, kind: str, caption: str = "", voice: bool = False) -> Json:
    """The media object of a webhook: `sha256` is base64 there."""
    content: Json = {
        "id": media.id,
        "mime_type": media.mime_type,
        "sha256": base64.b64encode(bytes.fromhex(media.sha256)).decode(),
    }
    if caption and kind in ("image", "video", "document"):
        content["caption"] = caption
    if kind == "document":
        content["filename"] = media.filename or "document"
    if kind == "audio":
        content["voice"] = voice
    if kind == "sticker":
        content["animated"] = False
    return content


def _apply(world: World, message: Message) -> None:
    """What an inbound message changes in older ones."""
    content = message.content
    if message.type == "reaction":
        target = world.messages.get(content["message_id"])
        if target:
            world.keep_message(replace(target, reaction_in=str(content.get("emoji") or "")))
    elif message.type == "edit":
        target = world.messages.get(content["original_message_id"])
        if target:
            new = content["message"]
            world.keep_message(replace(target, content=new[new["type"]], is_edited=True))
    elif message.type == "revoke":
        target = world.messages.get(content["original_message_id"])
        if target:
            world.keep_message(replace(target, is_revoked=True))


def change_number(world: World, number: Number, customer: Customer, *, new: str) -> Customer:
    """The person takes a new phone number: a system message from the old one, and no `contacts`."""
    old, fresh = customer.wa_id, digits_of(new)
    user_id = bsuid_for(fresh, country=country_of(fresh))
    changed = world.keep_customer(replace(customer, wa_id=fresh, user_id=user_id))
    now = world.clock.now()
    content = {
        "body": f"User {customer.name or old} changed from {old} to {fresh}",
        "type": "user_changed_number",
        "wa_id": fresh,
        "user_id": user_id,
    }
    message = world.keep_message(
        Message(
            id=world.new_wamid(fresh),
            number_id=number.id,
            customer_id=customer.id,
            direction="system",
            type="system",
            content=content,
            at=now,
        )
    )
    item = {
        "from": old,
        "from_user_id": customer.user_id,
        "id": message.id,
        "timestamp": str(int(now)),
        "type": "system",
        "system": content,
    }
    emit_message(world, number, None, item)
    return changed


def prefer(world: World, number: Number, customer: Customer, *, value: str) -> Customer:
    """Stop or resume marketing messages from this business."""
    stopped = set(customer.stopped) - {number.waba_id}
    if value == "stop":
        stopped.add(number.waba_id)
    customer = world.keep_customer(replace(customer, stopped=tuple(sorted(stopped))))
    now = int(world.clock.now())
    words = {
        "stop": "User requested to stop marketing messages",
        "resume": "User requested to resume marketing messages",
    }
    preference: Json = {"wa_id": customer.wa_id} if customer.shares_phone else {}
    preference |= {
        "user_id": customer.user_id,
        "detail": words.get(value, "User signed up"),
        "category": "marketing_messages",
        "value": value,
        "timestamp": now,
    }
    world.emit(
        Change(
            waba_id=number.waba_id,
            field="user_preferences",
            value={
                "messaging_product": "whatsapp",
                "metadata": metadata(number),
                "contacts": [contact_of(customer)],
                "user_preferences": [preference],
            },
            number_id=number.id,
            lane=f"{number.id}:{customer.id}",
            at=now,
        )
    )
    return customer


def come_online(world: World, customer: Customer) -> None:
    """The phone is on again: everything that waited arrives."""
    world.keep_customer(replace(customer, is_online=True))
    for (_, customer_id), thread in list(world.threads.items()):
        if customer_id == customer.id:
            for wamid in thread:
                message = world.messages[wamid]
                if message.direction == "out" and message.status == "sent":
                    world.later(
                        world.soon("delivered"), "status", {"id": wamid, "status": "delivered"}
                    )


def read_all(world: World, number: Number, customer: Customer) -> int:
    """The person opens the chat."""
    count = 0
    for wamid in world.threads.get((number.id, customer.id), []):
        message = world.messages[wamid]
        if (
            message.direction == "out"
            and message.status in ("sent", "delivered")
            and customer.is_online
        ):
            world.later(0, "status", {"id": wamid, "status": "read"})
            count += 1
    return count


def tap(
    world: World, number: Number, customer: Customer, *, message_id: str, index: int
) -> Message | None:
    """Tap a button of a template or of an interactive message, or choose a row of a list."""
    message = world.messages[message_id]
    context = {"id": message_id}
    if message.type == "template":
        button = message.rendered["buttons"][index]
        if button["type"] != "QUICK_REPLY":
            return None
        content = {"payload": button["payload"], "text": button["text"]}
        return write(world, number, customer, kind="button", content=content, context=context)
    action = message.content["action"]
    if message.content["type"] == "button":
        reply = action["buttons"][index]["reply"]
        content = {
            "type": "button_reply",
            "button_reply": {"id": reply["id"], "title": reply["title"]},
        }
    elif message.content["type"] == "list":
        rows = [row for section in action["sections"] for row in section["rows"]]
        chosen = {
            key: rows[index][key] for key in ("id", "title", "description") if rows[index].get(key)
        }
        content = {"type": "list_reply", "list_reply": chosen}
    elif message.content["type"] == "flow":
        answer = {
            "response_json": '{"flow_token":"simulated","answer":"yes"}',
            "body": "Sent",
            "name": "flow",
        }
        content = {"type": "nfm_reply", "nfm_reply": answer}
    elif message.content["type"] == "location_request_message":
        place = {
            "latitude": 59.9343,
            "longitude": 30.3351,
            "name": "Nevsky 1",
            "address": "St Petersburg",
        }
        return write(world, number, customer, kind="location", content=place, context=context)
    else:
        return None
    return write(world, number, customer, kind="interactive", content=content, context=context)
