"""The ledger of a month beside Meta's own count, by day, market, category and type; and what is behind a difference."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

from django.db.models import Sum
from django.utils import timezone

from accounts.models import BusinessAccount
from accounts.months import moved
from billing import asking_meta, figures, tariffs
from billing.figures import Bucket
from billing.models import DayTotal, LedgerEntry, MetaDay, MetaFigure, StoredFact
from billing.models.ledger import Cause, Kind
from billing.tariffs import AccountTerms

NOTICED: Final = Decimal("0.005")  # Meta rounds: less than half a cent is no difference
SHOWN: Final = 200


@dataclass(slots=True)
class Side:
    """How many, and what they cost; `cost` None where one of them has none."""

    quantity: int = 0
    cost: Decimal | None = Decimal(0)

    def add(self, quantity: int, cost: Decimal | None) -> None:
        self.quantity += quantity
        self.cost = None if self.cost is None or cost is None else self.cost + cost


@dataclass(frozen=True, slots=True)
class Difference:
    """A bucket of an account in which we and Meta do not agree."""

    account: BusinessAccount
    bucket: Bucket
    currency: str
    ours: Side
    theirs: Side

    @property
    def quantity(self) -> int:
        """What Meta has more than we."""
        return self.theirs.quantity - self.ours.quantity

    @property
    def cost(self) -> Decimal | None:
        if self.theirs.cost is None or self.ours.cost is None:
            return None
        return self.theirs.cost - self.ours.cost

    @property
    def exists(self) -> bool:
        return bool(self.quantity) or abs(self.cost or Decimal(0)) >= NOTICED


@dataclass(slots=True)
class Report:
    """A month. `asked`: days that Meta answered for; `agreed`: buckets that are equal; `waiting`: sent, and not
    known to be delivered.
    """

    asked: int = 0
    agreed: int = 0
    charges: int = 0
    waiting: int = 0
    asked_at: datetime | None = None
    problems: list[MetaDay] = field(default_factory=list)
    differences: list[Difference] = field(default_factory=list)


def report(workspace_id: int, *, month: date, account: int | None = None) -> Report:
    """Reads sums only, so it costs the same for a hundred charges and for a million."""
    found = Report()
    terms = tariffs.of_workspace(workspace_id).accounts
    for key, one in terms.items():
        if account in (None, int(key)):
            _add(found, one, month)
    found.differences.sort(
        key=lambda one: (one.bucket.day, one.account.name, one.bucket.market, one.bucket.what)
    )
    return found


def _add(found: Report, terms: AccountTerms, month: date) -> None:
    asked = MetaDay.objects.filter(
        account=terms.account, day__gte=month, day__lt=moved(month, 1)
    ).order_by("day")
    days = {one.day: one for one in asked}
    found.problems += [one for one in days.values() if one.problem]
    told = {one.day for one in days.values() if not one.problem}
    found.asked += len(told)
    latest = max((one.asked_at for one in days.values()), default=None)
    found.asked_at = max(filter(None, (found.asked_at, latest)), default=None)
    rows = _sums(terms.account, month)
    found.waiting += sum(row["n"] for row in rows if row["is_estimated"])
    for one in _laid_beside(terms, rows, _figures(terms.account, told), told):
        found.charges += one.theirs.quantity
        if one.exists:
            found.differences.append(one)
        else:
            found.agreed += 1


def _sums(account: BusinessAccount, month: date) -> list[dict[str, Any]]:
    """What was opened in the month, whenever it was booked."""
    rows = DayTotal.objects.filter(
        workspace_id=account.workspace_id,
        account_id=account.pk,
        month__gte=month,
        day__gte=month,
        day__lt=moved(month, 1),
    ).exclude(kind=Kind.NOTIFICATION)
    alike = ("day", "market", "kind", "category", "reason", "is_free", "is_estimated")
    return list(rows.values(*alike).annotate(n=Sum("quantity"), sum=Sum("cost")))


def _figures(account: BusinessAccount, days: Iterable[date]) -> list[dict[str, Any]]:
    rows = MetaFigure.objects.filter(asked__account=account, asked__day__in=list(days))
    alike = ("asked__day", "market", "what", "basis")
    return list(rows.values(*alike, "quantity", "cost"))


def _laid_beside(
    terms: AccountTerms,
    ours: list[dict[str, Any]],
    theirs: list[dict[str, Any]],
    days: set[date],
) -> Iterable[Difference]:
    sides: dict[Bucket, tuple[Side, Side]] = defaultdict(lambda: (Side(), Side()))
    for row in ours:
        if row["day"] in days and not row["is_estimated"]:
            what = figures.what_of(row["kind"], row["category"])
            basis = figures.basis_of(row["reason"], is_free=row["is_free"])
            bucket = Bucket(row["day"], row["market"], what, basis)
            is_metas = is_at_metas_prices(terms, row["day"])
            sides[bucket][0].add(row["n"], row["sum"] if is_metas else None)
    for row in theirs:
        bucket = Bucket(row["asked__day"], row["market"], row["what"], row["basis"])
        sides[bucket][1].add(row["quantity"], row["cost"])
    for bucket, (our, their) in sides.items():
        yield Difference(terms.account, bucket, terms.account.currency, our, their)


def is_at_metas_prices(terms: AccountTerms, day: date) -> bool:
    """A cost can be compared only where we reckon with Meta's own cards, in the currency that Meta bills in."""
    plan = terms.plan_on(day)
    return not plan.price_list and plan.currency == terms.account.currency


def difference(account: BusinessAccount, bucket: Bucket) -> Difference:
    """How one bucket stands now."""
    terms = tariffs.of_workspace(account.workspace_id).accounts[str(account.pk)]
    month = bucket.day.replace(day=1)
    rows = [row for row in _sums(account, month) if row["day"] == bucket.day]
    found = _laid_beside(terms, rows, _figures(account, [bucket.day]), {bucket.day})
    same = (one for one in found if one.bucket == bucket)
    return next(same, Difference(account, bucket, account.currency, Side(), Side()))


# --- what is behind it ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Behind:
    """A line that may be why; `wamid`: WhatsApp's id of its message, while the person is not erased."""

    line: LedgerEntry
    wamid: str
    told_what: str
    told_basis: str


@dataclass(frozen=True, slots=True)
class Suspects:
    """`elsewhere`: ours in the bucket, which Meta's own words put elsewhere. `from_elsewhere`: the other way round.
    `silent`: ours in the bucket of which Meta has told no price. `others`: the rest of the bucket. Each at most SHOWN.
    """

    elsewhere: list[Behind]
    from_elsewhere: list[Behind]
    silent: list[Behind]
    others: list[Behind]

    @property
    def explained(self) -> int:
        """By how many the count differs according to the words told with messages."""
        return len(self.from_elsewhere) - len(self.elsewhere)


def suspects(found: Difference) -> Suspects:
    """Down to the messages. Reads the lines of one day of one account."""
    bucket = found.bucket
    sorted_: dict[str, list[tuple[int, str, str]]] = defaultdict(list)
    for pk, kind, category, reason, is_free, market, meta in _lines_of_day(found):
        ours = (
            market,
            figures.what_of(kind, category),
            figures.basis_of(reason, is_free=is_free),
        )
        told = figures.told_of(kind, category, reason, is_free=is_free, meta=meta or {})
        is_ours = ours == (bucket.market, bucket.what, bucket.basis)
        is_theirs = (market, *told) == (bucket.market, bucket.what, bucket.basis)
        if is_ours and not meta:
            sorted_["silent"].append((pk, *told))
        elif is_ours:
            sorted_["others" if is_theirs else "elsewhere"].append((pk, *told))
        elif is_theirs:
            sorted_["from_elsewhere"].append((pk, *told))
    return Suspects(
        **{
            name: _behind(found.account, sorted_[name][:SHOWN])
            for name in ("elsewhere", "from_elsewhere", "silent", "others")
        }
    )


def _lines_of_day(found: Difference) -> Iterable[tuple[Any, ...]]:
    zone = tariffs.of_workspace(found.account.workspace_id).accounts[str(found.account.pk)]
    first, last = asking_meta.bounds(found.bucket.day, zone.priced.zone)
    rows = LedgerEntry.objects.filter(
        workspace_id=found.account.workspace_id,
        account=found.account,
        opened_at__gte=datetime.fromtimestamp(first, tz=timezone.get_current_timezone()),
        opened_at__lt=datetime.fromtimestamp(last, tz=timezone.get_current_timezone()),
        is_estimated=False,
    )
    rows = rows.standing().exclude(cause=Cause.ACCEPTED).order_by("opened_at", "pk")
    columns = ("pk", "kind", "category", "reason", "is_free", "market", "meta_pricing")
    return rows.values_list(*columns).iterator(chunk_size=2000)


def _behind(account: BusinessAccount, told: list[tuple[int, str, str]]) -> list[Behind]:
    rows = LedgerEntry.objects.select_related("number", "party", "account").in_bulk(
        [pk for pk, *_words in told]
    )
    wamids = wamids_of(account.workspace_id, rows.values())
    return [Behind(rows[pk], wamids.get(rows[pk].key, ""), what, basis) for pk, what, basis in told]


def wamids_of(workspace_id: int, lines: Iterable[LedgerEntry]) -> dict[str, str]:
    """WhatsApp's ids by the key of the lines."""
    facts = StoredFact.objects.filter(
        workspace_id=workspace_id, key__in=[line.key for line in lines]
    )
    return dict(facts.values_list("key", "wamid"))
