"""Whether a month of very many messages is priced in flat memory and linear time."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Final
from zoneinfo import ZoneInfo

from bench.figures import Figure, at_least
from bench.site import resident
from billing import card_files, facts
from billing.engine import Account, Engine
from billing.facts import Fact
from billing.plans import PLANS
from conversations.statuses import DELIVERED

FACTS: Final = 1_000_000
PARTS: Final = 10
PEOPLE: Final = 40_000
BEGINS: Final = datetime(2026, 11, 1, tzinfo=UTC)
PERIOD: Final = timedelta(days=28)
PREFIXES: Final = ("7911", "4917", "5521", "9198", "1415", "2348")
CATEGORIES: Final = (facts.MARKETING, facts.UTILITY, facts.UTILITY, facts.AUTHENTICATION)


def measure() -> list[Figure]:
    """Part by part, on this process's own clock: what other programs do meanwhile does not count."""
    account = Account(
        plan=PLANS["per-message-2025"], currency="USD", zone=ZoneInfo("Europe/Moscow")
    )
    engine = Engine({"": account}, cards=card_files.shipped())
    source = _month()
    seconds, sizes, entries = [], [], 0
    for _part in range(PARTS):
        began = time.process_time()
        for fact in islice(source, FACTS // PARTS):
            entries += len(engine.take(fact))
        seconds.append(time.process_time() - began)
        sizes.append(resident(os.getpid()))
    entries += len(engine.finish())
    growth, slower = sizes[-1] - sizes[1], sum(seconds[-3:]) / sum(seconds[1:4])
    rates = [FACTS / PARTS / one for one in seconds]
    return [
        at_least(
            f"facts priced in one run of {FACTS:,}", "/s", rates, 10_000,
            notes={"entries": entries, "seconds": round(sum(seconds), 1)},
        ),
        Figure(
            name="the same, time of the last parts ÷ the first", unit="×", values=(slower,),
            bar="< 1.3 ×", is_met=slower < 1.3,
        ),
        Figure(
            name="the same, memory growth", unit="MB", values=(growth,), bar="< 20 MB",
            is_met=growth < 20, notes={"process_mb": sizes},
        ),
    ]  # fmt: skip


def _month() -> Iterator[Fact]:
    """Four weeks in order: every third message is the customer's, then a template or an answer."""
    step = PERIOD / FACTS
    for n in range(FACTS):
        person = n // 3 * 7919 % PEOPLE
        contact = f"{PREFIXES[person % len(PREFIXES)]}{person:07}"
        at, message = BEGINS + step * n, f"m{n}"
        if n % 3 == 0:
            yield Fact(at, facts.IN, contact, facts.MESSAGE, message=message)
        elif n % 3 == 1:
            yield Fact(
                at, facts.OUT, contact, facts.TEMPLATE, message=message, status=DELIVERED,
                category=CATEGORIES[person % len(CATEGORIES)],
            )  # fmt: skip
        else:
            yield Fact(at, facts.OUT, contact, facts.FREE_FORM, message=message, status=DELIVERED)
