"""Which fact goes to which verb: the map of the product. A batch goes together; if that fails, each goes alone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import structlog
from django.db.models import Q

from accounts import numbers
from accounts.models import BusinessAccount, PhoneNumber
from billing import international
from conversations import changing, noticing, receiving, settling
from conversations.arrivals import Arrival, order_of
from events import journal
from quality import watching
from templates_app import approval
from webhooks.models import HeldFor
from whatsapp.facts import (
    AccountAlert,
    AccountEvent,
    Fact,
    InboundMessage,
    MessageEchoed,
    MessageEdited,
    MessageRevoked,
    NumberFact,
    NumberName,
    NumberQuality,
    NumberSecurity,
    PersonChanged,
    PreferenceChanged,
    ReactionChanged,
    StatusUpdate,
    SystemFault,
    TemplateFact,
    Unreadable,
    Unrecognised,
)

logger = structlog.get_logger(__name__)


class Refused(Exception):
    """This fact cannot go anywhere, for the reason given. It is quarantined, and may be replayed later."""

    def __init__(self, held_for: HeldFor, details: str) -> None:
        super().__init__(details)
        self.held_for = held_for


@dataclass(frozen=True, slots=True)
class Item:
    """One fact of an envelope, and which app's secret signed it."""

    envelope_id: int
    position: int
    app_id: int
    fact: Fact

    @property
    def kind(self) -> str:
        return type(self.fact).__name__


@dataclass(frozen=True, slots=True)
class Refusal:
    """A fact that goes nowhere, why, and whose quarantine it belongs to (None: of its app's workspace)."""

    item: Item
    problem: Refused
    workspace_id: int | None


def route(items: Sequence[Item]) -> list[Refusal]:
    """Send these facts to their verbs, those of a kind together. Returns those that go nowhere.

    That they do is known before the first verb, so they cost their neighbours nothing. One that fails later raises,
    and takes all with it. Call inside a transaction. Conversations are locked all at once, so that batches never
    wait in a circle.
    """
    places = Places(items)
    groups: dict[str, list[Any]] = defaultdict(list)
    refusals = []
    for item in items:
        try:
            group, routed = _sorted(item, places)
        except Refused as problem:
            refusals.append(Refusal(item, problem, places.workspace_id(item)))
        else:
            groups[group].append(routed)
    for arrival in groups["people"]:
        noticing.record_person(arrival)
    if groups["messages"]:
        also = settling.conversations_of(groups["statuses"]) | changing.targets(groups["changes"])
        receiving.record_messages(groups["messages"], also_lock=also)
    for arrival in groups["changes"]:
        changing.record_change(arrival)
    for arrival in groups["preferences"]:
        _note_preference(arrival)
    if groups["statuses"]:
        settling.settle(*groups["statuses"])
    for fact, account, number in groups["rest"]:
        _route_other(fact, account, number)
    return refusals


def route_one(item: Item) -> None:
    """The same for one fact, which raises Refused if it goes nowhere."""
    for refusal in route([item]):
        raise refusal.problem


def _note_preference(arrival: Arrival[PreferenceChanged]) -> None:
    try:
        noticing.record_preference(arrival)
    except noticing.UnknownPreference as problem:
        raise Refused(HeldFor.UNKNOWN, f"a preference: {problem}") from None


def _sorted(item: Item, places: Places) -> tuple[str, Any]:
    fact = item.fact
    match fact:
        case Unreadable() | Unrecognised():
            is_new = isinstance(fact, Unrecognised)
            held_for = HeldFor.UNKNOWN if is_new else HeldFor.UNREADABLE
            raise Refused(held_for, fact.reason or fact.field)
        case (
            InboundMessage()
            | MessageEchoed()
            | ReactionChanged()
            | MessageEdited()
            | MessageRevoked()
        ) if fact.group_id:
            raise Refused(HeldFor.GROUP, f"group {fact.group_id}")
        case PersonChanged():
            return "people", places.arrival(item)
        case InboundMessage() | MessageEchoed():
            return "messages", places.arrival(item)
        case ReactionChanged() | MessageEdited() | MessageRevoked():
            return "changes", places.arrival(item)
        case PreferenceChanged():
            return "preferences", places.arrival(item)
        case StatusUpdate():
            return "statuses", places.arrival(item)
        case NumberFact():
            number = places.number(item)
            return "rest", (fact, number.account, number)
        case _:
            return "rest", (fact, places.account(item), None)


def _route_other(fact: Fact, account: BusinessAccount, number: PhoneNumber | None) -> None:
    match fact:
        case SystemFault() if number is not None:
            for error in fact.errors:
                words = error.details or error.message or error.title
                settling.note_trouble(number, error.code, words)
            _note("number.troubled", account, number, errors=[error.code for error in fact.errors])
        case NumberQuality() | NumberName() | NumberSecurity() if number is not None:
            change = numbers.record(fact, number)
            watching.heard_of_number(fact, number)
            _note(change.kind, account, number, **change.facts)
        case TemplateFact():
            approval.record(fact, account=account)
        case AccountEvent() | AccountAlert():
            change = numbers.record_account(fact, account)
            watching.heard_of_account(fact, account)
            if isinstance(fact, AccountEvent):
                international.heard(fact, account)
            _note(change.kind, account, None, **change.facts)
        case _:
            raise Refused(HeldFor.UNKNOWN, type(fact).__name__)


def _note(kind: str, account: BusinessAccount, number: PhoneNumber | None, **facts: object) -> None:
    """Keep it in the journal: what happened to a number or an account, when, and what it was before."""
    journal.record(
        journal.Change(
            kind=kind,
            workspace_id=account.workspace_id,
            subject=f"number:{number.pk}" if number else f"account:{account.pk}",
            rows=(),
            actor=None,
            show=_not_on_a_screen,
            facts=facts,
        )
    )


def _not_on_a_screen(changes: list[journal.Change]) -> None:
    """These are read from the journal when a page asks."""


class Places:
    """The numbers and accounts that a batch names, and who may speak of them: most often with one query."""

    def __init__(self, items: Sequence[Item]) -> None:
        wabas = {item.fact.waba_id for item in items}
        facts = [item.fact for item in items if isinstance(item.fact, NumberFact)]
        ids = {fact.phone_number_id for fact in facts} - {""}
        without_id = {fact.waba_id for fact in facts if not fact.phone_number_id}
        named = Q(phone_number_id__in=ids) | Q(account__waba_id__in=without_id)
        rows = PhoneNumber.objects.filter(named).select_related("account")
        self._accounts: dict[str, BusinessAccount] = {}
        self._by_id: dict[str, PhoneNumber] = {}
        self._by_digits: dict[tuple[str, str], PhoneNumber] = {}
        for number in rows.defer("account__token"):
            self._accounts[number.account.waba_id] = number.account
            self._by_id[number.phone_number_id] = number
            self._by_digits[number.account.waba_id, number.digits] = number
        others = BusinessAccount.objects.filter(waba_id__in=wabas - self._accounts.keys())
        self._accounts |= {account.waba_id: account for account in others.defer("token")}

    def arrival(self, item: Item) -> Arrival[Any]:
        return Arrival[Any](item.fact, self.number(item), order_of(item.envelope_id, item.position))

    def number(self, item: Item) -> PhoneNumber:
        fact = item.fact
        assert isinstance(fact, NumberFact)
        if fact.phone_number_id:
            number = self._by_id.get(fact.phone_number_id)
            name = f"id {fact.phone_number_id}"
        else:
            digits = "".join(filter(str.isdigit, fact.display_phone_number))
            number = self._by_digits.get((fact.waba_id, digits))
            name = fact.display_phone_number or "without an id"
        if number is None:
            raise Refused(HeldFor.NO_NUMBER, f"{name}, account {fact.waba_id or 'not named'}")
        self._check(number.account, item)
        return number

    def account(self, item: Item) -> BusinessAccount:
        account = self._accounts.get(item.fact.waba_id)
        if account is None:
            raise Refused(HeldFor.NO_ACCOUNT, f"account {item.fact.waba_id or 'not named'}")
        self._check(account, item)
        return account

    def workspace_id(self, item: Item) -> int | None:
        """Whose quarantine this belongs to, as far as the signature vouches for it."""
        account = self._accounts.get(item.fact.waba_id)
        if account is None and isinstance(item.fact, NumberFact):
            number = self._by_id.get(item.fact.phone_number_id)
            account = number.account if number else None
        return account.workspace_id if account and account.app_id == item.app_id else None

    @staticmethod
    def _check(account: BusinessAccount, item: Item) -> None:
        if account.app_id != item.app_id:
            raise Refused(HeldFor.OTHER_APP, f"account {account.waba_id}")
