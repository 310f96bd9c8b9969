"""Meta's short names for quality, limits and states, as people read them."""

from __future__ import annotations

from django import template
from django.utils.formats import number_format
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from whatsapp.errors import words
from whatsapp.numerals import whole

register = template.Library()
THOUSAND = 1000
QUALITY = {
    "GREEN": ("green", _("High")),
    "YELLOW": ("yellow", _("Medium")),
    "RED": ("red", _("Low")),
}
STATES = {
    "CONNECTED": _("Connected"),
    "PENDING": _("Not registered yet"),
    "FLAGGED": _("Flagged: quality is low"),
    "RESTRICTED": _("Restricted: the limit was hit while flagged"),
    "RATE_LIMITED": _("Sending too fast"),
    "BANNED": _("Banned"),
    "DISCONNECTED": _("Disconnected"),
    "MIGRATED": _("Moved to another account"),
    "DELETED": _("Deleted at Meta"),
    "UNVERIFIED": _("Not verified"),
}


@register.filter
def quality_dot(rating: str) -> str:
    """The colour of the dot; empty while Meta has no rating."""
    return QUALITY.get(rating, ("", ""))[0]


@register.filter
def quality_words(rating: str) -> str:
    return str(QUALITY.get(rating, ("", gettext("Not rated yet")))[1])


@register.filter
def limit_words(tier: str) -> str:
    """TIER_10K: how many people in 24 hours may get a conversation that we begin."""
    size = tier.removeprefix("TIER_")
    if size == "UNLIMITED":
        return gettext("Unlimited")
    told = whole(size.removesuffix("K"))
    if told is None:
        return "—"
    people = told * (THOUSAND if size.endswith("K") else 1)
    return gettext("%(people)s people") % {"people": number_format(people, force_grouping=True)}


@register.filter
def state_words(status: str) -> str:
    return str(STATES.get(status, status.replace("_", " ").capitalize() or gettext("Unknown")))


@register.filter
def held_words(code: str) -> str:
    """Why a number sends nothing: the error code that stopped it, in words."""
    known = whole(code)
    if known is None:
        return code
    found = words(known, get_language() or "en")
    return f"{found.what} ({code})"
