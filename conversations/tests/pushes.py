"""What was pushed to whom: a channel layer that keeps what is sent, and an agent's screen that hears it."""

from __future__ import annotations

from typing import Any, ClassVar

from channels.layers import InMemoryChannelLayer
from django.test import Client

from accounts.models import Agent, Workspace
from accounts.seats import groups_of
from conversations.tests.page import Screen, parse
from events import live


class RecordingLayer(InMemoryChannelLayer):
    """Django Channels' layer for tests, with a memory."""

    sent: ClassVar[list[tuple[str, dict[str, Any]]]] = []

    async def group_send(self, group: str, message: dict[str, Any]) -> None:
        self.sent.append((group, message))
        await super().group_send(group, message)


class Listener:
    """An agent's browser, as far as the line to it goes: it hears rows, and the threads that it has open."""

    def __init__(self, agent: Agent, *threads: int) -> None:
        self.agent = agent
        self.client = Client()
        self.client.force_login(agent)
        self.cursor = str(Workspace.objects.get(pk=agent.workspace_id).last_seq)
        self.threads = threads
        places = [f"{group}.{agent.audience}" for group in groups_of(agent.seats_at())]
        self.groups = {
            f"agent.{agent.pk}",
            *(live.rows_of(place) for place in places),
            *(live.thread_of(place, thread) for place in places for thread in threads),
        }
        self.heard = len(RecordingLayer.sent)

    def pushed(self) -> list[str]:
        """What came over the line since the last look at it."""
        news = RecordingLayer.sent[self.heard :]
        self.heard = len(RecordingLayer.sent)
        return [m["html"] for group, m in news if group in self.groups and "html" in m]

    def asked(self, since: str = "") -> str:
        """What the server answers to a screen that comes back."""
        threads = ",".join(map(str, self.threads))
        response = self.client.get(
            f"/inbox/changes/?since={since or self.cursor}&threads={threads}"
        )
        assert response.status_code == 200, response.status_code
        return response.content.decode()


class Watcher(Listener):
    """An agent with the inbox before them, at a conversation or at the list."""

    def __init__(self, agent: Agent, conversation_id: int | None = None) -> None:
        super().__init__(agent, *([conversation_id] if conversation_id else []))
        self.conversation_id = conversation_id
        self.html = self.fetched()
        self.screen = Screen(parse(self.html))
        assert self.screen.page.all("live-updates")[0].attrs["data-cursor"] == self.cursor

    def fetched(self) -> str:
        """The page fetched anew; the list where the conversation is out of sight."""
        query = "?tab=all&status=any"
        address = f"/inbox/{self.conversation_id}/" if self.conversation_id else "/inbox/"
        response = self.client.get(address + query)
        if response.status_code == 404:
            response = self.client.get("/inbox/" + query)
        assert response.status_code == 200
        return response.content.decode()

    def check(self) -> None:
        """Both ways lead to the page that one would fetch now: to hear of it all, and to come back and ask."""
        truth = Screen(parse(self.fetched())).truth
        assert self.hear().truth == truth
        came_back = Screen(parse(self.html))
        came_back.place(self.asked())
        assert came_back.truth == truth

    def hear(self) -> Screen:
        for html in self.pushed():
            self.screen.place(html)
        return self.screen
