"""What an agent sends: checked, numbered and queued here; conversations/delivery.py takes it to Meta.

Every verb is safe to call again with the same token: it gives the message there is. It raises a Refusal, in words, when
the message must not go; then nothing was written.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID, uuid4

from django.db import transaction

from accounts.models import Agent
from conversations import live, statuses, tasks
from conversations.models import (
    Conversation,
    ConversationStatus,
    Direction,
    MediaFile,
    Message,
    Reaction,
)
from conversations.outgoing import address_of, payload
from conversations.refusals import (
    CannotReact,
    ContactUnreachable,
    ContentRefused,
    EmptyMessage,
    InternalRole,
    MarketingStopped,
    MediaRefused,
    NotRetryable,
    NumberHeld,
    ParametersMissing,
    TemplateNotSendable,
    TextTooLong,
    ThreadMoved,
    TooLate,
    WindowClosed,
)
from events.models import Event
from templates_app import components
from templates_app.models import Category, Template, TemplateState
from whatsapp import checks, payloads
from whatsapp import media as meta_media
from whatsapp.payloads import Address, Choice, Payload
from whatsapp.problem import Problem

LAST_TEXT: Final = 160
REACTION_DAYS: Final = timedelta(days=30)
WAS_WRITTEN: Final = ("message.queued", "message.echoed")  # a new message of our side


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What is to be said, before there is a row of it."""

    kind: str
    text: str = ""
    content: dict[str, Any] = field(default_factory=dict)
    media: MediaFile | None = None
    template: Template | None = None
    needs_window: bool = True


# --- verbs -----------------------------------------------------------------------------------------


def reply(
    conversation_id: int,
    *,
    agent: Agent,
    text: str,
    token: UUID,
    seen: int,
    at: datetime,
    quoted: Message | None = None,
    override: bool = False,
) -> Message:
    """Queue a free-form text."""

    def write(conversation: Conversation) -> Draft:
        return Draft(kind="text", text=_checked_text(text), content={"body": text.strip()})

    return _queue(
        conversation_id,
        write,
        agent=agent,
        token=token,
        seen=seen,
        at=at,
        quoted=quoted,
        override=override,
    )


def send_media(
    conversation_id: int,
    *,
    agent: Agent,
    file: MediaFile,
    caption: str = "",
    token: UUID,
    seen: int,
    at: datetime,
    quoted: Message | None = None,
    override: bool = False,
) -> Message:
    """Queue a stored file (see `uploads.store`), as the kind it was stored as."""

    def write(conversation: Conversation) -> Draft:
        _check_file(file, conversation)
        if file.kind in ("audio", "sticker") and caption.strip():
            raise ContentRefused((NO_CAPTION,))
        words = _checked_caption(caption)
        content = {"caption": words} if words else {}
        return Draft(kind=file.kind, text=words, content=content, media=file)

    return _queue(
        conversation_id,
        write,
        agent=agent,
        token=token,
        seen=seen,
        at=at,
        quoted=quoted,
        override=override,
    )


def send_template(
    conversation_id: int,
    *,
    agent: Agent,
    template_id: int,
    values: dict[str, str],
    token: UUID,
    seen: int,
    at: datetime,
    media: MediaFile | None = None,
    override: bool = False,
) -> Message:
    """Queue a template with its variables filled. `values` has the keys of `components.variables`."""

    def write(conversation: Conversation) -> Draft:
        return _filled(conversation, template_id, values, media)

    return _queue(
        conversation_id,
        write,
        agent=agent,
        token=token,
        seen=seen,
        at=at,
        override=override,
    )


def send_interactive(
    conversation_id: int,
    *,
    agent: Agent,
    build: Callable[[Address], Payload],
    token: UUID,
    seen: int,
    at: datetime,
    quoted: Message | None = None,
    override: bool = False,
) -> Message:
    """Queue buttons, a list, a link button or a request for the location: see the builders below."""

    def write(conversation: Conversation) -> Draft:
        said = build(address_of(conversation.contact))["interactive"]
        return Draft(kind="interactive", text=said["body"]["text"], content=said)

    return _queue(
        conversation_id,
        write,
        agent=agent,
        token=token,
        seen=seen,
        at=at,
        quoted=quoted,
        override=override,
    )


def buttons(body: str, choices: Sequence[Choice], **more: Any) -> Callable[[Address], Payload]:
    return lambda to: payloads.buttons(to, body.strip(), choices, **more)


def choice_list(
    body: str, *, button: str, sections: Sequence[tuple[str, Sequence[Choice]]], **more: Any
) -> Callable[[Address], Payload]:
    return lambda to: payloads.choice_list(
        to, body.strip(), button=button, sections=sections, **more
    )


def link_button(body: str, *, label: str, url: str, **more: Any) -> Callable[[Address], Payload]:
    return lambda to: payloads.cta_url(to, body.strip(), label=label, url=url, **more)


def location_request(body: str) -> Callable[[Address], Payload]:
    return lambda to: payloads.location_request(to, body.strip())


def send_location(
    conversation_id: int,
    *,
    agent: Agent,
    latitude: float,
    longitude: float,
    name: str = "",
    address: str = "",
    token: UUID,
    seen: int,
    at: datetime,
    quoted: Message | None = None,
    override: bool = False,
) -> Message:
    """Queue a place on the map."""

    def write(conversation: Conversation) -> Draft:
        content: dict[str, Any] = {"latitude": latitude, "longitude": longitude}
        content |= {key: word for key, word in (("name", name), ("address", address)) if word}
        words = ", ".join(filter(None, (name, address)))
        return Draft(kind="location", text=words, content=content)

    return _queue(
        conversation_id,
        write,
        agent=agent,
        token=token,
        seen=seen,
        at=at,
        quoted=quoted,
        override=override,
    )


def send_contacts(
    conversation_id: int,
    *,
    agent: Agent,
    cards: Sequence[dict[str, Any]],
    token: UUID,
    seen: int,
    at: datetime,
    quoted: Message | None = None,
    override: bool = False,
) -> Message:
    """Queue contact cards, in the shape that inbound ones have: `{name, phones: [{phone}], emails, …}`."""

    def write(conversation: Conversation) -> Draft:
        words = ", ".join(str(card.get("name", "")) for card in cards)
        return Draft(kind="contacts", text=words, content={"contacts": [dict(c) for c in cards]})

    return _queue(
        conversation_id,
        write,
        agent=agent,
        token=token,
        seen=seen,
        at=at,
        quoted=quoted,
        override=override,
    )


@transaction.atomic
def react(
    message_id: int, *, agent: Agent, emoji: str, at: datetime, token: UUID | None = None
) -> Message:
    """Put the company's emoji on a message, or take it away ("") . Gives the message that it stands on."""
    target = Message.objects.get(pk=message_id)
    conversation = _locked(target.conversation_id)
    if token and conversation.messages.filter(token=token).exists():
        return target
    _check_sender(conversation, agent)
    if not target.wamid or target.direction == Direction.SYSTEM or target.revoked_at:
        raise CannotReact
    if at - target.at > REACTION_DAYS:
        raise CannotReact
    if not conversation.window.is_open(at):
        raise WindowClosed(conversation.window_closes_at)
    if emoji:
        Reaction.objects.update_or_create(
            message=target, is_ours=True, defaults={"agent": agent, "emoji": emoji, "at": at}
        )
    else:
        Reaction.objects.filter(message=target, is_ours=True).delete()
    Message.objects.create(
        **_common(conversation, agent, token or uuid4(), at),
        kind="reaction",
        content={"emoji": emoji},
        quoted=target,
        quoted_wamid=target.wamid,
    )
    live.publish("message.reacted", conversation, target, actor=agent)
    _ring(conversation.pk)
    return target


@transaction.atomic
def retry(message_id: int, *, agent: Agent, at: datetime) -> Message:
    """Send again what failed or whose fate nobody knows: a new round, a new wamid. Old attempts stay."""
    message = Message.objects.select_related("quoted", "template").get(pk=message_id)
    conversation = _locked(message.conversation_id)
    message.refresh_from_db(fields=["status", "revoked_at"])
    if message.direction != Direction.OUT:
        raise NotRetryable
    if message.status in statuses.WAITING:
        return message  # pressed twice
    if message.status not in (statuses.FAILED, statuses.UNKNOWN) or message.revoked_at:
        raise NotRetryable
    _check_sender(conversation, agent)
    if message.kind == "template":
        _check_template(message.template, conversation)
    elif not conversation.window.is_open(at):
        raise WindowClosed(conversation.window_closes_at)
    message.status, message.wamid = statuses.QUEUED, ""
    message.error_code, message.error_details = None, ""
    message.failed_at = message.accepted_at = message.sent_at = message.retry_at = None
    message.save(
        update_fields=[
            "status", "wamid", "error_code", "error_details",
            "failed_at", "accepted_at", "sent_at", "retry_at",
        ]
    )  # fmt: skip
    if message.at >= conversation.last_at:
        conversation.last_status, conversation.last_error = statuses.QUEUED, None
        conversation.save(update_fields=["last_status", "last_error"])
    live.publish("message.requeued", conversation, message, actor=agent, message=message.pk)
    _ring(conversation.pk)
    return message


@transaction.atomic
def discard(message_id: int, *, agent: Agent, at: datetime) -> Message:
    """Take back what is still queued. It stays in the thread, struck out: `failed` with `revoked_at`."""
    message = Message.objects.get(pk=message_id)
    conversation = _locked(message.conversation_id)
    message.refresh_from_db()
    if message.revoked_at:
        return message
    _check_sender(conversation, agent)
    if message.direction != Direction.OUT or message.status != statuses.QUEUED:
        raise TooLate
    message.status = statuses.FAILED
    message.failed_at = message.revoked_at = at
    message.retry_at, message.error_code, message.error_details = None, None, ""
    message.save(
        update_fields=[
            "status", "failed_at", "revoked_at", "retry_at", "error_code", "error_details"
        ]
    )  # fmt: skip
    if message.at >= conversation.last_at:
        conversation.last_status, conversation.last_error = statuses.FAILED, None
        conversation.save(update_fields=["last_status", "last_error"])
    live.publish("message.discarded", conversation, message, actor=agent)
    _ring(conversation.pk)  # those behind it need not wait any more
    return message


# --- the one road ----------------------------------------------------------------------------------


@transaction.atomic
def _queue(
    conversation_id: int,
    write: Callable[[Conversation], Draft],
    *,
    agent: Agent,
    token: UUID,
    seen: int,
    at: datetime,
    quoted: Message | None = None,
    override: bool = False,
) -> Message:
    """Lock, check everything, write the message and the list's columns, tell. Nothing calls Meta here."""
    conversation = _locked(conversation_id)
    if repeated := conversation.messages.filter(token=token).first():
        return repeated
    _check_sender(conversation, agent)
    draft = write(conversation)
    if draft.needs_window and not conversation.window.is_open(at):
        raise WindowClosed(conversation.window_closes_at)
    if not override and (newer := newer_than(seen, conversation=conversation, agent=agent)):
        raise ThreadMoved(tuple(newer))
    message = Message(
        **_common(conversation, agent, token, at),
        kind=draft.kind,
        text=draft.text,
        content=draft.content,
        media=draft.media,
        template=draft.template,
        quoted=quoted,
        quoted_wamid=quoted.wamid if quoted else "",
    )
    _check_form(message, conversation)
    message.save(force_insert=True)
    _becomes_last(conversation, message)
    live.publish("message.queued", conversation, message, actor=agent, message=message.pk)
    _ring(conversation.pk)
    return message


def _locked(conversation_id: int) -> Conversation:
    rows = Conversation.objects.select_for_update(no_key=True, of=("self",))
    return rows.select_related("contact", "number__account").get(pk=conversation_id)


def _common(conversation: Conversation, agent: Agent, token: UUID, at: datetime) -> dict[str, Any]:
    return {
        "token": token,
        "workspace_id": conversation.workspace_id,
        "conversation": conversation,
        "number_id": conversation.number_id,
        "direction": Direction.OUT,
        "author": agent,
        "at": at,
        "status": statuses.QUEUED,
    }


def _becomes_last(conversation: Conversation, message: Message) -> None:
    """The list's columns. An answer reopens what was resolved; nobody waits any more."""
    conversation.last_at = max(message.at, conversation.last_at)
    conversation.last_kind = message.kind
    conversation.last_text = message.text[:LAST_TEXT]
    conversation.last_direction = Direction.OUT
    conversation.last_status, conversation.last_error = statuses.QUEUED, None
    conversation.waiting_since = None
    if conversation.is_resolved:
        conversation.status, conversation.resolved_at = ConversationStatus.OPEN, None
    conversation.save(
        update_fields=[
            "last_at", "last_kind", "last_text", "last_direction", "last_status", "last_error",
            "waiting_since", "status", "resolved_at",
        ]
    )  # fmt: skip


def _ring(conversation_id: int) -> None:
    """Wake a worker once this is committed. With the broker away the sweep finds the message: it is stored."""
    transaction.on_commit(lambda: _deliver_soon(conversation_id), robust=True)


def _deliver_soon(conversation_id: int) -> None:
    tasks.deliver.delay(conversation_id)


# --- checks ----------------------------------------------------------------------------------------

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
        kind__in=WAS_WRITTEN,
    ).exclude(actor=agent)
    ours = [
        facts["message"] for facts in events.values_list("facts", flat=True) if "message" in facts
    ]
    newer = conversation.messages.after(seen)
    found = newer.filter(direction=Direction.IN) | newer.filter(pk__in=ours)
    return list(found.select_related("author").order_by("at", "arrival", "pk"))


def _check_sender(conversation: Conversation, agent: Agent) -> None:
    if not agent.works_conversations:
        raise InternalRole
    if not conversation.number.is_active:
        raise NumberHeld(conversation.number.label)
    if not (conversation.contact.phone or conversation.contact.user_id):
        raise ContactUnreachable


def _checked_text(text: str) -> str:
    words = text.strip()
    if not words:
        raise EmptyMessage
    if len(words) > checks.BODY:
        raise TextTooLong(len(words), checks.BODY)
    return words


def _checked_caption(caption: str) -> str:
    words = caption.strip()
    if len(words) > checks.CAPTION:
        raise TextTooLong(len(words), checks.CAPTION)
    return words


def _check_file(file: MediaFile, conversation: Conversation) -> None:
    if file.workspace_id != conversation.workspace_id or not file.is_stored:
        raise MediaRefused
    if problem := meta_media.check(
        file.mime_type, file.size, file.kind, is_animated=file.is_animated
    ):
        raise MediaRefused(problem, as_document=file.kind != "document")


def _check_form(message: Message, conversation: Conversation) -> None:
    """What Meta would refuse in the form of it. A file has its Meta id only later, so that is not asked."""
    try:
        body = payload(message, conversation.contact)
    except ValueError:
        if message.media is None:
            raise
        return
    if problems := checks.problems(body):
        raise ContentRefused(tuple(problems))


def _check_template(template: Template | None, conversation: Conversation) -> Template:
    if template is None or template.account_id != conversation.number.account_id:
        raise TemplateNotSendable
    if template.status != TemplateState.APPROVED:
        raise TemplateNotSendable(template.status)
    if template.category == Category.MARKETING and conversation.contact.marketing_stopped_at:
        raise MarketingStopped
    return template


def _filled(
    conversation: Conversation, template_id: int, values: dict[str, str], media: MediaFile | None
) -> Draft:
    found = Template.objects.filter(pk=template_id).first()
    template = _check_template(found, conversation)
    layout = components.of(template)
    if layout.unsupported:
        raise TemplateNotSendable(template.status, layout.unsupported)
    missing = components.missing(layout, values)
    if not layout.needs_file:
        media = None
    elif media is None:
        missing = (components.HEADER_FILE, *missing)
    else:
        _check_file(media, conversation)
    if missing:
        raise ParametersMissing(missing)
    preview = components.preview(layout, values)
    content = {
        "name": template.name,
        "language": template.language,
        "category": template.category,
        "components": components.fill(layout, values),
        "preview": preview.as_json(),
    }
    return Draft(
        kind="template",
        text=preview.body,
        content=content,
        media=media,
        template=template,
        needs_window=False,
    )
