"""The side menu of the settings: which entries a role has, and which one is open."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import template
from django.template import RequestContext
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from accounts.acts import DETAILS
from accounts.models import (
    WORKS_CONVERSATIONS,
    ComingBack,
    Handing,
    Phones,
    PricingPlan,
    Role,
    Sight,
)

register = template.Library()
ADMINISTRATORS = frozenset({Role.ADMINISTRATOR})
MANAGERS = frozenset({Role.ADMINISTRATOR, Role.MANAGER})
EVERYBODY = frozenset(Role)
VALUES: dict[str, Any] = {
    value: words
    for choices in (Role, PricingPlan, Sight, Handing, Phones, ComingBack)
    for value, words in choices.choices
}


@dataclass(frozen=True, slots=True)
class Entry:
    url_name: str
    words: Promise
    icon: str
    roles: frozenset[Role]


GROUPS: tuple[tuple[Promise, tuple[Entry, ...]], ...] = (
    (
        _("You"),
        (
            Entry("accounts:me", _("Profile"), "user-round", EVERYBODY),
            Entry("accounts:security", _("Sign-in"), "shield-check", EVERYBODY),
            Entry("canned:notices", _("Notifications"), "bell", WORKS_CONVERSATIONS),
            Entry(
                "coaching:mine", _("What colleagues found"), "clipboard-check", WORKS_CONVERSATIONS
            ),
            Entry("canned:replies", _("Quick replies"), "zap", WORKS_CONVERSATIONS),
            Entry("automation:macros", _("Macros"), "wand-sparkles", WORKS_CONVERSATIONS),
        ),
    ),
    (
        _("Workspace"),
        (
            Entry("accounts:workspace", _("General"), "settings-2", ADMINISTRATORS),
            Entry("accounts:distribution", _("Distribution"), "route", ADMINISTRATORS),
            Entry("accounts:people", _("People"), "users-round", MANAGERS),
            Entry("accounts:teams", _("Teams"), "network", MANAGERS),
        ),
    ),
    (
        _("Inbox"),
        (
            Entry("queue:labels", _("Labels"), "tag", MANAGERS),
            Entry("queue:fields", _("Fields"), "text-cursor-input", MANAGERS),
            Entry("automation:rules", pgettext_lazy("automation", "Rules"), "workflow", MANAGERS),
            Entry("automation:surveys", _("Ratings"), "star", MANAGERS),
            Entry("queue:reasons", _("Resolving and snoozing"), "circle-check", MANAGERS),
        ),
    ),
    (
        _("WhatsApp"),
        (
            Entry("accounts:whatsapp", _("Accounts"), "building-2", ADMINISTRATORS),
            Entry("accounts:numbers", _("Numbers"), "phone", MANAGERS),
            Entry("webhooks:quarantine", _("Held back"), "octagon-pause", ADMINISTRATORS),
        ),
    ),
    (_("Record"), (Entry("accounts:log", _("Audit log"), "scroll-text", ADMINISTRATORS),)),
)


def entries(role: str) -> list[tuple[Entry, str]]:
    """Every page of the settings that a role may open, with its address."""
    return [
        (entry, url)
        for _title, group in GROUPS
        for entry in group
        if role in entry.roles and (url := _url(entry.url_name))
    ]


@register.inclusion_tag("accounts/_menu.html", takes_context=True)
def settings_menu(context: RequestContext) -> dict[str, Any]:
    request = context["request"]
    groups = []
    for title, entries in GROUPS:
        shown = [
            (entry, url, request.path.startswith(url))
            for entry in entries
            if request.user.role in entry.roles and (url := _url(entry.url_name))
        ]
        if shown:
            groups.append((title, shown))
    return {"groups": groups}


def _url(name: str) -> str:
    """Empty where the page is not part of this site."""
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""


@register.filter
def detail_words(name: str) -> str:
    return str(DETAILS.get(name, name))


@register.filter
def shown(value: object) -> str:
    """A detail of the audit log: lists, yes/no, roles and plans in words."""
    if isinstance(value, bool):
        return gettext("yes") if value else gettext("no")
    if isinstance(value, list):
        return ", ".join(str(item) for item in value) or "—"
    return str(VALUES.get(str(value), value))
