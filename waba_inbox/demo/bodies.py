"""What one line of a script is on the wire: the object Meta would send for a customer's line, ours for an answer.

Customers' lines are read back by `whatsapp.webhooks`, so the demo's messages are what the product makes of real ones.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from templates_app import components
from templates_app.models import Template
from waba_inbox.demo import files, sounds
from waba_inbox.demo.cast import Said
from waba_inbox.demo.files import Made
from whatsapp import payloads
from whatsapp.payloads import Address, Choice
from whatsapp.webhooks import content as wire

Raw: TypeAlias = dict[str, Any]

ANYBODY: Final = Address(wa_id="10000000000")  # only the inner object is used
FILES: Final = {
    "image": "image",
    "video": "video",
    "voice": "voice",
    "audio": "audio",
    "pdf": "document",
    "sticker": "sticker",
}
PLACES: Final[dict[str, Raw]] = {
    "shop": {
        "latitude": 59.9296,
        "longitude": 30.3447,
        "name": "Северная нить",
        "address": "ул. Рубинштейна, 12, Санкт-Петербург",
    },
    "workshop": {
        "latitude": 59.9316,
        "longitude": 30.3561,
        "name": "Мастерская «Северная нить»",
        "address": "ул. Марата, 7, вход со двора",
    },
    "home": {"latitude": 59.9503, "longitude": 30.3166},
}
CARDS: Final[dict[str, tuple[str, str]]] = {
    "Ателье «Игла»": ("+7 812 000-03-11", "Ателье «Игла»"),
    "Елена Соколова": ("+7 812 000-01-45", "Северная нить"),
    "Семён, склад": ("+7 921 000-77-01", ""),
}
ADVERT: Final[Raw] = {
    "source_url": "https://fb.me/winter20",
    "source_id": "120210000000000321",
    "source_type": "ad",
    "headline": "Зимняя коллекция −20 %",
    "body": "Пальто и парки, которые мы сами же и чиним. Напишите нам, подберём размер за пять минут.",
    "media_type": "image",
    "image_url": "https://media.example/winter.jpg",
    "ctwa_clid": "ARAkLkA8rmlFeiCktEJQ",
}
ITEMS: Final = (("NT-VYUGA-48-RED", 1, 18900), ("NT-MITTEN-M", 2, 1450), ("NT-MAYAK", 1, 2900))


@dataclass(frozen=True, slots=True)
class Body:
    """One message's kind, words and content; `raw` is Meta's object for simulator and archive."""

    kind: str
    text: str
    content: Raw
    raw: Any
    made: Made | None = None
    template: Template | None = None


def is_makeable(said: Said) -> bool:
    """Videos need PyAV; a line with one is left out where it is missing."""
    return "video" not in said.line.said or sounds.CAN_FILM


def _file(said: Said, *, nth: int) -> Made | None:
    for word, kind in FILES.items():
        if word in said.line.said:
            return files.made(kind, said.line.said[word] or "", nth=nth)
    return None


# --- their lines -------------------------------------------------------------------------------------


def theirs(said: Said, *, nth: int, media_id: str, offered: Raw) -> Body:
    """`offered`: the buttons or rows that we sent last, title to id."""
    made = _file(said, nth=nth)
    kind, raw = _their_object(said, made, media_id=media_id, offered=offered)
    has_errors = kind == "unsupported"
    read = wire.read({kind: raw} if raw is not None else {}, kind=kind, has_errors=has_errors)
    return Body(kind, read.text, read.content, raw, made)


def _their_object(said: Said, made: Made | None, *, media_id: str, offered: Raw) -> tuple[str, Any]:
    marks, text = said.line.said, said.text
    if made:
        return made.kind, _their_file(made, media_id=media_id, caption=text)
    if "location" in marks:
        return "location", PLACES[marks["location"]]
    if "contact" in marks:
        return "contacts", [_card(marks["contact"])]
    if "press" in marks:
        return "button", {"text": marks["press"], "payload": marks["press"]}
    if "tap" in marks:
        choice = {"id": offered.get(marks["tap"], "b1"), "title": marks["tap"]}
        return "interactive", {"type": "button_reply", "button_reply": choice}
    if "pick" in marks:
        choice = {"id": offered.get(marks["pick"], "r1"), "title": marks["pick"]}
        return "interactive", {"type": "list_reply", "list_reply": choice}
    if "order" in marks:
        items = [
            {"product_retailer_id": name, "quantity": count, "item_price": price, "currency": "RUB"}
            for name, count, price in ITEMS
        ]
        return "order", {"catalog_id": "810000000000001", "text": text, "product_items": items}
    if "unsupported" in marks:
        return "unsupported", {"type": marks["unsupported"]}
    return "text", {"body": text}


def _their_file(made: Made, *, media_id: str, caption: str) -> Raw:
    raw: Raw = {"id": media_id, "mime_type": made.mime_type}
    if caption and made.kind in ("image", "video", "document"):
        raw["caption"] = caption
    if made.filename:
        raw["filename"] = made.filename
    if made.kind == "audio":
        raw["voice"] = made.is_voice
    if made.kind == "sticker":
        raw["animated"] = False
    return raw


def _card(name: str) -> Raw:
    phone, company = CARDS[name]
    first, _space, last = name.partition(" ")
    card: Raw = {
        "name": {"formatted_name": name, "first_name": first, "last_name": last},
        "phones": [{"phone": phone, "type": "WORK"}],
    }
    return card | ({"org": {"company": company}} if company else {})


# --- our lines ---------------------------------------------------------------------------------------


def ours(said: Said, *, nth: int, template: Template | None, fills: tuple[str, ...]) -> Body:
    made = _file(said, nth=nth)
    if template:
        return _filled(said, template, fills)
    if made:
        content = {"caption": said.text} if said.text else {}
        return Body(made.kind, said.text, content, dict(content), made)
    marks, text = said.line.said, said.text
    if "location" in marks:
        place = PLACES[marks["location"]]
        words = ", ".join(filter(None, (place.get("name"), place.get("address"))))
        return Body("location", words, dict(place), place)
    if "contact" in marks:
        card = _card(marks["contact"])
        tidy = wire.read({"contacts": [card]}, kind="contacts", has_errors=False)
        return Body("contacts", tidy.text, tidy.content, [card])
    if interactive := _interactive(marks, text):
        return Body("interactive", text, interactive, interactive)
    return Body("text", text, {"body": text}, {"body": text})


def _interactive(marks: dict[str, str], text: str) -> Raw | None:
    if "buttons" in marks:
        built = payloads.buttons(ANYBODY, text, _choices(marks["buttons"], "b"))
    elif "list" in marks:
        button, _colon, rows = marks["list"].partition(": ")
        sections = [("", _choices(rows, "r"))]
        built = payloads.choice_list(ANYBODY, text, button=button, sections=sections)
    elif "cta" in marks:
        label, _semicolon, url = marks["cta"].partition("; ")
        built = payloads.cta_url(ANYBODY, text, label=label, url=url)
    elif "ask_location" in marks:
        built = payloads.location_request(ANYBODY, text)
    else:
        return None
    return dict(built["interactive"])


def _choices(words: str, prefix: str) -> list[Choice]:
    titles = [word.strip() for word in words.split(" / ")]
    return [Choice(id=f"{prefix}{nth}", title=title) for nth, title in enumerate(titles, start=1)]


def offered_in(content: Raw) -> Raw:
    """Title to id of what an interactive message of ours offers."""
    action = content.get("action", {})
    replies = [button["reply"] for button in action.get("buttons", [])]
    rows = [row for section in action.get("sections", []) for row in section["rows"]]
    return {choice["title"]: choice["id"] for choice in (*replies, *rows)}


def _filled(said: Said, template: Template, fills: tuple[str, ...]) -> Body:
    """As conversations/sending.py would queue it."""
    layout = components.of(template)
    values = {f"body.{nth}": said.words[word] for nth, word in enumerate(fills, start=1)}
    values |= {v.key: said.words["track"] for v in layout.variables if v.key.startswith("button.")}
    shown = components.preview(layout, values)
    content = {
        "name": template.name,
        "language": template.language,
        "category": template.category,
        "components": components.fill(layout, values),
        "preview": shown.as_json(),
    }
    raw = {
        "name": template.name,
        "language": {"code": template.language},
        "components": content["components"],
    }
    made = files.made("image", "winter", nth=0) if layout.needs_file else None
    return Body("template", shown.body, content, raw, made, template)
