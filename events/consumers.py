"""One agent's browser on the line. It listens, and says at most which threads it has open; three times a minute it is
told the workspace's latest number, so that a screen that missed a push knows it. Every three minutes it is judged anew:
the word that rights have ended goes over Redis, which may lose it.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import random
from dataclasses import dataclass
from functools import lru_cache
from importlib import import_module
from typing import Any

import structlog
from channels.auth import get_user
from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncWebsocketConsumer
from django.conf import settings
from django.db import DatabaseError
from django.utils import timezone
from prometheus_client import Gauge

from accounts import availability
from accounts.models import SEES_EVERY_CONVERSATION, Agent, Workspace
from accounts.rights import lacks_second_step
from accounts.seats import groups_of
from events import live

BEAT_SECONDS = 20
JUDGED_EVERY = 9  # beats
MOST_THREADS = 40  # a deck keeps twelve, and those in which something is not sent yet
MOST_CHARACTERS = 2000
logger = structlog.get_logger(__name__)
SOCKETS = Gauge(
    "waba_live_sockets", "Sockets of browsers that are open", multiprocess_mode="livesum"
)
SIGNED_OUT, NOT_YOURS = 4401, 4403  # codes of closing, as in HTTP


@dataclass(frozen=True, slots=True)
class Listening:
    """The groups a browser joins at once, and those of which it may join the threads that it has open."""

    groups: tuple[str, ...] = ()
    places: tuple[str, ...] = ()


@database_sync_to_async
def _listening(agent_id: int, *, asked: bytes) -> Listening | None:
    """The groups whose changes an agent may see; None if they may not (or no longer) work conversations.

    A browser that has the inbox open ("threads") listens to rows, and says which threads it has open. One at the
    template desk listens to the desk instead, as one who reads there or as one who writes; one at a page that only
    wants to know when to ask anew ("notes") listens to no fragments at all. Any other one hears everything.
    """
    agent = Agent.objects.filter(pk=agent_id, is_active=True).select_related("workspace").first()
    if agent is None or not agent.works_conversations or lacks_second_step(agent):
        return None
    if asked == b"notes":
        return Listening()
    if asked == b"desk":
        side = "writers" if agent.role in SEES_EVERY_CONVERSATION else "readers"
        return Listening((f"desk.{agent.workspace_id}.{side}.{agent.language}",))
    places = tuple(sorted(f"{group}.{agent.audience}" for group in groups_of(agent.seats_at())))
    if asked == b"threads":
        return Listening(tuple(live.rows_of(place) for place in places), places)
    return Listening(places)


def _threads(said: str | None) -> set[int] | None:
    """The threads that a browser says it has open; None if it says anything else."""
    if said is None or len(said) > MOST_CHARACTERS:
        return None
    try:
        what = json.loads(said)
    except (ValueError, RecursionError):
        return None
    threads = what.get("threads") if isinstance(what, dict) else None
    if not isinstance(threads, list) or not all(map(_is_id, threads)):
        return None
    return set(threads[:MOST_THREADS])


@database_sync_to_async
def _latest(workspace_id: int) -> int:
    return Workspace.objects.values_list("last_seq", flat=True).get(pk=workspace_id)


@database_sync_to_async
def _note_line(agent_id: int) -> None:
    availability.note_line(agent_id, at=timezone.now())


@lru_cache(maxsize=8)  # a fragment comes to all browsers of a group in one moment
def _frame(html: str) -> str:
    """What each of them is sent: written once a process, and not once a browser."""
    return json.dumps({"html": html}, ensure_ascii=False)


def _is_id(one: object) -> bool:
    return type(one) is int and 0 < one < 2**63


class LiveConsumer(AsyncWebsocketConsumer):
    """Passes published fragments to one browser."""

    async def connect(self) -> None:
        self.live_groups: list[str] = []
        self.listening = Listening()
        self.threads: set[str] = set()  # groups of threads, those of live_groups that come and go
        self.beat: asyncio.Task[None] | None = None
        agent = self.scope["user"]
        SOCKETS.inc()
        await self.accept()  # first: a browser is told the code of a line that was open, no other
        if not agent.is_authenticated:
            await self.close(SIGNED_OUT)
            return
        self.workspace_id = agent.workspace_id
        await self._join(f"agent.{agent.pk}")  # first: who loses rights from here on is told
        found = await _listening(agent.pk, asked=self.scope.get("query_string", b""))
        if found is None:
            await self.close(NOT_YOURS)
            return
        self.listening = found
        for group in found.groups:
            await self._join(group)
        self.agent_id = agent.pk
        with contextlib.suppress(OSError, DatabaseError):  # the next beat will
            await _note_line(self.agent_id)
        await self._join(f"staff.{agent.workspace_id}")
        self.beat = asyncio.create_task(self._keep_telling())

    async def _join(self, group: str) -> None:
        await self.channel_layer.group_add(group, self.channel_name)
        self.live_groups.append(group)

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        """Which threads the browser has open from now on. Only threads of its own places: no rights are asked for."""
        wanted = _threads(text_data)
        if wanted is None:
            return
        places = self.listening.places
        groups = {live.thread_of(place, thread) for place in places for thread in wanted}
        closed, opened = self.threads - groups, groups - self.threads
        self.threads = groups
        for group in closed.intersection(self.live_groups):
            self.live_groups.remove(group)
            await self.channel_layer.group_discard(group, self.channel_name)
        for group in opened:
            await self._join(group)
        if opened and not self.listening.places:  # sent away meanwhile
            await self._leave()

    async def disconnect(self, code: int) -> None:
        SOCKETS.dec()
        if self.beat:
            self.beat.cancel()
        await self._leave()

    async def _leave(self) -> None:
        self.listening, self.threads = Listening(), set()  # what it still says opens nothing
        while self.live_groups:
            with contextlib.suppress(Exception):  # Redis may be what went away
                await self.channel_layer.group_discard(self.live_groups.pop(), self.channel_name)

    async def _keep_telling(self) -> None:
        # Not all at once where all came at once, as they do after a restart.
        for beat in itertools.count(-random.randrange(JUDGED_EVERY)):  # noqa: S311 (no secret)
            with contextlib.suppress(OSError, DatabaseError):  # the next beat will tell
                await _note_line(self.agent_id)
                await self._say(seq=await _latest(self.workspace_id))
                if beat > 0 and beat % JUDGED_EVERY == 0 and (code := await self._refusal()):
                    await self._leave()
                    await self.close(code)
                    return
            await asyncio.sleep(getattr(settings, "LIVE_BEAT_SECONDS", BEAT_SECONDS))

    async def _refusal(self) -> int | None:
        """With what to hang up if it would not be let in now as it was: signed out, switched off, other rights."""
        engine = import_module(settings.SESSION_ENGINE)
        session = engine.SessionStore(self.scope["session"].session_key)
        agent = await get_user({"session": session})
        if not agent.is_authenticated:
            return SIGNED_OUT
        found = await _listening(agent.pk, asked=self.scope.get("query_string", b""))
        return None if found == self.listening else NOT_YOURS

    async def _say(self, **what: Any) -> None:
        await self.send(text_data=json.dumps(what, ensure_ascii=False))

    async def live_fragment(self, event: dict[str, Any]) -> None:
        await self.send(text_data=_frame(event["html"]))
        logger.debug("sent to a browser", traces=event.get("traces"), agent=self.agent_id)

    async def live_note(self, event: dict[str, Any]) -> None:
        await self._say(note=event["note"])

    async def live_revoked(self, event: dict[str, Any]) -> None:
        await self._leave()  # at once: the goodbye of a browser can take its time
        await self.close(NOT_YOURS)
