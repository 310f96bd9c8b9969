"""Posts webhooks: signed, batched, in order within a chat, tried again with growing pauses until answered 200."""

from __future__ import annotations

import heapq
import itertools
import queue
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields, replace
from typing import Final, TypeAlias
from zlib import crc32

import urllib3

from simulator.changes import Change, body_of
from simulator.faults import Faults
from simulator.models import Json
from simulator.world import World
from whatsapp.signature import HEADER, sign

Receiver: TypeAlias = Callable[[bytes, dict[str, str]], int]
LANES: Final = 8
LONGEST_PAUSE: Final = 3600.0
GIVE_UP_AFTER: Final = 7 * 86400.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One POST to be made."""

    id: int
    url: str
    secret: str
    body: bytes
    fields: tuple[str, ...]
    lane: int
    first_at: float
    era: int = 0
    attempt: int = 1


class Outbox:
    """The sender. `start` and `stop` frame its life; everything in between happens in its own threads."""

    def __init__(self, world: World, faults: Faults) -> None:
        self.world = world
        self.faults = faults
        self.receiver: Receiver | None = None
        self.batch = 1
        self.retry_seconds = 1.0
        self.longest_pause = LONGEST_PAUSE
        self.timeout = 10.0
        self.log: deque[Json] = deque(maxlen=5000)
        self.posted = 0
        self._era = 0  # a reset begins a new one: what was under way then goes nowhere
        self._ids = itertools.count(1)
        self._lanes: list[queue.SimpleQueue[Delivery | None]] = [
            queue.SimpleQueue() for _ in range(LANES)
        ]
        self._later: list[tuple[float, int, Delivery]] = []
        self._later_lock = threading.Lock()
        self._bell = threading.Event()
        self._busy = 0
        self._busy_lock = threading.Lock()
        self._stopping = False
        self._pool = urllib3.PoolManager(num_pools=8, maxsize=LANES, retries=False)
        self._threads: list[threading.Thread] = []
        world.wake = self._bell.set

    def start(self) -> None:
        """Begin to post, first of all what an earlier run could not."""
        self._resume()
        jobs: list[Callable[[], None]] = [
            self._pump,
            *(lambda n=n: self._work(n) for n in range(LANES)),
        ]
        for number, job in enumerate(jobs):
            thread = threading.Thread(target=job, name=f"outbox-{number}", daemon=True)
            thread.start()
            self._threads.append(thread)

    def stop(self) -> None:
        """Finish what is in hand; what waits for another try goes to the world's file."""
        self._stopping = True
        self._bell.set()
        for lane in self._lanes:
            lane.put(None)
        for thread in self._threads:
            thread.join(timeout=5)
        self._leave()
        self._pool.clear()

    def _leave(self) -> None:
        """Give what waits to the world, whose file keeps it for the next start."""
        with self._later_lock:
            self.world.unposted = [
                {f.name: getattr(d, f.name) for f in fields(d)} | {"body": d.body.decode()}
                for _, _, d in sorted(self._later)
            ]

    def _resume(self) -> None:
        waiting, self.world.unposted = self.world.unposted, []
        for item in waiting:
            body, names = str(item["body"]).encode(), tuple(item["fields"])
            again = {"id": next(self._ids), "body": body, "fields": names, "era": self._era}
            self._put_off(Delivery(**(item | again)), self.retry_seconds)

    def clear(self) -> None:
        """Forget everything that waits, and the log."""
        self._era += 1
        with self._later_lock:
            self._later.clear()
        self.log.clear()

    @property
    def is_idle(self) -> bool:
        """Whether nothing is being posted, queued or due now."""
        if self._next_retry() == 0.0 or self.world.next_due() == 0.0:
            return False
        with self._busy_lock:
            return not self._busy and not self.world.ready

    def drain(self, *, timeout: float = 10.0) -> None:
        """Wait until everything due now has been posted. For tests."""
        until = time.monotonic() + timeout
        quiet = 0
        while quiet < 2:
            quiet = quiet + 1 if self.is_idle else 0
            if time.monotonic() > until:
                raise TimeoutError("The outbox did not come to rest.")
            time.sleep(0.005)

    def waiting(self) -> list[Json]:
        """Deliveries that wait for their next try."""
        with self._later_lock:
            return [
                {
                    "id": d.id,
                    "url": d.url,
                    "attempt": d.attempt,
                    "due": due,
                    "fields": list(d.fields),
                }
                for due, _, d in sorted(self._later)
            ]

    def verify(self, url: str, token: str) -> bool:
        """Meta's handshake before it accepts a callback URL."""
        challenge = str(1_000_000_000 + next(self._ids))
        fields = {"hub.mode": "subscribe", "hub.challenge": challenge, "hub.verify_token": token}
        try:
            answer = self._pool.request("GET", url, fields=fields, timeout=5.0)
        except urllib3.exceptions.HTTPError:
            return False
        return answer.status == 200 and answer.data.decode("utf-8", "replace").strip() == challenge

    # --- from changes to deliveries ----------------------------------------------------------------------------------

    def _pump(self) -> None:
        while not self._stopping:
            due = self.world.next_due()
            pause = self._next_retry()
            wait = min(x for x in (due, pause, 0.5) if x is not None)
            if wait > 0:
                self._bell.wait(wait)
            self._bell.clear()
            with self._busy_lock:
                self._busy += 1
            era = self._era
            try:
                self._post_all(self.world.take(), era=era)
                self._post_retries()
            finally:
                with self._busy_lock:
                    self._busy -= 1

    def _post_all(self, changes: list[Change], *, era: int) -> None:
        groups: dict[tuple[str, str, int], list[Change]] = {}
        for change in changes:
            for url, secret in self._targets(change):
                groups.setdefault((url, secret, change.batch or self.batch), []).append(change)
        for (url, secret, size), members in groups.items():
            for start in range(0, len(members), size):
                self._enqueue(url, secret, members[start : start + size], era=era)

    def _targets(self, change: Change) -> Iterable[tuple[str, str]]:
        waba = self.world.wabas.get(change.waba_id)
        number = self.world.numbers.get(change.number_id)
        for app_id in waba.subscribed_apps if waba else ():
            app = self.world.apps.get(app_id)
            if app is None or (app.webhook_fields and change.field not in app.webhook_fields):
                continue
            url = app.webhook_url or self.world.default_webhook
            if change.field == "messages":
                override = (number.override_url if number else "") or (
                    waba.override_url if waba else ""
                )
                url = override or url
            if self.receiver is not None or url:
                yield url, app.secret

    def _enqueue(self, url: str, secret: str, changes: list[Change], *, era: int) -> None:
        lane = crc32(changes[0].lane.encode()) % LANES
        delivery = Delivery(
            id=next(self._ids),
            url=url,
            secret=secret,
            body=body_of(changes),
            fields=tuple(change.field for change in changes),
            lane=lane,
            first_at=self.world.clock.now(),
            era=era,
        )
        if self.faults.hits("drop"):
            self._note(delivery, status=0, note="dropped", seconds=0.0)
            return
        if self.faults.hits("lost"):
            self._note(delivery, status=0, note="lost, will be tried again", seconds=0.0)
            self._try_again(delivery)
            return
        if self.faults.hits("duplicate"):
            self._hand(replace(delivery, id=next(self._ids)))
        if fault := self.faults.hits("delay"):
            self._put_off(delivery, fault.seconds)
        elif fault := self.faults.hits("reorder"):
            self._put_off(delivery, self.faults.spread(fault.seconds))
        else:
            self._hand(delivery)

    def _hand(self, delivery: Delivery) -> None:
        with self._busy_lock:
            self._busy += 1
        self._lanes[delivery.lane].put(delivery)

    def _put_off(self, delivery: Delivery, seconds: float) -> None:
        with self._later_lock:
            heapq.heappush(self._later, (self.world.clock.now() + seconds, delivery.id, delivery))
        self._bell.set()

    def _next_retry(self) -> float | None:
        with self._later_lock:
            return max(0.0, self._later[0][0] - self.world.clock.now()) if self._later else None

    def _post_retries(self) -> None:
        with self._later_lock:
            ready = []
            while self._later and self._later[0][0] <= self.world.clock.now():
                ready.append(heapq.heappop(self._later)[2])
        for delivery in ready:
            self._hand(delivery)

    def _try_again(self, delivery: Delivery) -> None:
        if self.world.clock.now() > delivery.first_at + GIVE_UP_AFTER:
            return
        pause = min(self.longest_pause, self.retry_seconds * 2 ** (delivery.attempt - 1))
        self._put_off(replace(delivery, attempt=delivery.attempt + 1), pause)

    # --- the wire --------------------------------------------------------------------------------------------------

    def _work(self, lane: int) -> None:
        while (delivery := self._lanes[lane].get()) is not None:
            try:
                self._post(delivery)
            finally:
                with self._busy_lock:
                    self._busy -= 1

    def _post(self, delivery: Delivery) -> None:
        if delivery.era != self._era or not (self.receiver or delivery.url):
            return
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "facebookexternalua",
            HEADER: sign(delivery.secret, delivery.body),
        }
        began = time.perf_counter()
        note = ""
        try:
            if self.receiver is not None:
                status = self.receiver(delivery.body, headers)
            else:
                answer = self._pool.request(
                    "POST",
                    delivery.url,
                    body=delivery.body,
                    headers=headers,
                    timeout=self.timeout,
                    redirect=False,
                )
                status = answer.status
        except Exception as problem:  # whatever a receiver does, Meta tries again
            status, note = 0, f"{type(problem).__name__}: {problem}"[:200]
        self._note(delivery, status=status, note=note, seconds=time.perf_counter() - began)
        if status != 200 and delivery.era == self._era:
            self._try_again(delivery)

    def _note(self, delivery: Delivery, *, status: int, note: str, seconds: float) -> None:
        self.posted += 1
        self.log.append(
            {
                "id": delivery.id,
                "at": self.world.clock.now(),
                "url": delivery.url,
                "fields": list(delivery.fields[:20]),
                "changes": len(delivery.fields),
                "bytes": len(delivery.body),
                "attempt": delivery.attempt,
                "status": status,
                "ms": round(seconds * 1000, 1),
                "note": note,
                "body": delivery.body.decode() if len(delivery.body) < 20_000 else "",
            }
        )
