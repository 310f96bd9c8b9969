"""The pricing engine: dated facts in, ledger entries out. Pure; what it remembers is a value, `State`.

How a ledger uses it:
* one fact at a time: load the `State` of the pair and the month's counters, `take(fact)`, keep the outcomes and the
  state;
* a late fact (`OutOfOrder`): price the stored facts of the months concerned anew with `priced`, compare by
  `Entry.key`, and write reversing and new entries for what differs. The same facts always give the same entries;
* before sending: `take` on a copy of the state says what the next message would cost and why.

Facts must come in `Fact.order`; `billing.ordering` sorts and joins any stream. What matters is when a message
reached the phone, so one that is under way waits here until then.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from heapq import heappop, heappush
from zoneinfo import ZoneInfo

from billing.cards import Band, RateCard, RateCards
from billing.entries import (
    CHARGED,
    FREE_ON_CARD,
    NO_MARKET,
    NO_RATE,
    NO_WINDOW,
    Entry,
    Joined,
    Outcome,
    Refused,
)
from billing.facts import (
    AUTHENTICATION,
    AUTHENTICATION_INTERNATIONAL,
    FREE_FORM,
    Fact,
    Order,
)
from billing.markets import MarketMap, Place, place_of
from billing.money import Money, zero
from billing.openings import (
    FREE_TIER,
    REFERRAL_CONVERSION,
    BilledConversation,
    Charge,
    Pair,
    Sent,
)
from billing.plans import International, Plan, Stage, card_day

PairKey = tuple[str, str, str]
SWEEP_ABOVE = 4096


class OutOfOrder(Exception):
    """A fact came that is older than one already priced, or the same: sort the stream, or price it anew."""


@dataclass(frozen=True, slots=True)
class Account:
    """How one WhatsApp Business Account is priced. `place`: a fixed market; None takes it from each contact.

    `free_used`: how much of the free tier was used up before the first fact, in the month of that fact. `currencies`:
    where it changes with time, the first day of each with it, oldest first; `currency` holds before. `used`: the
    same as `free_used` for other months, as 2026-11.
    """

    plan: Plan
    currency: str
    zone: ZoneInfo
    place: Place | None = None
    free_used: int = 0
    international: International | None = None
    currencies: tuple[tuple[date, str], ...] = ()
    used: Mapping[str, int] = field(default_factory=dict)

    def used_in(self, month: str) -> int:
        return self.used.get(month, 0)

    def currency_on(self, day: date) -> str:
        begun = [currency for begins, currency in self.currencies if begins <= day]
        return begun[-1] if begun else self.currency


@dataclass(frozen=True, slots=True)
class UnderWay:
    """A message that was sent and has not arrived; `answers` as in `Sent`."""

    fact: Fact
    answers: datetime | None


@dataclass(frozen=True, slots=True)
class Tariff:
    """The card of the day and the market of the recipient."""

    model: str
    currency: str
    card: RateCard | None
    market: str | None
    is_estimated: bool = False

    def is_international(self, category: str, since: International, at: datetime) -> bool:
        """Is this authentication charged at its international rate?"""
        if category != AUTHENTICATION or not self.card or not self.market:
            return False
        has_rate = bool(self.card.bands(self.market, AUTHENTICATION_INTERNATIONAL))
        return has_rate and since.holds(self.market, at)


@dataclass(slots=True)
class State:
    """All that the engine remembers between facts: open windows and conversations, and the month's counters."""

    pairs: dict[PairKey, Pair] = field(default_factory=dict)
    counts: Counter[tuple[str, ...]] = field(default_factory=Counter)
    first_months: dict[str, str] = field(default_factory=dict)
    under_way: list[tuple[datetime, Order, UnderWay]] = field(default_factory=list)
    latest: Order | None = None


class Engine:
    """Prices the facts of one or more accounts, which share their volume tiers as a business portfolio does."""

    def __init__(
        self, accounts: Mapping[str, Account], *, cards: RateCards, state: State | None = None
    ) -> None:
        self.accounts = accounts
        self.cards = cards
        self.state = state or State()
        self._markets = cards.markets
        self._in_force: dict[tuple[Stage, str, date], tuple[RateCard | None, MarketMap]] = {}
        self._sweep_above = SWEEP_ABOVE

    def take(self, fact: Fact) -> list[Outcome]:
        """Price the next fact, after all that reached its contact before it."""
        order = fact.order
        if self.state.latest and order <= self.state.latest:
            raise OutOfOrder(fact.key)
        outcomes = self._arrived_before(fact)
        self.state.latest = order
        account = self.accounts[fact.waba]
        if fact.waba not in self.state.first_months:
            self.state.first_months[fact.waba] = _month(fact.at.astimezone(account.zone))
        if fact.is_inbound:
            self._hear(fact)
        elif outcome := self._send(fact, account):
            outcomes.append(outcome)
        return outcomes

    def finish(self) -> list[Outcome]:
        """Price what was still under way when the facts ended."""
        outcomes = []
        while self.state.under_way:
            outcomes.append(self._next_arrival())
        return outcomes

    def _arrived_before(self, fact: Fact) -> list[Outcome]:
        outcomes: list[Outcome] = []
        under_way = self.state.under_way
        # At one instant the contact is heard first: a message that reached them then did so inside their window.
        while under_way and (
            under_way[0][0] < fact.at or (under_way[0][0] == fact.at and not fact.is_inbound)
        ):
            outcomes.append(self._next_arrival())
        return outcomes

    def _next_arrival(self) -> Outcome:
        *_order, one = heappop(self.state.under_way)
        self._pair(one.fact).under_way -= 1
        return self._arrive(one.fact, answers=one.answers)

    def _pair(self, fact: Fact) -> Pair:
        key = (fact.waba, fact.number, fact.contact)
        if not (pair := self.state.pairs.get(key)):
            if len(self.state.pairs) >= self._sweep_above:
                self._sweep(fact.at)
            pair = self.state.pairs[key] = Pair()
        return pair

    def _sweep(self, at: datetime) -> None:
        """Forget contacts of whom nothing is open, so that memory follows what is open and not all who ever wrote."""
        pairs = {key: pair for key, pair in self.state.pairs.items() if not pair.is_quiet(at)}
        self.state.pairs = pairs
        self._sweep_above = max(SWEEP_ABOVE, 2 * len(pairs))

    def _hear(self, fact: Fact) -> None:
        pair = self._pair(fact)
        pair.inbound_at = fact.at
        if fact.referral:
            pair.ad_at = fact.at

    def _send(self, fact: Fact, account: Account) -> Outcome | None:
        pair = self._pair(fact)
        model = account.plan.model_on(fact.at.astimezone(account.zone).date())
        if fact.kind == FREE_FORM and not model.allows_free_form(pair, fact.at):
            return Refused(fact, NO_WINDOW)
        if fact.has_failed:
            return None
        answers = pair.inbound_at if pair.in_window(fact.at) else None
        if fact.reached_at > fact.at:
            pair.under_way += 1
            heappush(self.state.under_way, (fact.reached_at, fact.order, UnderWay(fact, answers)))
            return None
        return self._arrive(fact, answers=answers)

    def _arrive(self, fact: Fact, *, answers: datetime | None) -> Outcome:
        """A message reaches the phone: what it joins or opens, and what that costs."""
        account, pair = self.accounts[fact.waba], self._pair(fact)
        at = fact.reached_at
        local = at.astimezone(account.zone)
        stage = account.plan.stage_on(local.date())
        model = stage.model
        tariff = self._tariff(fact, local, account=account, stage=stage)
        category = fact.category
        if account.international and tariff.is_international(category, account.international, at):
            category = AUTHENTICATION_INTERNATIONAL
        sent = Sent(fact=fact, at=at, local=local, answers=answers, category=category)
        verdict = model.charge(pair, sent)
        if isinstance(verdict, BilledConversation):
            outcome: Outcome = Joined(fact, verdict.key)
        else:
            outcome = self._entry(sent, verdict, account=account, tariff=tariff)
            _open(pair, sent, verdict)
        if pair.ad_at and pair.answers_ad(fact.at) and pair.opened_of(REFERRAL_CONVERSION, at):
            pair.ad_at = None  # answered: one advertisement opens one free entry
        return outcome

    def _entry(self, sent: Sent, charge: Charge, *, account: Account, tariff: Tariff) -> Entry:
        fact = sent.fact
        position = self._quota_position(sent, charge, account=account)
        free = charge.free
        if charge.quota and position is not None and position <= charge.quota.limit:
            free = FREE_TIER
        band, tier_position = None, None
        if not free:
            band, tier_position = self._band(sent, charge, tariff=tariff)
        price, reason = _price(free, band, market=tariff.market, currency=tariff.currency)
        return Entry(
            key=fact.key,
            fact=fact,
            opened_at=sent.at,
            expires_at=sent.at + charge.lasts if charge.lasts else None,
            entry_until=fact.at + charge.entry_for if charge.entry_for else None,
            kind=charge.kind,
            category=charge.category,
            reason=reason,
            price=price,
            currency=tariff.currency,
            model=tariff.model,
            rule=charge.rule,
            market=tariff.market,
            market_is_estimated=tariff.is_estimated,
            card=tariff.card.id if tariff.card and band else None,
            tier=band.name if band and charge.is_tiered else None,
            tier_position=tier_position,
            quota_position=position,
            answers=sent.answers,
            is_estimated=not fact.is_confirmed,
        )

    def _tariff(self, fact: Fact, local: datetime, *, account: Account, stage: Stage) -> Tariff:
        currency = account.currency_on(local.date())
        card, markets = self._on(local.date(), stage=stage, currency=currency)
        place = account.place or place_of(fact.contact)
        if place is None:
            return Tariff(stage.model.name, currency, card, None)
        market = markets.market_of(place)
        return Tariff(stage.model.name, currency, card, market, place.is_estimated)

    def _on(self, day: date, *, stage: Stage, currency: str) -> tuple[RateCard | None, MarketMap]:
        """The card and the market map of a local day."""
        key = (stage, currency, day)
        if not (found := self._in_force.get(key)):
            priced_as = card_day(stage.model, day)
            card = self.cards.in_force(model=stage.cards, currency=currency, on=priced_as)
            found = self._in_force[key] = (card, self._markets.on(priced_as))
        return found

    def _quota_position(self, sent: Sent, charge: Charge, *, account: Account) -> int | None:
        if charge.quota is None:
            return None
        fact, month = sent.fact, _month(sent.local)
        scope = (fact.waba, fact.number) if charge.quota.per_number else (fact.waba,)
        key = ("free", month, *scope)
        if key not in self.state.counts:
            is_first = month == self.state.first_months[fact.waba]
            self.state.counts[key] = account.used_in(month) or (account.free_used * is_first)
        self.state.counts[key] += 1
        return self.state.counts[key]

    def _band(
        self, sent: Sent, charge: Charge, *, tariff: Tariff
    ) -> tuple[Band | None, int | None]:
        card, market = tariff.card, tariff.market
        if not card or not market:
            return None, None
        if not charge.is_tiered:
            return card.list_band(market=market, category=charge.rate), None
        # Authentication and its international rate are one count: a change in mid-month does not start it again.
        counted = charge.rate.removesuffix("_international")
        key = ("volume", _month(sent.local), market, counted)
        self.state.counts[key] += 1
        position = self.state.counts[key]
        return card.band_at(position, market=market, category=charge.rate), position


def priced(facts: Iterable[Fact], *, engine: Engine) -> Iterator[Outcome]:
    """Price facts that are in order already (`billing.ordering.in_order`)."""
    for fact in facts:
        yield from engine.take(fact)
    yield from engine.finish()


def _open(pair: Pair, sent: Sent, charge: Charge) -> None:
    """Remember the conversation, or the free entry window, that a message opened."""
    if charge.lasts:
        kind, ends_at = charge.kind, sent.at + charge.lasts
    elif charge.entry_for:
        kind, ends_at = REFERRAL_CONVERSION, sent.fact.at + charge.entry_for
    else:
        return
    opened = BilledConversation(kind, sent.at, ends_at, sent.fact.key)
    pair.open(opened, closing=charge.closes_others)


def _price(
    free: str, band: Band | None, *, market: str | None, currency: str
) -> tuple[Money | None, str]:
    if free:
        return zero(currency), free
    if band is None:
        return None, NO_RATE if market else NO_MARKET
    if not band.rate:
        return zero(currency), FREE_ON_CARD
    return Money(band.rate, currency), CHARGED


def _month(local: datetime) -> str:
    return f"{local.year:04}-{local.month:02}"
