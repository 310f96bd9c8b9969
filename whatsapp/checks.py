"""What Meta would refuse in a payload (whatsapp-platform 1.1), so that a sender can say so before
it queues anything.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from whatsapp.problem import Problem

CAPTION = 1024
BODY = 4096
OURS = 512
FILE_KINDS = ("image", "video", "audio", "document", "sticker")


def problems(payload: Mapping[str, Any]) -> list[Problem]:
    """Everything wrong at once, in the order of the payload. Empty: Meta has no reason to
    refuse its form.
    """
    return list(_problems(payload))


def _problems(payload: Mapping[str, Any]) -> Iterator[Problem]:
    if not payload.get("to") and not payload.get("recipient"):
        yield Problem("to", "The message has no recipient.", "У сообщения нет получателя.")
    elif payload.get("to") and not str(payload["to"]).lstrip("+").isdigit():
        yield Problem(
            "to", "The number must be + and digits.", "Номер должен состоять из + и цифр."
        )
    yield from _longest(
        "biz_opaque_callback_data", payload.get("biz_opaque_callback_data", ""), OURS
    )
    kind = payload.get("type")
    said = payload.get(kind) if isinstance(kind, str) else None
    if not isinstance(kind, str) or said is None:
        yield Problem("type", "The message has no content.", "В сообщении нет содержимого.")
    elif kind in FILE_KINDS:
        yield from _file(kind, said)
    elif checker := _CHECKS.get(kind):
        yield from checker(said)


def _text(said: Mapping[str, Any]) -> Iterator[Problem]:
    yield from _words("text.body", said.get("body", ""), BODY)


def _file(kind: str, said: Mapping[str, Any]) -> Iterator[Problem]:
    if not said.get("id") and not said.get("link"):
        yield Problem(kind, "The file is missing.", "Нет файла.")
    if (link := said.get("link")) and not str(link).startswith(("https://", "http://")):
        yield Problem(
            f"{kind}.link",
            "The link must begin with https://.",
            "Ссылка должна начинаться с https://.",
        )
    yield from _longest(f"{kind}.caption", said.get("caption", ""), CAPTION)


def _location(said: Mapping[str, Any]) -> Iterator[Problem]:
    for key, russian, limit in (("latitude", "Широта", 90), ("longitude", "Долгота", 180)):
        try:
            value = float(said.get(key, math.nan))
        except (TypeError, ValueError):
            value = math.nan
        if not abs(value) <= limit:
            yield Problem(
                f"location.{key}",
                f"The {key} must be a number from -{limit} to {limit}.",
                f"{russian} должна быть числом от -{limit} до {limit}.",
            )


def _contacts(said: Any) -> Iterator[Problem]:
    if not said:
        yield Problem("contacts", "There is no contact.", "Нет ни одного контакта.")
    if len(said) > 257:
        yield Problem("contacts", "257 contacts at most.", "Не больше 257 контактов.")
    for number, card in enumerate(said, 1):
        name = card.get("name") or {}
        if not name.get("formatted_name") or not (set(name) - {"formatted_name"}):
            yield Problem(
                f"contacts.{number}.name",
                "A contact needs its full name and one part of it, such as the first name.",
                "Контакту нужно полное имя и хотя бы одна его часть, например имя.",
            )


def _reaction(said: Mapping[str, Any]) -> Iterator[Problem]:
    if not said.get("message_id"):
        yield Problem(
            "reaction.message_id", "There is no message to react to.", "Нет сообщения для реакции."
        )


def _template(said: Mapping[str, Any]) -> Iterator[Problem]:
    if not said.get("name"):
        yield Problem("template.name", "The template has no name.", "У шаблона нет имени.")
    language = said.get("language")
    if not isinstance(language, Mapping) or not language.get("code"):
        yield Problem("template.language", "The template has no language.", "У шаблона нет языка.")
    for component in said.get("components", ()):
        for number, parameter in enumerate(component.get("parameters", ()), 1):
            words = parameter.get("text", "") if parameter.get("type") == "text" else ""
            place = f"template.{component.get('type')}.{number}"
            if parameter.get("type") == "text" and not str(words).strip():
                yield Problem(place, "This variable is empty.", "Эта переменная пуста.")
            if any(mark in words for mark in ("\n", "\t", "     ")):
                yield Problem(
                    place,
                    "A variable may not hold line breaks, tabs or more than four spaces in a row.",
                    "В переменной не может быть переносов строк, табуляций и больше четырёх пробелов подряд.",
                )


def _interactive(said: Mapping[str, Any]) -> Iterator[Problem]:
    kind = said.get("type")
    body = (said.get("body") or {}).get("text", "")
    yield from _words("interactive.body", body, BODY if kind == "list" else CAPTION)
    yield from _longest("interactive.footer", (said.get("footer") or {}).get("text", ""), 60)
    header = said.get("header") or {}
    yield from _longest("interactive.header", header.get("text", ""), 60)
    if kind == "list" and header and header.get("type") != "text":
        yield Problem(
            "interactive.header",
            "The header of a list can only be text.",
            "Заголовок списка может быть только текстом.",
        )
    action = said.get("action") or {}
    if kind == "button":
        yield from _buttons(action.get("buttons") or [])
    elif kind == "list":
        yield from _list(action)
    elif kind == "cta_url":
        parameters = action.get("parameters") or {}
        yield from _words("interactive.label", parameters.get("display_text", ""), 20)
        if not str(parameters.get("url", "")).startswith(("https://", "http://")):
            yield Problem(
                "interactive.url",
                "The link must begin with https://.",
                "Ссылка должна начинаться с https://.",
            )


def _buttons(shown: list[Mapping[str, Any]]) -> Iterator[Problem]:
    if not 1 <= len(shown) <= 3:
        yield Problem("interactive.buttons", "One to three buttons.", "От одной до трёх кнопок.")
    replies = [button.get("reply") or {} for button in shown]
    for number, reply in enumerate(replies, 1):
        yield from _words(f"interactive.buttons.{number}", reply.get("title", ""), 20)
        yield from _words(f"interactive.buttons.{number}.id", reply.get("id", ""), 256)
    yield from _unique("interactive.buttons", [reply.get("title") for reply in replies])
    yield from _unique("interactive.buttons", [reply.get("id") for reply in replies])


def _list(action: Mapping[str, Any]) -> Iterator[Problem]:
    yield from _words("interactive.button", action.get("button", ""), 20)
    sections = action.get("sections") or []
    rows = [row for section in sections for row in section.get("rows") or []]
    if not 1 <= len(sections) <= 10 or not 1 <= len(rows) <= 10:
        yield Problem(
            "interactive.rows", "One to ten rows in all.", "Всего от одной до десяти строк."
        )
    for number, section in enumerate(sections, 1):
        place = f"interactive.sections.{number}"
        check = _words if len(sections) > 1 else _longest
        yield from check(place, section.get("title", ""), 24)
    for number, row in enumerate(rows, 1):
        yield from _words(f"interactive.rows.{number}", row.get("title", ""), 24)
        yield from _words(f"interactive.rows.{number}.id", row.get("id", ""), 200)
        yield from _longest(
            f"interactive.rows.{number}.description", row.get("description", ""), 72
        )
    yield from _unique("interactive.rows", [row.get("id") for row in rows])


def _words(place: str, words: str, limit: int) -> Iterator[Problem]:
    if not words.strip():
        yield Problem(place, "There must be some text.", "Здесь нужен текст.")
    yield from _longest(place, words, limit)


def _longest(place: str, words: str, limit: int) -> Iterator[Problem]:
    if len(words) > limit:
        yield Problem(
            place,
            f"Too long: {len(words)} characters, {limit} at most.",
            f"Слишком длинно: символов {len(words)}, можно не больше {limit}.",
        )


def _unique(place: str, found: list[Any]) -> Iterator[Problem]:
    if len(set(found)) < len(found):
        yield Problem(place, "Two of them are the same.", "Среди них есть одинаковые.")


_CHECKS: dict[str, Callable[[Any], Iterator[Problem]]] = {
    "text": _text,
    "location": _location,
    "contacts": _contacts,
    "reaction": _reaction,
    "template": _template,
    "interactive": _interactive,
}
