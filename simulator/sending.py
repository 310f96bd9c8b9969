"""A business message: accepted or refused by the call, then sent, delivered, read or failed by webhooks."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from simulator import payload, templates
from simulator.changes import Change
from simulator.errors import GraphError, failed_status, missing
from simulator.international import charged_as
from simulator.models import Conversation, Customer, Json, Message, Number, Template
from simulator.people import behaviour_of, digits_of
from simulator.pricing import Facts, model_for, month_of, price

if TYPE_CHECKING:
    from simulator.world import World

RANK: Final = {"accepted": 0, "sent": 1, "delivered": 2, "read": 3, "played": 4, "failed": 9}


def metadata(number: Number) -> Json:
    """How a webhook names the business number."""
    return {"display_phone_number": number.display, "phone_number_id": number.id}


def contact_of(customer: Customer) -> Json:
    """How a webhook names a person."""
    contact: Json = {
        "profile": {"name": customer.name or customer.username or "+" + customer.wa_id}
    }
    if customer.username:
        contact["profile"]["username"] = customer.username
    if customer.shares_phone and customer.wa_id:
        contact["wa_id"] = customer.wa_id
    if customer.user_id:
        contact["user_id"] = customer.user_id
    if customer.parent_user_id:
        contact["parent_user_id"] = customer.parent_user_id
    return contact


def accept(world: World, number: Number, body: Json) -> tuple[Json, bool]:
    """Answer a call to /messages. The flag says that the answer must never arrive (time-out after acceptance)."""
    if body.get("status"):
        return _mark_read(world, number, body), False
    kind, content = payload.check(body)
    if number.status != "CONNECTED":
        raise GraphError(133010)
    now = world.clock.now()
    answer = _answer(body, str(body.get("to") or ""))
    if payload.BSUID.match(str(body.get("to") or "")):
        # Meta's own trap: 200, an id, and nothing ever happens.
        wamid = world.new_wamid("0")
        world.vanished.append({"id": wamid, "number_id": number.id, "body": body, "at": now})
        return answer | {"messages": [{"id": wamid}]}, False
    if body.get("to") and not digits_of(str(body["to"])):
        raise GraphError(131009, details="Parameter to is not a valid phone number.")
    customer = _recipient(world, body)
    behaviour = behaviour_of(customer)
    if customer.wa_id == digits_of(number.phone):
        raise GraphError(131021)
    if behaviour.refuses:
        raise GraphError(behaviour.refuses)
    if not world.meters.number_may_send(number.id, level=number.throughput, now=now):
        raise GraphError(130429, details="Cloud API message throughput has been reached.")
    if not world.meters.pair_may_send(number.id, customer.id, now=now):
        raise GraphError(
            131056,
            details="Message failed to send because too many went from this number to this user.",
        )
    template = _checked_template(
        world, number, kind=kind, content=content, is_to_user_id=not body.get("to")
    )
    if kind in payload.MEDIA_TYPES:
        _check_media(world, kind, content)
    message = Message(
        id=world.new_wamid(customer.wa_id or customer.user_id),
        number_id=number.id,
        customer_id=customer.id,
        direction="out",
        type=kind,
        content=content,
        at=now,
        context=dict(body.get("context") or {}),
        callback_data=str(body.get("biz_opaque_callback_data", "")),
        category=template.category if template else "",
        rendered=templates.render(template, content) if template else {},
        to_user_id=not body.get("to"),
        recipient=str(body.get("to") or body.get("recipient")),
    )
    fails = _why_it_fails(world, number, customer=customer, message=message, now=now)
    world.keep_message(message)
    world.typing.pop((number.id, customer.id), None)
    world.later(world.soon("sent"), "status", {"id": message.id, "status": "sent", "fails": fails})
    sent: Json = {"id": message.id}
    if template:
        sent["message_status"] = "accepted"
    contact: Json = {"input": message.recipient, "wa_id": customer.wa_id}
    if message.to_user_id:
        contact = {"input": message.recipient, "wa_id": "", "user_id": customer.user_id}
    return answer | {"contacts": [contact], "messages": [sent]}, behaviour.hangs


def _answer(body: Json, to: str) -> Json:
    digits = digits_of(to)
    return {"messaging_product": "whatsapp", "contacts": [{"input": to, "wa_id": digits}]}


def _recipient(world: World, body: Json) -> Customer:
    if body.get("to"):
        return world.ensure_customer(str(body["to"]))
    user_id = str(body["recipient"])
    found = world.find_customer(user_id)
    if found is None:
        if not payload.BSUID.match(user_id):
            raise GraphError(
                131009, details="Parameter recipient is not a valid business-scoped user id."
            )
        found = world.ensure_customer(user_id, behaviour="unreachable")
    return found


def _checked_template(
    world: World, number: Number, *, kind: str, content: Any, is_to_user_id: bool
) -> Template | None:
    if kind != "template":
        return None
    name, language = content["name"], content["language"]["code"]
    found = next(
        (
            t
            for t in world.templates.values()
            if t.waba_id == number.waba_id
            and t.name == name
            and t.language == language
            and not t.deleted_at
        ),
        None,
    )
    if found is None or found.status in ("PENDING", "REJECTED", "IN_APPEAL", "ARCHIVED"):
        raise GraphError(132001, details=f"template name ({name}) does not exist in {language}")
    if found.status == "PAUSED":
        raise GraphError(132015)
    if found.status == "DISABLED":
        raise GraphError(132016)
    if is_to_user_id and templates.is_code(found):
        raise GraphError(131062, details="Codes are sent to phone numbers only.")
    templates.check_send(found, content)
    return found


def _check_media(world: World, kind: str, content: Json) -> None:
    media_id = content.get("id")
    if not media_id:
        return
    media = world.media.get(str(media_id))
    if media is None or media.at + media.ttl < world.clock.now():
        raise GraphError(
            100,
            message=f"(#100) Param {kind}['id'] is not a valid whatsapp business account media attachment ID",
        )


def _why_it_fails(
    world: World, number: Number, *, customer: Customer, message: Message, now: float
) -> int:
    behaviour = behaviour_of(customer)
    if behaviour.fails and not (behaviour.fails == 131050 and message.category != "MARKETING"):
        return behaviour.fails
    if customer.id in number.blocked:
        return 131026
    is_open = world.window_is_open(number.id, customer.id, at=now)
    waba = world.waba(number.waba_id)
    if message.type != "template" and not is_open:
        return 131047
    if message.category == "MARKETING":
        if number.waba_id in customer.stopped:
            return 131050
        if customer.user_id.startswith("US.") and customer.wa_id.startswith("1"):
            return 131049
    if message.type == "reaction" and _bad_target(world, message, now=now):
        return 131009
    media_id = message.content.get("id") if message.type in payload.MEDIA_TYPES else None
    if media_id:
        media = world.media[str(media_id)]
        allowed = payload.MIME.get(message.type)
        bare = media.mime_type.split(";")[0].strip()
        if (allowed and bare not in allowed) or media.size > payload.SIZES[message.type]:
            return 131053
    if not waba.has_payment and (
        message.type == "template" or _service_used(world, number, now=now) >= 1000
    ):
        return 131042
    if not is_open and not world.meters.may_reach(
        waba.business_id, customer.id, tier=waba.messaging_limit, now=now
    ):
        return 131048
    return 0


def _bad_target(world: World, message: Message, *, now: float) -> bool:
    target = world.messages.get(message.content["message_id"])
    return (
        target is None
        or target.type == "reaction"
        or target.is_revoked
        or target.at < now - 30 * 86400
    )


def _service_used(world: World, number: Number, *, now: float) -> int:
    zone = world.waba(number.waba_id).timezone
    return world.service_used.get(f"{number.id}:{month_of(now, zone=zone)}", 0)


def _mark_read(world: World, number: Number, body: Json) -> Json:
    if body.get("messaging_product") != "whatsapp":
        raise GraphError(100, message="(#100) The parameter messaging_product is required.")
    if body["status"] != "read":
        raise GraphError(100, message="(#100) Param status must be one of {READ}.")
    if not body.get("message_id"):
        raise missing("message_id")
    message = world.messages.get(str(body["message_id"]))
    if message is None or message.number_id != number.id or message.direction != "in":
        raise GraphError(131009, details="Message ID is invalid.")
    for wamid in world.threads[message.number_id, message.customer_id]:
        other = world.messages[wamid]
        if other.direction == "in" and other.at <= message.at and other.status != "read":
            world.keep_message(replace(other, status="read"))
    if body.get("typing_indicator"):
        if body["typing_indicator"].get("type") != "text":
            raise GraphError(131009, details="typing_indicator type must be text")
        world.typing[number.id, message.customer_id] = world.clock.now() + 25
        world.tell("typing", number.id, message.customer_id)
    return {"success": True}


# --- what follows ------------------------------------------------------------------------------------------


def advance(world: World, wamid: str, *, status: str, fails: int = 0) -> None:
    """Let a message take its next step and tell the business. Steps that were already taken are nothing."""
    message = world.messages.get(wamid)
    if message is None or message.direction != "out" or RANK[message.status] >= RANK[status]:
        return
    customer = world.customers[message.customer_id]
    behaviour = behaviour_of(customer)
    if fails:
        _fail(world, message, code=fails)
        return
    if status != "sent" and (not customer.is_online or not behaviour.delivers):
        return
    if status == "sent":
        message = _priced(world, message)
    message = replace(message, status=status, times=message.times | {status: world.clock.now()})
    shows_price = status == "sent" or not message.is_priced
    if status != "sent" and not message.is_priced:
        message = replace(message, is_priced=True)
        _confirm(world, message)
    world.keep_message(message)
    if message.type == "reaction":
        _apply_reaction(world, message)
        if status != "sent":
            return
    _emit_status(world, message, status=status, shows_price=shows_price)
    if message.type != "reaction":
        _plan_next(world, message, status=status)


def _plan_next(world: World, message: Message, *, status: str) -> None:
    behaviour = behaviour_of(world.customers[message.customer_id])
    if status == "sent":
        following = "read" if behaviour.skips_delivered else "delivered"
        world.later(world.soon("delivered"), "status", {"id": message.id, "status": following})
    elif status == "delivered" and behaviour.reads != "never" and world.settings["auto_read"]:
        delay = 0.0 if behaviour.reads == "at once" else world.soon("read")
        world.later(delay, "status", {"id": message.id, "status": "read"})


def _fail(world: World, message: Message, *, code: int) -> None:
    error = failed_status(code)
    message = replace(
        message, status="failed", error=error, times=message.times | {"failed": world.clock.now()}
    )
    world.keep_message(message)
    _emit_status(world, message, status="failed", shows_price=False)


def _apply_reaction(world: World, message: Message) -> None:
    target = world.messages.get(message.content["message_id"])
    if target:
        world.keep_message(replace(target, reaction_out=str(message.content.get("emoji") or "")))


def _priced(world: World, message: Message) -> Message:
    number = world.number(message.number_id)
    waba = world.waba(number.waba_id)
    now = world.clock.now()
    key = (message.number_id, message.customer_id)
    ids = world.open_conversations.get(key, [])
    still_open = [c for c in (world.conversations[i] for i in ids) if c.expires_at > now]
    app = next((world.apps[a] for a in waba.subscribed_apps if a in world.apps), None)
    version = int(app.webhook_version.lstrip("v").split(".")[0]) if app else 25
    result = price(
        Facts(
            at=now,
            model=model_for(waba.pricing_model, at=now, zone=waba.timezone),
            zone=waba.timezone,
            category=charged_as(message, waba, world.customers[message.customer_id], now=now),
            window_open=world.window_is_open(*key, at=now),
            from_ad=now < world.last_ad.get(key, -1e12) + 86400,
            used_free=_service_used(world, number, now=now),
            free_tier_type=waba.free_tier_type,
            webhook_version=version,
            open=still_open,
        )
    )
    if message.type == "reaction":
        return message
    conversation = result.joins
    if conversation is None and result.opens:
        conversation = Conversation(
            id=world.rng.randbytes(16).hex(),
            number_id=key[0],
            customer_id=key[1],
            kind=result.opens,
            at=now,
            expires_at=now + result.lasts,
        )
        if result.opens == "referral_conversion":
            still_open = []  # a free entry point closes every other conversation
        if result.opens != "message":
            world.conversations.keep(conversation)
            world.open_conversations[key] = [*(c.id for c in still_open), conversation.id]
    shown = conversation.id if conversation and result.shows_conversation else ""
    extra: Json = {}
    if conversation and shown:
        kind = (
            message.category.lower() or "service"
            if conversation.kind == "message"
            else conversation.kind
        )
        extra = {"origin": kind, "expires_at": conversation.expires_at}
    told = result.pricing | world.customers[message.customer_id].priced_as
    return replace(message, conversation_id=shown, pricing={"pricing": told, **extra})


def _confirm(world: World, message: Message) -> None:
    """The first delivery makes a charge real: the quota moves and the conversation counts."""
    conversation = world.conversations.get(message.conversation_id)
    if conversation and not conversation.is_delivered:
        world.conversations.keep(replace(conversation, is_delivered=True))
    if message.pricing.get("pricing", {}).get("category") == "service":
        zone = world.waba(world.number(message.number_id).waba_id).timezone
        month = f"{message.number_id}:{month_of(world.clock.now(), zone=zone)}"
        world.service_used[month] = world.service_used.get(month, 0) + 1


def _emit_status(world: World, message: Message, *, status: str, shows_price: bool) -> None:
    number = world.number(message.number_id)
    customer = world.customers[message.customer_id]
    stamp = int(world.clock.now())
    item: Json = {
        "id": message.id,
        "status": status,
        "timestamp": str(stamp),
        "recipient_id": "" if message.to_user_id else customer.wa_id,
    }
    if customer.user_id:
        item["recipient_user_id"] = customer.user_id
    if message.callback_data:
        item["biz_opaque_callback_data"] = message.callback_data
    if status == "failed":
        item["errors"] = [message.error]
    elif shows_price and message.pricing:
        if message.conversation_id:
            item["conversation"] = {
                "id": message.conversation_id,
                "origin": {"type": message.pricing["origin"]},
            }
            if status == "sent":
                item["conversation"]["expiration_timestamp"] = str(
                    int(message.pricing["expires_at"])
                )
        item["pricing"] = message.pricing["pricing"]
    value: Json = {"messaging_product": "whatsapp", "metadata": metadata(number)}
    if status != "failed":
        value["contacts"] = [contact_of(customer)]
    value["statuses"] = [item]
    world.emit(
        Change(
            waba_id=number.waba_id,
            field="messages",
            value=value,
            number_id=number.id,
            lane=f"{number.id}:{customer.id}",
            at=stamp,
        )
    )
