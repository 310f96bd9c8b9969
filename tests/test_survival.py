"""Redis is wiped and processes are killed in mid-work: nothing is lost, nothing is doubled, nothing changes its order.

Everything is real here: uvicorn, Celery, beat and the simulator as processes, PostgreSQL, a Redis of our own.
The bounds of time are generous; they only make sure that a hung system fails.
"""

from __future__ import annotations

import os
import random
import signal
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import pytest
import redis
import requests
from django.conf import settings
from django.db import connection
from django.test import Client

from accounts.models import Agent, PhoneNumber, Role
from conversations import statuses
from conversations.models import (
    Attempt,
    Contact,
    Conversation,
    Direction,
    Message,
    Outcome,
    ParkedStatus,
)
from events.models import Event
from simulator import defaults
from tests import world
from waba_inbox.local import embedded
from waba_inbox.local.processes import Supervisor
from waba_inbox.local.run import Site, fetch, product, start_simulator
from webhooks.models import Envelope, Quarantined

pytestmark = pytest.mark.django_db(transaction=True)
FIRST_PHONE = 4_917_000_000_000
PATIENCE = 300.0


class Standing:
    """The product as it runs at a company, with hands on its plugs."""

    def __init__(self, boss: Supervisor, site: Site) -> None:
        self.boss = boss
        self.site = site
        self.meta = f"http://127.0.0.1:{site.simulator_port}/control"
        self.web = f"http://127.0.0.1:{site.port}"
        self._programs = {program.name: program for program in product(site)}

    def start(self, *names: str) -> None:
        for name in names:
            self.boss.start(self._programs[name])

    def until(self, is_so: Callable[[], bool], what: str) -> None:
        """Wait for it, and start again what has died, as bin/run does."""
        until = time.monotonic() + PATIENCE
        while not is_so():
            assert time.monotonic() < until, f"never: {what}; {state()}"
            self.boss.tend()
            time.sleep(0.1)

    def strike(self, *names: str) -> None:
        """Wipe Redis and kill these processes with -9."""
        redis.Redis.from_url(self.site.env["REDIS_URL"]).flushall()
        for name in names:
            self.boss.kill(name)

    def control(self, path: str, **data: object) -> None:
        requests.post(f"{self.meta}/{path}", json=data, timeout=30).raise_for_status()

    def came_at_once(self) -> set[str]:
        """The phones whose every message was posted at the first try. A retry may upset the order within a second."""
        log = requests.get(f"{self.meta}/webhooks?limit=5000", timeout=30).json()["log"]
        failed = [post["body"] for post in log if post["status"] != 200]
        phones = set(Contact.objects.values_list("phone", flat=True))
        return {phone for phone in phones if not any(phone in body for body in failed)}

    def sent(self) -> list[dict[str, Any]]:
        """What Meta took of us, in its order."""
        truth = requests.get(f"{self.meta}/truth", timeout=30).json()
        return [message for message in truth["messages"] if message["direction"] == "out"]


@pytest.fixture
def standing(tmp_path: Path) -> Iterator[Standing]:
    signals = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    kept = {number: signal.getsignal(number) for number in signals}
    (tmp_path / "logs").mkdir()
    with Supervisor(say=print, patience=1.0) as boss:
        port, simulator_port = embedded.free_port(), embedded.free_port()
        cache = embedded.start_redis(
            boss,
            folder=tmp_path / "redis",
            log=tmp_path / "logs" / "redis.log",
            port=embedded.free_port(),
            env=dict(os.environ),
        )
        env = dict(os.environ) | {
            "DEBUG": "1",
            "DATABASE_URL": database_url(),
            "REDIS_URL": cache,
            "BROKER_URL": cache,
            "DATA_DIR": str(tmp_path),
            "GRAPH_URL": f"http://127.0.0.1:{simulator_port}",
            "UNKNOWN_AFTER_SECONDS": "5",
        }
        site = Site(tmp_path, "127.0.0.1", port, simulator_port, env)
        start_simulator(boss, site)
        yield Standing(boss, site)
    for number, handler in kept.items():
        signal.signal(number, handler)


def database_url() -> str:
    """The database of this test, for other processes."""
    where = connection.settings_dict
    user = quote(where["USER"]) + (f":{quote(where['PASSWORD'])}" if where["PASSWORD"] else "")
    port = f"&port={where['PORT']}" if where["PORT"] else ""
    return f"postgresql://{user}@/{where['NAME']}?host={quote(where['HOST'] or 'localhost', safe='')}{port}"


@pytest.fixture
def rng() -> random.Random:
    """When to strike. SURVIVAL_SEED repeats a run."""
    seed = int(os.environ.get("SURVIVAL_SEED") or random.randrange(10**6))
    print(f"SURVIVAL_SEED={seed}")  # noqa: T201  shown when it fails
    return random.Random(seed)


@pytest.fixture
def shop() -> PhoneNumber:
    """The number that the simulator has from its first start."""
    workspace = world.make_workspace(name="Northern Shop")
    account = world.make_account(workspace, waba_id=defaults.WABA_ID, token=defaults.TOKEN)
    app = account.app
    app.app_id, app.secret = defaults.APP_ID, defaults.APP_SECRET
    app.save(update_fields=["app_id", "secret"])
    return world.make_number(account, phone_number_id=defaults.NUMBER_ID, digits="15550001111")


# --- what a colleague does ---------------------------------------------------------------------------


class Browser(threading.Thread):
    """An agent who writes to some conversations in turn, and presses again until the page says yes."""

    def __init__(self, standing: Standing, agent: Agent, lines: list[tuple[int, str]]) -> None:
        super().__init__(daemon=True)
        self.lines, self.base = lines, standing.web
        client = Client()
        client.force_login(agent)
        self.session = requests.Session()
        self.session.cookies.set(
            settings.SESSION_COOKIE_NAME, client.cookies[settings.SESSION_COOKIE_NAME].value
        )
        self.session.cookies.set(settings.CSRF_COOKIE_NAME, "x" * 32)
        self.session.headers["X-CSRFToken"] = "x" * 32

    def run(self) -> None:
        for conversation_id, text in self.lines:
            form = {"token": str(uuid4()), "text": text, "seen": "0", "override": "1"}
            while not self._post(f"{conversation_id}/messages/", form):
                time.sleep(0.2)

    def send_again(self, message: Message) -> None:
        assert self._post(f"{message.conversation_id}/messages/{message.token}/attempts/", {})

    def _post(self, path: str, form: dict[str, str]) -> bool:
        try:
            answer = self.session.post(f"{self.base}/inbox/{path}", data=form, timeout=30)
        except requests.RequestException:
            return False  # the web process is down: the browser keeps the message and its token
        return answer.ok


# --- the tests -----------------------------------------------------------------------------------------


def test_wiping_redis_and_killing_the_workers_loses_and_doubles_nothing(
    standing: Standing, shop: PhoneNumber, rng: random.Random
) -> None:
    """500 webhooks come in and 100 messages go out meanwhile."""
    ana = world.make_agent(shop.workspace, "Ana", Role.MANAGER)
    threads = [
        world.make_conversation(
            shop, contact=world.make_contact(shop.workspace, phone=str(FIRST_PHONE + n))
        )
        for n in range(20)
    ]
    standing.start("web", "worker-intake", "worker-delivery", "beat")
    standing.until(lambda: fetch(f"{standing.web}/healthz")[0] == 200, "the web answers")
    standing.control("settings", sent=[0, 0], delivered=[0, 0], read=[0, 0])
    duplicates = {"name": "duplicate", "rate": 0.2}
    slow = {"name": "latency", "seconds": 0.1, "path": "/messages"}  # so that kills hit calls
    standing.control("faults", seed=rng.randrange(1000), faults=[duplicates, slow])

    standing.control("burst", messages=500, customers=50, first=FIRST_PHONE)
    browsers = [
        Browser(standing, ana, [(t.pk, f"{t.pk}: {k}") for k in range(5) for t in threads[n::4]])
        for n in range(4)
    ]
    for browser in browsers:
        browser.start()
    for share in sorted(rng.sample(range(5, 80), k=2)):
        standing.until(partial(has_come_in, share), f"{share} came in")
        standing.until(partial(has_gone_out, share // 2), f"{share // 2} went out")
        standing.strike("worker-intake", "worker-delivery")

    standing.until(partial(has_come_in, 500), "500 came in")
    standing.until(lambda: not any(b.is_alive() for b in browsers), "100 were written")
    standing.until(lambda: not moving().exists(), "nothing is on its way any more")
    standing.until(lambda: not ParkedStatus.objects.exists(), "no status is parked")
    standing.until(lambda: not taken_but_unknown(standing), "what Meta took is known")

    unknown = list(outbound().filter(status=statuses.UNKNOWN))  # Meta has never had these
    print(f"{len(unknown)} of unknown fate")  # noqa: T201
    for message in unknown:
        browsers[0].send_again(message)
    standing.until(lambda: not moving().exists(), "what was unknown has gone")

    everything_is_there_once(range(50), each=10, in_order=standing.came_at_once())
    wanted = {f"{t.pk}: {k}" for k in range(5) for t in threads}
    spoken = [one["content"]["body"] for one in standing.sent()]
    assert Counter(spoken) == dict.fromkeys(wanted, 1)
    retried = {message.text for message in unknown}
    for thread in threads:
        said = [t for t in spoken if t.startswith(f"{thread.pk}: ") and t not in retried]
        assert said == sorted(said)
    assert set(outbound().values_list("status", flat=True)) == {statuses.READ}
    assert not Attempt.objects.filter(outcome=Outcome.CALLING).exists()


def test_killing_the_web_process_between_posts_loses_and_doubles_nothing(
    standing: Standing, shop: PhoneNumber, rng: random.Random
) -> None:
    """Meta gets no answer, or none that says "stored", and comes again."""
    standing.start("web", "worker-intake", "beat")
    standing.until(lambda: fetch(f"{standing.web}/healthz")[0] == 200, "the web answers")
    standing.control("settings", outbox={"retry_seconds": 0.2})
    standing.control("burst", messages=300, customers=30, first=FIRST_PHONE)
    for share in sorted(rng.sample(range(10, 200), k=2)):
        standing.until(partial(was_posted, share), f"{share} were posted")
        standing.strike("web")
        standing.until(lambda: fetch(f"{standing.web}/healthz")[0] == 200, "the web is back")
    standing.until(partial(has_come_in, 300), "300 came in")
    standing.until(lambda: not Envelope.objects.filter(processed_at=None).exists(), "all is read")
    everything_is_there_once(range(30), each=10, in_order=standing.came_at_once())


def everything_is_there_once(people: range, *, each: int, in_order: set[str]) -> None:
    """Each customer's messages, once and counted once; the journal without gaps; nothing set aside."""
    said = defaultdict(list)
    for phone, text in inbound().values_list("conversation__contact__phone", "text"):
        said[phone].append(int(text.split()[1]))
    count = len(people) * each
    assert len(said) == len(people)
    for n in people:
        wanted = list(range(n + 1, count + 1, len(people)))
        phone = str(FIRST_PHONE + n)
        found = said[phone]
        assert (found if phone in in_order else sorted(found)) == wanted
    assert set(Conversation.objects.values_list("inbound_count", flat=True)) == {each}
    assert not Quarantined.objects.exists()
    numbers = list(Event.objects.order_by("seq").values_list("seq", flat=True))
    assert numbers == list(range(1, len(numbers) + 1))


def inbound():
    """Oldest first, as in the thread."""
    return Message.objects.filter(direction=Direction.IN).order_by("at", "arrival", "pk")


def outbound():
    return Message.objects.filter(direction=Direction.OUT)


def has_come_in(count: int) -> bool:
    return bool(inbound().count() >= count)


def has_gone_out(count: int) -> bool:
    return Attempt.objects.filter(outcome=Outcome.ACCEPTED).count() >= count


def was_posted(count: int) -> bool:
    return Envelope.objects.count() >= count


def moving():
    """What Meta or we still have to speak of: all of our customers read at once."""
    return outbound().exclude(status__in=[statuses.READ, statuses.UNKNOWN])


def taken_but_unknown(standing: Standing) -> set[str]:
    """The keys of attempts that Meta took and whose statuses have not reached us yet: it posts them after the call."""
    taken = {one["callback_data"] for one in standing.sent()}
    unknown = Attempt.objects.filter(message__status=statuses.UNKNOWN).values_list("key", flat=True)
    return taken & {str(key) for key in unknown}


def state() -> str:
    ours = Counter(outbound().values_list("status", "attempts__outcome"))
    waiting = Envelope.objects.filter(processed_at=None).count()
    parked = ParkedStatus.objects.count()
    return f"in {inbound().count()}, out {ours}, unread posts {waiting}, parked {parked}"
