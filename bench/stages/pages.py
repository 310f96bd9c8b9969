"""What the pages of a big workspace cost on the server: time in Django and its queries, without the network."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlencode

from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Agent, Role, Seat
from bench import company
from bench.figures import Figure, below, share
from bench.site import Standing
from conversations import access
from conversations.models import Conversation, Message

SEED = 7
WARM = 5
READERS = "@bench.example"
FINDS = (
    "здравствуйте", "заказ", "трек номер", "Соколова", "+7 816", "zzzz", "in:resolved доставка",
    "from:me заказ", "Кузнецова возврат", "has:link after:30d", '"номер заказа" -трек', "в",
)  # fmt: skip
SEARCHES = ("Соколова", "Иван", "Мария Кузнецова", "8161234", "+7 816", "zzzz", "ова", "Анна К")


@dataclass(frozen=True, slots=True)
class Kind:
    name: str
    bar: float
    path: Callable[[random.Random, Agent], str]


def measure(
    standing: Standing, *, conversations: int, messages: int, requests: int, rounds: int
) -> list[Figure]:
    """The demo's company with very many rows; its agents (with seats) and its manager take turns."""
    fill(standing, conversations=conversations, messages=messages)
    readers = make_readers()
    found = []
    for kind in kinds(readers):
        late, queries = [], set()
        for n in range(rounds):
            times, counted = tried(kind, readers, requests=requests, rng=random.Random(SEED + n))
            late.append(share(sorted(times), 0.95))
            queries |= counted
        found.append(
            below(
                f"{kind.name}, p95 ({conversations:,} conversations, {messages:,} messages)",
                "ms",
                late,
                kind.bar,
                notes={"queries": sorted(queries)},
                yardstick=f"{min(queries)}–{max(queries)} queries",
            )
        )
    return found


def fill(standing: Standing, *, conversations: int, messages: int) -> None:
    """The demo's company, and so many rows beside its own; what an earlier stage made counts."""
    company.step_aside()
    here = Message.objects.filter(wamid__startswith="wamid.BIG")
    more = (
        conversations - here.values("conversation").distinct().count(),
        messages - here.count(),
    )
    demo = {"DEBUG": "1", "STATIC_ROOT": settings.STATIC_ROOT.as_posix()}
    if more[0] > 0:
        words = ("seed_demo", "--big", *map(str, more))
        standing.run("seed", "django", *words, **demo)


def make_readers() -> list[Agent]:
    """Two agents with the seats of the demo's, and a manager: the demo's own logins are refused on a real site."""
    demo = Agent.objects.exclude(workspace__name="Measured").filter(is_active=True)
    if made := list(demo.filter(email__endswith=READERS).order_by("pk")):
        return made
    likes = [*demo.filter(role=Role.AGENT)[:2], demo.filter(role=Role.MANAGER)[0]]
    return [_reader(n, like) for n, like in enumerate(likes)]


def _reader(n: int, like: Agent) -> Agent:
    """Every second conversation of the one it is like is its own."""
    reader = Agent.objects.create(
        workspace=like.workspace, email=f"reader{n}{READERS}", name=f"Reader {n}", role=like.role
    )
    for seat in like.seats.all():
        Seat.objects.create(agent=reader, number=seat.number, team=seat.team)
    mine = Conversation.objects.filter(assignee=like).values_list("pk", flat=True)[1::2]
    Conversation.objects.filter(pk__in=list(mine)).update(assignee=reader)
    return reader


def kinds(readers: list[Agent]) -> list[Kind]:
    workspace = readers[0].workspace_id
    newest = {
        reader.pk: list(
            access.conversations(reader).order_by("-listed_at").values_list("pk", flat=True)[:400]
        )
        for reader in readers
    }
    far = list(
        Conversation.objects.filter(workspace_id=workspace)
        .order_by("-listed_at")
        .values_list("listed_at", "pk")[100:5000:100]
    )

    def page(rng: random.Random, reader: Agent) -> str:
        return f"/inbox/?tab={rng.choice(['mine', 'unassigned', 'all'])}&status={rng.choice(['open', 'open', 'any'])}"

    def more(rng: random.Random, reader: Agent) -> str:
        at, pk = rng.choice(far)
        return f"/inbox/rows/?tab=all&status=any&before={round(at.timestamp() * 1_000_000)}_{pk}"

    def pane(rng: random.Random, reader: Agent) -> str:
        return f"/inbox/{rng.choice(newest[reader.pk])}/?pane=1"

    def search(rng: random.Random, reader: Agent) -> str:
        return f"/inbox/?tab=all&status=any&q={rng.choice(SEARCHES)}"

    def find(rng: random.Random, reader: Agent) -> str:
        return f"/inbox/search/?{urlencode({'find': rng.choice(FINDS)})}"

    return [
        Kind("inbox page", 60, page),
        Kind("next page of the list", 60, more),
        Kind("thread", 60, pane),
        Kind("search by name or phone", 150, search),
        Kind("search over all history", 150, find),
    ]


def tried(
    kind: Kind, readers: list[Agent], *, requests: int, rng: random.Random
) -> tuple[list[float], set[int]]:
    clients = []
    for reader in readers:
        client = Client()
        client.force_login(reader)
        clients.append(client)
    times: list[float] = []
    counted: set[int] = set()
    for n in range(WARM + requests):
        client, path = clients[n % len(clients)], kind.path(rng, readers[n % len(readers)])
        began = time.perf_counter()
        answer = client.get(path, headers={"X-Requested-With": "fetch"})
        took = (time.perf_counter() - began) * 1000
        if answer.status_code != 200:
            raise RuntimeError(f"{path} answered {answer.status_code}")
        if n >= WARM:
            times.append(took)
        if n % 10 == 0:
            with CaptureQueriesContext(connection) as queries:
                client.get(path, headers={"X-Requested-With": "fetch"})
            counted.add(len(queries))
    return times, counted
