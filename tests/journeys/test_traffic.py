"""A busy hour in small: customers write all the time, three people work, and no screen is wrong at the end.

TRAFFIC_SECONDS says how long (12 by default, 1800 by hand), TRAFFIC_SEED repeats what the customers do.
"""

from __future__ import annotations

import os
import random
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import TimeoutError, expect

from accounts.models import Agent, PhoneNumber, Role
from conversations import listing, statuses
from conversations.listing import Filters
from conversations.models import Conversation, Direction, Label, Message, ParkedStatus
from conversations.search import with_seen
from conversations.templatetags.chat import plain
from simulator import acts
from simulator.person import Person
from tests import world
from tests.journeys.conftest import Seat
from tests.journeys.people import Desk, texts
from tests.journeys.stage import Stage
from webhooks.models import Envelope, Quarantined

SECONDS = float(os.environ.get("TRAFFIC_SECONDS") or 12)
PATIENCE = 120.0
EVERY = 0.5  # two messages a second
MOST_CUSTOMERS = 290  # with those of the bursts: the list keeps 300 rows
FIRST_PHONE = 4_917_100_000_000
BURST_PHONE = FIRST_PHONE + 500_000

CLICK = "(selector) => { const one = document.querySelector(selector); one?.click(); return !!one }"
WAITING_ROWS = """() => [...document.querySelectorAll("#conversation-rows > .row")]
    .filter((row) => row.querySelector(".amber-ink")).map((row) => Number(row.id.split("-")[1]))"""
SHOWN = """() => ({
    rows: [...document.querySelectorAll("#conversation-rows > .row:not([hidden])")].map((row) => ({
        id: Number(row.id.split("-")[1]), version: Number(row.dataset.version), status: row.dataset.status,
        assignee: row.dataset.assignee, text: row.querySelector(".row__text").textContent,
        unread: row.querySelector(".row__unread").hidden ? "0" : row.querySelector(".row__unread").textContent,
        waits: !!row.querySelector(".amber-ink"),
        labels: [...row.querySelectorAll(".row__fit .label")].map((one) => one.textContent)})),
    counts: Object.fromEntries([...document.querySelectorAll("[data-count]")]
        .filter((one) => ["mine", "unassigned", "all"].includes(one.dataset.count))
        .map((one) => [one.dataset.count, one.textContent])),
})"""
ANSWERED = """(text) => {
    const pane = document.querySelector(".pane:not([hidden])");
    if (pane.querySelector(".refusal [data-override]")) return "held";
    const mine = [...pane.querySelectorAll(".message")].filter((one) => one.textContent.includes(text));
    return mine.some((one) => one.dataset.local === undefined) && "taken";
}"""
THERE = """() => ({ url: location.href, online: navigator.onLine,
    panes: [...document.querySelectorAll(".pane:not([hidden])")].map((pane) => pane.innerText.slice(-600)),
    local: [...document.querySelectorAll(".message[data-local]")].map((one) => one.outerHTML.slice(0, 900)) })"""
MENU_CAME = """(pk) => { const menu = document.getElementById(`labels-${pk}`);
    return !menu?.open || !!menu.querySelector(".label-menu__one input") }"""


class Traffic(threading.Thread):
    """Customers who write: new ones and known ones, alone and several in one webhook; some never read."""

    def __init__(self, stage: Stage, number: PhoneNumber, rng: random.Random) -> None:
        super().__init__(name="traffic", daemon=True)
        self.meta = stage.meta
        self.number_id = number.phone_number_id
        self.rng = rng
        self.people: list[Person] = []
        self.enough = threading.Event()
        self.fault: Exception | None = None
        self.meta.world.settings.update({"sent": [0, 0.2], "delivered": [0, 0.5], "read": [0, 1.5]})

    def run(self) -> None:
        try:
            n = 0
            while not self.enough.wait(EVERY):
                n += 1
                self._step(n)
        except Exception as fault:
            self.fault = fault

    def end(self) -> None:
        """Everybody falls silent, and all that was on its way to the product has been answered."""
        self.enough.set()
        self.join(timeout=PATIENCE)
        assert self.fault is None, self.fault
        self.meta.drain(timeout=PATIENCE)

    def _step(self, n: int) -> None:
        if n % 10 == 0:
            asked = {"messages": 4, "customers": 4, "batch": 4, "first": BURST_PHONE}
            with self.meta.world.lock:
                acts.burst(self.meta.world, asked | {"text": f"Burst {n}, {{n}}"})
            return
        person = self._somebody()
        if n % 7 == 0:
            person.sends_image(caption=f"Picture {n}")
        else:
            person.writes(f"Question {n}")
        if n % 5 == 0:
            person.reads()

    def _somebody(self) -> Person:
        is_new = self.rng.random() < 0.4 and len(self.people) < MOST_CUSTOMERS
        if self.people and not is_new:
            return self.rng.choice(self.people)
        behaviour = "by_hand" if len(self.people) % 5 == 4 else "normal"
        person: Person = self.meta.world.customer(
            f"+{FIRST_PHONE + len(self.people)}", number_id=self.number_id, behaviour=behaviour
        )
        self.people.append(person)
        return person


@dataclass
class Worker:
    """One of the team at their browser."""

    agent: Agent
    desk: Desk
    tab: str
    answers: list[str] = field(default_factory=list)
    held: int = 0

    def stay(self) -> None:
        """A reload from here on would be seen at the end. A machine that does much else may be slow to paint."""
        self.desk.page.set_default_timeout(PATIENCE * 1000)
        self.desk.page.evaluate("() => { window.stayed = true }")

    def open_one(self) -> int | None:
        """The conversation of this list that waits longest by its place."""
        waiting: list[int] = self.desk.page.evaluate(WAITING_ROWS)
        for pk in reversed(waiting):
            if self.click(f"#conversation-{pk} .row__link"):
                return self._in_front(pk)
        return None

    def pull(self) -> int | None:
        """“Next”: whoever has waited longest; None: nobody waits."""
        with self.desk.page.expect_response("**/inbox/next/") as answer:
            self.click("[data-pull] button")
        if answer.value.status != 200:
            return None
        url: str = answer.value.json()["url"]
        return self._in_front(int(url.strip("/").split("/")[-1]))

    def answer(self) -> None:
        text = f"{self.agent.name} answers {len(self.answers)}."
        self.desk.write(text)
        self.answers.append(text)
        while self.wait(ANSWERED, text) == "held":
            self.held += 1  # the customer wrote at this very moment
            self.click(".pane:not([hidden]) .refusal [data-override]")

    def act(self, pk: int, key: str) -> None:
        """A button of the thread's header, if it is there: a colleague may have been faster."""
        self.click(f'#header-{pk} button[data-key="{key}"]')
        self.wait("() => !document.querySelector('[aria-busy=true]')")

    def label(self, pk: int) -> None:
        """Put the first label on, or take it off; a push may close the menu before."""
        self.click(f"#labels-{pk} summary")
        self.wait(MENU_CAME, pk)
        self.click(f"#labels-{pk} .label-menu__one input")

    def wait(self, come: str, arg: object = None) -> object:
        """Until the page says so; else the failure tells what stands there instead."""
        try:
            return self.desk.page.wait_for_function(come, arg=arg).json_value()
        except TimeoutError as late:
            there = self.desk.page.evaluate(THERE)
            raise AssertionError(f"{self.agent.name} waited for {come}, {arg}: {there}") from late

    def click(self, selector: str) -> bool:
        """At once, wherever it has moved to; whether it was there."""
        return bool(self.desk.page.evaluate(CLICK, selector))

    def _in_front(self, pk: int) -> int:
        pane = self.desk.page.locator(f".pane:not([hidden]) #messages-{pk}")
        expect(pane).to_be_visible(timeout=PATIENCE * 1000)
        return pk

    def shown(self) -> dict[str, Any]:
        return dict(self.desk.page.evaluate(SHOWN))

    def truth(self) -> dict[str, Any]:
        """What this screen should show, by the database."""
        wanted = Filters(tab=self.tab)
        found = with_seen(listing.filtered(self.agent, wanted), self.agent).for_list()
        return {
            "rows": [self._row(one) for one in found.order_by("-listed_at", "-pk")],
            "counts": {tab: str(n) for tab, n in listing.counts(self.agent, wanted)[0].items()},
        }

    def _row(self, one: Conversation) -> dict[str, Any]:
        unread = one.inbound_count - one.seen_count  # type: ignore[attr-defined]
        return {
            "id": one.pk,
            "version": one.seq,
            "status": one.status,
            "assignee": str(one.assignee_id or ""),
            "text": plain(one.last_text) or one.last_kind_label,
            "unread": "99+" if unread > 99 else str(max(unread, 0)),
            "waits": one.waiting_since is not None,
            "labels": [label.name for label in one.labels.all()],
        }


def test_no_screen_is_wrong_after_a_busy_while(
    seat: Seat, stage: Stage, shop: PhoneNumber, maria: Person, thread: Conversation
):
    seed = int(os.environ.get("TRAFFIC_SEED") or random.randrange(10**6))
    print(f"TRAFFIC_SEED={seed}")  # noqa: T201  shown when it fails
    world.seat(world.make_agent(shop.workspace, "Cleo", Role.MANAGER), shop)
    for name in ("Order", "Return"):
        Label.objects.create(workspace=shop.workspace, name=name)
    ana, bo, cleo = team = [
        Worker(
            desk=seat(name).look(f"/inbox/{thread.pk}/?tab={tab}"),
            agent=Agent.objects.get(name=name),
            tab=tab,
        )
        for name, tab in (("Ana", "mine"), ("Bo", "all"), ("Cleo", "unassigned"))
    ]
    for one in team:
        one.stay()
    traffic = Traffic(stage, shop, random.Random(seed))
    traffic.start()
    try:
        collide(ana, bo, maria)
        work(ana, bo, cleo, until=time.monotonic() + SECONDS)
    finally:
        traffic.end()

    until(stage, lambda: kept_once(stage), [])
    until(stage, lambda: on_the_way(stage), {})
    assert wrong_marks() == []
    for one in team:
        until(stage, lambda one=one: differences(one.shown(), one.truth()), [])  # type: ignore[misc]
        assert one.desk.page.evaluate("() => window.stayed"), (
            f"{one.agent.name}'s page was reloaded"
        )
        expect(one.desk.page.locator(".message[data-local]")).to_have_count(0)
    sent = Counter(m.content["body"] for m in everything(stage, "out"))
    assert sent == Counter(text for one in team for text in one.answers)
    told = [len(one.answers) for one in team]
    held = sum(one.held for one in team)
    came, threads = Message.objects.inbound().count(), Conversation.objects.count()
    print(f"{came} messages of {threads} customers, answers {told}, {held} held")  # noqa: T201


def collide(ana: Worker, bo: Worker, maria: Person) -> None:
    """Ana cannot see what Bo has answered, so hers waits until she insists."""
    ana.desk.go_offline()
    bo.answer()
    text = "Ana did not know."
    ana.desk.write(text)
    ana.answers.append(text)
    expect(ana.desk.bubble(text).locator(".trouble")).to_be_visible()
    ana.desk.page.context.set_offline(False)
    refusal = ana.desk.pane.locator(".refusal")
    expect(refusal).to_contain_text(bo.answers[0])
    assert text not in texts(maria)
    refusal.locator("[data-override]").click()
    expect(ana.desk.bubble(text).locator(".tick--read")).to_be_visible()
    expect(refusal).to_have_count(0)


def work(ana: Worker, bo: Worker, cleo: Worker, *, until: float) -> None:
    """Each in turn, as fast as their screens let them. Ana pulls, Bo goes through the list, Cleo sorts it."""
    turn = 0
    while time.monotonic() < until:
        turn += 1
        if pk := ana.pull():
            ana.answer()
            if turn % 2:
                ana.act(pk, "Alt+E")
        if pk := bo.open_one():
            bo.answer()
            if turn % 3 == 0:
                bo.act(pk, "A")
            if turn % 4 == 0:
                bo.act(pk, "Alt+E")
        if pk := cleo.open_one():
            cleo.label(pk)
            if turn % 2 == 0:
                cleo.act(pk, "A")
                cleo.answer()


def until(stage: Stage, look: Callable[[], object], wanted: object) -> None:
    """Wait for it; what still differs when patience ends is the failure's text."""
    stage.boss.wait_until(lambda: look() == wanted, seconds=PATIENCE, every=0.3)
    assert look() == wanted


def everything(stage: Stage, direction: str) -> list[Any]:
    """What Meta's books have of one direction."""
    with stage.meta.world.lock:
        return [m for m in stage.meta.world.messages.values() if m.direction == direction]


def kept_once(stage: Stage) -> list[str]:
    """Customers' messages that the database has not exactly once, and what was put aside."""
    kept = Counter(Message.objects.inbound().values_list("wamid", "conversation__contact__phone"))
    came = Counter((m.id, m.customer_id) for m in everything(stage, "in"))
    wrong = [f"message {key}" for key in (kept - came) + (came - kept)]
    return wrong + [f"quarantined {pk}" for pk in Quarantined.objects.values_list("pk", flat=True)]


def on_the_way(stage: Stage) -> dict[str, object]:
    """What has not come to rest: webhooks, answers, statuses that are behind Meta's."""
    ours = Message.objects.filter(direction=Direction.OUT)
    known = dict(ours.values_list("wamid", "status"))
    left: dict[str, object] = {
        "envelopes": Envelope.objects.filter(processed_at=None).count(),
        "parked": ParkedStatus.objects.count(),
        "unsent": list(ours.filter(status__in=statuses.WAITING).values_list("text", flat=True)),
        "statuses": {
            m.id: (known.get(m.id), m.status)
            for m in everything(stage, "out")
            if known.get(m.id) != m.status
        },
        "not with Meta": sorted(known.keys() - {m.id for m in everything(stage, "out")}),
    }
    return {name: what for name, what in left.items() if what}


def wrong_marks() -> list[str]:
    """Conversations whose count or need of a reply does not follow from their messages, as they were stored."""
    wrong = []
    for one in Conversation.objects.all():
        said = one.messages.filter(direction__in=(Direction.IN, Direction.OUT)).order_by("pk")
        ways = list(said.values_list("direction", flat=True))
        if one.inbound_count != ways.count(Direction.IN):
            wrong.append(f"{one.pk}: counted {one.inbound_count} of {ways}")
        if one.needs_reply != (ways[-1] == Direction.IN and not one.is_resolved):
            wrong.append(f"{one.pk}: {ways}, {one.status}, waits since {one.waiting_since}")
    return wrong


def differences(shown: dict[str, Any], truth: dict[str, Any]) -> list[str]:
    """Where a screen and the database do not agree."""
    rows, wanted = ({row["id"]: row for row in one["rows"]} for one in (shown, truth))
    wrong = [
        f"row {pk}: shown {rows.get(pk)}, should be {wanted.get(pk)}"
        for pk in sorted(rows.keys() | wanted.keys())
        if rows.get(pk) != wanted.get(pk)
    ]
    if not wrong and list(rows) != list(wanted):
        wrong.append(f"order {list(rows)}, should be {list(wanted)}")
    if shown["counts"] != truth["counts"]:
        wrong.append(f"counts {shown['counts']}, should be {truth['counts']}")
    return wrong
