"""How cost grows: ten times the conversations, the history, the sockets, the agents; each step beside the one before.

Pages: the median of server times, Django and its queries. Sockets and agents: processor time of the web processes and
of the worker for one message that comes in. What matters is the ratio of the last to the first. Only sockets may cost
more in proportion: each gets a copy.
"""

from __future__ import annotations

import random
import statistics
import time
from collections.abc import Callable, Sequence
from datetime import timedelta

from django.db import connection
from django.utils import timezone

from accounts.models import Agent, PhoneNumber, Role, Workspace
from bench import company
from bench.figures import Figure, growing
from bench.site import Standing
from bench.stages import live, pages
from conversations.models import Conversation, Direction, Message

FLAT = 2.0  # at most so much dearer for ten times (and for a hundred times) the rows
SEED = 11
HISTORY = (100, 1_000, 10_000)
AGENTS = (10, 100)
SECONDS = 6.0


def of_tables(
    standing: Standing, *, sizes: Sequence[tuple[int, int]], requests: int
) -> list[Figure]:
    """The pages of the inbox, and one long conversation, while the tables grow. `sizes`: conversations, messages."""
    curves: dict[str, dict[int, float]] = {}
    readers = list[Agent]()
    for conversations, messages in sizes:
        pages.fill(standing, conversations=conversations, messages=messages)
        readers = pages.make_readers()
        for kind in pages.kinds(readers):
            times, _queries = pages.tried(kind, readers, requests=requests, rng=random.Random(SEED))
            curves.setdefault(kind.name, {})[conversations] = statistics.median(times)
    found = [
        growing(f"{name}, by conversations (10 messages each)", "ms", curve, FLAT)
        for name, curve in curves.items()
    ]
    return [*found, *_of_history(readers[-1], requests=requests)]


def _of_history(reader: Agent, *, requests: int) -> list[Figure]:
    """One conversation that gets longer and longer: its newest page, and a page far up in it."""
    thread = Conversation.objects.filter(workspace=reader.workspace_id).order_by("pk")[0]
    newest: dict[int, float] = {}
    rng = random.Random(SEED)
    kind = pages.Kind("a long thread", 0, lambda _rng, _reader: f"/inbox/{thread.pk}/?pane=1")
    for length in HISTORY:
        _lengthen(thread, length)
        times, _queries = pages.tried(kind, [reader], requests=requests, rng=rng)
        newest[length] = statistics.median(times)
    return [growing("thread, by its messages", "ms", newest, FLAT)]


def _lengthen(thread: Conversation, length: int) -> None:
    """Older messages, a minute apart, until there are so many."""
    here = thread.messages.count()
    oldest = thread.messages.order_by("at").values_list("at", flat=True).first() or timezone.now()
    Message.objects.bulk_create(
        (
            Message(
                workspace_id=thread.workspace_id,
                conversation=thread,
                number_id=thread.number_id,
                direction=Direction.IN,
                text=f"line {n}",
                content={"body": f"line {n}"},
                at=oldest - timedelta(minutes=n + 1),
                seq=thread.seq,
                wamid=f"wamid.LONG{thread.pk}.{n}",
                status="received",
            )
            for n in range(here, length)
        ),
        batch_size=2_000,
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE conversations_message")


def of_people(
    standing: Standing, numbers: list[PhoneNumber], *, sockets: Sequence[int]
) -> list[Figure]:
    """What a message costs the web processes with more sockets, and the worker with more agents."""
    standing.start("web", "worker-intake")
    web = {count: _web(standing, numbers, sockets=count) for count in sockets}
    workspace = Workspace.objects.get(name="Measured")
    worker: dict[int, float] = {}
    for count in AGENTS:
        missing = count - Agent.objects.filter(workspace=workspace).count()
        Agent.objects.bulk_create(
            Agent(
                workspace=workspace, email=f"more{count}-{n}@example.com", name=f"More {n}",
                role=Role.MANAGER, password="!",
            )
            for n in range(missing)
        )  # fmt: skip
        worker[count] = _worker(standing, numbers)
    Agent.objects.filter(workspace=workspace, email__startswith="more").delete()
    return [
        growing("web, a message that is shown, by sockets", "ms", web, max(web) / min(web)),
        growing("worker, a message that is shown, by agents", "ms", worker, FLAT),
    ]


def _web(standing: Standing, numbers: list[PhoneNumber], *, sockets: int) -> float:
    """Milliseconds of processor for one message: taken at the door, and a copy to each socket."""
    with live.sockets(standing, sockets):
        return _spent(standing, "web", lambda: _traffic(standing, numbers))


def _worker(standing: Standing, numbers: list[PhoneNumber]) -> float:
    with live.sockets(standing, min(AGENTS)):
        return _spent(standing, "worker-intake", lambda: _traffic(standing, numbers))


def _traffic(standing: Standing, numbers: list[PhoneNumber]) -> int:
    company.wipe()
    posted = live.post_evenly(standing, numbers, seconds=SECONDS, start=10**7)
    standing.until(
        lambda: Message.objects.filter(seq__gt=0).count() == len(posted), "all to be stored"
    )
    time.sleep(1)  # what is being shown still belongs to it
    return len(posted)


def _spent(standing: Standing, name: str, work: Callable[[], int]) -> float:
    """Milliseconds of processor time a message."""
    before = standing.processor(name)
    count = work()
    return (standing.processor(name) - before) / count * 1000
