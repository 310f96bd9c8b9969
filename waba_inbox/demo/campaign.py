"""The mailing of mailing.py as what it was: a template sent to many in one act, which finance finds among campaigns."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from conversations.models import BulkRow, Direction, Job, JobKind, JobState, Message, RowState
from waba_inbox.demo import mailing
from waba_inbox.demo.company import Company

TITLE: Final = "Отправить шаблон %s"
BEFORE: Final = timedelta(minutes=2)
LASTED: Final = timedelta(hours=2)


def make(company: Company) -> None:
    """Call when the messages are written."""
    sent = Message.objects.filter(
        number=company.numbers["workshop"],
        direction=Direction.OUT,
        template__name=mailing.TEMPLATE,
        author__isnull=False,
    ).order_by("at")
    messages = list(sent)
    author = messages[0].author
    assert author
    began = messages[0].at - BEFORE
    job = Job.objects.create(
        workspace=company.workspace,
        owner=author,
        kind=JobKind.BULK,
        state=JobState.DONE,
        title=TITLE % mailing.TEMPLATE,
        request={"act": "message", "what": {"template": messages[0].template_id, "values": {}}},
        total=len(messages),
        done_count=len(messages),
        created_at=began,
        started_at=began,
        finished_at=began + LASTED,
    )
    BulkRow.objects.bulk_create(
        BulkRow(
            job=job,
            conversation_id=message.conversation_id,
            token=message.token,
            state=RowState.DONE,
        )
        for message in messages
    )
