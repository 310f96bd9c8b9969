"""Accepts a difference with Meta into the ledger: one line for what Meta counts more or less, with the reason.

The line belongs to the day of the difference and is booked in the next open month as an adjustment, so that the sums
of that day are Meta's from then on and the next invoice carries it. It can be taken back by a line of its own.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction

from accounts import audit
from accounts.models import Agent, BusinessAccount, PhoneNumber
from billing import asking_meta, figures, tariffs, totals
from billing.beside_meta import Difference, difference
from billing.booking import Closed, reversal
from billing.figures import Bucket
from billing.gathering import locked_state
from billing.models import LedgerEntry, MetaFigure
from billing.models.ledger import Cause, Kind, Reason
from billing.money import Money
from billing.resale import plain
from billing.tariffs import Terms


class Settled(Exception):
    """There is no difference (any more)."""


class NoCost(Exception):
    """Meta does not say what it costs, or there is no exchange rate: no amount can be booked."""


class NotAccepted(Exception):
    """The line is no accepted difference, or was taken back already."""


@transaction.atomic
def accept(
    account: BusinessAccount, bucket: Bucket, *, why: str, by: Agent, at: datetime, address: str
) -> LedgerEntry:
    """Raises Settled, NoCost. Two at once: the second finds it settled."""
    locked_state(account.workspace_id)
    found = difference(account, bucket)
    if not found.exists:
        raise Settled
    if found.cost is None:
        raise NoCost
    terms = tariffs.of_workspace(account.workspace_id)
    month, _is_late = Closed(account.workspace_id).month_for(account.pk, bucket.day.replace(day=1))
    line = LedgerEntry(
        workspace_id=account.workspace_id,
        account=account,
        number=_number(found),
        key=f"a{at.timestamp():.6f}",
        quantity=found.quantity,
        cause=Cause.ACCEPTED,
        month=month,
        day=bucket.day,
        is_adjustment=True,
        written_at=at,
        sent_at=_opened(found, terms),
        opened_at=_opened(found, terms),
        is_estimated=False,
        rule="accepted",
        market=bucket.market,
        note=why[:300],
        agent_id=by.pk,
        agent_name=by.name,
        model=_account(terms, account).priced.plan.model_on(bucket.day).name,
        **_kind(found, terms),
        **_amounts(found, terms),
    )
    line.save(force_insert=True)
    totals.add([line])
    audit.record(
        by, "billing.difference_accepted", f"{bucket.day} {bucket.market}", address,
        what=bucket.what, quantity=found.quantity, cost=f"{found.cost} {found.currency}", why=why,
    )  # fmt: skip
    return line


@transaction.atomic
def take_back(line_id: int, *, by: Agent, address: str) -> LedgerEntry:
    """Raises NotAccepted."""
    locked_state(by.workspace_id)
    line = LedgerEntry.objects.filter(
        pk=line_id, workspace_id=by.workspace_id, cause=Cause.ACCEPTED, reverses=None
    ).first()
    if line is None or LedgerEntry.objects.filter(reverses=line).exists():
        raise NotAccepted
    back = reversal(line, cause=Cause.ACCEPTED, closed=Closed(by.workspace_id))
    back.save(force_insert=True)
    totals.add([back])
    audit.record(by, "billing.difference_taken_back", f"{line.day} {line.market}", address)
    return back


def _account(terms: Terms, account: BusinessAccount) -> tariffs.AccountTerms:
    return terms.accounts[str(account.pk)]


def _opened(found: Difference, terms: Terms) -> datetime:
    """The first moment of its day."""
    zone = _account(terms, found.account).priced.zone
    first, _last = asking_meta.bounds(found.bucket.day, zone)
    return datetime.fromtimestamp(first, tz=zone)


def _kind(found: Difference, terms: Terms) -> dict[str, Any]:
    model = _account(terms, found.account).priced.plan.model_on(found.bucket.day)
    what = found.bucket.what
    if model.cards == "pmp":
        return {"kind": Kind.MESSAGE, "category": what}
    is_initiator = model.cards == "cbp_initiator" or what not in Kind.values
    return {"kind": what, "category": "" if is_initiator else what}


def _amounts(found: Difference, terms: Terms) -> dict[str, Any]:
    """Meta's cost of the difference, and what it is sold for: with the exchange rate and mark-up of that day."""
    plan = _account(terms, found.account).plan_on(found.bucket.day)
    currency, basis = plan.billing_currency, found.bucket.basis
    cost = found.cost or Decimal(0)
    said: dict[str, Any] = {"ours": found.ours.quantity, "theirs": found.theirs.quantity}
    about = {"currency": found.currency, "price_currency": currency}
    if basis != figures.CHARGED:
        reason = Reason.FREE_ENTRY_POINT if basis == figures.ENTRY else Reason.FREE_SERVICE
        return about | {
            "reason": reason, "is_free": True, "cost": Decimal(0), "price": Decimal(0), "terms": said,
        }  # fmt: skip
    rate = terms.rates.on(found.bucket.day, base=found.currency, quote=currency)
    if rate is None:
        raise NoCost
    kind = _kind(found, terms)
    markup = tariffs.markups_of(plan).of(kind=kind["kind"], category=kind["category"])
    price = markup.on(Money(cost * rate.rate, currency), count=found.quantity)
    if rate.base != rate.quote:
        said |= {"rate": plain(rate.rate), "rate_day": rate.begins.isoformat()}
    return about | {
        "reason": Reason.CHARGED, "is_free": False, "cost": cost, "price": price.amount, "terms": said,
    }  # fmt: skip


def _number(found: Difference) -> PhoneNumber | None:
    """The business number, if Meta counted the whole bucket on one."""
    bucket = found.bucket
    rows = MetaFigure.objects.filter(
        asked__account=found.account, asked__day=bucket.day, market=bucket.market,
        what=bucket.what, basis=bucket.basis,
    )  # fmt: skip
    digits = set(rows.values_list("digits", flat=True))
    if len(digits) != 1:
        return None
    numbers = PhoneNumber.objects.filter(account=found.account)
    return next((one for one in numbers if one.digits in digits), None)
