"""What a month's real traffic would have cost under another plan. Prices the stored facts again and writes nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import groupby
from operator import attrgetter
from typing import Any, Final

from django.core.cache import cache

from billing import tariffs
from billing.booking import fact_of
from billing.engine import Engine
from billing.entries import Entry
from billing.facts import Fact
from billing.models import LedgerEntry, StoredFact
from billing.plans import PLANS

WARM_UP: Final = timedelta(days=4)  # longer than anything stays open
KEPT_FOR: Final = 3600


@dataclass(frozen=True, slots=True)
class Part:
    """Entries of one kind and category."""

    kind: str
    category: str
    quantity: int
    free: int
    unpriced: int
    cost: Decimal


@dataclass(frozen=True, slots=True)
class Replay:
    """A month under a plan: Meta's cost in `currency`, the dearest parts first. `refused`: what could not have been
    sent.
    """

    plan: str
    currency: str
    quantity: int
    free: int
    unpriced: int
    refused: int
    cost: Decimal
    parts: tuple[Part, ...]

    @classmethod
    def of(cls, said: dict[str, Any]) -> Replay:
        parts = tuple(Part(**one | {"cost": Decimal(one["cost"])}) for one in said["parts"])
        return cls(**said | {"parts": parts, "cost": Decimal(said["cost"])})


def asked(workspace_id: int, *, month: date, plan: str, currency: str) -> tuple[str, Replay | None]:
    """The name of this question and its answer, if it is known already and nothing was booked since."""
    latest = LedgerEntry.objects.filter(workspace_id=workspace_id).order_by("-pk").values_list("pk")
    version = (latest.first() or (0,))[0]
    key = f"what-if:{workspace_id}:{month:%Y-%m}:{plan}:{currency}:{version}"
    said = cache.get(key)
    return key, Replay.of(said) if said else None


def answer(workspace_id: int, *, month: date, plan: str, currency: str, key: str) -> None:
    found = replay(workspace_id, month=month, plan=plan, currency=currency)
    said = asdict(found) | {"cost": str(found.cost)}
    said["parts"] = [asdict(one) | {"cost": str(one.cost)} for one in found.parts]
    cache.set(key, said, KEPT_FOR)


def replay(workspace_id: int, *, month: date, plan: str, currency: str) -> Replay:
    """In flat memory. `plan`: one of PLANS. The free tier is taken as unused but for what the accounts' plans say."""
    terms = tariffs.of_workspace(workspace_id)
    accounts = {
        key: replace(one, plan=PLANS[plan], currency=currency, currencies=())
        for key, one in terms.priced.items()
    }
    engine = Engine(accounts, cards=terms.cards)
    sums: dict[tuple[str, str], list[Any]] = {}
    refused = 0
    outcomes = (one for fact in _facts(workspace_id, month) for one in engine.take(fact))
    for one in _and_then(outcomes, engine):
        zone = accounts[one.fact.waba].zone
        at = one.opened_at if isinstance(one, Entry) else one.fact.at
        if at.astimezone(zone).date().replace(day=1) != month:
            continue
        if not isinstance(one, Entry):
            refused += not hasattr(one, "key")
            continue
        of = sums.setdefault((one.kind, one.category), [0, 0, 0, Decimal(0)])
        of[0] += 1
        of[1] += one.is_free
        of[2] += one.price is None
        of[3] += one.price.amount if one.price is not None else 0
    parts = [Part(kind, category, *of) for (kind, category), of in sums.items()]
    parts.sort(key=lambda part: (-part.cost, -part.quantity, part.kind))
    return Replay(
        plan, currency,
        quantity=sum(part.quantity for part in parts),
        free=sum(part.free for part in parts),
        unpriced=sum(part.unpriced for part in parts),
        refused=refused,
        cost=sum((part.cost for part in parts), Decimal(0)),
        parts=tuple(parts),
    )  # fmt: skip


def _and_then(outcomes: Iterator[Any], engine: Engine) -> Iterator[Any]:
    yield from outcomes
    yield from engine.finish()


def _facts(workspace_id: int, month: date) -> Iterator[Fact]:
    first = datetime.combine(month, time.min).astimezone() - WARM_UP
    last = datetime.combine(month + timedelta(days=32), time.min).astimezone() + timedelta(days=1)
    rows = StoredFact.objects.filter(workspace_id=workspace_id, at__gte=first, at__lt=last)
    rows = rows.select_related("party").order_by("at", "id")
    for _at, group in groupby(rows.iterator(chunk_size=2000), key=attrgetter("at")):
        yield from sorted(map(fact_of, group), key=attrgetter("order"))
