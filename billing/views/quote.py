"""What the next message, or an audience, would cost now: a fragment for the composer, or JSON."""

from __future__ import annotations

import re
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.models import Agent, PhoneNumber
from accounts.rights import AgentRequest
from billing import access as rights
from billing import quoting, tariffs
from billing.facts import CATEGORIES, FREE_FORM, TEMPLATE
from billing.money import Money
from billing.quoting import Quote, Recipient
from conversations import access
from conversations.models import Conversation
from templates_app.models import Template
from whatsapp.numerals import whole

PHONE = re.compile(r"\+?\d{5,20}")


class _Unclear(Exception):
    """The question cannot be answered, for this reason."""


@require_safe
def quote(request: AgentRequest) -> HttpResponse:
    """`conversation` or `number` with `phone`, each as often as there are recipients; `kind` and `template`, or
    `category`. `short=1`: the price without what it is for.
    """
    if not request.GET:
        return HttpResponse(status=204)
    try:
        number, recipients = _recipients(request)
        kind, category = _what(request, number)
    except _Unclear as unclear:
        if _wants_json(request):
            return JsonResponse({"error": str(unclear)}, status=422)
        return render(request, "billing/_quote.html", {"unclear": str(unclear)}, status=422)
    found = quoting.quotes(
        recipients, number=number, kind=kind, category=category, at=timezone.now()
    )
    one = found[0] if len(found) == 1 else None
    sum_ = None if one else quoting.total(found, currency=_currency(number))
    if _wants_json(request):
        return JsonResponse(_json(found, sum_, agent=request.user))
    context = {
        "quote": one,
        "total": sum_,
        "sees_prices": rights.sees_prices(request.user),
        "is_short": request.GET.get("short") == "1",
    }
    return render(request, "billing/_quote.html", context)


def _wants_json(request: HttpRequest) -> bool:
    return (
        request.GET.get("format") == "json"
        or request.get_preferred_type(["text/html", "application/json"]) == "application/json"
    )


def _recipients(request: AgentRequest) -> tuple[PhoneNumber, list[Recipient]]:
    threads, phones = request.GET.getlist("conversation"), request.GET.getlist("phone")
    if not threads and not phones:
        raise _Unclear(_("Say to whom: a conversation, or a number and a phone."))
    if len(threads) + len(phones) > quoting.AT_MOST:
        raise _Unclear(_("Ask for at most %(n)s recipients at once.") % {"n": quoting.AT_MOST})
    found = _conversations(request.user, threads)
    recipients = [Recipient(conversation=one) for one in found]
    numbers = {one.number_id: one.number for one in found}
    if phones:
        wrong = [phone for phone in phones if not PHONE.fullmatch(phone.strip())]
        if wrong:
            raise _Unclear(_("“%(phone)s” is not a phone number.") % {"phone": wrong[0][:30]})
        number = _number(request)
        numbers[number.pk] = number
        recipients += [Recipient(phone="+" + phone.strip().lstrip("+")) for phone in phones]
    if len(numbers) > 1:
        raise _Unclear(_("Ask for one business number at a time."))
    return next(iter(numbers.values())), recipients


def _conversations(agent: Agent, asked: list[str]) -> list[Conversation]:
    if not asked:
        return []
    if any(whole(one) is None for one in asked):
        raise _Unclear(_("A conversation is named by its number."))
    wanted = {pk for one in asked if (pk := whole(one)) is not None}
    seen = access.conversations(agent).filter(pk__in=wanted)
    found = list(seen.select_related("contact", "number__account"))
    if len(found) < len(wanted):
        get_object_or_404(Conversation.objects.none())
    return found


def _number(request: AgentRequest) -> PhoneNumber:
    asked = request.GET.get("number", "")
    numbers = PhoneNumber.objects.filter(workspace_id=request.user.workspace_id)
    if not rights.sees_margin(request.user):
        numbers = numbers.filter(pk__in=[one.pk for one in access.numbers(request.user)])
    return get_object_or_404(numbers.select_related("account"), pk=whole(asked) or 0)


def _what(request: HttpRequest, number: PhoneNumber) -> tuple[str, str]:
    kind = request.GET.get("kind") or FREE_FORM
    if kind == FREE_FORM:
        return FREE_FORM, ""
    if kind != TEMPLATE:
        raise _Unclear(_("A message is either “free_form” or a “template”."))
    if asked := request.GET.get("template", ""):
        template = get_object_or_404(Template, pk=whole(asked) or 0, account_id=number.account_id)
        return TEMPLATE, template.category.lower()
    category = request.GET.get("category", "").lower()
    if category not in CATEGORIES:
        raise _Unclear(_("Say which template, or its category."))
    return TEMPLATE, category


def _currency(number: PhoneNumber) -> str:
    terms = tariffs.of_workspace(number.workspace_id).accounts[str(number.account_id)]
    return terms.plan_on(terms.day_of(timezone.now())).billing_currency


def _json(found: list[Quote], total: quoting.Total | None, *, agent: Agent) -> dict[str, Any]:
    """Prices only for those who may see them, and Meta's cost only for those who keep the books."""
    shows_price, shows_cost = rights.sees_prices(agent), rights.sees_margin(agent)
    said: dict[str, Any] = {"quotes": []}
    for one in found:
        row: dict[str, Any] = {
            "verdict": one.verdict, "kind": one.kind, "category": one.category, "reason": one.reason,
            "market": one.market, "until": one.until.isoformat() if one.until else None,
        }  # fmt: skip
        if shows_price:
            row |= {
                "price": _said(one.price),
                "lowest": _said(one.lowest),
                "highest": _said(one.highest),
            }
        if shows_cost:
            row["cost"] = _said(one.cost)
        said["quotes"].append(row)
    if total:
        said["total"] = {"counts": total.counts, "unpriced": total.unpriced}
        if shows_price:
            said["total"] |= {"lowest": _said(total.lowest), "highest": _said(total.highest)}
    return said


def _said(amount: Money | None) -> dict[str, str] | None:
    return {"amount": amount.text, "currency": amount.currency} if amount is not None else None
