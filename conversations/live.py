"""The only way for a change of a conversation to be seen: number it, and once committed show it to all who may see it.

A fragment is one or more whole elements with an id, a `data-version` and a `data-sort` (STYLE.md 3.9 is the protocol).
Everything is read anew after the commit, for the whole batch at once, so the cost does not grow with what happened.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import QuerySet
from django.template.loader import render_to_string
from django.utils import translation

from accounts.models import WORKS_CONVERSATIONS, Agent, Team
from accounts.seats import Place, can_see, groups_for
from conversations import panel
from conversations.models import Conversation, Message
from events import journal, live


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
        facts["was"] = [was.number, was.team]
    journal.record(
        journal.Change(
            kind=kind,
            workspace_id=conversation.workspace_id,
            subject=f"conversation:{conversation.pk}",
            rows=(conversation, *messages),
            actor=actor,
            show=show,
            facts=facts,
        )
    )


def fragment(
    conversation: Conversation, messages: Sequence[Message] = (), *, teams: Iterable[Team] = ()
) -> str:
    """The row of the list, these bubbles, the thread's header, and of the panel what may have changed with them.

    In the language that is active. `teams`: where it could be moved, if its team may have changed.
    """
    context: dict[str, Any] = {"conversation": conversation, "messages": messages, "teams": teams}
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
    """Render what changed once a language and push it to its audience: one push for the whole batch."""
    message_ids: dict[int, set[int]] = defaultdict(set)
    stood: dict[int, set[Place]] = defaultdict(set)
    for change in changes:
        conversation_id = change.rows[0].pk
        message_ids[conversation_id].update(row.pk for row in change.rows[1:])
        if "was" in change.facts:
            stood[conversation_id].add(Place(change.workspace_id, *change.facts["was"]))
    conversations = Conversation.objects.for_list().in_bulk(list(message_ids))
    bubbles: dict[int, list[Message]] = defaultdict(list)
    wanted = [pk for pks in message_ids.values() for pk in pks]
    for message in (
        Message.objects.for_thread().filter(pk__in=wanted).order_by("at", "arrival", "pk")
    ):
        bubbles[message.conversation_id].append(message)
    html: dict[str, list[str]] = defaultdict(list)
    for workspace_id in {conversation.workspace_id for conversation in conversations.values()}:
        for language in languages({workspace_id}):
            with translation.override(language):
                for pk, conversation in conversations.items():
                    if conversation.workspace_id != workspace_id:
                        continue
                    teams = panel.teams_of(workspace_id) if pk in stood else ()
                    rendered = fragment(conversation, bubbles[pk], teams=teams)
                    for group in groups_for(conversation.place):
                        html[f"{group}.{language}"].append(rendered)
    for pk, places in stood.items():
        if pk in conversations:
            for agent in _who_lost(conversations[pk], places):
                html[f"agent.{agent.pk}"].append(tombstone(pk, conversations[pk].seq))
    live.push({group: "".join(parts) for group, parts in html.items()})


def _who_lost(conversation: Conversation, places: set[Place]) -> list[Agent]:
    """Who saw it where it stood and does not where it stands. By person: two seats may give sight of it twice."""
    agents = _readers({conversation.workspace_id}).prefetch_related("seats")
    return [
        agent
        for agent in agents
        if any(can_see(agent.seats_at(), place) for place in places)
        and not can_see(agent.seats_at(), conversation.place)
    ]


def languages(workspace_ids: set[int]) -> list[str]:
    """The languages that somebody who works conversations there reads: nothing is rendered for nobody."""
    return list(_readers(workspace_ids).order_by().values_list("language", flat=True).distinct())


def _readers(workspace_ids: set[int]) -> QuerySet[Agent]:
    return Agent.objects.filter(
        workspace_id__in=workspace_ids, is_active=True, role__in=WORKS_CONVERSATIONS
    )
