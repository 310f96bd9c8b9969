"""What the template desk costs on the server with 1,000 templates in 5 languages: board, list, the inbox’s picker."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Final

from django.db import connection

from accounts.models import Agent, BusinessAccount
from bench.figures import Figure, below, share
from bench.site import Standing
from bench.stages import pages
from conversations import access
from templates_app.models import Template

NAMES: Final = 1_000
LANGUAGES: Final = ("ru", "en", "de", "fr", "es")
STATES: Final = (
    "PENDING",
    "REJECTED",
    "PAUSED",
    "DISABLED",
)  # of every tenth; all others are approved
BAR: Final = 60  # ms, as for any page
SEED: Final = 13


def measure(standing: Standing, *, requests: int, rounds: int) -> list[Figure]:
    pages.fill(standing, conversations=2_000, messages=20_000)
    readers = pages.make_readers()
    manager = readers[-1]
    thread = access.conversations(manager).order_by("-listed_at")[0]
    _templates(thread.number.account)
    found = []
    for name, path in (
        ("template board", "/templates/"),
        ("list of templates", "/templates/list/"),
        ("search in the list", "/templates/list/?q=order"),
        ("template picker", f"/inbox/{thread.pk}/templates/"),
        ("search in the picker", f"/inbox/{thread.pk}/templates/?list=1&q=order"),
    ):
        kind = pages.Kind(name, BAR, _always(path))
        late, queries = [], set[int]()
        for n in range(rounds):
            times, counted = pages.tried(
                kind, [manager], requests=requests, rng=random.Random(SEED + n)
            )
            late.append(share(sorted(times), 0.95))
            queries |= counted
        said = f"{name}, p95 ({NAMES * len(LANGUAGES):,} templates)"
        counts = f"{min(queries)}–{max(queries)} queries"
        found.append(below(said, "ms", late, BAR, yardstick=counts))
    return found


def _always(path: str) -> Callable[[random.Random, Agent], str]:
    return lambda _rng, _reader: path


def _templates(account: BusinessAccount) -> None:
    Template.objects.bulk_create(
        (
            Template(
                account=account,
                name=f"order_update_{n:04d}",
                language=language,
                category="UTILITY" if n % 3 else "MARKETING",
                status="APPROVED" if n % 10 else STATES[n // 10 % len(STATES)],
                components=[
                    {
                        "type": "BODY",
                        "text": f"Hello {{{{1}}}}, your order {n} has moved on: {{{{2}}}}.",
                    }
                ],
                seq=n,
            )
            for n in range(NAMES)
            for language in LANGUAGES
        ),
        batch_size=1_000,
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE templates_app_template")
