"""Changes the terms: plans, own rate cards, exchange rates. What they price is priced anew from their first day on.

The past is never rewritten by it: what differs in an open month is corrected by new lines, in a closed one adjusted
in the next (booking.py). Every act is in the audit log.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils import timezone

from accounts import audit
from accounts.models import Agent, BusinessAccount, PricingPlan
from billing import exchange_files, tariffs
from billing.booking import reprice
from billing.cards import RateCard
from billing.exchange_files import Told
from billing.models import (
    BillingPlan,
    BillingSettings,
    ExchangeRate,
    InternationalRates,
    StoredCard,
    StoredRate,
)
from billing.models.terms import Pricing
from billing.plans import list_word

FURTHEST_ZONE = timedelta(hours=14)  # a day begins there that much before it does in UTC


@transaction.atomic
def save_plan(plan: BillingPlan, *, by: Agent, address: str) -> None:
    """Enter a plan, or change one: then from the earlier of its two first days."""
    account = BusinessAccount.objects.select_for_update().get(pk=plan.account_id)
    before = BillingPlan.objects.filter(pk=plan.pk).first() if plan.pk else None
    begins = min(plan.begins, before.begins) if before else plan.begins
    plan.save()
    follow_plan(account, at=timezone.now())
    audit.record(
        by,
        "billing.plan_saved",
        account.name,
        address,
        plan=plan.pricing,
        begins=plan.begins.isoformat(),
    )
    _reprice(account.workspace_id, begins)


@transaction.atomic
def remove_plan(plan: BillingPlan, *, by: Agent, address: str) -> None:
    account = BusinessAccount.objects.select_for_update().get(pk=plan.account_id)
    begins = plan.begins.isoformat()
    plan.delete()
    follow_plan(account, at=timezone.now())
    audit.record(by, "billing.plan_removed", account.name, address, begins=begins)
    _reprice(account.workspace_id, date.fromisoformat(begins))


def follow_plan(account: BusinessAccount, *, at: datetime) -> None:
    """The free-form window follows the pricing model in force (PRODUCT.md 2, rule 2)."""
    plans = sorted(account.billing_plans.all(), key=lambda plan: plan.begins)
    if not plans:
        return
    today = at.astimezone(ZoneInfo(account.time_zone)).date()
    model = tariffs.priced_plan(tuple(plans)).model_on(today).name
    is_2022 = model == Pricing.CONVERSATION_2022
    wanted = PricingPlan.CONVERSATION_2022 if is_2022 else PricingPlan.CURRENT
    if account.pricing_plan != wanted:
        account.pricing_plan = wanted
        account.save(update_fields=["pricing_plan"])


@transaction.atomic
def enter_exchange_rate(
    *, base: str, quote: str, begins: date, rate: Decimal, source: str, by: Agent, address: str
) -> ExchangeRate:
    """One a day; entering it again replaces it."""
    row, _is_new = ExchangeRate.objects.update_or_create(
        workspace_id=by.workspace_id,
        base=base,
        quote=quote,
        begins=begins,
        defaults={"rate": rate, "source": source},
    )
    pair = f"{base} → {quote}"
    audit.record(
        by, "billing.exchange_entered", pair, address, begins=begins.isoformat(), rate=str(rate)
    )
    _reprice(by.workspace_id, begins)
    return row


@transaction.atomic
def import_exchange_rates(told: Sequence[Told], *, by: Agent, address: str) -> int:
    """A whole file; gives how many rates are new or different. Those that are not stay as they are."""
    found = exchange_files.changes(list(told), exchange_rates(by.workspace_id))
    for change in found:
        one = change.told
        ExchangeRate.objects.update_or_create(
            workspace_id=by.workspace_id,
            base=one.base,
            quote=one.quote,
            begins=one.begins,
            defaults={"rate": one.rate, "source": one.source},
        )
    if found:
        first = min(change.told.begins for change in found)
        pairs = sorted({f"{change.told.base} → {change.told.quote}" for change in found})
        audit.record(
            by, "billing.exchange_imported", ", ".join(pairs), address,
            begins=first.isoformat(), rates=len(found),
        )  # fmt: skip
        _reprice(by.workspace_id, first)
    return len(found)


def exchange_rates(workspace_id: int) -> dict[exchange_files.Key, Decimal]:
    """Those that are stored."""
    rows = ExchangeRate.objects.filter(workspace_id=workspace_id)
    return {(row.base, row.quote, row.begins): row.rate.normalize() for row in rows}


@transaction.atomic
def save_international(
    account: BusinessAccount,
    *,
    begins: date | None,
    home: str,
    exceptions: Mapping[str, str],
    by: Agent,
    address: str,
) -> None:
    """Since when authentication is charged at its international rate; None: it is not. Priced anew from the first day
    that differs.
    """
    before = InternationalRates.objects.filter(account=account).first()
    days = [begins, before.begins if before else None]
    days += [date.fromisoformat(day) for day in exceptions.values()]
    days += [date.fromisoformat(day) for day in before.exceptions.values()] if before else []
    if begins is None:
        InternationalRates.objects.filter(account=account).delete()
    else:
        InternationalRates.objects.update_or_create(
            account=account,
            defaults={"begins": begins, "home": home, "exceptions": dict(exceptions)},
        )
    said = begins.isoformat() if begins else ""
    audit.record(by, "billing.international_saved", account.name, address, begins=said, home=home)
    if known := [day for day in days if day]:
        _reprice(account.workspace_id, min(known))


@transaction.atomic
def remove_exchange_rate(row: ExchangeRate, *, by: Agent, address: str) -> None:
    pair, begins = f"{row.base} → {row.quote}", row.begins
    row.delete()
    audit.record(by, "billing.exchange_removed", pair, address, begins=begins.isoformat())
    _reprice(by.workspace_id, begins)


@transaction.atomic
def enter_rate(
    *,
    model: str,
    price_list: str = "",
    currency: str,
    market: str,
    category: str,
    rate: Decimal,
    begins: date,
    by: Agent,
    address: str,
) -> StoredCard:
    """One price from a day on. The rest of the card in force on that day stays as it is: it is copied."""
    workspace_id = by.workspace_id
    cards = tariffs.cards_of(workspace_id)
    word = list_word(model, price_list)
    in_force = cards.in_force(model=word, currency=currency, on=begins)
    card = StoredCard.objects.filter(
        workspace_id=workspace_id, model=model, price_list=price_list, currency=currency,
        effective_from=begins,
    ).first()  # fmt: skip
    if card is None:
        card = _stored(
            in_force, workspace_id=workspace_id, model=model, price_list=price_list,
            currency=currency, begins=begins,
        )  # fmt: skip
    StoredRate.objects.filter(card=card, market=market, category=category).delete()
    StoredRate.objects.create(card=card, market=market, category=category, rate=rate)
    audit.record(
        by, "billing.rate_entered", f"{market}, {category}", address,
        begins=begins.isoformat(), rate=f"{rate} {currency}",
    )  # fmt: skip
    _reprice(workspace_id, begins)
    return card


@transaction.atomic
def import_card(card: RateCard, *, price_list: str, by: Agent, address: str) -> StoredCard:
    """A whole card from a file, in place of the company's own of that day if there is one."""
    StoredCard.objects.filter(
        workspace_id=by.workspace_id, model=card.model, price_list=price_list,
        currency=card.currency, effective_from=card.effective_from,
    ).delete()  # fmt: skip
    row = _stored(
        card, workspace_id=by.workspace_id, model=card.model, price_list=price_list,
        currency=card.currency, begins=card.effective_from,
    )  # fmt: skip
    about = {"begins": card.effective_from.isoformat(), "rates": len(card.rates)}
    audit.record(by, "billing.card_imported", f"{card.model} {card.currency}", address, **about)
    _reprice(by.workspace_id, card.effective_from)
    return row


@transaction.atomic
def remove_card(card: StoredCard, *, by: Agent, address: str) -> None:
    """Away with an own card: what was in force before it is again."""
    begins, name = card.effective_from, f"{card.model} {card.currency}"
    card.delete()
    audit.record(by, "billing.card_removed", name, address, begins=begins.isoformat())
    _reprice(by.workspace_id, begins)


@transaction.atomic
def set_agents_see_prices(allowed: bool, *, by: Agent, address: str) -> None:
    BillingSettings.objects.update_or_create(
        workspace_id=by.workspace_id, defaults={"agents_see_prices": allowed}
    )
    audit.record(by, "billing.prices_shown", by.workspace.name, address, now=allowed)


def _stored(
    like: RateCard | None,
    *,
    workspace_id: int,
    model: str,
    price_list: str,
    currency: str,
    begins: date,
) -> StoredCard:
    card = StoredCard.objects.create(
        workspace_id=workspace_id, model=model, price_list=price_list, currency=currency,
        effective_from=begins, is_complete=bool(like and like.is_complete),
        source=like.source[:200] if like else "",
    )  # fmt: skip
    if like:
        StoredRate.objects.bulk_create(
            StoredRate(
                card=card, market=market, category=category, first=band.first, last=band.last,
                rate=band.rate,
            )
            for (market, category), bands in like.rates.items()
            for band in bands
        )  # fmt: skip
    return card


def _reprice(workspace_id: int, begins: date) -> None:
    """From the first instant at which it is that day anywhere. What was sent a month before may arrive on it."""
    reached = datetime.combine(max(begins, date(2009, 1, 1)), time.min, tzinfo=UTC) - FURTHEST_ZONE
    reprice(workspace_id, since=reached - timedelta(days=31))
