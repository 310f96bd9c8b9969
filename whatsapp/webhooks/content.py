"""The object of a message, tidied by its kind: the words worth showing, the content, the file if there is one."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, NamedTuple

from whatsapp.facts import MediaRef
from whatsapp.webhooks import wire
from whatsapp.webhooks.wire import Raw


class Content(NamedTuple):
    text: str = ""
    content: Raw = {}  # noqa: RUF012  never changed, only replaced
    media: MediaRef | None = None


NOTHING = Content()


def read(raw: Raw, *, kind: str, has_errors: bool) -> Content:
    """What the message says. ValueError if its kind is known but its object lacks what it must have.

    With errors beside it the object may be missing: then the errors are what there is to show.
    """
    reader = READERS.get(kind)
    value = raw.get(kind)
    if reader is None:
        return Content(
            content=value if isinstance(value, dict) else {} if value is None else {"value": value}
        )
    if value is None and (has_errors or kind in MAY_BE_MISSING):
        return NOTHING
    try:
        return reader(value)
    except ValueError:
        if has_errors:
            return Content(content=value if isinstance(value, dict) else {})
        raise


def _text(value: Any) -> Content:
    body = wire.Text.model_validate(value).body
    return Content(text=body, content={"body": body})


def _media(kind: str) -> Callable[[Any], Content]:
    def reader(value: Any) -> Content:
        file = wire.Media.model_validate(value)
        if not file.id:
            raise ValueError(f"{kind} has no media id")
        content = _present(caption=file.caption, filename=file.filename, mime_type=file.mime_type)
        if kind == "audio":
            content["voice"] = file.voice
        if kind == "sticker":
            content["animated"] = file.animated
        media = MediaRef(
            media_id=file.id,
            kind=kind,
            mime_type=file.mime_type,
            sha256=file.sha256,
            url=file.url,
            filename=file.filename,
            is_voice=file.voice,
            is_animated=file.animated,
        )
        return Content(text=file.caption, content=content, media=media)

    return reader


def _location(value: Any) -> Content:
    place = wire.Location.model_validate(value)
    content: Raw = {"latitude": place.latitude, "longitude": place.longitude}
    content |= _present(name=place.name, address=place.address, url=place.url)
    return Content(text=", ".join(filter(None, (place.name, place.address))), content=content)


def _contacts(value: Any) -> Content:
    if isinstance(value, dict):
        value = [value]
    if not isinstance(value, list):
        raise ValueError("contacts is not a list")
    cards = [_card(card) for card in value if isinstance(card, dict)]
    return Content(
        text=", ".join(filter(None, (card["name"] for card in cards))), content={"contacts": cards}
    )


def _card(card: Raw) -> Raw:
    given = card.get("name")
    name = given if isinstance(given, dict) else {}
    words = _word(name.get("formatted_name"))
    if not words:
        words = " ".join(
            filter(
                None, (_word(name.get(key)) for key in ("first_name", "middle_name", "last_name"))
            )
        )
    org = card.get("org")
    return {
        "name": words or _word(given),
        "phones": _objects(card.get("phones"), ("phone", "type", "wa_id", "user_id")),
        "emails": _objects(card.get("emails"), ("email", "type")),
        "urls": _objects(card.get("urls"), ("url", "type")),
        "addresses": _objects(
            card.get("addresses"),
            ("street", "city", "state", "zip", "country", "country_code", "type"),
        ),
        "org": _present(**{key: _word(org.get(key)) for key in ("company", "department", "title")})
        if isinstance(org, dict)
        else {},
        "birthday": _word(card.get("birthday")),
        "origin": _word(card.get("origin")),
    }


def _button(value: Any) -> Content:
    button = wire.Button.model_validate(value)
    return Content(text=button.text, content={"text": button.text, "payload": button.payload})


def _interactive(value: Any) -> Content:
    if not isinstance(value, dict):
        raise ValueError("interactive is not an object")
    kind = _word(value.get("type")) or next(
        (key for key in ("button_reply", "list_reply", "nfm_reply") if key in value), ""
    )
    inner = value.get(kind)
    if kind in ("button_reply", "list_reply"):
        choice = wire.Choice.model_validate(inner if inner is not None else {})
        content = {
            "type": kind,
            "id": choice.id,
            "title": choice.title,
            "description": choice.description,
        }
        return Content(text=choice.title or choice.id, content=content)
    if kind == "nfm_reply":
        answer = wire.FlowAnswer.model_validate(inner if inner is not None else {})
        content = {
            "type": kind,
            "name": answer.name,
            "body": answer.body,
            "response": _answers(answer.response_json),
        }
        return Content(text=answer.body, content=content)
    return Content(content={"type": kind, **(inner if isinstance(inner, dict) else {})})


def _answers(response: str | Raw) -> Any:
    """A flow's answers come as JSON in a string; what is not JSON stays a string."""
    if isinstance(response, dict):
        return response
    try:
        return json.loads(response) if response else {}
    except (ValueError, RecursionError):
        return response


def _order(value: Any) -> Content:
    order = wire.Order.model_validate(value)
    items = _objects(
        order.product_items, ("product_retailer_id", "quantity", "item_price", "currency")
    )
    return Content(
        text=order.text,
        content={"catalog_id": order.catalog_id, "text": order.text, "items": items},
    )


def _unsupported(value: Any) -> Content:
    what = wire.Unsupported.model_validate(value if isinstance(value, dict) else {})
    return Content(content=_present(type=what.type))


def _system(value: Any) -> Content:
    notice = wire.System.model_validate(value)
    return Content(text=notice.body, content={"type": notice.type, "body": notice.body})


def _request_welcome(value: Any) -> Content:
    return Content(content=value if isinstance(value, dict) else {})


def _word(value: Any) -> str:
    return value if isinstance(value, str) else str(value) if isinstance(value, int | float) else ""


def _present(**words: str) -> Raw:
    return {key: word for key, word in words.items() if word}


def _objects(value: Any, keys: tuple[str, ...]) -> list[Raw]:
    """The named keys of each object of a list, as text, without the empty ones."""
    if not isinstance(value, list):
        return []
    return [
        {key: word for key in keys if (word := _word(item.get(key)))}
        for item in value
        if isinstance(item, dict)
    ]


MAY_BE_MISSING = frozenset({"interactive", "unsupported", "request_welcome"})
READERS: dict[str, Callable[[Any], Content]] = {
    "text": _text,
    "image": _media("image"),
    "video": _media("video"),
    "audio": _media("audio"),
    "document": _media("document"),
    "sticker": _media("sticker"),
    "location": _location,
    "contacts": _contacts,
    "button": _button,
    "interactive": _interactive,
    "order": _order,
    "unsupported": _unsupported,
    "system": _system,
    "request_welcome": _request_welcome,
}
