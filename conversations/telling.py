"""Tells colleagues what is new, each as they wished: a note to their open pages, a letter for their other browsers.

Called by the workers after the commit; the rule is notifying.py.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Prefetch, QuerySet
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext

from accounts import masking
from accounts.models import Agent
from accounts.seats import can_see
from conversations.models import Conversation, Direction, Message, NoticeWish, PushSubscription
from conversations.notifying import Kind, News, is_told
from events import live

FRESH = timedelta(minutes=10)  # what is older came late: it is in the list, and no alarm
SHOWN = 160  # characters
MOST_AT_ONCE = (
    5  # conversations that ring at an open page in one moment; all others stand in its list
)


@dataclass(frozen=True, slots=True)
class Letter:
    """A push to one browser, to be sent by a task of its own."""

    subscription: int
    words: dict[str, object]


class Notes:
    """What each agent's open pages are to be told: one note a page, whatever came in one moment."""

    def __init__(self) -> None:
        self._news: dict[int, list[dict[str, object]]] = defaultdict(list)

    def add(self, agent: Agent, news: dict[str, object]) -> None:
        self._news[agent.pk].append(news)

    def tell(self) -> None:
        for agent_id, news in self._news.items():
            shown = news[-MOST_AT_ONCE:]
            for one in shown[:-1]:
                one["sound"] = ""  # it rings once
            live.tell(f"agent.{agent_id}", kind="news", news=shown)


def of_messages(message_ids: Iterable[int], *, at: datetime) -> list[Letter]:
    """Customers wrote. Of several messages in one conversation the last is told."""
    found = Message.objects.filter(
        pk__in=message_ids, direction=Direction.IN, at__gte=at - FRESH
    ).exclude(source="history")
    rows = found.exclude(kind="reaction").select_related(
        "conversation__contact", "conversation__number"
    )
    last = {row.conversation_id: row for row in rows.order_by("at", "arrival", "pk")}
    letters, notes = list[Letter](), Notes()
    for workspace_id in {row.workspace_id for row in last.values()}:
        agents = list(_agents(workspace_id))
        for message in last.values():
            if message.workspace_id == workspace_id:
                conversation, text = message.conversation, _said(message)
                letters += _tell(agents, conversation, Kind.MESSAGE, text=text, notes=notes)
    notes.tell()
    return letters


def of_mention(message_id: int, *, to: Iterable[int]) -> list[Letter]:
    """A note names these agents."""
    rows = Message.objects.select_related("conversation__contact", "conversation__number", "author")
    note = rows.get(pk=message_id)
    named, notes = set(to), Notes()
    agents = list(_agents(note.workspace_id).filter(pk__in=named))
    text, by = note.text[:SHOWN], note.author
    letters = _tell(
        agents, note.conversation, Kind.MENTION, text=text, by=by, to=named, notes=notes
    )
    notes.tell()
    return letters


def of_assignment(conversation_id: int, *, to: int, by: int | None) -> list[Letter]:
    """`by`: the colleague who gave it; None if handing out or a rule did. Nothing if somebody else has it by now."""
    conversation = Conversation.objects.select_related("contact", "number").get(pk=conversation_id)
    if conversation.assignee_id != to:
        return []
    agents = list(_agents(conversation.workspace_id).filter(pk=to))
    giver = Agent.objects.filter(pk=by).first() if by else None
    notes, text = Notes(), conversation.last_text
    letters = _tell(agents, conversation, Kind.ASSIGNED, text=text, by=giver, to={to}, notes=notes)
    notes.tell()
    return letters


def _agents(workspace_id: int) -> QuerySet[Agent]:
    found = Agent.objects.working(workspace_id)
    pushes = Prefetch("pushes", PushSubscription.objects.only("pk", "agent_id"))
    return found.select_related("notice_wish", "workspace").prefetch_related(
        "seats", "teams", pushes
    )


def wish_of(agent: Agent) -> NoticeWish:
    try:
        return agent.notice_wish
    except NoticeWish.DoesNotExist:
        return NoticeWish(agent=agent)


def _said(message: Message) -> str:
    return message.text[:SHOWN] or str(message.kind_label)


def _tell(
    agents: Iterable[Agent],
    conversation: Conversation,
    kind: Kind,
    *,
    text: str,
    by: Agent | None = None,
    to: Iterable[int] = (),
    notes: Notes,
) -> list[Letter]:
    """Puts what the open pages are to be told to `notes`, and gives the letters."""
    letters: list[Letter] = []
    for agent, wish in _told(agents, conversation, kind, by=by, to=to):
        with translation.override(agent.language), masking.shown(agent.phones):
            title, body = _words(conversation, kind, by=by, text=text)
            plain = gettext("Open the inbox to read it.")
            short = _short(conversation, kind)
        facts = {
            "conversation": conversation.pk,
            "url": reverse("conversations:conversation", args=[conversation.pk]),
            "seq": conversation.seq,
        }
        sound = wish.sound if wish.sound != "none" else ""
        how = {"sound": sound, "hidden": wish.only_hidden, "desktop": wish.desktop}
        notes.add(agent, {"title": title, "text": body, **how, **facts})
        says = agent.workspace.notices_show_text
        words = {"title": title, "text": body} if says else {"title": short, "text": plain}
        if wish.desktop:
            letters += [Letter(row.pk, {**facts, **words}) for row in agent.pushes.all()]
    return letters


def _told(
    agents: Iterable[Agent],
    conversation: Conversation,
    kind: Kind,
    *,
    by: Agent | None,
    to: Iterable[int],
) -> Iterator[tuple[Agent, NoticeWish]]:
    wanted = set(to)
    for agent in agents:
        wish = wish_of(agent)
        news = News(
            kind, conversation.number_id, conversation.team_id, conversation.assignee_id,
            to=agent.pk if agent.pk in wanted else None, by=by.pk if by else None,
        )  # fmt: skip
        if is_told(news, wish.wishes, sees=can_see(agent.seats_at(), conversation.place)):
            yield agent, wish


def _words(
    conversation: Conversation, kind: Kind, *, by: Agent | None, text: str
) -> tuple[str, str]:
    """Title and text for an open page of ours."""
    contact = conversation.contact.shown_name
    name = by.short_name if by else gettext("The inbox")
    if kind is Kind.MENTION:
        return gettext("%(name)s names you: %(contact)s") % {"name": name, "contact": contact}, text
    if kind is Kind.ASSIGNED:
        if by is None:
            return gettext("Yours now: %(contact)s") % {"contact": contact}, text
        words = gettext("%(name)s gave you %(contact)s") % {"name": name, "contact": contact}
        return words, text
    return contact, text


def _short(conversation: Conversation, kind: Kind) -> str:
    """What a push may say where the workspace lets no names and words out of the house."""
    label = {"number": conversation.number.label}
    if kind is Kind.MENTION:
        return gettext("You are named in a note · %(number)s") % label
    if kind is Kind.ASSIGNED:
        return gettext("A conversation is yours now · %(number)s") % label
    return gettext("New message · %(number)s") % label
