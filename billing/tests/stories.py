"""Short ways to tell the engine a story: hours from a start, one contact unless told otherwise."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from billing import card_files
from billing.cards import RateCards
from billing.engine import Account, Engine, priced
from billing.entries import Entry, Joined, Outcome, Refused
from billing.facts import FREE_FORM, IN, MESSAGE, OUT, TEMPLATE, Fact
from billing.ordering import in_order
from billing.plans import PLANS
from conversations.statuses import DELIVERED

MARIA = "+79210000001"
START = datetime(2022, 11, 10, 9, tzinfo=UTC)


class Story:
    """Facts with hours for times: `Story(start).template(0).writes(4).reply(25)`."""

    def __init__(self, start: datetime = START, contact: str = MARIA, number: str = "") -> None:
        self.start, self.contact, self.number = start, contact, number
        self.facts: list[Fact] = []

    def _add(self, hours: float, direction: str, kind: str, **about: Any) -> Story:
        at = self.start + timedelta(hours=hours)
        if (late := about.pop("delivered", None)) is not None:
            about["delivered_at"] = self.start + timedelta(hours=late)
        about = {"contact": self.contact, "number": self.number, **about}
        self.facts.append(Fact(at=at, direction=direction, kind=kind, **about))
        return self

    def writes(self, hours: float, **about: Any) -> Story:
        return self._add(hours, IN, MESSAGE, **about)

    def comes_from_ad(self, hours: float, **about: Any) -> Story:
        return self._add(hours, IN, MESSAGE, referral=True, **about)

    def template(self, hours: float, category: str = "utility", **about: Any) -> Story:
        about = {"status": DELIVERED, **about}
        return self._add(hours, OUT, TEMPLATE, category=category, **about)

    def reply(self, hours: float, **about: Any) -> Story:
        return self._add(hours, OUT, FREE_FORM, **{"status": DELIVERED, **about})


def account(plan: str, **about: Any) -> Account:
    about = {"currency": "USD", "zone": ZoneInfo("UTC"), **about}
    return Account(plan=PLANS[plan], **about)


def outcomes(
    facts: Iterable[Fact], plan: str, *, cards: RateCards | None = None, **about: Any
) -> list[Outcome]:
    engine = Engine({"": account(plan, **about)}, cards=cards or card_files.shipped())
    return list(priced(in_order(facts), engine=engine))


def entries(facts: Iterable[Fact], plan: str, **about: Any) -> list[Entry]:
    return [one for one in outcomes(facts, plan, **about) if isinstance(one, Entry)]


def said(story: Story, plan: str, **about: Any) -> list[str]:
    """Every outcome in a few words: "0 marketing 0.0802", "5 joined 0", "4 refused"."""
    hours_of = {}
    words = []
    for one in outcomes(story.facts, plan, **about):
        at = one.opened_at if isinstance(one, Entry) else one.fact.reached_at
        hours = f"{(at - story.start) / timedelta(hours=1):g}"
        hours_of[one.fact.key] = hours
        match one:
            case Entry():
                what = one.category if one.kind == "message" else one.kind
                price = one.price.text if one.price else one.reason
                words.append(f"{hours} {what} {price}")
            case Joined():
                words.append(f"{hours} joins {hours_of.get(one.key, '?')}")
            case Refused():
                words.append(f"{hours} refused")
    return words
