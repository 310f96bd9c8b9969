"""Asks the rules about a conversation that began or came back, and does what they say. Workers call it; safe to repeat.

No loops: only a customer's message asks the rules, and only when it opens the conversation. An automatic answer is sent
once a day at most, within the window, and is no answer in the sense of “nobody waits any more”.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple, TypeVar

from django.db import transaction
from django.db.models import Model, QuerySet

from accounts import hours
from accounts.models import Agent, Team
from accounts.seats import is_open_to
from conversations import activity, automatic, canned, lanes, live, ruling
from conversations.models import (
    AutoRule,
    Contact,
    Conversation,
    Direction,
    Label,
    Message,
    RuleRun,
)
from conversations.ruling import Actions, Rule, Situation

Row = TypeVar("Row", bound=Model)

SOURCE: Final = "rule"  # of a message that a rule wrote
ONCE_IN: Final = timedelta(days=1)
BATCH: Final = 200
PATIENCE: Final = timedelta(seconds=5)


class Asked(NamedTuple):
    """`given_to`: who has the conversation by a rule and did not have it before."""

    conversation: Conversation
    given_to: int | None


def due(*, at: datetime) -> list[int]:
    """What the bell did not bring: asked again after a while."""
    rows = RuleRun.objects.filter(done_at=None, created_at__lte=at - PATIENCE)
    return list(rows.order_by("created_at").values_list("pk", flat=True)[:BATCH])


@transaction.atomic
def run(run_id: int, *, at: datetime) -> Asked | None:
    """None if there was nothing to ask. Else what was queued in it can be sent, and it can be handed out."""
    rows = RuleRun.objects.select_for_update(skip_locked=True, of=("self",))
    found = rows.filter(pk=run_id, done_at=None).select_related("message").first()
    if found is None:
        return None
    message = found.message
    conversation = lanes.worked(message.conversation_id, None)
    found.done_at = at
    found.save(update_fields=["done_at"])
    kept = AutoRule.objects.filter(workspace_id=conversation.workspace_id, is_on=True)
    had = conversation.assignee_id
    now = situation(conversation, message, is_new=found.is_new)
    matched = ruling.matching([row.rule for row in kept], now)
    if matched:
        _obey(conversation, matched, at=at)
    has = conversation.assignee_id
    return Asked(conversation, has if has != had else None)


def situation(conversation: Conversation, message: Message, *, is_new: bool) -> Situation:
    contact = conversation.contact
    before = Message.objects.filter(
        conversation__contact_id=contact.pk, direction=Direction.IN
    ).exclude(pk=message.pk)
    return Situation(
        number=conversation.number_id,
        text=message.text,
        language=_language(contact, message.text),
        labels=frozenset(conversation.labels.values_list("pk", flat=True)),
        is_new=is_new,
        is_open=_is_open(conversation, message.at),
        is_known=before.filter(at__lte=message.at).exists(),
        from_ad=message.referral is not None,
    )


def _language(contact: Contact, text: str) -> str:
    return contact.language.split("_")[0] or ruling.language_of(text)


def _is_open(conversation: Conversation, at: datetime) -> bool:
    kept = hours.read(conversation.number.hours)
    return kept is None or kept.is_open(at)


def _obey(conversation: Conversation, rules: list[Rule], *, at: datetime) -> None:
    actions = ruling.together(rules)
    was, done = conversation.place, _set(conversation, actions)
    rows: list[Message] = []
    values = canned.values_for(conversation, conversation.assignee)
    words = canned.said(actions.reply, values)
    reply = _answer(conversation, words, at=at) if words.strip() else None
    if isinstance(reply, Message):
        rows.append(reply)
        done["reply"] = "sent"
    elif reply:
        done["reply"] = reply
    if not done:
        return
    names = [rule.name for rule in rules if not rule.actions.is_empty]
    rows.append(activity.line(conversation, "rule", at=at, rules=names, **done))
    live.publish("conversation.ruled", conversation, *rows, was=was, rules=names)


def _set(conversation: Conversation, actions: Actions) -> dict[str, Any]:
    """Team, person, labels and priority. What is no longer there (a team, a colleague) is passed over."""
    done: dict[str, Any] = {}
    workspace_id = conversation.workspace_id
    team = _found(Team.objects.filter(workspace_id=workspace_id), actions.team)
    if team and team.pk != conversation.team_id:
        conversation.team = team
        done["team"] = team.name
        if conversation.assignee and not is_open_to(
            conversation.assignee.seats_at(), conversation.place
        ):
            conversation.assignee = None
    person = _found(
        Agent.objects.filter(workspace_id=workspace_id, is_active=True), actions.assignee
    )
    if (
        person
        and person.pk != conversation.assignee_id
        and is_open_to(person.seats_at(), conversation.place)
    ):
        conversation.assignee = person
        done["to"], done["to_id"] = person.short_name, person.pk
    if actions.priority is not None and actions.priority != conversation.priority:
        conversation.priority = actions.priority
        done["priority"] = actions.priority
    conversation.save(update_fields=["team", "assignee", "priority"])
    labels = Label.objects.filter(workspace_id=workspace_id, pk__in=actions.labels)
    new = labels.exclude(conversations=conversation)
    if names := list(new.values_list("name", flat=True)):
        conversation.labels.add(*labels)
        done["labels"] = names
    return done


def _found(rows: QuerySet[Row], pk: int | None) -> Row | None:
    return None if pk is None else rows.filter(pk=pk).first()


def _answer(conversation: Conversation, text: str, *, at: datetime) -> Message | str:
    """The message, queued; or in one word why not."""
    written = conversation.messages.filter(source=SOURCE, at__gt=at - ONCE_IN)
    if written.exists():
        return "today"
    return automatic.queue(conversation, source=SOURCE, at=at, text=text)


def wanted(workspace_ids: Iterable[int]) -> set[int]:
    """Of these workspaces, those that have rules."""
    rows = AutoRule.objects.filter(workspace_id__in=set(workspace_ids), is_on=True)
    return set(rows.order_by().values_list("workspace_id", flat=True).distinct())
