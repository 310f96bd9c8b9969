"""The worker against Meta as the simulator plays it, over the wire."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import Agent
from conversations import delivery, sending, statuses
from conversations.models import Conversation, MediaFile, Message, Outcome

pytestmark = pytest.mark.django_db


def say(conversation: Conversation, agent: Agent, text: str = "Hello", **over: Any) -> Message:
    """Queue a reply. In a test without commits nothing goes out until `deliver` is called."""
    fields: dict[str, Any] = {
        "agent": agent,
        "text": text,
        "token": uuid.uuid4(),
        "seen": 0,
        "at": timezone.now(),
        "override": True,
    }
    return sending.reply(conversation.pk, **fields | over)


def make_file(conversation: Conversation, *, name: str = "bill.pdf") -> MediaFile:
    from django.core.files.base import ContentFile

    media = MediaFile(
        workspace_id=conversation.workspace_id,
        number_id=conversation.number_id,
        kind="document",
        mime_type="application/pdf",
        filename=name,
        size=9,
        state="stored",
        next_try_at=None,
    )
    media.file.save(name, ContentFile(b"%PDF-1.4\n"), save=True)
    return media


def outgoing(meta: Any) -> list[Any]:
    """What Meta holds of ours, in the order it came."""
    return [m for m in meta.world.messages.values() if m.direction == "out"]


def bodies(meta: Any) -> list[str]:
    return [m.content.get("body", m.type) for m in outgoing(meta)]


def test_a_reply_reaches_meta_and_is_accepted_with_its_wamid(meta, thread, ana):
    message = say(thread, ana, "Good morning")
    delivery.deliver(thread.pk)
    message.refresh_from_db()
    thread.refresh_from_db()
    sent = outgoing(meta)[0]
    attempt = message.attempts.get()
    assert message.status == statuses.ACCEPTED
    assert message.wamid == sent.id == attempt.wamid
    assert sent.content["body"] == "Good morning"
    assert sent.callback_data == str(attempt.key)
    assert attempt.outcome == Outcome.ACCEPTED
    assert thread.last_status == statuses.ACCEPTED


def test_twenty_messages_with_files_among_them_keep_their_order(meta, thread, ana):
    expected = []
    for n in range(20):
        if n % 5 == 4:
            sending.send_media(
                thread.pk,
                agent=ana,
                file=make_file(thread),
                token=uuid.uuid4(),
                seen=0,
                at=timezone.now(),
                override=True,
            )
            expected.append("document")
        else:
            say(thread, ana, f"line {n}")
            expected.append(f"line {n}")
    delivery.deliver(thread.pk)
    assert bodies(meta) == expected
    assert len(meta.world.media) == 4


def test_a_file_is_uploaded_once_and_again_only_when_meta_forgets_it(meta, thread, ana):
    media = make_file(thread)
    for _ in range(2):
        sending.send_media(
            thread.pk,
            agent=ana,
            file=media,
            token=uuid.uuid4(),
            seen=0,
            at=timezone.now(),
            override=True,
        )
        delivery.deliver(thread.pk)
    assert len(meta.world.media) == 1
    MediaFile.objects.filter(pk=media.pk).update(meta_id_until=timezone.now())
    sending.send_media(
        thread.pk,
        agent=ana,
        file=media,
        token=uuid.uuid4(),
        seen=0,
        at=timezone.now(),
        override=True,
    )
    delivery.deliver(thread.pk)
    assert len(meta.world.media) == 2
    assert len(outgoing(meta)) == 3
