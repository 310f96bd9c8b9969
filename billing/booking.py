"""Keeps the ledger: prices the facts that changed anew and adds the lines by which what stands differs from what
should.

A line is never changed. What is no longer true is taken back by a reversing line; in a closed month neither is written,
both go into the next open one as adjustments. Pricing goes on from the last checkpoint before the change, a segment a
transaction, so it takes flat memory and may stop anywhere. The same facts give the same standing lines, however
they came.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from operator import attrgetter
from typing import Any, Final, TypeGuard

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from accounts import months
from accounts.models import Agent, Team
from billing import budgeting, states, tariffs, totals
from billing.engine import Engine, State
from billing.entries import NO_WINDOW, Entry, Outcome, Refused
from billing.facts import FREE_FORM, OUT, Fact
from billing.gathering import gather, locked_state, mark_dirty
from billing.models import Checkpoint, ClosedMonth, InternationalNotice, LedgerEntry, StoredFact
from billing.models.ledger import Cause, Kind, Reason
from billing.tariffs import Terms
from conversations import statuses

SEGMENT: Final = 1000
KEPT: Final = 8  # newest checkpoints, and besides the last one of each month
TICK: Final = timedelta(microseconds=1)

# What makes two lines the same. Positions in the free tier and the volume band are left as they were counted when the
# line was written: a message that arrives late would else rewrite every line of its month without changing a price.
COMPARED: Final = (
    "account_id", "number_id", "sent_at", "opened_at", "expires_at", "entry_until", "answers_at", "kind", "category",
    "reason", "is_estimated", "model", "rule", "market", "market_is_estimated", "card", "tier", "cost", "currency",
    "price", "price_currency", "terms",
)  # fmt: skip
REVERSED: Final = tuple(
    field.attname
    for field in LedgerEntry._meta.concrete_fields
    if field.name
    not in ("id", "quantity", "reverses", "cause", "month", "is_adjustment", "written_at")
)


def keep_books(workspace_id: int) -> None:
    """Bring the ledger of a workspace up to date. Safe to run twice, to stop, and to start again."""
    _follow_notices(workspace_id)
    while gather(workspace_id):
        pass
    while book(workspace_id):
        pass
    budgeting.watch(workspace_id, at=timezone.now())


@transaction.atomic
def _follow_notices(workspace_id: int) -> None:
    """Meta told something of a rate that has begun already: what it priced is priced anew."""
    told = InternationalNotice.objects.filter(
        account__workspace_id=workspace_id, dirty_since__isnull=False
    )
    if not told.exists():
        return
    state = locked_state(workspace_id)
    for notice in told.select_for_update():
        assert notice.dirty_since
        # What was sent before may have arrived after it.
        mark_dirty(state, notice.dirty_since - DROPPED_AFTER)
        notice.dirty_since = None
        notice.save(update_fields=["dirty_since"])
    state.save(update_fields=["dirty_since", "behind_since"])


@transaction.atomic
def reprice(workspace_id: int, *, since: datetime) -> None:
    """Terms changed: the facts from then on will be priced anew by the next `keep_books`."""
    state = locked_state(workspace_id)
    mark_dirty(state, since)
    state.save(update_fields=["dirty_since", "behind_since"])


@transaction.atomic
def book(workspace_id: int) -> bool:
    """Price one segment and write what differs. True if there is more to do."""
    state = locked_state(workspace_id)
    if state.dirty_since is None:
        return False
    _forget_from(workspace_id, state.dirty_since)
    run = _Run.after_checkpoint(workspace_id, before=state.dirty_since)
    reached = run.price()
    lines = list(_differences(run, upto=reached))
    LedgerEntry.objects.bulk_create(lines, batch_size=500)
    totals.add(lines)
    if reached is None:
        state.dirty_since = state.behind_since = None
    else:
        _keep_checkpoint(run, at=reached)
        state.dirty_since = reached + TICK
    state.save(update_fields=["dirty_since", "behind_since"])
    return reached is not None


# --- pricing ---------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Run:
    """One segment: the engine as it was at `since`, and what it made of the facts after that."""

    workspace_id: int
    terms: Terms
    engine: Engine
    since: datetime | None
    outcomes: list[Outcome]

    @classmethod
    def after_checkpoint(cls, workspace_id: int, *, before: datetime) -> _Run:
        terms = tariffs.of_workspace(workspace_id)
        checkpoint = _checkpoints(workspace_id).filter(at__lt=before).first()
        engine_state, since = State(), None
        if checkpoint:
            try:
                engine_state, since = states.loaded(checkpoint.state), checkpoint.at
            except states.UnknownState:
                _checkpoints(workspace_id).delete()
        engine = Engine(terms.priced, cards=terms.cards, state=engine_state)
        return cls(workspace_id, terms, engine, since, [])

    def price(self) -> datetime | None:
        """Until a good place to stop after SEGMENT facts: gives that instant. None if all facts are priced."""
        taken = 0
        latest: datetime | None = None
        for at, group in groupby(self._facts(), key=attrgetter("at")):
            if taken >= SEGMENT and latest and self._may_stop(latest):
                return latest
            for fact in sorted(map(fact_of, group), key=attrgetter("order")):
                self.outcomes += self.engine.take(fact)
                taken += 1
            latest = at
        self.outcomes += self.engine.finish()
        return None

    def _facts(self) -> Iterator[StoredFact]:
        rows = StoredFact.objects.filter(workspace_id=self.workspace_id)
        if self.since:
            rows = rows.filter(at__gt=self.since)
        return rows.select_related("party").order_by("at", "id").iterator(chunk_size=SEGMENT)

    def _may_stop(self, at: datetime) -> bool:
        """Whether all that opens until then has been seen, and nothing that opens at that very instant is on its
        way.
        """
        return all(reached > at for reached, *_rest in self.engine.state.under_way)


def fact_of(row: StoredFact) -> Fact:
    """A stored fact as the engine reads it. The party's name is made so that it still tells the market, and no more."""
    party = row.party
    contact = (
        f"{party.place}{party.pk}" if party.place.endswith(".") else f"{party.place}#{party.pk}"
    )
    return Fact(
        at=row.at,
        direction=row.direction,
        contact=contact,
        kind=row.kind,
        number=str(row.number_id),
        waba=str(row.account_id),
        category=row.category,
        status=row.status,
        delivered_at=row.delivered_at,
        referral=row.referral,
        message=row.key,
    )


# --- what differs ------------------------------------------------------------------------------------


def _differences(run: _Run, *, upto: datetime | None) -> Iterator[LedgerEntry]:
    """The lines that are missing, and those that take back what should not stand."""
    wanted = {line.key: line for line in _lines(run)}
    standing = {line.key: line for line in _standing(run, wanted, upto=upto)}
    closed = Closed(run.workspace_id)
    gone = [key for key in standing if key not in wanted]
    failed = StoredFact.objects.filter(
        workspace_id=run.workspace_id, key__in=gone, status=statuses.FAILED
    )
    void = set(failed.values_list("key", flat=True))
    for key, line in standing.items():
        if key not in wanted:
            cause = Cause.VOID if key in void else Cause.CORRECTED
            yield reversal(line, cause=cause, closed=closed)
    for key, line in wanted.items():
        before = standing.get(key)
        if before and _says_the_same(before, line, closed=closed):
            continue
        line.cause = _cause(before, line)
        if before:
            yield reversal(before, cause=line.cause, closed=closed)
        line.month, line.is_adjustment = closed.month_for(line.account_id, line.day.replace(day=1))
        yield line


def _standing(
    run: _Run, wanted: dict[str, LedgerEntry], *, upto: datetime | None
) -> Iterable[LedgerEntry]:
    inside = Q(opened_at__gt=run.since) if run.since else Q()
    if upto:
        inside &= Q(opened_at__lte=upto)
    lines = LedgerEntry.objects.filter(workspace_id=run.workspace_id).standing()
    # What was accepted from Meta follows from no fact, so none takes it back.
    lines = lines.exclude(cause=Cause.ACCEPTED)
    found = {line.pk: line for line in lines.filter(inside)}
    missing = set(wanted) - {line.key for line in found.values()}
    if missing:
        found |= {line.pk: line for line in lines.filter(key__in=missing)}
    return found.values()


def _says_the_same(before: LedgerEntry, line: LedgerEntry, *, closed: Closed) -> bool:
    """A price that Meta told late is written beside ours; not where that would put two lines into the next month."""
    if any(getattr(before, name) != getattr(line, name) for name in COMPARED):
        return False
    is_told_late = line.meta_pricing is not None and before.meta_pricing is None
    return not is_told_late or closed.month_for(before.account_id, before.month)[1]


def _cause(before: LedgerEntry | None, line: LedgerEntry) -> str:
    if line.is_estimated:
        return Cause.CORRECTED if before else Cause.ESTIMATED
    return Cause.CORRECTED if before and not before.is_estimated else Cause.CONFIRMED


def reversal(line: LedgerEntry, *, cause: str, closed: Closed) -> LedgerEntry:
    """The line that takes it back, not stored yet."""
    month, is_adjustment = closed.month_for(line.account_id, line.month)
    same = {name: getattr(line, name) for name in REVERSED}
    same["cost"] = -line.cost if line.cost is not None else None
    same["price"] = -line.price if line.price is not None else None
    return LedgerEntry(
        **same, quantity=-line.quantity, reverses=line, cause=cause, month=month,
        is_adjustment=is_adjustment or line.is_adjustment,
    )  # fmt: skip


class Closed:
    """Which months of a workspace take no more lines. Read under the lock of the books, which closing a month holds
    as well.
    """

    def __init__(self, workspace_id: int) -> None:
        rows = ClosedMonth.objects.filter(account__workspace_id=workspace_id)
        self._months = set(rows.values_list("account_id", "month"))

    def month_for(self, account_id: int, month: date) -> tuple[date, bool]:
        """The month to book in, and whether that makes the line an adjustment."""
        booked = month
        while (account_id, booked) in self._months:
            booked = months.moved(booked, 1)
        return booked, booked != month


# --- lines -------------------------------------------------------------------------------------------


def _lines(run: _Run) -> Iterator[LedgerEntry]:
    """What the engine found, as lines that are not stored yet."""
    priced: list[Entry | Refused] = [one for one in run.outcomes if _is_told(one)]
    rows = _rows(run, [one.fact.message for one in priced])
    agents = dict(
        Agent.objects.filter(
            pk__in={row.agent_id for row in rows.values() if row.agent_id}
        ).values_list("pk", "name")
    )
    teams = dict(
        Team.objects.filter(
            pk__in={row.team_id for row in rows.values() if row.team_id}
        ).values_list("pk", "name")
    )
    for one in priced:
        row = rows[one.fact.message]
        said = _priced(one, run.terms) if isinstance(one, Entry) else _unexplained(one, run.terms)
        meta = row.meta or {}
        yield LedgerEntry(
            workspace_id=run.workspace_id,
            account_id=row.account_id,
            number_id=row.number_id,
            party_id=row.party_id,
            country=row.party.country,
            key=row.key,
            sent_at=row.at,
            message_id=row.message_id,
            agent_id=row.agent_id,
            agent_name=agents.get(row.agent_id or 0, ""),
            team_id=row.team_id,
            team_name=teams.get(row.team_id or 0, ""),
            template_id=row.template_id,
            template_name=row.template_name,
            campaign_id=row.campaign_id,
            meta_pricing=meta.get("pricing"),
            meta_conversation=meta.get("conversation"),
            **said,
        )


def _rows(run: _Run, keys: Sequence[str]) -> dict[str, StoredFact]:
    rows = StoredFact.objects.filter(workspace_id=run.workspace_id, key__in=keys)
    return {row.key: row for row in rows.select_related("party")}


def _is_told(outcome: Outcome) -> TypeGuard[Entry | Refused]:
    """What Meta delivered though we think it could not be sent may cost something: it is not passed over."""
    return isinstance(outcome, Entry) or (
        isinstance(outcome, Refused) and outcome.fact.is_confirmed
    )


def _priced(entry: Entry, terms: Terms) -> dict[str, Any]:
    day = terms.accounts[entry.fact.waba].day_of(entry.opened_at)
    sold = terms.resale(
        entry.price, waba=entry.fact.waba, day=day, kind=entry.kind, category=entry.category
    )
    return {
        "day": day,
        "opened_at": entry.opened_at,
        "expires_at": entry.expires_at,
        "entry_until": entry.entry_until,
        "answers_at": entry.answers,
        "kind": entry.kind,
        "category": entry.category,
        "reason": Reason.NO_EXCHANGE_RATE if sold.lacks_rate else entry.reason,
        "is_estimated": entry.is_estimated,
        "is_free": entry.is_free,
        "model": entry.model,
        "rule": entry.rule,
        "market": entry.market or "",
        "market_is_estimated": entry.market_is_estimated,
        "card": entry.card or "",
        "tier": entry.tier or "",
        "tier_position": entry.tier_position,
        "quota_position": entry.quota_position,
        "cost": entry.price.amount if entry.price is not None else None,
        "currency": entry.currency,
        "price": sold.price.amount if sold.price is not None else None,
        "price_currency": terms.price_currency(waba=entry.fact.waba, day=day),
        "terms": dict(sold.terms),
    }


def _unexplained(refused: Refused, terms: Terms) -> dict[str, Any]:
    fact = refused.fact
    account = terms.accounts[fact.waba]
    day = account.day_of(fact.at)
    return {
        "day": day,
        "opened_at": fact.at,
        "kind": Kind.MESSAGE,
        "category": "service" if fact.kind == FREE_FORM else fact.category,
        "reason": NO_WINDOW,
        "is_estimated": False,
        "is_free": False,
        "model": account.priced.plan.model_on(day).name,
        "rule": NO_WINDOW,
        "currency": account.priced.currency_on(day),
        "price_currency": account.plan_on(day).billing_currency,
    }


# --- checkpoints ---------------------------------------------------------------------------------------


def _checkpoints(workspace_id: int) -> Any:
    return Checkpoint.objects.filter(workspace_id=workspace_id).order_by("-at")


def _forget_from(workspace_id: int, at: datetime) -> None:
    _checkpoints(workspace_id).filter(at__gte=at).delete()


def _keep_checkpoint(run: _Run, *, at: datetime) -> None:
    """Keep it, and let go of those that nobody is likely to start from."""
    # The zone furthest behind decides which counters are of the past.
    month = (at - timedelta(days=2)).strftime("%Y-%m")
    Checkpoint.objects.create(
        workspace_id=run.workspace_id,
        at=at,
        state=states.dumped(run.engine.state, at=at, month=month),
    )
    told = list(_checkpoints(run.workspace_id).values_list("pk", "at")[KEPT:])
    last_of = {moment.strftime("%Y-%m"): pk for pk, moment in reversed(told)}
    gone = [pk for pk, _moment in told if pk not in last_of.values()]
    Checkpoint.objects.filter(pk__in=gone).delete()


def expire(workspace_id: int, *, at: datetime) -> None:
    """What was sent a month ago and never arrived has been dropped by Meta, which does not say so: it costs nothing."""
    with transaction.atomic():
        state = locked_state(workspace_id)
        dropped = StoredFact.objects.filter(
            workspace_id=workspace_id,
            direction=OUT,
            status=statuses.SENT,
            at__lt=at - DROPPED_AFTER,
        )
        first = dropped.order_by("at").values_list("at", flat=True).first()
        if first is None:
            return
        dropped.update(status=statuses.FAILED)
        mark_dirty(state, first)
        state.save(update_fields=["dirty_since", "behind_since"])


DROPPED_AFTER: Final = timedelta(days=31)  # the longest time to live of a template, and a day
