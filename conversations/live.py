"""The only way for a change of a conversation to be seen: number it, and once committed show it to all who may see it.

A fragment is one or more whole elements with an id, a `data-version` and a `data-sort` (STYLE.md 3.9 is the protocol).
Everything is read anew after the commit, for the whole batch at once, so the cost does not grow with what happened.
The row goes to every list; bubbles, header and panel only to browsers that have the thread open, and where none has,
they are not even rendered.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from typing import Any, NamedTuple, cast

import structlog
from django.template.loader import render_to_string
from django.utils import translation

from accounts import masking
from accounts.models import Agent, Team
from accounts.seats import Place, can_see, groups_for
from conversations import panel, rows
from conversations.field_values import Shown, shown_for
from conversations.models import Conversation, Message
from events import journal, live

logger = structlog.get_logger(__name__)


class Audience(NamedTuple):
    """Those who are pushed the same rendering; `name` is that of Agent.audience."""

    language: str
    phones: str

    @property
    def name(self) -> str:
        return f"{self.language}.{self.phones}"


def publish(
    kind: str,
    conversation: Conversation,
    *messages: Message,
    actor: Agent | None = None,
    was: Place | None = None,
    **facts: object,
) -> None:
    """Number the change and show it. Call it last in the transaction. `was`: where the conversation stood before."""
    if was is not None and was != conversation.place:
        facts["was"] = was.facts
    journal.record(_change(kind, conversation, messages, actor=actor, facts=facts))


def publish_messages(
    kind: str, conversation: Conversation, *messages: Message, **facts: object
) -> None:
    """As `publish`, where only these messages, the list's row and the window look otherwise now.

    Most of what happens is that: one more message of who waits already, a tick. The header and the panel are most of
    a fragment's cost, and stay as they were pushed last.
    """
    change = _change(kind, conversation, messages, actor=None, facts=facts)
    change.is_minor = True
    journal.record(change)


def _change(
    kind: str,
    conversation: Conversation,
    messages: Sequence[Message],
    *,
    actor: Agent | None,
    facts: dict[str, object],
) -> journal.Change:
    return journal.Change(
        kind=kind,
        workspace_id=conversation.workspace_id,
        subject=f"conversation:{conversation.pk}",
        rows=(conversation, *messages),
        actor=actor,
        show=show,
        facts=facts,
    )


def fragment(
    conversation: Conversation,
    messages: Sequence[Message] = (),
    *,
    teams: Iterable[Team] = (),
    fields: Iterable[Shown] = (),
) -> str:
    """The row of the list and all that the open thread shows, in the language that is active."""
    return row_fragment(conversation) + thread_fragment(
        conversation, messages, teams=teams, fields=fields
    )


def row_fragment(conversation: Conversation, *, is_new: bool = False) -> str:
    """The row of the list, for every browser that may see it. `is_new`: it has just changed."""
    row = rows.anew(conversation) if is_new else rows.row(conversation)
    return f'<template data-into="conversation-rows">{row}</template>'


def thread_fragment(
    conversation: Conversation,
    messages: Sequence[Message] = (),
    *,
    teams: Iterable[Team] = (),
    fields: Iterable[Shown] = (),
    is_minor: bool = False,
) -> str:
    """These bubbles, the thread's header, and of the panel what may have changed with them.

    `teams`: where it could be moved, if its team may have changed; `fields`: what stands in the custom fields, if one
    of them may have; `is_minor`: without the header and the panel.
    """
    context: dict[str, Any] = {
        "conversation": conversation,
        "messages": messages,
        "teams": teams,
        "fields": fields,
        "is_minor": is_minor,
    }
    if any(message.media and message.media.kind == "image" for message in messages):
        context["gallery"] = panel.gallery(conversation)
    if any(message.referral for message in messages):
        context["source"] = panel.source_of(conversation)
    return render_to_string("conversations/_live.html", context)


def tombstone(conversation_id: int, seq: int) -> str:
    return render_to_string(
        "conversations/_gone.html", {"conversation_id": conversation_id, "seq": seq}
    )


def show(changes: list[journal.Change]) -> None:
    """Render what changed once an audience and push it to its audience: one push for the whole batch."""
    message_ids: dict[int, set[int]] = defaultdict(set)
    stood: dict[int, set[Place]] = defaultdict(set)
    for change in changes:
        conversation_id = change.rows[0].pk
        message_ids[conversation_id].update(row.pk for row in change.rows[1:])
        if "was" in change.facts:
            stood[conversation_id].add(Place(change.workspace_id, *change.facts["was"]))
    conversations, audience = _looked_at(changes, stood.keys())
    if not conversations:
        return
    filled = {change.rows[0].pk for change in changes if "field" in change.facts}
    major = {change.rows[0].pk for change in changes if not change.is_minor}
    open_threads = {pk for (pk, _who), heard in audience.items() if heard.threads}
    bubbles = _bubbles(one for pk in open_threads for one in message_ids[pk])
    fields = shown_for([conversations[pk] for pk in open_threads & filled])
    html: dict[str, list[str]] = defaultdict(list)
    threads: dict[str, str] = {}
    for (pk, who), heard in audience.items():
        with translation.override(who.language), masking.shown(who.phones):
            row = row_fragment(conversations[pk], is_new=True)
            thread = ""
            if heard.threads:
                thread = thread_fragment(
                    conversations[pk],
                    bubbles[pk],
                    teams=panel.teams_of(conversations[pk].workspace_id) if pk in stood else (),
                    fields=fields.get(pk, ()),
                    is_minor=pk not in major,
                )
        for group in heard.all:
            html[group].append(row + thread)
        for group in heard.rows:
            html[group].append(row)
        threads |= dict.fromkeys(heard.open, thread)
    readers = _seated({one.workspace_id for one in conversations.values()}) if stood else []
    for pk, places in stood.items():
        if pk in conversations:
            for agent in _who_lost(conversations[pk], places, readers):
                html[f"agent.{agent.pk}"].append(tombstone(pk, conversations[pk].seq))
    logger.info(
        "shown", changes=[change.seq for change in changes], groups=len(html) + len(threads)
    )
    live.push(threads | {group: "".join(parts) for group, parts in html.items()})


class Heard(NamedTuple):
    """The groups in which browsers listen to one rendering of a conversation: to all of it, to rows, to its thread."""

    all: set[str]
    rows: set[str]
    open: set[str]

    @property
    def threads(self) -> bool:
        return bool(self.all or self.open)


def _looked_at(
    changes: Iterable[journal.Change], also: Collection[int]
) -> tuple[dict[int, Conversation], dict[tuple[int, Audience], Heard]]:
    """The conversations that somebody looks at right now, as they are, and who; `also`: those wanted in any case.

    The rows of the changes say where they stood at the commit, so what nobody looks at is not read. What has been
    moved since then is shown to those who may see it now.
    """
    stood = {change.rows[0].pk: cast(Conversation, change.rows[0]) for change in changes}
    audience = _audience(stood.values())
    wanted = {pk for pk, _who in audience} | set(also)
    found = Conversation.objects.for_list().in_bulk(list(wanted)) if wanted else {}
    moved = [one for one in found.values() if one.place != stood[one.pk].place]
    still = found.keys() - {one.pk for one in moved}
    audience = {key: heard for key, heard in audience.items() if key[0] in still}
    return found, audience | (_audience(moved) if moved else {})


def _audience(
    conversations: Collection[Conversation],
) -> dict[tuple[int, Audience], Heard]:
    """Of each conversation, for each rendering somebody there needs, the groups that a browser listens to right now.

    A browser listens to rows before it says which threads it has open, so threads are asked for where rows are heard.
    """
    known = {pk: audiences({pk}) for pk in {one.workspace_id for one in conversations}}
    groups = {
        (one.pk, who): {f"{group}.{who.name}" for group in groups_for(one.place)}
        for one in conversations
        for who in known[one.workspace_id]
    }
    names = {name for some in groups.values() for name in some}
    heard = live.heard({one for name in names for one in live.lists_of(name)})
    with_rows = {name for name in names if live.rows_of(name) in heard}
    is_open = live.heard(
        {
            live.thread_of(name, pk)
            for (pk, _who), some in groups.items()
            for name in some & with_rows
        }
    )
    found = {
        (pk, who): Heard(
            all=some & heard,
            rows={live.rows_of(name) for name in some & with_rows},
            open={live.thread_of(name, pk) for name in some} & is_open,
        )
        for (pk, who), some in groups.items()
    }
    return {key: one for key, one in found.items() if one.all or one.rows}


def _bubbles(message_ids: Iterable[int]) -> dict[int, list[Message]]:
    bubbles: dict[int, list[Message]] = defaultdict(list)
    found = Message.objects.for_thread().filter(pk__in=set(message_ids))
    for message in found.order_by("at", "arrival", "pk"):
        bubbles[message.conversation_id].append(message)
    return bubbles


def _who_lost(
    conversation: Conversation, places: set[Place], readers: Iterable[Agent]
) -> list[Agent]:
    """Who saw it where it stood and does not where it stands. By person: two seats may give sight of it twice."""
    return [
        agent
        for agent in readers
        if any(can_see(agent.seats_at(), place) for place in places)
        and not can_see(agent.seats_at(), conversation.place)
    ]


def _seated(workspace_ids: set[int]) -> list[Agent]:
    rows = Agent.objects.working(*workspace_ids).select_related("workspace")
    return list(rows.prefetch_related("seats", "teams"))


def audiences(workspace_ids: set[int]) -> list[Audience]:
    """The renderings that people who work conversations there need: nothing is rendered for nobody."""
    kinds = ("workspace_id", "language", "role")
    rows = Agent.objects.working(*workspace_ids).order_by(*kinds).distinct(*kinds)
    found = rows.select_related("workspace")
    return sorted({Audience(one.language, one.workspace.phones_for(one.role)) for one in found})
