"""The side menu of billing, and words that its pages share."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlencode

from django import template
from django.template import RequestContext
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import Agent, Phones
from billing import reading
from billing.beside_meta import Difference
from billing.market_names import country_name, market_name
from billing.models import Basis
from billing.models.ledger import Category, Kind, Reason
from billing.plans import MODELS
from billing.reading import Problem

register = template.Library()

# Name of the page, its words, its icon. One that is not part of the site is left out.
ENTRIES: tuple[tuple[str, Promise, str], ...] = (
    ("billing:overview", _("Overview"), "chart-column"),
    ("billing:ledger", _("Ledger"), "receipt-text"),
    ("billing:problems", _("Without an amount"), "circle-question-mark"),
    ("billing:invoices", _("Invoices"), "file-check"),
    ("billing:reconciliation", _("Reconciliation"), "scale"),
    ("billing:what_if", _("What if"), "split"),
    ("billing:budgets", _("Budgets"), "gauge"),
    ("billing:plans", _("Plans"), "calendar-range"),
    ("billing:cards", _("Rate cards"), "tags"),
    ("billing:exchange", _("Exchange rates"), "arrow-left-right"),
)
TAIL = 24
TYPES: dict[str, str] = {
    "regular": Reason.CHARGED.value,
    **{one.value: one.value for one in Reason},
}
CATEGORIES: dict[str, Promise] = dict(Category.choices)
WORDS: dict[str, Promise] = {
    **dict(Kind.choices),
    **dict(Reason.choices),
}


@register.inclusion_tag("billing/_menu.html", takes_context=True)
def billing_menu(context: RequestContext) -> dict[str, Any]:
    request = context["request"]
    shown = []
    for name, words, icon in ENTRIES:
        try:
            url = reverse(name)
        except NoReverseMatch:
            continue
        here = request.resolver_match.url_name == name.partition(":")[2]
        is_open = here if name == "billing:overview" else request.path.startswith(url)
        count = 0
        if name == "billing:problems":
            count = reading.problem_count(request.user.workspace_id)
        shown.append((url, words, icon, is_open, count))
    return {"entries": shown}


@register.filter
def in_words(name: str) -> str:
    """A kind or reason as people read it; what is not known, as it is."""
    return str(WORDS.get(name, name))


@register.filter
def category(name: str) -> str:
    return str(CATEGORIES.get(name) or WORDS.get(name) or name)


@register.filter
def market(name: str) -> str:
    """One of Meta's markets, in the language of the page."""
    return market_name(name)


@register.filter
def country(code: str) -> str:
    return country_name(code)


@register.filter
def wamid(text: str, agent: Agent) -> str:
    """WhatsApp's id of a message begins with the customer's number: who may not see that sees the end, which is
    enough to find it.
    """
    return text if agent.phones == Phones.FULL or not text else f"…{text[-TAIL:]}"


@register.filter
def told_type(name: str) -> str:
    """Meta's `type` of a message's price."""
    return str(WORDS.get(TYPES.get(name, ""), name))


@register.filter
def raw_json(value: Any) -> str:
    """What Meta sent, as it sends it."""
    return json.dumps(value, ensure_ascii=False) if value else ""


@register.filter
def basis(name: str) -> str:
    return str(dict(Basis.choices).get(name, name))


@register.filter
def bucket_query(one: Difference) -> str:
    """The query by which the page of a difference is asked for."""
    bucket = one.bucket
    said = {
        "account": one.account.pk,
        "day": bucket.day.isoformat(),
        "market": bucket.market,
        "what": bucket.what,
        "basis": bucket.basis,
    }
    return urlencode(said)


@register.filter
def settle_url(problem: Problem) -> str:
    """Where finance settles it, with all that is known filled in."""
    if problem.reason == Reason.NO_EXCHANGE_RATE:
        asked = {"base": problem.currency, "quote": problem.price_currency}
        page = "billing:exchange"
    else:
        column = problem.category if problem.kind == Kind.MESSAGE else problem.kind
        model = next(one.cards for one in MODELS if one.name == problem.model)
        asked = {
            "model": model,
            "currency": problem.currency,
            "market": problem.market,
            "category": column,
        }
        page = "billing:rate"
    return f"{reverse(page)}?{urlencode(asked | {'begins': problem.since.isoformat()})}"
