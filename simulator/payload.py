"""The check of an outgoing message against Meta's limits: what a call to /messages may hold, type by type."""

from __future__ import annotations

import re
from typing import Any, Final

from simulator.errors import GraphError, invalid, missing
from simulator.models import Json

MEDIA_TYPES: Final = ("image", "video", "audio", "document", "sticker")
TYPES: Final = (*MEDIA_TYPES, "text", "location", "contacts", "reaction", "template", "interactive")
MEGABYTE: Final = 1024 * 1024
SIZES: Final = {
    "image": 5 * MEGABYTE,
    "video": 16 * MEGABYTE,
    "audio": 16 * MEGABYTE,
    "document": 100 * MEGABYTE,
    "sticker": 500 * 1024,
}
MIME: Final = {
    "image": ("image/jpeg", "image/png"),
    "video": ("video/mp4", "video/3gpp"),
    "audio": ("audio/aac", "audio/amr", "audio/mpeg", "audio/mp4", "audio/ogg"),
    "sticker": ("image/webp",),
}
CAPTION: Final = 1024
BSUID: Final = re.compile(r"^[A-Z]{2}\.[A-Za-z0-9.]{1,140}$")


def kind_for(mime_type: str) -> str:
    """The media type that a MIME type belongs to; anything else goes as a document."""
    bare = mime_type.split(";")[0].strip().lower()
    return next((kind for kind, allowed in MIME.items() if bare in allowed), "document")


def check(body: Json) -> tuple[str, Any]:
    """Give the message's type and its object, or refuse in Meta's words."""
    if body.get("messaging_product") != "whatsapp":
        raise GraphError(100, message="(#100) The parameter messaging_product is required.")
    if not body.get("to") and not body.get("recipient"):
        raise GraphError(100, message="(#100) The parameter to is required.")
    if body.get("recipient_type", "individual") not in ("individual", "group"):
        raise invalid("recipient_type must be one of {INDIVIDUAL, GROUP}")
    if len(str(body.get("biz_opaque_callback_data", ""))) > 512:
        raise invalid("biz_opaque_callback_data must be at most 512 characters long")
    kind = str(body.get("type", "text")).lower()
    if kind not in TYPES:
        raise GraphError(
            100,
            message=f'(#100) Param type must be one of {{{", ".join(t.upper() for t in TYPES)}}} - got "{kind}".',
        )
    content = body.get(kind)
    if not content:
        raise missing(kind)
    if kind == "contacts":
        _contacts(content)
        return kind, content
    if not isinstance(content, dict):
        raise invalid(f"{kind} must be an object")
    if kind in MEDIA_TYPES:
        _media(kind, content)
    else:
        _CHECKS[kind](content)
    return kind, content


def _text_of(value: Any, name: str, *, longest: int, at_least: int = 1) -> str:
    if value is None or (at_least and value == ""):
        raise missing(name)
    if not isinstance(value, str):
        raise invalid(f"Param {name} must be a string.")
    if len(value) > longest:
        raise invalid(f"Param {name} must be at most {longest} characters long.")
    return value


def _text(content: Json) -> None:
    body = _text_of(content.get("body"), "text['body']", longest=4096)
    if not body.strip():
        raise GraphError(100, message="(#100) Param text['body'] must be non-empty.")


def _media(kind: str, content: Json) -> None:
    if not content.get("id") and not content.get("link"):
        raise missing(f"{kind}['id'] or {kind}['link']")
    link = content.get("link")
    if link and not str(link).startswith(("http://", "https://")):
        raise invalid(f"Param {kind}['link'] is not a valid URI.")
    if "caption" in content:
        if kind in ("audio", "sticker"):
            raise invalid(f'Unexpected key "caption" on param {kind}.')
        _text_of(content["caption"], f"{kind}['caption']", longest=CAPTION, at_least=0)


def _location(content: Json) -> None:
    for name, edge in (("latitude", 90), ("longitude", 180)):
        if content.get(name) in (None, ""):
            raise missing(f"location['{name}']")
        try:
            value = float(content[name])
        except (TypeError, ValueError):
            raise invalid(f"Param location['{name}'] must be a number.") from None
        if abs(value) > edge:
            raise invalid(f"Param location['{name}'] must be between -{edge} and {edge}.")


def _contacts(content: Any) -> None:
    if not isinstance(content, list):
        raise invalid("Param contacts must be an array.")
    if len(content) > 257:
        raise invalid("Param contacts must have at most 257 elements.")
    for place, card in enumerate(content):
        name = card.get("name", {}) if isinstance(card, dict) else {}
        if not name.get("formatted_name"):
            raise missing(f"contacts[{place}]['name']['formatted_name']")
        if not any(value for key, value in name.items() if key != "formatted_name"):
            raise invalid("At least one more name part than formatted_name must be given.")


def _reaction(content: Json) -> None:
    if not content.get("message_id"):
        raise missing("reaction['message_id']")
    if "emoji" not in content:
        raise missing("reaction['emoji']")


def _template(content: Json) -> None:
    if not content.get("name"):
        raise missing("template['name']")
    language = content.get("language")
    if not isinstance(language, dict) or not language.get("code"):
        raise missing("template['language']['code']")
    if not isinstance(content.get("components", []), list):
        raise invalid("Param template['components'] must be an array.")


def _interactive(content: Json) -> None:
    kind = content.get("type")
    check_action = _ACTIONS.get(str(kind))
    if kind is None:
        raise missing("interactive['type']")
    if check_action is None:
        raise invalid(f"Param interactive['type'] must be one of {{{', '.join(_ACTIONS)}}}.")
    if kind not in ("product", "catalog_message"):
        longest = 4096 if kind == "list" else 1024
        _text_of(
            (content.get("body") or {}).get("text"), "interactive['body']['text']", longest=longest
        )
    if content.get("footer"):
        _text_of(content["footer"].get("text"), "interactive['footer']['text']", longest=60)
    header = content.get("header")
    if header:
        if header.get("type") not in ("text", "image", "video", "document"):
            raise invalid(
                "Param interactive['header']['type'] must be one of {text, image, video, document}."
            )
        if kind == "list" and header["type"] != "text":
            raise invalid("Only text headers are supported on list messages.")
        if header["type"] == "text":
            _text_of(header.get("text"), "interactive['header']['text']", longest=60)
        else:
            _media(header["type"], header.get(header["type"]) or {})
    if not isinstance(content.get("action"), dict):
        raise missing("interactive['action']")
    check_action(content["action"])


def _buttons(action: Json) -> None:
    buttons = action.get("buttons")
    if not isinstance(buttons, list) or not buttons:
        raise missing("interactive['action']['buttons']")
    if len(buttons) > 3:
        raise invalid("Invalid buttons count. Min allowed buttons: 1, Max allowed buttons: 3")
    replies = [button.get("reply") or {} for button in buttons]
    for reply in replies:
        _text_of(reply.get("id"), "interactive['action']['buttons']['reply']['id']", longest=256)
        _text_of(
            reply.get("title"), "interactive['action']['buttons']['reply']['title']", longest=20
        )
    for name in ("id", "title"):
        if len({reply[name] for reply in replies}) < len(replies):
            raise invalid(f"Button {name}s must be unique.")


def _list(action: Json) -> None:
    _text_of(action.get("button"), "interactive['action']['button']", longest=20)
    sections = action.get("sections")
    if not isinstance(sections, list) or not sections:
        raise missing("interactive['action']['sections']")
    if len(sections) > 10:
        raise invalid("Total section count exceed max allowed count: 10")
    rows = [row for section in sections for row in section.get("rows") or []]
    if not rows:
        raise missing("interactive['action']['sections']['rows']")
    if len(rows) > 10:
        raise invalid("Total row count exceed max allowed count: 10")
    for section in sections:
        if len(sections) > 1:
            _text_of(section.get("title"), "interactive['action']['sections']['title']", longest=24)
    for row in rows:
        _text_of(row.get("id"), "interactive['action']['sections']['rows']['id']", longest=200)
        _text_of(row.get("title"), "interactive['action']['sections']['rows']['title']", longest=24)
        _text_of(row.get("description", ""), "row['description']", longest=72, at_least=0)
    if len({row["id"] for row in rows}) < len(rows):
        raise invalid("Row ids must be unique.")


def _cta_url(action: Json) -> None:
    parameters = action.get("parameters") or {}
    _text_of(
        parameters.get("display_text"),
        "interactive['action']['parameters']['display_text']",
        longest=20,
    )
    url = _text_of(
        parameters.get("url"), "interactive['action']['parameters']['url']", longest=2000
    )
    if not url.startswith(("http://", "https://")):
        raise invalid("Param interactive['action']['parameters']['url'] is not a valid URI.")


def _flow(action: Json) -> None:
    parameters = action.get("parameters") or {}
    if not parameters.get("flow_id") and not parameters.get("flow_name"):
        raise missing("interactive['action']['parameters']['flow_id']")
    _text_of(
        parameters.get("flow_cta"), "interactive['action']['parameters']['flow_cta']", longest=20
    )


def _product(action: Json) -> None:
    for name in ("catalog_id", "product_retailer_id"):
        if not action.get(name):
            raise missing(f"interactive['action']['{name}']")


def _products(action: Json) -> None:
    items = [
        item
        for section in action.get("sections") or []
        for item in section.get("product_items") or []
    ]
    if not action.get("catalog_id"):
        raise missing("interactive['action']['catalog_id']")
    if not 1 <= len(items) <= 30:
        raise invalid("A product list holds 1 to 30 products.")


def _carousel(action: Json) -> None:
    cards = action.get("cards")
    if not isinstance(cards, list) or not 2 <= len(cards) <= 10:
        raise invalid("A carousel holds 2 to 10 cards.")
    for card in cards:
        _text_of(
            (card.get("body") or {}).get("text", ""),
            "card['body']['text']",
            longest=160,
            at_least=0,
        )


def _named(action: Json) -> None:
    if not action.get("name"):
        raise missing("interactive['action']['name']")


_ACTIONS: Final = {
    "button": _buttons,
    "list": _list,
    "cta_url": _cta_url,
    "flow": _flow,
    "product": _product,
    "product_list": _products,
    "carousel": _carousel,
    "location_request_message": _named,
    "catalog_message": _named,
    "address_message": _named,
    "call_permission_request": _named,
    "voice_call": _named,
    "request_contact_info": _named,
}
_CHECKS: Final = {
    "text": _text,
    "location": _location,
    "reaction": _reaction,
    "template": _template,
    "interactive": _interactive,
}
