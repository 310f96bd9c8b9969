"""May this be sent? Each check raises its Refusal and writes nothing. Called by sending.py under the lock."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

from django.utils import timezone

from accounts.models import Agent, PhoneNumber
from conversations import card_files, gates
from conversations.canned import VARIABLE
from conversations.gates import Gate
from conversations.models import Conversation, Direction, MediaFile, Message
from conversations.outgoing import payload
from conversations.refusals import (
    BudgetSpent,
    ContactBlocked,
    ContactUnreachable,
    ContentRefused,
    EmptyMessage,
    GateClosed,
    InternalRole,
    MarketingStopped,
    MediaRefused,
    NotAssignee,
    NotFilledIn,
    NumberHeld,
    TemplateRefused,
    TextTooLong,
)
from events.models import Event
from templates_app import components, contract, picking, using
from templates_app.contract import Problem as Wrong
from templates_app.contract import Trouble, Unfit
from templates_app.models import Category, Template
from whatsapp import checks
from whatsapp import media as meta_media
from whatsapp.problem import Problem

WRITTEN: Final = "message.queued"
ECHOED: Final = "message.echoed"  # written on the phone


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What is to be said, before there is a row of it."""

    kind: str
    text: str = ""
    content: dict[str, Any] = field(default_factory=dict)
    media: MediaFile | None = None
    template: Template | None = None
    needs_window: bool = True


NO_CAPTION: Final = Problem(
    "caption",
    "WhatsApp shows no text under sound and stickers. Send the text as a message of its own.",
    "WhatsApp не показывает текст под звуком и стикерами. Отправьте текст отдельным сообщением.",
)


def newer_than(seen: int, *, conversation: Conversation, agent: Agent) -> list[Message]:
    """What the contact or a colleague wrote after the change that the agent had on screen.

    A tick climbing on an old message also has a newer number, so our side's are taken from the journal.
    """
    if conversation.seq <= seen:
        return []
    events = Event.objects.filter(
        workspace_id=conversation.workspace_id,
        subject=f"conversation:{conversation.pk}",
        seq__gt=seen,
        kind__in=(WRITTEN, ECHOED),
    ).exclude(actor=agent)
    told = list(events.values_list("kind", "facts"))
    ours = [facts["message"] for kind, facts in told if kind == WRITTEN]
    newer = conversation.messages.after(seen)
    found = newer.filter(direction=Direction.IN) | newer.filter(pk__in=ours)
    if any(kind == ECHOED for kind, _facts in told):
        found |= newer.filter(direction=Direction.OUT, source="phone")
    return list(found.select_related("author").order_by("at", "arrival", "pk"))


def check_sender(conversation: Conversation, agent: Agent) -> None:
    if not agent.works_conversations:
        raise InternalRole
    check_reachable(conversation)


def check_reachable(conversation: Conversation) -> None:
    if not conversation.number.is_active:
        raise NumberHeld(conversation.number.label)
    if not (conversation.contact.phone or conversation.contact.user_id):
        raise ContactUnreachable
    if conversation.blocked_at is not None:
        raise ContactBlocked


def check_turn(conversation: Conversation, agent: Agent) -> None:
    """Where only the assignee may reply. Managers and administrators always may; what is nobody's, anybody."""
    if agent.leads or conversation.assignee_id in (None, agent.pk):
        return
    if agent.workspace.only_assignee_replies:
        raise NotAssignee(conversation.assignee)


def check_hold(conversation: Conversation, agent: Agent, *, author: int | None) -> None:
    """Who may stop or release what waits to go out: who wrote it, and whoever may reply."""
    if author != agent.pk:
        check_turn(conversation, agent)


def checked_text(text: str) -> str:
    words = text.strip()
    if not words:
        raise EmptyMessage
    if len(words) > checks.BODY:
        raise TextTooLong(len(words), checks.BODY)
    return words


def check_filled(text: str) -> None:
    """What people write themselves holds no {{variable}} that nobody has filled in."""
    if left := VARIABLE.search(text):
        raise NotFilledIn(left[0])


def checked_caption(caption: str) -> str:
    words = caption.strip()
    if len(words) > checks.CAPTION:
        raise TextTooLong(len(words), checks.CAPTION)
    return words


def check_file(file: MediaFile, conversation: Conversation) -> None:
    if file.workspace_id != conversation.workspace_id or not file.is_stored:
        raise MediaRefused
    if problem := meta_media.check(
        file.mime_type, file.size, file.kind, is_animated=file.is_animated
    ):
        raise MediaRefused(problem, as_document=file.kind != "document")


def check_form(message: Message, conversation: Conversation) -> None:
    """What Meta would refuse in the form of it. A file has its Meta id only later, so that is not asked."""
    try:
        body = payload(message, conversation.contact)
    except ValueError:
        if message.media is None:
            raise
        return
    if problems := checks.problems(body):
        raise ContentRefused(tuple(problems))


def check_again(template: Template | None, conversation: Conversation) -> None:
    """Before one that was filled in earlier goes once more."""
    if template is None or template.account_id != conversation.number.account_id:
        raise TemplateRefused((Wrong(Trouble.UNKNOWN),))
    if wrong := contract.standing(template, has_phone=bool(conversation.contact.phone)):
        raise TemplateRefused(wrong)
    check_wanted(template, conversation)


def check_wanted(template: Template, conversation: Conversation) -> None:
    """Whether this person, this budget and we ourselves let it go."""
    if template.category == Category.MARKETING and conversation.contact.marketing_stopped_at:
        raise MarketingStopped
    if (
        template.category == Category.MARKETING
        and conversation.number.account.marketing_budget_spent_at
    ):
        raise BudgetSpent
    verdict = gate_of(conversation, template)
    if verdict.gate is Gate.CLOSED and verdict.reason:
        raise GateClosed(verdict.reason)


def gate_of(conversation: Conversation, template: Template) -> gates.Verdict:
    """Whether we hold this template back from this person now."""
    at = timezone.now()
    begins = not conversation.window.is_open(at)
    standing = standing_of(conversation.number)
    return gates.judge(standing, category=template.category, begins=begins, at=at)


def standing_of(number: PhoneNumber) -> gates.Standing:
    return gates.Standing(
        rating=number.quality_rating,
        status=number.status,
        restriction=number.account.restriction,
        is_limit_full=number.account.is_limit_full,
        lifted_until=number.gates_lifted_until,
        spam_until=number.spam_until,
    )


def filled(
    conversation: Conversation,
    template: Template | int,
    values: dict[str, str],
    media: MediaFile | None,
    *,
    by: Agent | None = None,
) -> Draft:
    """A row or its id, by the one contract for sending; a file that it has no place for is left out.

    `by`: the person who chose it, from whose role it may be hidden.
    """
    if isinstance(template, int):
        found = using.by_id(template, account_id=conversation.number.account_id)
        if isinstance(found, Unfit):
            raise TemplateRefused(found.problems)
        template = found
    if by is not None and picking.is_hidden(template, by):
        raise TemplateRefused((Wrong(Trouble.HIDDEN),))
    values = components.in_zone(components.of(template), values, timezone.get_current_timezone())
    if media is not None and not components.of(template).needs_file:
        media = None
    cards = card_files.of(template, conversation.number)
    files = {key: file.kind for key, file in cards.items()}
    if media:
        files[components.HEADER_FILE] = media.kind
    ready = contract.weigh(
        template, values, files=files, has_phone=bool(conversation.contact.phone)
    )
    if isinstance(ready, Unfit):
        raise TemplateRefused(ready.problems)
    if media:
        check_file(media, conversation)
    check_wanted(template, conversation)
    return Draft(
        kind="template",
        text=ready.preview.body,
        content=card_files.content_of(ready, cards, template),
        media=media,
        template=template,
        needs_window=False,
    )
