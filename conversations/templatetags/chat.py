"""What the inbox's templates need beyond Django's own: WhatsApp's formatting, icons from a sprite, phone numbers, words
for errors. Customer text becomes HTML here and nowhere else, from tokens, each one escaped.
"""

from __future__ import annotations

import json
import re
from functools import cache, lru_cache
from itertools import groupby
from typing import Any

from django import template
from django.utils import timezone
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from lucide.templatetags.lucide import lucide

from accounts import masking
from conversations import admission, filed_words, gates, rows, specials
from conversations.gate_words import WORDS
from conversations.models import Contact, Conversation, ConversationStatus, Message, Priority
from conversations.panel import country_of
from conversations.words import KIND_ICONS, kind_label
from conversations.words import column_words as words_of_column
from templates_app.models import Category, Template
from whatsapp import errors, formatting
from whatsapp.error_words import Words

register = template.Library()

TAGS = {
    formatting.Style.BOLD: "strong",
    formatting.Style.ITALIC: "em",
    formatting.Style.STRIKE: "s",
    formatting.Style.CODE: "code",
    formatting.Style.MONO: "code",
}
BLOCKS = {
    formatting.LineKind.QUOTE: ("<blockquote>", "</blockquote>"),
    formatting.LineKind.BULLET: ('<ul class="chat-list">', "</ul>"),
    formatting.LineKind.NUMBER: ('<ol class="chat-list">', "</ol>"),
}
PHONE_PLACES = {
    "CELL": _("mobile"),
    "HOME": _("home"),
    "IPHONE": "iPhone",
    "MAIN": _("main"),
    "WORK": _("work"),
}
PRIORITY_WORDS = dict(Priority.choices)
STATUS_WORDS = dict(ConversationStatus.choices)
SHOWN_LIMIT = 20_000  # characters of one message that a page shows; the rest is said to be more


def _token(token: formatting.Token) -> str:
    if token.is_mark:
        return ""
    html = str(escape(token.text))
    if token.href:
        html = format_html(
            '<a href="{}" rel="noopener noreferrer nofollow" target="_blank">{}</a>',
            token.href,
            token.text,
        )
    for style in reversed(token.styles):
        html = f"<{TAGS[style]}>{html}</{TAGS[style]}>"
    return html


def _line(line: formatting.Line) -> str:
    inner = "".join(_token(token) for token in line.tokens)
    if line.kind is formatting.LineKind.BULLET:
        return f"<li>{inner}</li>"
    if line.kind is formatting.LineKind.NUMBER:
        return f'<li value="{line.number}">{inner}</li>'
    return inner


@register.filter
def whatsapp(text: str) -> SafeString:
    """WhatsApp's *bold*, _italic_, ~strike~, `code`, lists, quotes and links as HTML."""
    shown = text[:SHOWN_LIMIT]
    parts: list[str] = []
    for kind, lines in groupby(formatting.parse(shown), key=lambda line: line.kind):
        before, after = BLOCKS.get(kind, ("", ""))
        glue = "" if kind in (formatting.LineKind.BULLET, formatting.LineKind.NUMBER) else "\n"
        parts.append(before + glue.join(_line(line) for line in lines) + after)
    if len(text) > SHOWN_LIMIT:
        parts.append("…")
    html = "\n".join(parts)
    html = re.sub(r"\n?(</?(?:blockquote|ul|ol)[^>]*>)\n?", r"\1", html)
    return mark_safe(html)  # noqa: S308 every piece of text above went through escape


@register.filter
def special(message: Message) -> str:
    """What the composer needs to open a special message again."""
    return specials.written(message)


@register.filter
def part(content: object, key: str) -> Any:
    """What stands under a key that a dict's own attributes would hide, such as "items"."""
    return content.get(key, ()) if isinstance(content, dict) else ()


@register.filter
def answers(response: object) -> list[tuple[str, str]]:
    """What was filled in, as names and words. A form may answer with anything at all."""
    if not isinstance(response, dict):
        return [("", _words(response))] if response else []
    return [(str(k), _words(v)) for k, v in response.items() if k != "flow_token"]


def _words(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(_words(item) for item in value)
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


@register.filter
def card_name(card: object) -> str:
    """Of a contact card, as it came (`name` is words) or as Meta has them (an object)."""
    name = part(card, "name")
    if isinstance(name, dict):
        name = name.get("formatted_name")
    return str(name) if name else kind_label("contacts")


@register.filter
def noted(note: Message) -> SafeString:
    """The words of a note, those named in it marked."""
    html = whatsapp(note.text)
    names = {escape(f"@{one['name']}") for one in note.content.get("mentions", ())}
    if not names:
        return html
    longest_first = "|".join(map(re.escape, sorted(names, key=len, reverse=True)))
    marked = re.sub(
        rf"(<[^>]*>)|({longest_first})(?!\w)",
        lambda found: found[1] or f'<strong class="mention">{found[2]}</strong>',
        html,
        flags=re.I,
    )
    return mark_safe(marked)  # noqa: S308 both the words and the names went through escape


@register.filter
def plain(text: str) -> str:
    """The words without marks, on one line: for the list and for quotes."""
    shown = text[:400]
    if formatting.may_have_marks(shown):
        shown = formatting.plain(formatting.parse(shown))
    return " ".join(shown.split())


@register.filter
def phone(wa_id: str) -> str:
    """A customer's number as the viewer may see it (accounts/masking.py)."""
    return masking.phone(wa_id)


@register.filter
def pair(one: object, other: object) -> tuple[object, object]:
    """Two things to be shown alike."""
    return (one, other)


@register.filter
def column_words(column: str) -> str:
    return words_of_column(column)


@register.filter
def masked_name(words: str) -> str:
    """A name that may itself be a number."""
    return masking.name(words)


@register.filter
def phone_given(number: str) -> str:
    """A number that somebody wrote, on a contact card: as written, where the viewer sees numbers whole."""
    return number if masking.current() == masking.FULL else masking.phone(number)


@register.filter
def place_of_phone(kind: str) -> str:
    """“work”, “home”: where a number on a contact card rings. What WhatsApp adds tomorrow stands as it is."""
    return str(PHONE_PLACES.get(kind.upper(), kind.lower()))


@register.filter
def gate_of(template: Template, conversation: Conversation) -> gates.Verdict:
    """Whether this template is held back from this person now."""
    return admission.gate_of(conversation, template)


@register.filter
def passes(conversation: Conversation) -> bool:
    """Whether an administrator lets marketing of this number pass for now."""
    until = conversation.number.gates_lifted_until
    return until is not None and until > timezone.now()


@register.filter
def gate_words(reason: gates.Reason) -> str:
    return " ".join(str(words) for words in WORDS[reason])


@register.filter
def category_words(category: str) -> str:
    known = dict(Category.choices)
    return str(known.get(category, category))


@register.filter
def country(contact: Contact) -> str:
    return country_of(contact)


@register.filter
def error_words(code: int | None) -> Words | None:
    return errors.words(code, get_language() or "en") if code else None


@register.filter
def priority_words(value: object) -> str:
    return str(PRIORITY_WORDS.get(value, "")) if isinstance(value, int) else ""


@register.filter
def status_words(value: str) -> str:
    return str(STATUS_WORDS.get(value, ""))


@register.filter
def filed(content: dict[str, Any]) -> list[tuple[str, str]]:
    """What a line tells of labels, priority and fields: each with its icon."""
    return list(filed_words.of(content))


@register.filter
def label_of_kind(kind: str) -> str:
    return kind_label(kind)


@register.filter
def icon_of_kind(kind: str) -> str:
    return KIND_ICONS.get(kind, "")


@register.simple_tag
def row(conversation: Conversation) -> SafeString:
    return rows.row(conversation)


@register.simple_tag
@cache
def icon(name: str) -> SafeString:
    """An icon that the page's sprite holds: a few bytes, whatever the number of bubbles."""
    return format_html('<svg class="icon" aria-hidden="true"><use href="#i-{}"/></svg>', name)


SPRITE = (
    "arrow-left",
    "arrow-left-right",
    "at-sign",
    "ban",
    "bell",
    "check",
    "calendar-clock",
    "check-check",
    "chevron-down",
    "chevron-up",
    "circle-alert",
    "circle-plus",
    "circle-question-mark",
    "clipboard-check",
    "clock-3",
    "contact-round",
    "copy",
    "corner-up-right",
    "download",
    "external-link",
    "eye",
    "expand",
    "ellipsis",
    "file",
    "file-text",
    "flag",
    "forward",
    "hourglass",
    "image",
    "info",
    "link",
    "list",
    "lock",
    "map-pin",
    "megaphone",
    "message-circle-question-mark",
    "mic",
    "moon",
    "route",
    "settings-2",
    "wand-sparkles",
    "panel-right",
    "panel-right-close",
    "paperclip",
    "pencil",
    "pause",
    "phone",
    "play",
    "printer",
    "refresh-cw",
    "reply",
    "rotate-ccw",
    "search",
    "send-horizontal",
    "shopping-bag",
    "smile",
    "smile-plus",
    "square",
    "square-check-big",
    "square-mouse-pointer",
    "sticker",
    "tag",
    "trash-2",
    "undo-2",
    "user",
    "user-round-check",
    "users",
    "video",
    "workflow",
    "x",
)


@register.simple_tag
@lru_cache(maxsize=1)
def sprite() -> SafeString:
    """All icons of the fragments, once a page."""
    symbols = []
    for name in SPRITE:
        inner = re.sub(r"^.*?<svg[^>]*>|</svg>\s*$", "", str(lucide(name)), flags=re.S)
        symbols.append(f'<symbol id="i-{name}" viewBox="0 0 24 24">{inner}</symbol>')
    return mark_safe(  # noqa: S308 lucide's own drawings
        '<svg class="visually-hidden" aria-hidden="true" fill="none" stroke="currentColor" stroke-width="1.75" '
        f'stroke-linecap="round" stroke-linejoin="round">{"".join(symbols)}</svg>'
    )
