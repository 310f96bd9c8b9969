"""What an agent sends: checked, numbered and queued here; conversations/delivery.py takes it to Meta.

Every verb is safe to call again with the same token: it gives the message there is. It raises a Refusal, in words, when
the message must not go; then nothing was written.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any, Final, NotRequired, TypedDict, Unpack
from uuid import UUID, uuid4

from django.db import transaction

from accounts.models import Agent
from conversations import admission, live, statuses, tasks
from conversations.admission import Draft
from conversations.models import (
    Conversation,
    ConversationStatus,
    Direction,
    MediaFile,
    Message,
    Reaction,
    Source,
)
from conversations.outgoing import address_of
from conversations.refusals import (
    CannotReact,
    ContentRefused,
    NotRetryable,
    ThreadMoved,
    TooLate,
    WindowClosed,
)
from whatsapp import payloads
from whatsapp.payloads import Address, Choice, Payload

LAST_TEXT: Final = 160
REACTION_DAYS: Final = timedelta(days=30)


class How(TypedDict):
    """What every verb takes besides what it sends. `seen`: the highest `seq` that the agent had on screen."""

    agent: Agent
    token: UUID
    seen: int
    at: datetime
    quoted: NotRequired[Message | None]
    override: NotRequired[bool]  # send although somebody wrote meanwhile


# --- verbs -----------------------------------------------------------------------------------------


def reply(
    conversation_id: int,
    *,
    text: str,
    **how: Unpack[How],
) -> Message:
    """Queue a free-form text."""

    def write(conversation: Conversation) -> Draft:
        admission.check_filled(text)
        return Draft(kind="text", text=admission.checked_text(text), content={"body": text.strip()})

    return _queue(conversation_id, write, **how)


def send_media(
    conversation_id: int,
    *,
    file: MediaFile,
    caption: str = "",
    **how: Unpack[How],
) -> Message:
    """Queue a stored file (see `uploads.store`), as the kind it was stored as."""

    def write(conversation: Conversation) -> Draft:
        admission.check_file(file, conversation)
        admission.check_filled(caption)
        if file.kind in ("audio", "sticker") and caption.strip():
            raise ContentRefused((admission.NO_CAPTION,))
        words = admission.checked_caption(caption)
        content = {"caption": words} if words else {}
        return Draft(kind=file.kind, text=words, content=content, media=file)

    return _queue(conversation_id, write, **how)


def send_template(
    conversation_id: int,
    *,
    template_id: int,
    values: dict[str, str],
    media: MediaFile | None = None,
    **how: Unpack[How],
) -> Message:
    """Queue a template with its variables filled. `values` has the keys of `components.variables`."""

    def write(conversation: Conversation) -> Draft:
        return admission.filled(conversation, template_id, values, media)

    return _queue(conversation_id, write, **how)


def send_interactive(
    conversation_id: int,
    *,
    build: Callable[[Address], Payload],
    **how: Unpack[How],
) -> Message:
    """Queue buttons, a list, a link button or a request for the location: see the builders below."""

    def write(conversation: Conversation) -> Draft:
        said = build(address_of(conversation.contact))["interactive"]
        return Draft(kind="interactive", text=said["body"]["text"], content=said)

    return _queue(conversation_id, write, **how)


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
    latitude: float,
    longitude: float,
    name: str = "",
    address: str = "",
    **how: Unpack[How],
) -> Message:
    """Queue a place on the map."""

    def write(conversation: Conversation) -> Draft:
        content: dict[str, Any] = {"latitude": latitude, "longitude": longitude}
        content |= {key: word for key, word in (("name", name), ("address", address)) if word}
        words = ", ".join(filter(None, (name, address)))
        return Draft(kind="location", text=words, content=content)

    return _queue(conversation_id, write, **how)


def send_contacts(
    conversation_id: int,
    *,
    cards: Sequence[dict[str, Any]],
    **how: Unpack[How],
) -> Message:
    """Queue contact cards, in the shape that inbound ones have: `{name, phones: [{phone}], emails, …}`."""

    def write(conversation: Conversation) -> Draft:
        words = ", ".join(str(card.get("name", "")) for card in cards)
        return Draft(kind="contacts", text=words, content={"contacts": [dict(c) for c in cards]})

    return _queue(conversation_id, write, **how)


@transaction.atomic
def react(
    message_id: int, *, agent: Agent, emoji: str, at: datetime, token: UUID | None = None
) -> Message:
    """Put the company's emoji on a message, or take it away ("") . Gives the message that it stands on."""
    target = Message.objects.get(pk=message_id)
    conversation = _locked(target.conversation_id)
    if token and conversation.messages.filter(token=token).exists():
        return target
    admission.check_sender(conversation, agent)
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
    admission.check_sender(conversation, agent)
    if message.kind == "template":
        admission.check_template(message.template, conversation)
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
    if message.media_id:  # Meta may have refused its copy of the file
        MediaFile.objects.filter(pk=message.media_id).update(meta_id="", tries=0, next_try_at=None)
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
    admission.check_sender(conversation, agent)
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
    admission.check_sender(conversation, agent)
    draft = write(conversation)
    if draft.needs_window and not conversation.window.is_open(at):
        raise WindowClosed(conversation.window_closes_at)
    if not override and (
        newer := admission.newer_than(seen, conversation=conversation, agent=agent)
    ):
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
    admission.check_form(message, conversation)
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
    if not conversation.last_kind:
        conversation.source = Source.US
    conversation.last_at = max(message.at, conversation.last_at)
    conversation.last_kind = message.kind
    conversation.last_text = message.text[:LAST_TEXT]
    conversation.last_direction = Direction.OUT
    conversation.last_status, conversation.last_error = statuses.QUEUED, None
    conversation.waiting_since = None
    if conversation.is_resolved:
        conversation.status, conversation.resolved_at = ConversationStatus.OPEN, None
        conversation.reason = None
    conversation.save(
        update_fields=[
            "last_at", "last_kind", "last_text", "last_direction", "last_status", "last_error",
            "waiting_since", "status", "resolved_at", "reason", "source",
        ]
    )  # fmt: skip


def _ring(conversation_id: int) -> None:
    """Wake a worker once this is committed. With the broker away the sweep finds the message: it is stored."""
    transaction.on_commit(lambda: _deliver_soon(conversation_id), robust=True)


def _deliver_soon(conversation_id: int) -> None:
    tasks.deliver.delay(conversation_id)
