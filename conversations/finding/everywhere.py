"""One page of what a text finds: people, conversations, what is known of them, and messages."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from accounts.models import Agent
from conversations.finding.about import About, about_of
from conversations.finding.asked import Asked, understand
from conversations.finding.messages import Hit, messages_of
from conversations.finding.patience import TooSlow, patience
from conversations.finding.people import Person, people_of, threads_of
from conversations.models import Conversation
from conversations.query_words import parse
from conversations.search import Page


@dataclass(frozen=True, slots=True)
class Found:
    asked: Asked
    people: list[Person]
    threads: list[Conversation]
    messages: Page[Hit]
    about: list[About] = field(default_factory=list)
    is_too_slow: bool = False


def find(agent: Agent, text: str, *, at: datetime, before: str = "") -> Found:
    """A page of what this text finds. With `before`, the next page of messages alone."""
    today = at.astimezone(ZoneInfo(agent.time_zone)).date()
    asked = understand(agent, parse(text, today=today))
    if asked.query.is_empty:
        return Found(asked, [], [], Page([]))
    people: list[Person] = []
    threads: list[Conversation] = []
    about: list[About] = []
    try:
        with patience():
            if not before:
                people, threads = people_of(agent, asked), threads_of(agent, asked)
                about = about_of(agent, asked)
            return Found(asked, people, threads, messages_of(agent, asked, before=before), about)
    except TooSlow:
        return Found(asked, people, threads, Page([]), about, is_too_slow=True)
