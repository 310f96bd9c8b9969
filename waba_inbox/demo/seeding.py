"""Makes the demo, or finds it and keeps it fresh: what `manage.py seed_demo` does, step by step."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.db import connection, transaction

from accounts.models import Workspace
from billing import booking
from conversations.models import Conversation, Message
from reports import gathering
from waba_inbox.demo import (
    billed,
    campaign,
    cast,
    company,
    counted,
    desk,
    desk_use,
    filing,
    habits,
    mailing,
    meta,
    people,
    ready,
    refreshing,
    selling,
    sounds,
    standings,
    templates,
    terms,
    writing,
)

LOCK = 20260101  # an advisory lock: two starts at once make one demo


def seed(*, now: datetime, refresh: bool = False) -> Iterator[str]:
    """Do it, and say in words what was done."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        workspace = company.found()
        is_new = workspace is None
        if workspace is None:
            workspace = make(now=now).workspace
            if not sounds.CAN_FILM:
                yield "PyAV is not installed: voice messages are silent, and there is no video."
        elif refresh or (
            refreshing.is_stale(workspace, now=now) and not refreshing.is_used(workspace)
        ):
            billed.forget(workspace)
            step = refreshing.refresh(workspace, now=now)
            is_new = True
            yield f"All times moved forward by {step.total_seconds() / 3600:.1f} h."
    booking.keep_books(workspace.pk)
    if is_new:
        billed.invoice(workspace, now=now)
    gathering.rebuild(workspace.pk)
    habits.review(workspace, now=now)
    yield from meta.tell(workspace)
    if is_new:
        billed.accept(workspace, now=now)
    yield from words(workspace)


def make(*, now: datetime) -> company.Company:
    """Everything from nothing. Call inside a transaction."""
    made = company.make()
    library = templates.make(made, now=now)
    desk.make(made, now=now)
    writing.write(made, mailing.of(cast.chats(now=now), now=now), library, now=now)
    desk_use.make(made, now=now)
    campaign.make(made)
    terms.make(made, now=now)
    filing.file(made, now=now)
    habits.make(made, now=now)
    people.make(made, now=now)
    standings.make(made, now=now)
    selling.make(made)
    counted.disagree(made, now=now)
    ready.make(made, now=now)
    return made


def words(workspace: Workspace) -> Iterator[str]:
    """The logins and what there is to see."""
    chats = Conversation.objects.filter(workspace=workspace).count()
    messages = Message.objects.filter(workspace=workspace).count()
    yield f"Demo: «{workspace.name}», {chats} conversations, {messages} messages."
    yield f"Password of all logins: {company.PASSWORD}"
    for login in company.LOGINS:
        where = {"shop": ", shop", "workshop": ", workshop"}.get(login.team, "")
        yield f"  {login.email:<32} {login.role.value}{where} ({login.language})"
    other = company.OTHER_LOGIN
    yield f"  {other.email:<32} {other.role.value} of another company"
