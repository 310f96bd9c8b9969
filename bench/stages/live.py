"""How long it takes from Meta's accepted post to the bubble in a second browser, and what many sockets cost."""

from __future__ import annotations

import hashlib
import hmac
import json
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import requests

from accounts.models import Agent, PhoneNumber
from bench import bodies, company
from bench.figures import Figure, below, share
from bench.site import Standing
from conversations.models import Conversation
from simulator import defaults
from waba_inbox.local.folder import ROOT
from webhooks.models import Envelope

SOCKETS, MANY_SOCKETS = 100, 500
RATE = 50.0
SEEN = 40  # threads of the second browser
AT_REST = 3.0  # seconds in which the last ones come


def measure(
    standing: Standing, numbers: list[PhoneNumber], *, rounds: int, seconds: float
) -> list[Figure]:
    standing.start("web", "worker-intake", "worker-delivery")  # which rings at the open pages, too
    company.wipe()
    posted: list[dict[str, float]] = []
    post_evenly(
        standing, numbers, seconds=2, start=10**6, people=SEEN
    )  # it warms, and they are known
    standing.until(lambda: not Envelope.objects.filter(processed_at=None).exists(), "the first")
    known = list(Conversation.objects.values_list("pk", flat=True))
    with sockets(standing, SOCKETS, seen=known) as watching:
        for n in range(1, rounds + 1):
            first = 10**6 + n * 10**5
            posted.append(post_evenly(standing, numbers, seconds=seconds, start=first, people=SEEN))
            time.sleep(AT_REST)
        told = close(watching)
    middle, late = [], []
    for when in posted:
        waits = sorted(told["seen"].get(mark, float("inf")) - at for mark, at in when.items())
        middle.append(share(waits, 0.5) * 1000)
        late.append(share(waits, 0.95) * 1000)
    if max(late) == float("inf"):
        raise RuntimeError("some messages never reached the second browser")
    company.wipe()
    name = f"accepted → second browser, {RATE:g}/s, {SOCKETS} sockets"
    return [
        below(f"{name}, p95", "ms", late, 300),
        Figure(name=f"{name}, p50", unit="ms", values=tuple(middle)),
    ]


def memory(standing: Standing, numbers: list[PhoneNumber]) -> list[Figure]:
    """Each web process, with 500 sockets open over all of them, after some traffic."""
    standing.start("web", "worker-intake")
    with sockets(standing, MANY_SOCKETS) as watching:
        post_evenly(standing, numbers, seconds=3, start=5 * 10**6)
        processes = standing.memory("web")
        close(watching)
    company.wipe()
    return [
        below(
            f"web memory at {MANY_SOCKETS} sockets, largest process",
            "MB",
            [max(processes)],
            250,
            notes={"processes": processes},
        )
    ]


@contextmanager
def sockets(
    standing: Standing, count: int, *, seen: Sequence[int] = ()
) -> Iterator[subprocess.Popen[str]]:
    """Browsers on the line, each with some threads open; `seen`: those of the second one."""
    cookies = [company.cookie(agent) for agent in Agent.objects.filter(workspace__name="Measured")]
    asked = {
        "port": standing.site.port,
        "sockets": count,
        "cookies": cookies,
        "threads": bodies.PEOPLE,
        "seen": list(seen),
    }
    command = [sys.executable, "-m", "bench.watching", json.dumps(asked)]
    watching = subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        assert watching.stdout
        if watching.stdout.readline().strip() != "ready":
            raise RuntimeError("the sockets could not be opened")
        yield watching
    finally:
        watching.kill()
        watching.wait()


def close(watching: subprocess.Popen[str]) -> dict[str, Any]:
    told, _errors = watching.communicate(timeout=60)
    found: dict[str, Any] = json.loads(told.strip().splitlines()[-1])
    return found


def post_evenly(
    standing: Standing,
    numbers: list[PhoneNumber],
    *,
    seconds: float,
    start: int,
    people: int = bodies.PEOPLE,
) -> dict[str, float]:
    """Message by message at the rate; when each was accepted."""
    ids = [number.phone_number_id for number in numbers]
    posted: dict[str, float] = {}
    session = requests.Session()
    began = time.perf_counter()
    for n in range(int(seconds * RATE)):
        raw = bodies.body(start + n, ids, people=people)
        signature = hmac.new(defaults.APP_SECRET.encode(), raw, hashlib.sha256).hexdigest()
        headers = {"X-Hub-Signature-256": f"sha256={signature}", "Content-Type": "application/json"}
        time.sleep(max(0.0, began + n / RATE - time.perf_counter()))
        answer = session.post(
            f"{standing.web}/webhooks/whatsapp/", data=raw, headers=headers, timeout=30
        )
        answer.raise_for_status()
        posted[str(start + n)] = time.time()
    return posted
