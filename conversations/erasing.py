"""Erasing a person: texts, files, names and ids go; how many messages there were, when, and what they cost stays.

A job does it in steps that may run again. What other apps hold of the person is theirs to take away: they say so with
`also` when they start. A later webhook of the same person finds nobody, and begins a new contact.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Final

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from accounts import audit
from accounts.models import Agent
from conversations import activity, jobs, lanes, live
from conversations.models import (
    Attempt,
    Block,
    Contact,
    Conversation,
    ConversationStatus,
    FieldValue,
    Identifier,
    Job,
    JobKind,
    MediaFile,
    Mention,
    Message,
    ParkedChange,
    ParkedStatus,
    Scheduled,
)

AT_ONCE: Final = 200
KEPT_OF_TEMPLATES: Final = ("category", "name", "language")  # nothing personal; the ledger needs it
KEPT_OF_ACTIVITY: Final = ("act", "by", "by_id", "to", "to_id", "until", "reason")
ERASED: Final = {"erased": True}

Elsewhere = Callable[[int, frozenset[str]], None]
_elsewhere: list[Elsewhere] = []


class NotAllowed(Exception):
    """Only who leads may erase somebody."""


@dataclass(frozen=True, slots=True)
class Preview:
    """What goes."""

    conversations: int
    messages: int
    files: int
    notes: int
    identifiers: int


def also(forget: Elsewhere) -> None:
    """`forget(workspace_id, ids)` is called before the ids are gone, and may be called again."""
    _elsewhere.append(forget)


def preview(contact: Contact) -> Preview:
    messages = Message.objects.filter(conversation__contact=contact)
    return Preview(
        conversations=contact.conversations.count(),
        messages=messages.exclude(direction="system").count(),
        files=messages.exclude(media=None).count(),
        notes=contact.notes.count() + messages.filter(kind="note").count(),
        identifiers=contact.identifiers.count(),
    )


@transaction.atomic
def ask(contact_id: int, *, agent: Agent, address: str | None = None) -> Job:
    """Write the wish down; the caller enqueues it. One job a person, however often it is pressed."""
    if not agent.leads:
        raise NotAllowed
    contact = Contact.objects.select_for_update().get(pk=contact_id)
    same = Job.objects.filter(
        workspace_id=contact.workspace_id, kind=JobKind.ERASE, request__contact=contact.pk
    ).exclude(state__in=["failed", "stopped"])
    if known := same.first():
        return known
    audit.record(agent, "contact.erased", f"#{contact.pk}", address)
    return jobs.ask(
        agent=agent,
        kind=JobKind.ERASE,
        title=f"#{contact.pk}",
        request={"contact": contact.pk},
        total=Message.objects.filter(conversation__contact=contact).count(),
    )


def run(job: Job) -> None:
    """What came in while it ran is found by the second round, after nobody can be found by these ids any more."""
    contact = Contact.objects.get(pk=job.request["contact"])
    known = set(job.result.get("ids", ())) | _ids_of(contact)
    job.result = {"ids": sorted(known)}  # until it is done: a worker that takes over needs them
    job.save(update_fields=["result"])
    done = 0
    for _round in (1, 2):
        for forget in _elsewhere:
            forget(contact.workspace_id, frozenset(known))
        done = _erase_messages(job, contact, done)
        _forget_who(contact.pk)
    _finish(contact.pk, job.owner)
    job.done_count = job.total = done
    jobs.finish(job, result={"messages": done})


def _ids_of(contact: Contact) -> set[str]:
    ids = set(contact.identifiers.values_list("value", flat=True))
    return {value for value in (*ids, contact.phone, contact.user_id) if value}


def _erase_messages(job: Job, contact: Contact, done: int) -> int:
    for pk in Conversation.objects.filter(contact=contact).values_list("pk", flat=True):
        while count := _erase_batch(pk):
            done += count
            jobs.progress(job, done=done)
    return done


@transaction.atomic
def _erase_batch(conversation_id: int) -> int:
    conversation = lanes.one(conversation_id)
    rows = list(conversation.messages.exclude(content__has_key="erased").order_by("pk")[:AT_ONCE])
    if not rows:
        return 0
    wamids = [row.wamid for row in rows if row.wamid]
    files = [row.media_id for row in rows if row.media_id]
    for row in rows:
        _blank(row)
    Message.objects.bulk_update(
        rows,
        [
            "text", "content", "raw", "referral", "media", "wamid", "quoted_wamid", "error_details",
            "edited_at",
        ],
    )  # fmt: skip
    attempts = list(Attempt.objects.filter(message__in=rows))
    for attempt in attempts:
        attempt.wamid, attempt.error_details = pseudonym(attempt.wamid), ""
    Attempt.objects.bulk_update(attempts, ["wamid", "error_details"])
    Mention.objects.filter(message__in=rows).delete()
    ParkedStatus.objects.filter(wamid__in=wamids).delete()
    ParkedChange.objects.filter(Q(target_wamid__in=wamids) | Q(wamid__in=wamids)).delete()
    _delete_files(files)
    live.publish("contact.erased", conversation, *rows)
    return len(rows)


def _blank(row: Message) -> None:
    kept: Iterable[str] = ()
    if row.kind == "template":
        kept = KEPT_OF_TEMPLATES
    elif row.kind == activity.KIND:
        kept = KEPT_OF_ACTIVITY
    content: dict[str, Any] = row.content if isinstance(row.content, dict) else {}
    row.content = ERASED | {name: content[name] for name in kept if name in content}
    row.text, row.raw, row.media, row.error_details = "", None, None, ""
    row.referral = ERASED if row.referral else None  # that there was one decides on a price
    row.wamid, row.quoted_wamid = pseudonym(row.wamid), pseudonym(row.quoted_wamid)


def pseudonym(wamid: str) -> str:
    """WhatsApp's ids hold the phone number. The same one gets the same name, so that quotes still meet."""
    if not wamid or wamid.startswith("erased."):
        return wamid
    return f"erased.{hashlib.sha256(wamid.encode()).hexdigest()[:40]}"


def _delete_files(ids: list[int]) -> None:
    """Of files that no message of anybody else shows. From the disk once it is committed."""
    for media in MediaFile.objects.filter(pk__in=ids, messages=None):
        stored = media.file
        media.delete()
        if stored:
            transaction.on_commit(lambda stored=stored: stored.delete(save=False), robust=True)  # type: ignore[misc]


@transaction.atomic
def _forget_who(contact_id: int) -> None:
    """From here on no webhook finds this contact."""
    contact = Contact.objects.select_for_update().get(pk=contact_id)
    Identifier.objects.filter(contact=contact).delete()
    Block.objects.filter(contact=contact).delete()
    contact.notes.all().delete()
    contact.consents.all().delete()
    threads = Conversation.objects.filter(contact=contact)
    FieldValue.objects.filter(Q(contact=contact) | Q(conversation__in=threads)).delete()
    Scheduled.objects.filter(conversation__in=threads).delete()
    for column in (
        "name", "profile_name", "username", "phone", "user_id", "email", "company", "language",
    ):  # fmt: skip
        setattr(contact, column, "")
    contact.marketing_stopped_at = contact.marketing_said_at = contact.profile_at = None
    contact.erased_at = contact.erased_at or timezone.now()
    contact.save(
        update_fields=[
            "name", "profile_name", "username", "phone", "user_id", "email", "company", "language",
            "marketing_stopped_at", "marketing_said_at", "profile_at", "erased_at",
        ]
    )  # fmt: skip


@transaction.atomic
def _finish(contact_id: int, agent: Agent) -> None:
    threads = Conversation.objects.filter(contact_id=contact_id).values_list("pk", flat=True)
    now = timezone.now()
    for conversation in lanes.locked(threads).values():
        conversation.last_text, conversation.last_inbound_wamid = "", ""
        conversation.blocked_at, conversation.waiting_since = None, None
        conversation.status, conversation.snoozed_until = ConversationStatus.RESOLVED, None
        conversation.resolved_at = conversation.resolved_at or now
        conversation.save(
            update_fields=[
                "last_text", "last_inbound_wamid", "blocked_at", "waiting_since", "status",
                "snoozed_until", "resolved_at",
            ]
        )  # fmt: skip
        line = activity.line(conversation, "erased", at=now, by=agent)
        live.publish("contact.erased", conversation, line, actor=agent)
