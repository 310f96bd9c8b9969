"""Walks every socket as everybody who could come, tells every kind of news, and ends rights while lines are open: what
a line hears is what the pages of the same person show, and nothing else.
"""

from __future__ import annotations

import re
import uuid
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from allauth.mfa.totp.internal.auth import TOTP
from channels.db import database_sync_to_async as in_database
from django.conf import settings as django_settings
from django.core.cache import cache
from django.db import transaction
from django.test import Client
from django.utils import timezone

from accounts import availability, distributing, preferences, seating, staffing, teaming
from accounts.models import Agent, Presence, Role, Sight, Workspace
from conversations import (
    access,
    contacting,
    holding,
    jobs,
    labelling,
    live,
    noting,
    reading,
    telling,
    triage,
    viewing,
    waking,
)
from conversations import presence as colleagues_here
from conversations.filters import Group
from conversations.models import Conversation, ConversationStatus, Job
from events.live import tell
from events.tests.line import Line, line_of
from quality import showing
from templates_app import drafting
from tests import world
from tests.test_sight import STANDS
from waba_inbox import asgi

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("over_redis", "tasks_wait"),
]
ADDRESSES = (b"", b"notes", b"desk", b"inbox.1.any.any", b"desk=1&notes")  # of live/, the one route
KIND = re.compile(r"publish(?:_messages)?\(\s*\"([a-z_.]+)\"")
NOTE = re.compile(
    r"(?:live|line|sockets)\.tell(?:_\w+)?\([^)]*?kind=\"(\w+)\"|(?:note|told) = \{\"kind\": \"(\w+)\""
)
SECRET = "zq7 only for those who see it"


def signed_in(agent: Agent) -> Client:
    client = Client()
    client.post("/accounts/login/", {"login": agent.email, "password": world.PASSWORD})
    return client


def person(workspace: Workspace, name: str, role: str = Role.AGENT, **over: Any) -> Agent:
    return world.make_agent(workspace, name, role, email=f"{uuid.uuid4().hex}@example.com", **over)


class Company:
    """People of every role and sight, and a conversation at every place that one could see or not."""

    def __init__(self) -> None:
        cache.clear()
        self.workspace = world.make_workspace()
        account = world.make_account(self.workspace)
        number = world.make_number(account)
        make = partial(person, self.workspace)
        ana, cleo = make("Ana"), make("Cleo", Role.MANAGER)
        shop = world.make_team(self.workspace, "Shop", ana)
        returns = world.make_team(self.workspace, "Returns")
        world.seat(ana, number, shop)
        narrow = {sight: make(f"Sees {sight}", sight=sight) for sight in (Sight.TEAM, Sight.OWN)}
        for agent in narrow.values():
            world.seat(agent)
        shop.members.add(narrow[Sight.TEAM])
        elsewhere = make("At another number")
        world.seat(elsewhere, world.make_number(account))
        russian = make("Reads Russian", language="ru")
        world.seat(russian, number)
        others = world.make_workspace()
        self.account, self.number, self.shop, self.returns = account, number, shop, returns
        self.ana, self.cleo, self.ada = ana, cleo, make("Ada", Role.ADMINISTRATOR)
        self.staff = [ana, cleo, self.ada, *narrow.values(), elsewhere, russian, make("No seat")]
        self.strangers = [
            person(others, "Dan", Role.ADMINISTRATOR),
            person(others, "Eve", Role.MANAGER),
        ]
        teams = {None: None, "Shop": shop, "Returns": returns}
        people = {None: None, "Ana": ana, "Cleo": cleo}
        self.threads = [
            world.make_conversation(number, team=teams[team], assignee=people[of])
            for team, of, _sights in STANDS.values()
        ]
        own = world.make_conversation(number, assignee=narrow[Sight.OWN])
        self.threads = [*self.threads, own]
        self.mine = self.threads[0]  # Ana's, in the shop's team
        self.mine.contact.profile_name = SECRET
        self.mine.contact.save(update_fields=["profile_name"])

    @property
    def people(self) -> list[Agent]:
        return [*self.staff, *self.strangers]

    def seers(self, thread: Conversation) -> set[int]:
        """By the rule of the pages."""
        found = {agent.pk: access.conversations(agent) for agent in Agent.objects.all()}
        return {pk for pk, rows in found.items() if rows.filter(pk=thread.pk).exists()}

    def refused(self) -> dict[str, tuple[Client, int]]:
        """Who is not let in, with the code that they are told."""
        half = person(self.workspace, "Half")
        TOTP.activate(half, "JBSWY3DPEHPK3PXP")
        gone, off = (person(self.workspace, name) for name in ("Gone", "Off"))
        strict = world.make_workspace(requires_mfa=True)
        lacking = person(strict, "Lacking", Role.MANAGER)
        fay = person(self.workspace, "Fay", Role.FINANCE)
        clients = {agent: signed_in(agent) for agent in (half, gone, off, lacking, fay)}
        kept = clients[gone].cookies["sessionid"].value
        clients[gone].post("/accounts/logout/")
        clients[gone].cookies["sessionid"] = kept
        off.is_active = False
        off.save(update_fields=["is_active"])
        guessed = Client()
        guessed.cookies["sessionid"] = kept[:-1] + ("a" if kept[-1] != "a" else "b")
        return {
            "a stranger": (Client(), 4401),
            "half signed in": (clients[half], 4401),
            "signed out, with the old cookie": (clients[gone], 4401),
            "a guessed session": (guessed, 4401),
            "switched off": (clients[off], 4401),
            "without the required second step": (clients[lacking], 4403),
            "who keeps the books": (clients[fay], 4403),
        }


@dataclass(frozen=True)
class Heard:
    html: str
    notes: tuple[dict[str, Any], ...]

    @property
    def is_nothing(self) -> bool:
        return not self.html and not self.notes


class Lines:
    """The open lines of people, by person and address. What each hears ends at a fence that is told to all."""

    def __init__(self) -> None:
        self.open: dict[tuple[int, bytes], Line] = {}

    async def take(self, agent: Agent, client: Client, address: bytes) -> None:
        line = line_of(client, query=address)
        assert await line.opened()
        while "seq" not in await line.said():  # notes of those who came a moment before
            pass
        self.open[agent.pk, address] = line

    async def heard(self) -> dict[tuple[int, bytes], Heard]:
        await in_database(_fence)({pk for pk, _address in self.open})
        return {key: await _until_fence(line) for key, line in self.open.items()}

    async def hang_up(self) -> None:
        for line in self.open.values():
            await line.hang_up()


def _fence(agent_ids: set[int]) -> None:
    for pk in agent_ids:
        tell(f"agent.{pk}", kind="fence")


async def _until_fence(line: Line) -> Heard:
    html, notes = "", []
    while (said := await line.said()).get("note") != {"kind": "fence"}:
        html += said.get("html", "")
        notes += [said["note"]] if "note" in said else []
    return Heard(html, tuple(notes))


def test_every_socket_is_walked() -> None:
    assert [str(route.pattern) for route in asgi.SOCKETS] == ["live/"], "say here who may open it"


async def test_who_may_not_listen_is_told_so_at_every_address(
    monkeypatch: pytest.MonkeyPatch, record_property: Any
) -> None:
    monkeypatch.setattr(asgi.sockets, "allowed_origins", ["testserver"])  # as on a real site
    company = await in_database(Company)()
    refused = await in_database(company.refused)()
    for name, (client, code) in refused.items():
        for address in ADDRESSES:
            line = line_of(client, query=address)
            assert await line.opened()
            assert await line.closed() == code, f"{name} at {address!r}"
            await line.hang_up()
    client = await in_database(signed_in)(company.ada)
    origins = (b"https://evil.example", b"null", b"http://testserver.evil.example", b"")
    for origin in origins:
        line = line_of(client, origin=origin)
        assert not await line.opened(), origin  # hung up before a word
    count = len(ADDRESSES) * len(refused) + len(origins)
    words = f"sockets: {len(ADDRESSES)} addresses as {len(refused)} refused visitors, {count} calls"
    record_property("counted", f"{words} with {len(origins)} foreign origins, none let in")


def kinds_in_the_source(pattern: re.Pattern[str], *apps: str) -> set[str]:
    found: set[str] = set()
    for app in apps:
        for path in Path(django_settings.BASE_DIR, app).rglob("*.py"):
            if "tests" not in path.parts:
                hits = pattern.findall(path.read_text())
                found |= {hit if isinstance(hit, str) else hit[0] or hit[1] for hit in hits}
    return found


@transaction.atomic
def publish(kind: str, thread: Conversation) -> None:
    thread.refresh_from_db()
    live.publish(kind, thread, world.make_message(thread, SECRET))


async def test_a_change_is_heard_by_those_whose_pages_show_it(record_property: Any) -> None:
    company = await in_database(Company)()
    lines = Lines()
    for agent in company.people:
        client = await in_database(signed_in)(agent)
        for address in ADDRESSES:
            await lines.take(agent, client, address)
    await lines.heard()  # who came online
    kinds = sorted(kinds_in_the_source(KIND, "conversations"))
    assert len(kinds) > 25
    for n, kind in enumerate(kinds):
        thread = company.threads[n % len(company.threads)]
        seers = await in_database(company.seers)(thread)
        await in_database(publish)(kind, thread)
        row = f'id="conversation-{thread.pk}"'
        for (pk, address), heard in (await lines.heard()).items():
            listens = pk in seers and address not in (b"notes", b"desk")
            assert (row in heard.html) == listens, f"{kind}: {pk} at {address!r}"
            assert listens or heard.is_nothing, f"{kind}: {pk} at {address!r}"
    words = f"sockets: {len(kinds)} kinds of changes at {len(company.threads)} places over"
    record_property("counted", f"{words} {len(lines.open)} lines of {len(company.people)} people")
    await lines.hang_up()


class Acts:
    """What brings each kind of note about, under the name of the kind; each gives who may hear it, by id."""

    def __init__(self, company: Company) -> None:
        self.company, self.mine, self.ana = company, company.mine, company.ana
        self.staff = {agent.pk for agent in company.staff}

    def here(self) -> set[int]:
        colleagues_here.tell(self.mine, agent=self.ana, doing="typing")
        return self.company.seers(self.mine)

    def read(self) -> set[int]:
        Conversation.objects.filter(pk=self.mine.pk).update(inbound_count=3)
        self.mine.refresh_from_db()
        reading.mark_read(self.mine, agent=self.ana, at=timezone.now())
        return {self.ana.pk}

    def mention(self) -> set[int]:
        text, how = "@Ana @At another number @Dan look", {"at": timezone.now()}
        noting.write(self.mine.pk, agent=self.company.cleo, token=uuid.uuid4(), text=text, **how)
        return {self.ana.pk}

    def said(self) -> set[int]:
        now = timezone.now()
        Conversation.objects.filter(pk=self.mine.pk).update(
            status=ConversationStatus.SNOOZED, snoozed_until=now - timedelta(minutes=1)
        )
        assert waking.wake_due(at=now) == 1
        return {self.ana.pk}

    def news(self) -> set[int]:
        telling.of_messages([world.make_message(self.mine, SECRET).pk], at=timezone.now())
        return self.company.seers(self.mine)

    def job(self) -> set[int]:
        row = Job.objects.create(workspace=self.company.workspace, owner=self.ana, kind="export")
        jobs.finish(row)
        return {self.ana.pk}

    def presence(self) -> set[int]:
        availability.choose(self.company.cleo.pk, presence=Presence.AWAY, at=timezone.now())
        return self.staff

    def lists(self) -> set[int]:
        viewing.create(
            name="Mine", emoji="", rules=Group(), sort="", is_shared=False, agent=self.ana
        )
        return {self.ana.pk}

    def label(self) -> set[int]:
        made = labelling.create(name="VIP", colour="red", by=self.company.ada)
        labelling.change(made.pk, name="Very", colour="red", by=self.company.ada)
        return self.staff

    def contact(self) -> set[int]:
        ada = self.company.ada
        found = contacting.add(agent=ada, digits="79219998877", name=SECRET)
        contacting.note(found.pk, agent=ada, text=SECRET, at=timezone.now())
        return self.staff

    def standing(self) -> set[int]:
        holding.release(self.company.number)
        return self.staff

    def quality(self) -> set[int]:
        with transaction.atomic():
            showing.changed(self.company.workspace.pk)
        return self.staff


KINDS_OF_NOTES = {name for name in vars(Acts) if not name.startswith("_")}


async def test_a_note_is_heard_by_those_whom_it_is_for(record_property: Any) -> None:
    company = await in_database(Company)()
    lines = Lines()
    for agent in company.people:
        client = await in_database(signed_in)(agent)
        for address in (b"", b"notes"):
            await lines.take(agent, client, address)
    await lines.heard()  # who came online
    acts = Acts(company)
    source = kinds_in_the_source(
        NOTE, "conversations", "accounts", "quality", "billing", "webhooks"
    )
    assert source == KINDS_OF_NOTES, "say in Acts who may hear it"
    for kind in sorted(KINDS_OF_NOTES):
        may_hear = await in_database(getattr(acts, kind))()
        told: dict[int, list[Any]] = defaultdict(list)
        for (pk, _address), heard in (await lines.heard()).items():
            told[pk] += [note for note in heard.notes if note["kind"] == kind]
        hearers = {pk for pk, notes in told.items() if notes}
        assert hearers, kind
        assert hearers <= may_hear, kind
        if len(may_hear) > 1 and kind not in ("news", "here"):  # to everybody: so it names no one
            assert SECRET not in repr(told), kind
    words = f"sockets: {len(KINDS_OF_NOTES)} kinds of notes over {len(lines.open)} lines"
    record_property("counted", f"{words}, each heard by those it is for")
    await lines.hang_up()


async def test_a_draft_is_heard_by_those_who_write_at_the_desk() -> None:
    company = await in_database(Company)()
    lines = Lines()
    for agent in company.people:
        await lines.take(agent, await in_database(signed_in)(agent), b"desk")
    await lines.heard()  # who came online
    draft = await in_database(drafting.begin)(company.account, author=company.cleo, language="en")
    written = drafting.Written(
        name="zq7draft", language="en", category="UTILITY", content=draft.whole.content
    )
    await in_database(drafting.save)(
        draft.pk, written=written, seen=draft.version, author=company.cleo
    )
    heard = await lines.heard()
    hearers = {pk for (pk, _address), one in heard.items() if "zq7draft" in one.html}
    assert hearers == {company.cleo.pk, company.ada.pk}
    outside = {agent.pk for agent in company.strangers}
    assert all(one.is_nothing for (pk, _address), one in heard.items() if pk in outside)
    await lines.hang_up()


def ends(company: Company, client: Client) -> dict[str, Callable[[], object]]:
    """What takes from Ana's line what it hears, while it is open."""
    ana, ada, cleo = company.ana, company.ada, company.cleo
    same: dict[str, Any] = {
        "capacity": company.workspace.capacity, "away_minutes": 5,
        "coming_back": company.workspace.coming_back, "only_assignee_replies": False, "by": ada,
    }  # fmt: skip
    kept = ("name", "language", "time_zone", "notices_show_text", "shows_read", "shows_typing")
    rest: dict[str, Any] = {field: getattr(company.workspace, field) for field in kept} | {
        "by": ada
    }
    phones: dict[str, Any] = {
        "agent_phones": "full",
        "manager_phones": "full",
        "finance_phones": "full",
    }
    return {
        "the sign-out": lambda: client.post("/accounts/logout/"),
        "a sign-out everywhere else": lambda: signed_in(ana).post("/settings/security/sessions/"),
        "a new password": lambda: client.post(
            "/accounts/password/change/",
            {
                "oldpassword": world.PASSWORD,
                "password1": "nine wet geese",
                "password2": "nine wet geese",
            },
        ),
        "the switching off": lambda: staffing.deactivate(ana.pk, by=ada),
        "another role": lambda: staffing.change_role(ana.pk, role=Role.FINANCE, by=ada),
        "the loss of the seat": lambda: seating.set_seats(ana.pk, places=[], by=ada),
        "a narrower sight": lambda: distributing.change_person(
            ana.pk, sight=Sight.OWN, capacity=None, by=ada
        ),
        "a narrower sight of all": lambda: distributing.change_workspace(
            agent_sight=Sight.OWN, manager_sight=Sight.ALL, **same
        ),
        "the end of the team": lambda: teaming.delete(company.shop.pk, by=ada),
        "leaving the team": lambda: staffing.set_teams(ana.pk, team_ids=[], by=ada),
        "a second step that is required": lambda: preferences.change_workspace(
            requires_mfa=True, **phones, **rest
        ),
        "hidden phone numbers": lambda: preferences.change_workspace(
            requires_mfa=False, **phones | {"agent_phones": "hidden"}, **rest
        ),
        "a move out of sight": lambda: triage.set_team(
            company.mine.pk, agent=cleo, team=company.returns, at=timezone.now()
        ),
    }


ENDS = (
    "the sign-out", "a sign-out everywhere else", "a new password", "the switching off", "another role",
    "the loss of the seat", "a narrower sight", "a narrower sight of all", "the end of the team", "leaving the team",
    "a second step that is required", "hidden phone numbers", "a move out of sight",
)  # fmt: skip
STAYS = "a move out of sight"


async def test_rights_that_end_end_the_line(record_property: Any) -> None:
    for name in ENDS:
        company = await in_database(Company)()
        client = await in_database(signed_in)(company.ana)
        line = line_of(client)
        assert await line.opened()
        assert set(await line.said()) == {"seq"}
        table = ends(company, client)
        assert table.keys() == set(ENDS)
        await in_database(table[name])()
        if (
            name == STAYS
        ):  # the line stays: what went is taken off the screen, and says nothing more
            assert "data-remove" in (await line.said())["html"]
        else:
            assert await line.closed() == 4403, name
        await in_database(publish)("message.received", company.mine)
        assert await line.is_silent(), name
        await line.hang_up()
    record_property(
        "counted", f"sockets: {len(ENDS)} ways in which rights end while a line is open"
    )
