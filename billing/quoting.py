"""What the next message would cost now, and why; and what an audience would. Asks the engine, writes nothing.

The engine is given what is open between the two and how much of the month's free tier is used, then one more fact.
What was sent and is not in the ledger yet counts as delivered.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Final

from django.db.models import Q, Sum

from accounts.models import PhoneNumber
from billing import markets, tariffs
from billing.engine import Engine, PairKey, State
from billing.entries import NO_MARKET, Entry, Outcome, Refused
from billing.facts import FREE_FORM, OUT, TEMPLATE, Fact
from billing.models import DayTotal, LedgerEntry, LedgerState, Party, StoredFact
from billing.money import Money
from billing.openings import DAY, REFERRAL_CONVERSION, BilledConversation, Pair
from billing.tariffs import Terms
from conversations import statuses
from conversations.models import Conversation, Direction, Message

FREE, JOINS, OPENS, CHARGED, REFUSED, UNKNOWN = (
    "free", "joins", "opens", "charged", "refused", "unknown",
)  # fmt: skip
AT_MOST: Final = 5000  # recipients in one question
ON_ITS_WAY: Final = (*statuses.WAITING, statuses.UNKNOWN, statuses.ACCEPTED)
CLOSES_OTHERS: Final = "2023.free_entry_point"


@dataclass(frozen=True, slots=True)
class Quote:
    """What one message would cost. `verdict`: FREE; JOINS a conversation that is open `until`; OPENS one of `kind`, or
    is CHARGED by itself; REFUSED, since only a template may be sent now; UNKNOWN, for `reason`.

    `cost` is Meta's, `price` ours; both None unless the message is charged. `lowest` and `highest`: the range of
    `price` over all markets, where the recipient's is not known.
    """

    verdict: str
    kind: str = ""
    category: str = ""
    reason: str = ""
    market: str = ""
    until: datetime | None = None
    cost: Money | None = None
    price: Money | None = None
    lowest: Money | None = None
    highest: Money | None = None


@dataclass(frozen=True, slots=True)
class Total:
    """Over an audience. `counts` by verdict. `lowest` and `highest` agree where every market and rate is known;
    `unpriced` have no rate at all and are in neither.
    """

    counts: dict[str, int]
    lowest: Money
    highest: Money
    unpriced: int


@dataclass(frozen=True, slots=True)
class Recipient:
    """Somebody a message may go to: the thread with them if there is one, else their number (`+7…`)."""

    conversation: Conversation | None = None
    phone: str = ""


def quote(
    recipient: Recipient, *, number: PhoneNumber, kind: str, category: str, at: datetime
) -> Quote:
    """`kind`: "free_form" or "template"; `category` is the template's."""
    (found,) = quotes([recipient], number=number, kind=kind, category=category, at=at)
    return found


def quotes(
    recipients: Sequence[Recipient],
    *,
    number: PhoneNumber,
    kind: str,
    category: str,
    at: datetime,
) -> list[Quote]:
    """One for each, in their order, as if they were sent one after the other. Queries do not grow with the audience."""
    terms = tariffs.of_workspace(number.workspace_id)
    known = _Known(recipients, number=number, at=at)
    engine = Engine(terms.priced, cards=terms.cards, state=known.state(terms))
    for fact in known.pending():
        engine.take(fact)
    asked = [
        Fact(
            at=at,
            direction=OUT,
            contact=known.contact(n),
            kind=kind,
            number=str(number.pk),
            waba=str(number.account_id),
            category=category if kind == TEMPLATE else "",
            status=statuses.DELIVERED,
            message=f"asked-{n:05}",
        )
        for n in range(len(recipients))
    ]
    by_message: dict[str, Quote] = {}
    for n, fact in sorted(enumerate(asked), key=lambda one: one[1].order):
        thread = recipients[n].conversation
        if kind == FREE_FORM and thread and _was_refused(thread):
            by_message[fact.message] = Quote(REFUSED)
            continue
        for outcome in engine.take(fact):
            if isinstance(outcome, Refused) and thread and thread.window.is_open(at):
                by_message[fact.message] = Quote(UNKNOWN)  # Meta knows of a conversation, we do not
            elif outcome.fact.message == fact.message:
                until = known.open_until(fact, engine)
                by_message[fact.message] = _quote(outcome, terms=terms, until=until)
    return [by_message.get(fact.message, Quote(UNKNOWN)) for fact in asked]


def _was_refused(conversation: Conversation) -> bool:
    """Meta has closed the window since the contact last wrote; that beats our clock."""
    refused_at, inbound_at = conversation.window_refused_at, conversation.last_inbound_at
    return refused_at is not None and (inbound_at is None or refused_at >= inbound_at)


def total(found: Iterable[Quote], *, currency: str) -> Total:
    """Sums over an audience, as a range where markets are not known."""
    counts: dict[str, int] = defaultdict(int)
    lowest = highest = Money(Decimal(0), currency)
    unpriced = 0
    for one in found:
        counts[one.verdict] += 1
        low, high = one.price or one.lowest, one.price or one.highest
        if low is not None and high is not None:
            lowest, highest = lowest + low, highest + high
        elif one.verdict == UNKNOWN:
            unpriced += 1
    return Total(dict(counts), lowest, highest, unpriced)


def _quote(outcome: Outcome, *, terms: Terms, until: datetime | None) -> Quote:
    if isinstance(outcome, Refused):
        return Quote(REFUSED)
    if not isinstance(outcome, Entry):
        return Quote(JOINS, until=until)
    waba = outcome.fact.waba
    day = terms.accounts[waba].day_of(outcome.opened_at)
    sold = terms.resale(
        outcome.price, waba=waba, day=day, kind=outcome.kind, category=outcome.category
    )
    lowest, highest = None, None
    if sold.price is None:
        verdict = UNKNOWN
        if outcome.reason == NO_MARKET:
            lowest, highest = _range(outcome, terms=terms, day=day)
    elif not sold.price:
        verdict = FREE
    else:
        verdict = OPENS if outcome.expires_at else CHARGED
    return Quote(
        verdict,
        kind=outcome.kind,
        category=outcome.category,
        reason="no_exchange_rate" if sold.lacks_rate else outcome.reason,
        market=outcome.market or "",
        until=outcome.expires_at,
        cost=outcome.price,
        price=sold.price or None,
        lowest=lowest,
        highest=highest,
    )


def _range(entry: Entry, *, terms: Terms, day: date) -> tuple[Money | None, Money | None]:
    """The cheapest and the dearest market of the card in force, at our price."""
    account = terms.accounts[entry.fact.waba].priced
    stage = account.plan.stage_on(day)
    card = terms.cards.in_force(model=stage.cards, currency=entry.currency, on=day)
    column = entry.category if entry.kind == "message" else entry.kind
    rates = [
        bands[0].rate for (_market, name), bands in (card.rates if card else {}).items() if name == column
    ]  # fmt: skip
    if not rates:
        return None, None
    low, high = (
        terms.resale(
            Money(rate, entry.currency),
            waba=entry.fact.waba,
            day=day,
            kind=entry.kind,
            category=entry.category,
        ).price
        for rate in (min(rates), max(rates))
    )
    return low, high


class _Known:
    """What the books and the threads know of these recipients, read in a fixed number of queries."""

    def __init__(
        self, recipients: Sequence[Recipient], *, number: PhoneNumber, at: datetime
    ) -> None:
        self._number, self._at, self._recipients = number, at, recipients
        threads = {one.conversation.pk for one in recipients if one.conversation}
        self._parties = {
            party.conversation_id: party
            for party in Party.objects.filter(conversation_id__in=threads)
        }
        ours = [party.pk for party in self._parties.values()]
        self._open: dict[int, list[LedgerEntry]] = defaultdict(list)
        lines = LedgerEntry.objects.filter(party_id__in=ours, opened_at__lte=at).standing()
        for line in lines.filter(Q(expires_at__gt=at) | Q(entry_until__gt=at)).order_by(
            "opened_at"
        ):
            self._open[line.party_id or 0].append(line)
        self._ads = dict(
            StoredFact.objects.filter(
                party_id__in=ours, direction="in", referral=True, at__gt=at - DAY, at__lte=at
            )
            .order_by("at")
            .values_list("party_id", "at")
        )
        taken = LedgerState.objects.filter(workspace_id=number.workspace_id).first()
        self._pending = list(
            Message.objects.filter(
                Q(seq__gt=taken.seq if taken else 0) | Q(status__in=ON_ITS_WAY),
                conversation_id__in=threads,
                direction=Direction.OUT,
                at__gt=at - DAY,
                at__lt=at,
            )
            .exclude(source__in=("phone", "history"))
            .exclude(status=statuses.FAILED)
            .only("conversation_id", "kind", "content", "at")
            .order_by("at", "pk")
        )

    def contact(self, n: int) -> str:
        """The name the engine knows the recipient by; it tells their market."""
        one = self._recipients[n]
        if one.conversation is None:
            return f"{markets.canonical(one.phone)}#{n}"
        return self._name(one.conversation)

    def _name(self, conversation: Conversation) -> str:
        contact = conversation.contact
        if contact.phone:
            return f"+{contact.phone}#{conversation.pk}"
        scoped = markets.place_of(contact.user_id)
        return f"{contact.user_id[:3]}{conversation.pk}" if scoped else f"#{conversation.pk}"

    def state(self, terms: Terms) -> State:
        state = State()
        for one in self._recipients:
            if conversation := one.conversation:
                state.pairs[self._key(self._name(conversation))] = self._pair(conversation)
        self._count(state, terms)
        return state

    def _key(self, contact: str) -> PairKey:
        return (str(self._number.account_id), str(self._number.pk), contact)

    def _pair(self, conversation: Conversation) -> Pair:
        pair = Pair(inbound_at=conversation.last_inbound_at)
        party = self._parties.get(conversation.pk)
        if party is None:
            return pair
        for line in self._open[party.pk]:
            ends = line.expires_at or line.entry_until
            assert ends is not None
            kind = line.kind if line.expires_at else REFERRAL_CONVERSION
            opened = BilledConversation(kind, line.opened_at, ends, line.key)
            pair.open(opened, closing=line.rule == CLOSES_OTHERS)
        pair.ad_at = self._ads.get(party.pk)
        free = pair.opened_of(REFERRAL_CONVERSION, self._at)
        if pair.ad_at and free and free.opened_at >= pair.ad_at:
            pair.ad_at = None  # answered already
        return pair

    def _count(self, state: State, terms: Terms) -> None:
        """The month's counters, from the sums beside the ledger."""
        waba = str(self._number.account_id)
        account = terms.accounts[waba]
        today = account.day_of(self._at)
        first = (
            StoredFact.objects.filter(
                workspace_id=self._number.workspace_id, account_id=self._number.account_id
            )
            .order_by("at", "id")
            .first()
        )
        started = account.day_of(first.at) if first else today
        state.first_months[waba] = f"{started:%Y-%m}"
        month = f"{today:%Y-%m}"
        is_first = month == state.first_months[waba]
        before = account.priced.used_in(month) or account.priced.free_used * is_first
        rows = DayTotal.objects.filter(
            workspace_id=self._number.workspace_id,
            month__gte=today.replace(day=1),
            day__gte=today.replace(day=1),
            day__lte=today + timedelta(days=1),
        ).filter(Q(draws_quota=True) | Q(is_tiered=True))
        found = rows.values_list(
            "account_id", "number_id", "draws_quota", "is_tiered", "market", "category"
        ).annotate(n=Sum("quantity"))
        for of_account, number, draws, is_tiered, market, category, n in found:
            if draws:
                for scope in ((str(of_account),), (str(of_account), str(number))):
                    state.counts["free", month, *scope] += n
            if is_tiered:
                state.counts["volume", month, market, category.removesuffix("_international")] += n
        for scope in ((waba,), (waba, str(self._number.pk))):
            if ("free", month, *scope) in state.counts:
                state.counts["free", month, *scope] += before

    def pending(self) -> list[Fact]:
        """What was sent to them and is in no ledger yet."""
        threads = {
            one.conversation.pk: one.conversation for one in self._recipients if one.conversation
        }
        facts = [
            Fact(
                at=message.at,
                direction=OUT,
                contact=self._name(threads[message.conversation_id]),
                kind=TEMPLATE if message.kind == "template" else FREE_FORM,
                number=str(self._number.pk),
                waba=str(self._number.account_id),
                category=str(message.content.get("category", "")).lower(),
                status=statuses.DELIVERED,
                message=f"pending-{message.pk}",
            )
            for message in self._pending
        ]
        return sorted(facts, key=lambda fact: fact.order)

    def open_until(self, fact: Fact, engine: Engine) -> datetime | None:
        pair = engine.state.pairs.get((fact.waba, fact.number, fact.contact))
        return max((one.ends_at for one in pair.opened(fact.at)), default=None) if pair else None
