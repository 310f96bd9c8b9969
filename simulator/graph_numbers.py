"""Graph: a business phone number, its messages, profile, registration and block list."""

from __future__ import annotations

import base64
from dataclasses import replace
from typing import Any, Final

from simulator import registration, sending
from simulator.errors import GraphError, failed_status, unknown_object
from simulator.models import MANAGEMENT, MESSAGING, Json, Number
from simulator.people import digits_of, pretty
from simulator.wire import Call, field_names, page, select
from simulator.world import World

NODE: Final = "WhatsAppBusinessPhoneNumber"
USUAL: Final = (
    "verified_name",
    "code_verification_status",
    "display_phone_number",
    "quality_rating",
    "platform_type",
    "throughput",
    "id",
)
PROFILE: Final = {"about": 139, "address": 256, "description": 512, "email": 128, "vertical": 40}


PICTURE: Final = "picture"  # in a number's profile: the id of the file
PICTURE_BYTES: Final = 5 * 1024 * 1024


def shown(world: World, number: Number) -> Json:
    """Every field that a number has. None means: known to Meta, without a value here."""
    waba = world.wabas[number.waba_id]
    app = world.apps.get(waba.subscribed_apps[0]) if waba.subscribed_apps else None
    blocked = number.status != "CONNECTED" or not waba.has_payment
    return {
        "id": number.id,
        "display_phone_number": pretty(digits_of(number.phone)),
        "verified_name": number.verified_name,
        "code_verification_status": "VERIFIED" if number.is_verified else "NOT_VERIFIED",
        "quality_rating": number.quality,
        "quality_score": {"score": number.quality},
        "name_status": number.name_status,
        "new_display_name": number.new_name or None,
        "new_name_status": number.new_name_status or None,
        "status": number.status,
        "throughput": {"level": number.throughput},
        "whatsapp_business_manager_messaging_limit": waba.messaging_limit,
        "messaging_limit_tier": waba.messaging_limit,
        "platform_type": "CLOUD_API" if number.status == "CONNECTED" else "NOT_APPLICABLE",
        "host_platform": "CLOUD_API",
        "account_mode": "LIVE",
        "is_official_business_account": number.is_official,
        "is_pin_enabled": bool(number.pin),
        "is_on_biz_app": False,
        "is_preverified_number": False,
        "search_visibility": "VISIBLE",
        "country_code": waba.country,
        "country_dial_code": None,
        "certificate": None,
        "last_onboarded_time": None,
        "health_status": {
            "can_send_message": "BLOCKED" if blocked else "AVAILABLE",
            "entities": [
                {
                    "entity_type": "PHONE_NUMBER",
                    "id": number.id,
                    "can_send_message": "AVAILABLE" if number.status == "CONNECTED" else "BLOCKED",
                },
                waba_health(waba.id, has_payment=waba.has_payment),
            ],
        },
        "webhook_configuration": {
            "application": (app.webhook_url or world.default_webhook) if app else "",
            **({"whatsapp_business_account": waba.override_url} if waba.override_url else {}),
            **({"phone_number": number.override_url} if number.override_url else {}),
        },
    }


def waba_health(waba_id: str, *, has_payment: bool) -> Json:
    """One entity of `health_status`."""
    entity: Json = {
        "entity_type": "WABA",
        "id": waba_id,
        "can_send_message": "AVAILABLE" if has_payment else "BLOCKED",
    }
    if not has_payment:
        error = {
            "error_code": 141006,
            "error_description": "There is an issue with the payment method.",
        }
        entity["errors"] = [error | {"possible_solution": "Add a payment method."}]
    return entity


def messages(world: World, call: Call) -> tuple[Json, bool]:
    """POST /{PNID}/messages."""
    call.needs(MESSAGING)
    number = world.number(call.path[0])
    if call.path[1] == "marketing_messages" and call.params.get("type") != "template":
        raise GraphError(131055, details="Only templates go to /marketing_messages.")
    return sending.accept(world, number, call.params)


def handle(world: World, call: Call) -> Any:
    """Everything else about a number."""
    call.needs(MANAGEMENT, MESSAGING)
    number = world.number(call.path[0])
    edge = call.path[1] if len(call.path) > 1 else ""
    match call.method, edge:
        case "GET", "":
            return select(
                shown(world, number),
                fields=str(call.params.get("fields", "")),
                usual=USUAL,
                node=NODE,
            )
        case "POST", "":
            return _change(world, number, call.params)
        case "POST", "register":
            registration.register(world, number, call.params)
        case "POST", "deregister":
            world.numbers.keep(replace(number, status="DISCONNECTED"))
        case "POST", "request_code":
            registration.request_code(world, number, call.params)
        case "POST", "verify_code":
            registration.verify_code(world, number, call.params)
        case _, "whatsapp_business_profile":
            return _profile(world, number, call)
        case _, "block_users":
            return _block_list(world, number, call)
        case _:
            raise unknown_object("/".join(call.path), method=call.method.lower())
    return {"success": True}


def _change(world: World, number: Number, params: Json) -> Json:
    if "pin" in params:
        if len(str(params["pin"])) != 6:
            raise GraphError(100, message="(#100) The parameter pin must be six digits.")
        number = replace(number, pin=str(params["pin"]))
    configuration = params.get("webhook_configuration")
    if isinstance(configuration, dict):
        number = replace(
            number,
            override_url=str(configuration.get("override_callback_uri", "")),
            override_token=str(configuration.get("verify_token", "")),
        )
    world.numbers.keep(number)
    if "new_display_name" in params:
        registration.request_name(world, number, str(params["new_display_name"]))
    return {"success": True}


def _profile(world: World, number: Number, call: Call) -> Json:
    if call.method == "GET":
        names = field_names(str(call.params.get("fields", ""))) or ["about"]
        known = dict(number.profile)
        if media_id := known.pop(PICTURE, ""):
            known["profile_picture_url"] = f"{world.base_url}/media/profile/{media_id}"
        chosen = {name: known[name] for name in names if name in known}
        return {"data": [chosen | {"messaging_product": "whatsapp"}]}
    changes = {k: v for k, v in call.params.items() if k in (*PROFILE, "websites")}
    for name, longest in PROFILE.items():
        if len(str(changes.get(name, ""))) > longest:
            raise GraphError(
                100, message=f"(#100) Param {name} must be at most {longest} characters long."
            )
    if len(changes.get("websites", [])) > 2:
        raise GraphError(100, message="(#100) Param websites must have at most 2 elements.")
    if handle := call.params.get("profile_picture_handle"):
        changes[PICTURE] = _picture(world, str(handle))
    world.numbers.keep(replace(number, profile=number.profile | changes))
    return {"success": True}


def _picture(world: World, handle: str) -> str:
    """The id of an uploaded picture."""
    try:
        media_id = base64.b64decode(handle.removeprefix("4::")).decode().partition(":")[0]
    except ValueError:
        media_id = ""
    media = world.media.get(media_id)
    if media is None or media.mime_type not in ("image/jpeg", "image/png"):
        raise GraphError(100, message="(#100) Param profile_picture_handle is not a valid handle.")
    if media.size > PICTURE_BYTES:
        raise GraphError(131053, details="A profile picture has 5 MB at most.")
    return media.id


def _block_list(world: World, number: Number, call: Call) -> Json:
    if call.method == "GET":
        people = [
            {"messaging_product": "whatsapp", "wa_id": world.customers[c].wa_id}
            for c in number.blocked
        ]
        return page(people, call, base_url=world.base_url)
    done: list[Json] = []
    failed: list[Json] = []
    blocked = dict.fromkeys(number.blocked)
    for item in call.params.get("block_users") or []:
        who = str(item.get("user") or item.get("user_id") or "")
        found = world.find_customer(who)
        wrote = found is not None and world.window_is_open(
            number.id, found.id, at=world.clock.now()
        )
        if found is None or (call.method == "POST" and not wrote):
            failed.append({"input": who, "errors": [failed_status(139101)]})
            continue
        if call.method == "POST":
            blocked[found.id] = None
        else:
            blocked.pop(found.id, None)
        done.append({"input": who, "wa_id": found.wa_id, "user_id": found.user_id})
    world.numbers.keep(replace(number, blocked=tuple(blocked)))
    name = "added_users" if call.method == "POST" else "removed_users"
    users: Json = {name: done}
    if failed:
        users["failed_users"] = failed
    return {"messaging_product": "whatsapp", "block_users": users}
