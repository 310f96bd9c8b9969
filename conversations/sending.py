"""What an agent sends: checked, numbered and queued here; conversations/delivery.py takes it to Meta.

Every verb is safe to call again with the same token: it gives the message there is. It raises a Refusal, in words, when
the message must not go; then nothing was written.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final, Unpack
from uuid import UUID, uuid4

from django.db import transaction

from accounts.models import Agent
from conversations import admission, live, statuses
from conversations.admission import Draft
from conversations.models import (
    Conversation,
    Direction,
    MediaFile,
    Message,
    Reaction,
)
from conversations.queueing import How, common, locked, queue, ring
from conversations.refusals import (
    CannotReact,
    ContentRefused,
    NotRetryable,
    WindowClosed,
)

REACTION_DAYS: Final = timedelta(days=30)


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

    return queue(conversation_id, write, **how)


def send_media(
    conversation_id: int,
    *,
    file: MediaFile,
    caption: str = "",
    **how: Unpack[How],
) -> Message:
    """Queue a stored file (see `uploads.store`), as the kind it was stored as."""

    def write(conversation: Conversation) -> Draft:
        admission.check_filled(caption)
        words = checked_file(file, caption, conversation)
        content = {"caption": words} if words else {}
        return Draft(kind=file.kind, text=words, content=content, media=file)

    return queue(conversation_id, write, **how)


def checked_file(file: MediaFile, caption: str, conversation: Conversation) -> str:
    """The caption as it goes; raises a Refusal if one of the two may not."""
    admission.check_file(file, conversation)
    if file.kind in ("audio", "sticker") and caption.strip():
        raise ContentRefused((admission.NO_CAPTION,))
    return admission.checked_caption(caption)


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
        return admission.filled(conversation, template_id, values, media, by=how["agent"])

    return queue(conversation_id, write, **how)


@transaction.atomic
def react(
    message_id: int, *, agent: Agent, emoji: str, at: datetime, token: UUID | None = None
) -> Message:
    """Put the company's emoji on a message, or take it away ("") . Gives the message that it stands on."""
    target = Message.objects.get(pk=message_id)
    conversation = locked(target.conversation_id)
    if token and conversation.messages.filter(token=token).exists():
        return target
    admission.check_sender(conversation, agent)
    admission.check_turn(conversation, agent)
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
        **common(conversation, agent, token or uuid4(), at),
        kind="reaction",
        content={"emoji": emoji},
        quoted=target,
        quoted_wamid=target.wamid,
    )
    live.publish("message.reacted", conversation, target, actor=agent)
    ring(conversation.pk)
    return target


@transaction.atomic
def retry(message_id: int, *, agent: Agent, at: datetime) -> Message:
    """Send again what failed or whose fate nobody knows: a new round, a new wamid. Old attempts stay."""
    message = Message.objects.select_related("quoted", "template").get(pk=message_id)
    conversation = locked(message.conversation_id)
    message.refresh_from_db(fields=["status", "revoked_at"])
    if message.direction != Direction.OUT:
        raise NotRetryable
    if message.status in statuses.WAITING:
        return message  # pressed twice
    if not message.can_be_sent_again:
        raise NotRetryable
    admission.check_sender(conversation, agent)
    admission.check_turn(conversation, agent)
    if message.kind == "template":
        admission.check_again(message.template, conversation)
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
    ring(conversation.pk)
    return message
