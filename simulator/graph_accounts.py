"""Graph: WABAs, apps, portfolios and tokens."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from simulator import analytics, registration, template_analytics
from simulator.errors import GraphError, unknown_object
from simulator.graph_numbers import NODE as NUMBER_NODE
from simulator.graph_numbers import USUAL as NUMBER_USUAL
from simulator.graph_numbers import shown as shown_number
from simulator.graph_numbers import waba_health
from simulator.models import MANAGEMENT, Json, Token, Waba
from simulator.wire import Call, check_token, page, select
from simulator.world import World

NODE: Final = "WhatsAppBusinessAccount"
FIELDS: Final = (
    "account_alerts", "account_review_update", "account_update", "business_capability_update",
    "history", "message_echoes", "message_template_components_update",
    "message_template_quality_update", "message_template_status_update", "messages",
    "phone_number_name_update", "phone_number_quality_update", "security", "smb_app_state_sync",
    "smb_message_echoes", "template_category_update", "user_preferences",
)  # fmt: skip
USUAL: Final = ("id", "name", "currency", "timezone_id", "message_template_namespace")


def shown(world: World, waba: Waba) -> Json:
    """Every field that a WABA has."""
    return {
        "id": waba.id,
        "name": waba.name,
        "currency": waba.currency,
        "timezone_id": waba.timezone_id,
        "country": waba.country,
        "account_review_status": "APPROVED",
        "business_verification_status": waba.verification,
        "status": "ACTIVE",
        "ownership_type": "SELF",
        "message_template_namespace": f"ns_{waba.id}",
        "owner_business_info": {"name": waba.name, "id": waba.business_id},
        "on_behalf_of_business_info": {
            "name": waba.name,
            "id": waba.business_id,
            "status": "APPROVED",
            "type": "SELF",
        },
        "health_status": {
            "can_send_message": "AVAILABLE" if waba.has_payment else "BLOCKED",
            "entities": [waba_health(waba.id, has_payment=waba.has_payment)],
        },
        "primary_funding_id": "700000000000001" if waba.has_payment else None,
        "primary_business_location": waba.country,
        "auth_international_rate_eligibility": waba.international or None,
        "is_enabled_for_insights": True,
        "marketing_messages_onboarding_status": None,
        "whatsapp_business_manager_messaging_limit": waba.messaging_limit,
    }


def waba(world: World, call: Call) -> Any:
    """GET and POST /{WABA} and its edges."""
    call.needs(MANAGEMENT)
    account = world.waba(call.path[0])
    edge = call.path[1] if len(call.path) > 1 else ""
    match call.method, edge:
        case "GET", "":
            return _shown_with_analytics(world, account, str(call.params.get("fields", "")))
        case "POST", "":
            if "name" in call.params:
                world.wabas.keep(replace(account, name=str(call.params["name"])))
            return {"success": True}
        case "GET", "template_analytics":
            return template_analytics.answer(world, account, call)
        case "GET", "phone_numbers":
            return _numbers(world, account, call)
        case "POST", "phone_numbers":
            return {"id": registration.add(world, account, call.params).id}
        case _, "subscribed_apps":
            return _subscriptions(world, account, call)
    raise unknown_object("/".join(call.path), method=call.method.lower())


def _shown_with_analytics(world: World, account: Waba, fields: str) -> Json:
    questions = analytics.asked(fields)
    rest = analytics.without(fields) if questions else fields
    usual = ("id",) if questions else USUAL
    plain = select(shown(world, account), fields=rest, usual=usual, node=NODE)
    return {one.field: analytics.answer(world, account, one) for one in questions} | plain


def _numbers(world: World, account: Waba, call: Call) -> Json:
    fields = str(call.params.get("fields", ""))
    numbers = [n for n in world.numbers.values() if n.waba_id == account.id]
    rows = [
        select(shown_number(world, n), fields=fields, usual=NUMBER_USUAL, node=NUMBER_NODE)
        for n in numbers
    ]
    return page(rows, call, base_url=world.base_url)


def _subscriptions(world: World, account: Waba, call: Call) -> Json:
    if call.method == "GET":
        rows = []
        for app_id in account.subscribed_apps:
            app = world.apps.get(app_id)
            if app:
                data = {
                    "id": app.id,
                    "name": app.name,
                    "link": "https://www.facebook.com/games/?app_id=" + app.id,
                }
                row: Json = {"whatsapp_business_api_data": data}
                if account.override_url:
                    row["override_callback_uri"] = account.override_url
                rows.append(row)
        return {"data": rows}
    mine = dict.fromkeys(account.subscribed_apps)
    app_id = call.token.app_id or next(iter(world.apps), "")
    if call.method == "DELETE":
        mine.pop(app_id, None)
        account = replace(account, override_url="", override_token="")
    else:
        mine[app_id] = None
        account = replace(
            account,
            override_url=str(call.params.get("override_callback_uri", "")),
            override_token=str(call.params.get("verify_token", "")),
        )
    world.wabas.keep(replace(account, subscribed_apps=tuple(mine)))
    return {"success": True}


def app(world: World, call: Call) -> Any:
    """GET /{APP}, its subscription and the start of a resumable upload."""
    found = world.apps[call.path[0]]
    edge = call.path[1] if len(call.path) > 1 else ""
    if edge == "subscriptions" and call.token.id != f"{found.id}|{found.secret}":
        raise GraphError(15, message="(#15) This method must be called with an app access_token.")
    match call.method, edge:
        case "GET", "":
            thing = {"id": found.id, "name": found.name, "link": None}
            return select(
                thing,
                fields=str(call.params.get("fields", "")),
                usual=("id", "name"),
                node="Application",
            )
        case "POST", "uploads":
            upload_id = "upload:" + world.rng.randbytes(12).hex()
            world.uploads[upload_id] = {"type": str(call.params.get("file_type", "")), "offset": 0}
            return {"id": upload_id}
        case "POST", "subscriptions":
            url, token = (
                str(call.params.get("callback_url", "")),
                str(call.params.get("verify_token", "")),
            )
            names = tuple(filter(None, str(call.params.get("fields", "")).split(",")))
            if strange := [name for name in names if name not in FIELDS]:
                raise GraphError(100, message=f"(#100) Param fields has no field {strange[0]}")
            world.apps.keep(
                replace(found, webhook_url=url, verify_token=token, webhook_fields=names)
            )
            return {"success": True}
        case "GET", "subscriptions":
            row = {
                "object": "whatsapp_business_account",
                "callback_url": found.webhook_url or world.default_webhook,
                "active": True,
                "fields": [
                    {"name": name, "version": found.webhook_version}
                    for name in found.webhook_fields or FIELDS
                ],
            }
            return {"data": [row]}
    raise unknown_object("/".join(call.path), method=call.method.lower())


def business(world: World, call: Call) -> Any:
    """The WABAs of a portfolio."""
    call.needs(MANAGEMENT)
    business_id = call.path[0]
    edge = call.path[1] if len(call.path) > 1 else ""
    mine = [w for w in world.wabas.values() if w.business_id == business_id]
    mine = [w for w in mine if not call.token.waba_ids or w.id in call.token.waba_ids]
    if edge in ("owned_whatsapp_business_accounts", "client_whatsapp_business_accounts"):
        rows = mine if edge.startswith("owned") else []
        fields = str(call.params.get("fields", ""))
        shown_rows = [select(shown(world, w), fields=fields, usual=USUAL, node=NODE) for w in rows]
        return page(shown_rows, call, base_url=world.base_url)
    if not edge and mine:
        return {"id": business_id, "name": mine[0].name}
    raise unknown_object(business_id, method=call.method.lower())


def tokens(world: World, call: Call) -> Json:
    """/debug_token and /oauth/access_token."""
    if call.path[0] == "debug_token":
        return {"data": _debugged(world, str(call.params.get("input_token", "")))}
    app = world.apps.get(str(call.params.get("client_id", "")))
    if app is None or app.secret != call.params.get("client_secret"):
        raise GraphError(1, message="Error validating client secret.", status=400)
    if call.params.get("grant_type") == "client_credentials":
        return {"access_token": f"{app.id}|{app.secret}", "token_type": "bearer"}
    target = world.codes.pop(str(call.params.get("code", "")), None)
    if target is None:
        raise GraphError(100, message="This authorization code has expired.", subcode=36007)
    token = world.tokens.keep(
        Token(id="EAA" + world.rng.randbytes(24).hex(), app_id=app.id, waba_ids=(target,))
    )
    return {"access_token": token.id, "token_type": "bearer"}


def _debugged(world: World, given: str) -> Json:
    try:
        token = check_token(world, given)
    except GraphError as error:
        refusal = {"code": error.code, "message": error.envelope()["error"]["message"]}
        return {"error": refusal, "is_valid": False, "scopes": []}
    targets = list(token.waba_ids or world.wabas)
    return {
        "app_id": token.app_id,
        "type": "SYSTEM_USER",
        "application": world.apps[token.app_id].name if token.app_id in world.apps else "",
        "is_valid": True,
        "expires_at": int(token.expires_at),
        "scopes": list(token.scopes),
        "granular_scopes": [{"scope": scope, "target_ids": targets} for scope in token.scopes],
    }
