"""Send later: what waits for its hour, who may change it, and what happens when the hour has come.

It asks again when the contact has written meanwhile, and goes out as a template where the reply window has closed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.utils import translation
from django.utils.translation import gettext

from accounts import masking
from accounts.models import Agent
from conversations import admission, live, sending, specials
from conversations.admission import Draft
from conversations.models import Conversation, Direction, MediaFile, Message, Scheduled
from conversations.queueing import How, locked
from conversations.refusals import MomentPast, Refusal, WindowClosed
from events import live as line
from templates_app import using

BATCH: Final = 200


@dataclass(eq=False)
class NeedsFallback(Refusal):
    """Free words whose hour comes after the reply window."""

    code = "needs_fallback"

    @property
    def what(self) -> str:
        return gettext("By then the reply window will be closed.")

    @property
    def todo(self) -> str:
        return gettext("Choose a template that goes out instead.")


@dataclass(eq=False)
class AuthorGone(Refusal):
    code = "author_gone"

    @property
    def what(self) -> str:
        return gettext("Who wrote this no longer works here.")


@dataclass(eq=False)
class SentAlready(Refusal):
    code = "sent_already"

    @property
    def what(self) -> str:
        return gettext("It has been sent or removed already.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What shall go out, and when: a template; or words, with a file or without; or what is neither."""

    due_at: datetime
    text: str = ""
    media: MediaFile | None = None
    special: specials.Special | None = None
    quoted: Message | None = None
    template_id: int | None = None
    values: Mapping[str, str] = field(default_factory=dict)
    fallback_id: int | None = None
    fallback_values: Mapping[str, str] = field(default_factory=dict)


@transaction.atomic
def schedule(
    conversation_id: int, *, agent: Agent, token: UUID, plan: Plan, at: datetime
) -> Scheduled:
    """Keep it until its hour. The same token never makes a second one."""
    conversation = locked(conversation_id)
    if repeated := conversation.scheduled.filter(token=token).first():
        return repeated
    _check_writer(conversation, agent)
    draft = _checked(conversation, plan, agent=agent, at=at)
    row = Scheduled(conversation=conversation, author=agent, token=token)
    _fill(row, plan, draft, conversation)
    row.save(force_insert=True)
    _show(conversation, "message.scheduled", agent)
    return row


@transaction.atomic
def change(scheduled_id: int, *, agent: Agent, plan: Plan, at: datetime) -> Scheduled:
    """Other words or another hour. Whoever changes it has read what the contact wrote, and is its author from now on:
    nobody puts words into a colleague's mouth.
    """
    row, conversation = _row(scheduled_id)
    _check_writer(conversation, agent)
    draft = _checked(conversation, plan, agent=agent, at=at)
    _fill(row, plan, draft, conversation)
    row.author = agent
    row.save(
        update_fields=[
            "author", "kind", "text", "content", "special", "quoted", "media", "template", "values", "fallback",
            "fallback_values", "due_at", "inbound_seen", "problem",
        ]
    )  # fmt: skip
    _show(conversation, "message.rescheduled", agent)
    return row


@transaction.atomic
def cancel(scheduled_id: int, *, agent: Agent) -> None:
    row, conversation = _row(scheduled_id)
    admission.check_hold(conversation, agent, author=row.author_id)
    row.delete()
    _show(conversation, "message.unscheduled", agent)


@transaction.atomic
def go_on(scheduled_id: int, *, agent: Agent) -> None:
    """The contact has answered, and it still fits: it goes at its hour, or at once if that has passed."""
    row, conversation = _row(scheduled_id)
    admission.check_hold(conversation, agent, author=row.author_id)
    row.inbound_seen, row.problem = conversation.inbound_count, ""
    row.save(update_fields=["inbound_seen", "problem"])
    _show(conversation, "message.rescheduled", agent)


def send_now(scheduled_id: int, *, agent: Agent, at: datetime) -> None:
    """Raises the Refusal that stops it; then it stays as it was."""
    with transaction.atomic():
        row, conversation = _row(scheduled_id)
        _check_writer(conversation, agent)
        _send(row, conversation, at=at)


def send_due(*, at: datetime) -> int:
    """All whose hour has come, each in its own transaction. Beat rings; running it twice changes nothing."""
    due = Scheduled.objects.filter(
        due_at__lte=at, problem="", conversation__inbound_count__lte=F("inbound_seen")
    )
    ids = list(due.order_by("due_at", "pk").values_list("pk", flat=True)[:BATCH])
    return sum(_send_one(pk, at=at) for pk in ids)


@transaction.atomic
def _send_one(scheduled_id: int, *, at: datetime) -> bool:
    rows = Scheduled.objects.select_for_update(of=("self",), skip_locked=True)
    row = (
        rows.select_related("author", "media", "quoted").filter(pk=scheduled_id, problem="").first()
    )
    if row is None:
        return False
    conversation = locked(row.conversation_id)
    row.conversation = conversation
    if row.is_answered or row.due_at > at:
        return False
    try:
        with transaction.atomic():
            if not row.author.is_active:
                raise AuthorGone
            _send(row, conversation, at=at)
    except Refusal as refusal:
        _stop(row, conversation, refusal)
        return False
    return True


def _send(row: Scheduled, conversation: Conversation, *, at: datetime) -> None:
    """As the author's message, with the token it always had: it cannot become two."""
    how: How = {"agent": row.author, "token": row.token, "seen": 0, "at": at, "override": True}
    template_id, values = row.template_id, row.values
    if template_id is None and not conversation.window.is_open(at):
        if row.fallback_id is None:
            raise WindowClosed(conversation.window_closes_at)
        template_id, values = row.fallback_id, row.fallback_values
    Scheduled.objects.filter(pk=row.pk).delete()
    _count(conversation)
    if template_id is not None:
        media = row.media if row.template_id else None
        sending.send_template(
            conversation.pk, template_id=template_id, values=values, media=media, **how
        )
        return
    how["quoted"] = row.quoted
    if row.special:
        specials.send(conversation.pk, specials.kept(row.special), **how)
    elif row.media:
        sending.send_media(conversation.pk, file=row.media, caption=row.text, **how)
    else:
        sending.reply(conversation.pk, text=row.text, **how)


def _stop(row: Scheduled, conversation: Conversation, refusal: Refusal) -> None:
    with translation.override(row.author.language), masking.shown(row.author.phones):
        row.problem = refusal.words
        words = gettext("Not sent to %(contact)s at its hour: %(why)s") % {
            "contact": conversation.contact.shown_name,
            "why": row.problem,
        }
    row.save(update_fields=["problem"])
    _show(conversation, "message.held", None)
    told = {"kind": "said", "conversation": conversation.pk, "text": words}
    group = f"agent.{row.author_id}"
    transaction.on_commit(lambda: line.tell(group, **told), robust=True)


def _row(scheduled_id: int) -> tuple[Scheduled, Conversation]:
    rows = Scheduled.objects.select_for_update(of=("self",)).select_related(
        "author", "media", "quoted"
    )
    row = rows.filter(pk=scheduled_id).first()
    if row is None:
        raise SentAlready
    return row, locked(row.conversation_id)


def _check_writer(conversation: Conversation, agent: Agent) -> None:
    admission.check_sender(conversation, agent)
    admission.check_turn(conversation, agent)


def _checked(conversation: Conversation, plan: Plan, *, agent: Agent, at: datetime) -> Draft:
    """All that would be refused at its hour and can be known now; gives how it will look."""
    if plan.due_at <= at:
        raise MomentPast
    if plan.template_id is not None:
        return admission.filled(
            conversation, plan.template_id, dict(plan.values), plan.media, by=agent
        )
    draft = _draft(conversation, plan, agent)
    if plan.fallback_id is not None:
        admission.filled(conversation, plan.fallback_id, dict(plan.fallback_values), None, by=agent)
    elif not conversation.window.is_open(plan.due_at):
        raise NeedsFallback
    return draft


def _draft(conversation: Conversation, plan: Plan, agent: Agent) -> Draft:
    if plan.special:
        draft = specials.writer(plan.special, agent)(conversation)
        said = Message(direction=Direction.OUT, kind=draft.kind, content=draft.content)
        admission.check_form(said, conversation)
        return draft
    admission.check_filled(plan.text)
    if plan.media:
        text = sending.checked_file(plan.media, plan.text, conversation)
        return Draft(kind=plan.media.kind, text=text, media=plan.media)
    return Draft(kind="text", text=admission.checked_text(plan.text))


def _fill(row: Scheduled, plan: Plan, draft: Draft, conversation: Conversation) -> None:
    row.kind, row.text, row.content = draft.kind, draft.text.strip(), draft.content
    row.media, row.quoted, row.due_at = plan.media, plan.quoted, plan.due_at
    row.special = plan.special.model_dump() if plan.special else None
    row.template_id, row.values = plan.template_id, using.zoned(plan.template_id, plan.values)
    row.fallback_id = plan.fallback_id
    row.fallback_values = using.zoned(plan.fallback_id, plan.fallback_values)
    row.inbound_seen, row.problem = conversation.inbound_count, ""


def _count(conversation: Conversation) -> None:
    conversation.scheduled_count = conversation.scheduled.count()
    conversation.save(update_fields=["scheduled_count"])


def _show(conversation: Conversation, kind: str, agent: Agent | None) -> None:
    _count(conversation)
    live.publish(kind, conversation, actor=agent)
