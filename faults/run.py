"""One run: traffic, the plan, rest, audit. Used by `bin/faults` and by the test of its short form."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.db import DatabaseError, connections
from django.db.models import F

from billing.models import LedgerState
from conversations import statuses
from conversations.models import Direction, MediaFile, MediaState, Message, ParkedStatus
from faults import audit, company, plan
from faults.audit import Finding
from faults.company import Company
from faults.load import Browser, Customers, Line, lines
from faults.plan import Strike
from faults.screens import Watcher
from faults.site import Standing, start_product
from faults.strikes import Disk, Hands
from webhooks.models import Envelope


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """`seconds` of traffic and faults; `rate`: acts of customers a second; `sends`: by all browsers together."""

    seconds: float
    haste: float
    customers: int
    rate: float
    sends: int
    browsers: int
    screens: int


TOLD_EVERY = 10.0
SKIPPED = 20  # times five minutes: less than Meta’s clock is still behind ours then
FULL = Size(seconds=180, haste=1.0, customers=30, rate=8, sends=600, browsers=4, screens=3)


@dataclass(slots=True)
class Report:
    seed: int
    struck: list[Strike] = field(default_factory=list)
    notes: dict[str, Any] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)

    def count(self, kind: str) -> int:
        return sum(one.kind == kind for one in self.findings)


class Run:
    def __init__(
        self, standing: Standing, *, seed: int, size: Size, say: Callable[[str], None]
    ) -> None:
        self.standing, self.size, self.say = standing, size, say
        self.rng = random.Random(seed)
        self.report = Report(seed)
        self.again: Counter[str] = Counter()
        self.rested_in = 0.0
        self.skipped = 0

    def go(self, *, may_mount: bool, only: frozenset[str]) -> Report:
        """Everything in turn."""
        disk = Disk(self.standing.media, may_mount=may_mount)
        start_product(self.standing)
        try:
            self._struck(disk, only)
        finally:
            disk.close()
        return self.report

    def _struck(self, disk: Disk, only: frozenset[str]) -> None:
        firm = company.make(self.standing, customers=self.size.customers)
        audit.watch_ladder()
        browsers = self._browsers(firm)
        threads = sorted(firm.threads.values())
        watchers = [Watcher(self.standing, firm, pk) for pk in threads[: self.size.screens]]
        hands = Hands(self.standing, disk, watchers)
        everybody: list[Browser | Watcher] = [*browsers, *watchers]
        try:
            for one in everybody:
                one.start()
            self._strike(hands, self._planned(only), Customers(self.standing, firm, self.rng))
            self._come_to_rest(firm, browsers, watchers)
            self._look(firm, browsers, watchers)
        finally:
            for one in everybody:
                one.enough.set()
            for watcher in watchers:
                watcher.end()
            audit.leave_ladder()

    def _browsers(self, firm: Company) -> list[Browser]:
        told = lines(firm, count=self.size.sends, rng=self.rng)
        count = self.size.browsers
        pause = self.size.seconds * 0.9 * count / max(self.size.sends, 1)
        return [Browser(self.standing, firm, told[n::count], pause=pause) for n in range(count)]

    def _planned(self, only: frozenset[str]) -> tuple[Strike, ...]:
        if not self.standing.owns_postgres:
            only -= {"postgres-killed"}
        return plan.make(
            seed=self.report.seed, seconds=self.size.seconds, haste=self.size.haste, only=only
        )

    # --- the plan ------------------------------------------------------------------------------------

    def _strike(self, hands: Hands, planned: tuple[Strike, ...], customers: Customers) -> None:
        """Customers write, and what is planned happens, until both are done."""
        began = time.monotonic()
        waiting, lasting = list(planned), list[tuple[float, Strike]]()
        while (now := time.monotonic() - began) < self.size.seconds or waiting or lasting:
            for strike in [one for one in waiting if one.at <= now]:
                waiting.remove(strike)
                self.say(f"{now:6.1f} s  {strike.kind.words}{_lasts(strike)}")
                hands.begin(strike)
                self.report.struck.append(strike)
                if strike.seconds:
                    lasting.append((now + strike.seconds, strike))
            for until, strike in [one for one in lasting if one[0] <= now]:
                lasting.remove((until, strike))
                hands.end(strike)
                self.say(f"{now:6.1f} s  … over: {strike.kind.words}")
            while customers.said < now * self.size.rate and now < self.size.seconds:
                customers.say_something()
            self.standing.boss.tend()
            self.standing.boss.pause(0.05)

    # --- rest ------------------------------------------------------------------------------------------

    def _come_to_rest(
        self, firm: Company, browsers: list[Browser], watchers: list[Watcher]
    ) -> None:
        """Everything that is still on its way arrives; the agent decides on what failed or never left."""
        self.say("         … waiting until everything has come to rest")
        for browser in browsers:
            browser.last.set()
        self.standing.control("time", hours=1)  # what Meta would try again much later comes now
        rested = time.monotonic()
        self._until(lambda: [one.name for one in browsers if one.is_alive()])
        while True:
            self._until(lambda: self._on_the_way(firm))
            given_up = self._given_up(firm)
            if not given_up:
                break
            for message in given_up:
                self.again[message.status] += 1
                browsers[0].send_again(message.conversation_id, message.token)
        self._until(lambda: [words for one in watchers for words in one.differences()])
        self.rested_in = time.monotonic() - rested

    def _until(self, left: Callable[[], object]) -> None:
        """Until nothing is left. While the database is coming back, everything is."""
        seen: list[object] = [None]
        told_at = time.monotonic()

        def nothing() -> bool:
            nonlocal told_at
            try:
                seen[0] = left()
            except (DatabaseError, OSError) as problem:
                connections.close_all()
                seen[0] = problem
            if seen[0] and time.monotonic() - told_at > TOLD_EVERY:
                told_at = time.monotonic()
                self.say(f"           still: {str(seen[0])[:200]}")
                if self.skipped < SKIPPED:  # Meta’s pauses grow: nobody waits an hour here
                    self.skipped += 1
                    self.standing.control("time", minutes=5)
            return not seen[0]

        self.standing.until(nothing, lambda: f"never came to rest: {str(seen[0])[:2000]}")

    def _on_the_way(self, firm: Company) -> dict[str, object]:
        """What has not come to rest, by name."""
        meta = {one["id"]: one for one in self._truth()["messages"]}
        went = {pk: one for pk, one in meta.items() if one["direction"] == "out"}
        out = Message.objects.filter(conversation__number=firm.number, direction=Direction.OUT)
        known = dict(out.values_list("wamid", "status"))
        here = set(
            Message.objects.filter(conversation__number=firm.number).values_list("wamid", flat=True)
        )
        behind = LedgerState.objects.filter(workspace=firm.workspace)
        left: dict[str, object] = {
            "webhooks": len(self.standing.ask_meta("webhooks?limit=1")["waiting"]),
            "envelopes": Envelope.objects.filter(processed_at=None).count(),
            "customers": len(meta.keys() - here),
            "parked": ParkedStatus.objects.count(),
            "unsent": out.filter(status__in=statuses.WAITING).count(),
            "unread": sum(one["status"] != "read" for one in went.values()),
            "statuses": sum(known.get(pk) != one["status"] for pk, one in went.items()),
            "files": MediaFile.objects.filter(state=MediaState.WANTED, number=firm.number).count(),
            "books": behind.filter(dirty_since=None, workspace__last_seq__lte=F("seq")).count()
            == 0,
        }
        return {name: what for name, what in left.items() if what}

    def _given_up(self, firm: Company) -> list[Message]:
        """What the agent sees as failed or unknown. Meta has never had it: its own books say so."""
        tried = {one["callback_data"] for one in self._truth()["messages"]}
        rows = Message.objects.filter(
            conversation__number=firm.number,
            direction=Direction.OUT,
            status__in=(statuses.UNKNOWN, statuses.FAILED),
        ).order_by("pk")
        return [
            message
            for message in rows
            if not {str(key) for key in message.attempts.values_list("key", flat=True)} & tried
        ]

    def _truth(self) -> dict[str, Any]:
        found: dict[str, Any] = self.standing.ask_meta("truth")
        return found

    def _look(self, firm: Company, browsers: list[Browser], watchers: list[Watcher]) -> None:
        accepted: list[Line] = [line for one in browsers for line in one.accepted]
        truth = self._truth()
        posts = self.standing.ask_meta("webhooks?limit=5000")["log"]
        answers = Counter(post["status"] or post["note"] for post in posts)
        came = [one for one in truth["messages"] if one["direction"] == "in"]
        self.report.findings = audit.audit(firm, truth, accepted=accepted, watchers=watchers)
        self.report.findings += [
            Finding(audit.WRONG, f"refused: {line.text}: {words}")
            for one in browsers
            for line, words in one.refused
        ]
        self.report.notes = {
            "customers’ messages": len(came),
            "with files": sum(one["type"] != "text" for one in came),
            "sends accepted by the page": len(accepted),
            "sent again by the agent": dict(self.again),
            "seconds until all was quiet": round(self.rested_in),
            "posts by answer": dict(answers),
            "steps of the ladder": audit.climbs(),
            "lines opened by browsers": sum(one.opened for one in watchers),
            "pages loaded anew": sum(one.reloads for one in watchers),
        }


def _lasts(strike: Strike) -> str:
    return f", for {strike.seconds:.0f} s" if strike.seconds else ""
