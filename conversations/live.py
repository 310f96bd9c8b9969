"""The only way for a change of a conversation to be seen: number it, and once committed show it to all who may see it.

A fragment is one or more whole elements with an id, a `data-version` and a `data-sort` (STYLE.md 3.9 is the protocol).
Everything is read anew after the commit, for the whole batch at once, so the cost does not grow with what happened.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from django.template.loader import render_to_string
from django.utils import translation

from accounts.models import Agent
from accounts.seats import Place, groups_for
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


def fragment(conversation: Conversation, messages: Iterable[Message] = ()) -> str:
    """The row of the list, the thread's header and these bubbles, in the language that is active."""
    return render_to_string(
        "conversations/_live.html", {"conversation": conversation, "messages": messages}
    )


def tombstone(conversation_id: int, seq: int) -> str:
    return render_to_string(
        "conversations/_gone.html", {"conversation_id": conversation_id, "seq": seq}
    )


def show(changes: list[journal.Change]) -> None:
    """Render what changed once a language and push it to its audience."""
    message_ids: dict[int, set[int]] = defaultdict(set)
    gone: dict[int, set[str]] = defaultdict(set)
    for change in changes:
        conversation_id = change.rows[0].pk
        message_ids[conversation_id].update(row.pk for row in change.rows[1:])
        if "was" in change.facts:
            number, team = change.facts["was"]
            gone[conversation_id] |= groups_for(Place(change.workspace_id, number, team))
    conversations = Conversation.objects.for_list().in_bulk(list(message_ids))
    bubbles: dict[int, list[Message]] = defaultdict(list)
    wanted = [pk for pks in message_ids.values() for pk in pks]
    for message in (
        Message.objects.for_thread().filter(pk__in=wanted).order_by("at", "arrival", "pk")
    ):
        bubbles[message.conversation_id].append(message)
    html: dict[str, list[str]] = defaultdict(list)
    for language in languages({change.workspace_id for change in changes}):
        with translation.override(language):
            for pk, conversation in conversations.items():
                groups = groups_for(conversation.place)
                rendered = fragment(conversation, bubbles[pk])
                for group in groups:
                    html[f"{group}.{language}"].append(rendered)
                for group in gone[pk] - groups:
                    html[f"{group}.{language}"].append(tombstone(pk, conversation.seq))
    live.push({group: "".join(parts) for group, parts in html.items()})


def languages(workspace_ids: set[int]) -> list[str]:
    """The languages somebody there reads: nothing is rendered for nobody."""
    agents = Agent.objects.filter(workspace_id__in=workspace_ids, is_active=True)
    return list(agents.order_by().values_list("language", flat=True).distinct())
