"""The rules of a list in words: what the filter builder offers, and what a chip says."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final

from babel import Locale, UnknownLocaleError
from babel.dates import format_date
from babel.numbers import format_decimal
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext, ngettext, pgettext, pgettext_lazy

from accounts.models import Agent, Team
from conversations import access, filters
from conversations.filters import Condition, Group, Part, Unreadable
from conversations.models import (
    Contact,
    ConversationStatus,
    CustomField,
    FieldKind,
    Label,
    Priority,
    ResolveReason,
    Source,
)

LOOKED_AT: Final = 5000  # of the newest contacts, to see which languages there are

OPS: Final[Mapping[str, tuple[tuple[str, str | Promise], ...]]] = {
    "set": (("is", pgettext_lazy("filter", "is")), ("not", pgettext_lazy("filter", "is not"))),
    "flag": (("yes", pgettext_lazy("filter", "yes")), ("no", pgettext_lazy("filter", "no"))),
    "date": (
        ("within", pgettext_lazy("filter", "in the last days:")),
        ("older", pgettext_lazy("filter", "longer ago than days:")),
        ("on", pgettext_lazy("filter", "on")),
        ("before", pgettext_lazy("filter", "before")),
        ("after", pgettext_lazy("filter", "after")),
    ),
    "number": (
        ("equals", pgettext_lazy("filter", "equals")),
        ("less", pgettext_lazy("filter", "is less than")),
        ("more", pgettext_lazy("filter", "is more than")),
    ),
    "text": (
        ("has", pgettext_lazy("filter", "contains")),
        ("is", pgettext_lazy("filter", "is")),
        ("not", pgettext_lazy("filter", "is not")),
    ),
    "filled": (
        ("filled", pgettext_lazy("filter", "is filled in")),
        ("empty", pgettext_lazy("filter", "is empty")),
    ),
}
KINDS: Final = {
    FieldKind.NUMBER: ("number", "filled"),
    FieldKind.DATE: ("date", "filled"),
    FieldKind.FLAG: ("flag", "filled"),
    FieldKind.CHOICE: ("set", "filled"),
}


@dataclass(frozen=True, slots=True)
class Subject:
    """One thing that can be asked about. `kinds`: groups of OPS; `options`: (value, words), for those that choose."""

    key: str
    label: str
    kinds: tuple[str, ...]
    options: tuple[tuple[str, str], ...] = ()
    group: str = ""


@dataclass(frozen=True, slots=True)
class Chip:
    words: str
    without: Group


def book(agent: Agent) -> list[Subject]:
    """All that this agent can ask about, with the names that there are. A constant number of queries."""
    here = {"workspace_id": agent.workspace_id}
    people = Agent.objects.working(agent.workspace_id)
    nobody, nothing = ("none", gettext("nobody")), ("none", gettext("none"))
    return [
        Subject("status", gettext("State"), ("set",), _words(ConversationStatus.choices)),
        Subject(
            "assignee",
            gettext("Assignee"),
            ("set",),
            (("me", gettext("me")), nobody, *_named(people.order_by("name", "pk"))),
        ),
        Subject(
            "team",
            gettext("Team"),
            ("set",),
            (("mine", gettext("my teams")), nothing, *_named(Team.objects.filter(**here))),
        ),
        Subject(
            "number",
            gettext("Number"),
            ("set",),
            tuple((str(one.pk), one.label) for one in access.numbers(agent)),
        ),
        Subject(
            "label",
            pgettext("filter", "Label"),
            ("set",),
            (nothing, *_named(Label.objects.filter(**here))),
        ),
        Subject(
            "window",
            gettext("Reply window"),
            ("set",),
            (
                ("open", pgettext("window", "open")),
                ("soon", pgettext("window", "closes soon")),
                ("closed", pgettext("window", "closed")),
            ),
        ),
        Subject("waiting", gettext("Needs a reply"), ("flag",)),
        Subject("unread", gettext("Unread by me"), ("flag",)),
        Subject("priority", gettext("Priority"), ("set",), _words(reversed(Priority.choices))),
        Subject("source", gettext("Begun by"), ("set",), _words(Source.choices)),
        Subject("language", gettext("Language"), ("set",), _languages(agent)),
        Subject("created", gettext("Created"), ("date",)),
        Subject("last", gettext("Last message"), ("date",)),
        Subject(
            "reason",
            gettext("Reason for resolving"),
            ("set",),
            (nothing, *_named(ResolveReason.objects.filter(**here))),
        ),
        *(_of_field(field) for field in CustomField.objects.filter(**here)),
    ]


def for_builder(agent: Agent) -> dict[str, Any]:
    """What static/js/filter.js makes its controls of."""
    return {
        "subjects": [
            {
                "key": one.key,
                "label": one.label,
                "group": one.group,
                "ops": [
                    {"op": op, "label": str(words), "kind": kind}
                    for kind in one.kinds
                    for op, words in OPS[kind]
                ],
                "options": [list(option) for option in one.options],
            }
            for one in book(agent)
        ]
    }


def chips(group: Group, agent: Agent) -> list[Chip]:
    """One for each part of the tree's first level; no query where there is none."""
    if not group:
        return []
    known = {one.key: one for one in book(agent)}
    if not group.every and len(group.parts) > 1:
        return [Chip(_said(group, known), filters.NOTHING_ASKED)]
    return [
        Chip(_said(part, known), Group(True, (*group.parts[:at], *group.parts[at + 1 :])))
        for at, part in enumerate(group.parts)
    ]


def why(unreadable: Unreadable) -> str:
    """What is wrong with the rules of an address, and that they are not applied."""
    what = {
        "form": gettext("The filter in this address is damaged."),
        "subject": gettext("The filter in this address asks for something unknown: %(what)s."),
        "operator": gettext("The filter in this address asks in an unknown way: %(what)s."),
        "value": gettext("The filter in this address has a value that does not fit: %(what)s."),
        "size": gettext("The filter in this address is too large."),
    }[unreadable.problem]
    return f"{what % {'what': unreadable.what}} {gettext('The list is shown without it.')}"


def _words(choices: Iterable[tuple[Any, Any]]) -> tuple[tuple[str, str], ...]:
    return tuple((str(value), str(words)) for value, words in choices)


def _named(rows: Iterable[Any]) -> tuple[tuple[str, str], ...]:
    return tuple((str(row.pk), row.name) for row in rows)


def _languages(agent: Agent) -> tuple[tuple[str, str], ...]:
    newest = Contact.objects.filter(workspace_id=agent.workspace_id).order_by("-pk")
    codes = set(newest.values_list("language", flat=True)[:LOOKED_AT])
    found = [code for code in sorted(codes) if filters.LANGUAGE_CODE.fullmatch(code)]
    return tuple((code, _language(code)) for code in found)


def _language(code: str) -> str:
    try:
        return Locale.parse(code).get_display_name(get_language() or "en") or code
    except (ValueError, UnknownLocaleError):
        return code


def _of_field(field: CustomField) -> Subject:
    kinds = KINDS.get(FieldKind(field.kind), ("text", "filled"))
    options = tuple((choice, choice) for choice in field.choices)
    return Subject(f"field:{field.pk}", field.name, kinds, options, field.get_of_display())


def _said(part: Part, known: Mapping[str, Subject], *, is_inner: bool = False) -> str:
    if isinstance(part, Group):
        glue = gettext("and") if part.every else gettext("or")
        words = f" {glue} ".join(_said(one, known, is_inner=True) for one in part.parts)
        return f"({words})" if is_inner else words
    subject = known.get(part.subject)
    if subject is None:
        return gettext("a field that is no more")
    ops = {op: str(words) for kind in subject.kinds for op, words in OPS[kind]}
    if part.op == "yes":
        return subject.label
    if part.op == "no":
        return gettext("%(what)s: no") % {"what": subject.label}
    if part.op in ("within", "older"):
        return f"{subject.label}: {_days(part)}"
    values = f" {gettext('or')} ".join(_value(part, value, subject) for value in part.values)
    if part.op == "is":
        return f"{subject.label}: {values}"
    return f"{subject.label} {ops.get(part.op, part.op)} {values}".strip()


def _days(part: Condition) -> str:
    days = int(part.values[0])
    if part.op == "within":
        words = ngettext("in the last day", "in the last %(count)d days", days)
    else:
        words = ngettext("more than a day ago", "more than %(count)d days ago", days)
    return words % {"count": days} if "%(count)d" in words else words


def _value(part: Condition, value: str, subject: Subject) -> str:
    if subject.options:
        return dict(subject.options).get(value, gettext("(gone)"))
    language = get_language() or "en"
    if part.op in filters.DATE_OPS:
        return format_date(date.fromisoformat(value), "medium", locale=language)
    if part.op in filters.NUMBER_OPS:
        return format_decimal(Decimal(value), locale=language)
    return f"“{value}”"
