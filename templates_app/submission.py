"""Hands a frozen draft in to Meta and writes down what came of it; also samples and deletions. Run by workers."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, BinaryIO, Final

import structlog
from django.core.files import File
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from accounts.graph import graph_for
from accounts.models import Agent, BusinessAccount
from templates_app import alerts, drifting, live
from templates_app.content import AUTHENTICATION, LIFETIME, MONTH_WRITTEN
from templates_app.models import (
    Draft,
    DraftState,
    SampleFile,
    Submission,
    SubmissionState,
    Template,
    TemplateEvent,
    TemplateState,
)
from whatsapp.failures import GraphFailure, GraphRefusal, GraphTimeout

logger = structlog.get_logger(__name__)
PERSON: Final = "person"
USUAL_CODE: Final = 600  # seconds that a code lives if nothing is said
PATIENCE: Final = timedelta(minutes=1)  # a worker that takes longer has died


def submit(submission_id: int) -> None:
    """Say it to Meta once. If nobody can know whether Meta took it, look there instead of saying it again."""
    at = timezone.now()
    mine = Submission.objects.filter(
        pk=submission_id, state=SubmissionState.SENDING, claimed_at=None
    ).update(claimed_at=at)
    if not mine:
        return
    submission = _with_account(submission_id)
    try:
        answer = _say(submission)
    except GraphTimeout as failure:
        logger.warning("no answer to a template", submission=submission_id, reason=failure.reason)
        _settle(submission_id, SubmissionState.UNKNOWN, {"reason": failure.reason})
        look(submission_id)
    except GraphFailure as failure:
        _refused(submission_id, failure)
    else:
        _accepted(submission_id, answer)


def look(submission_id: int) -> None:
    """Ask Meta whether it took one whose answer was lost."""
    never_sent = Submission.objects.filter(
        pk=submission_id,
        state=SubmissionState.SENDING,
        claimed_at=None,
        at__lt=timezone.now() - PATIENCE,
    )
    if never_sent.update(claimed_at=timezone.now()):  # and no worker will, for now it is claimed
        _settle(submission_id, SubmissionState.REFUSED, {"reason": "not sent", "lost": True})
        return
    submission = _with_account(submission_id)
    late = submission.claimed_at and submission.claimed_at + PATIENCE < timezone.now()
    if submission.state != SubmissionState.UNKNOWN and not (
        submission.state == SubmissionState.SENDING and late
    ):
        return
    body = submission.body
    try:
        rows = graph_for(submission.account).templates(
            submission.account.waba_id, name=body["name"]
        )
        same = [row for row in rows if _is(row, body)]
    except GraphFailure as failure:
        logger.warning("template not found out", submission=submission_id, reason=failure.reason)
        return
    if same and (not submission.status_before or same[0].get("status") == TemplateState.PENDING):
        _accepted(submission_id, same[0])
    else:
        _settle(submission_id, SubmissionState.REFUSED, {"reason": "not taken", "lost": True})


def keep_sample(
    account: BusinessAccount,
    fileobj: BinaryIO,
    *,
    size: int,
    mime: str,
    filename: str,
    by: Agent | None = None,
) -> str:
    """Hand a file to Meta and keep one of our own. The handle by which a component names it; GraphFailure."""
    handle = graph_for(account).resumable_upload(
        account.app.app_id, fileobj, size=size, mime=mime, filename=filename
    )
    fileobj.seek(0)
    SampleFile.objects.create(
        account=account,
        handle=handle,
        mime_type=mime,
        filename=filename,
        size=size,
        file=File(fileobj, name=filename),
        uploaded_by=by,
    )
    return handle


def delete(template: Template) -> None:
    """Delete one language at Meta. GraphFailure tells why it could not be."""
    graph_for(template.account).delete_template(
        template.account.waba_id, name=template.name, template_id=template.meta_id
    )
    with transaction.atomic():
        rows = Template.objects.select_for_update(of=("self",)).select_related("account")
        row = rows.get(pk=template.pk)
        before = row.status if row.status != TemplateState.DELETED else template.status
        row.status, row.status_at = TemplateState.DELETED, timezone.now()
        row.save(update_fields=["status", "status_at"])
        TemplateEvent.objects.create(
            template=row, kind="deleted", before=before, after=row.status, source=PERSON
        )
        alerts.of_change(row, "status", before=before, after=row.status)
        _publish("deleted", row, before=before)


def unpause(template: Template, *, by: Agent) -> None:
    """Ask Meta to end a pause. Its webhook tells when it is over; GraphFailure tells why it is not."""
    answer = graph_for(template.account).unpause_template(template.meta_id)
    with transaction.atomic():
        rows = Template.objects.select_for_update(of=("self",)).select_related("account")
        row = rows.get(pk=template.pk)
        note = "\n".join(filter(None, [by.name, str(answer.get("reason") or "")]))
        TemplateEvent.objects.create(template=row, kind="unpaused", note=note, source=PERSON)
        _publish("unpaused", row)


def _say(submission: Submission) -> dict[str, Any]:
    client, body = graph_for(submission.account), submission.body
    if not submission.status_before:
        return client.create_template(submission.account.waba_id, body)
    changes = {"components": body["components"]}
    if (lifetime := _lifetime(submission)) is not None:
        changes[LIFETIME] = lifetime
    if submission.status_before != TemplateState.APPROVED:
        changes["category"] = body["category"]
    return client.edit_template(submission.meta_id, changes)


def _lifetime(submission: Submission) -> int | None:
    """What an edit says of it: one that was taken away is Meta's usual one again, which must be said."""
    body, template = submission.body, submission.template
    if LIFETIME in body or template is None or template.lifetime is None:
        told: int | None = body.get(LIFETIME)
        return told
    return USUAL_CODE if body["category"] == AUTHENTICATION else MONTH_WRITTEN


@transaction.atomic
def _accepted(submission_id: int, answer: dict[str, Any]) -> None:
    """What a webhook said meanwhile is newer than the answer, and stays."""
    submission = _settle(submission_id, SubmissionState.ACCEPTED, answer)
    body = submission.body
    began = submission.claimed_at or submission.at
    since = began.replace(microsecond=0)  # Meta tells seconds
    template = _template(submission)
    newer = Q(at__gte=began) | Q(at__gte=since, source="webhook")
    told = {event.kind for event in template.history.filter(newer)}
    status, category = template.status, template.category
    template.components, template.parameter_format = body["components"], body["parameter_format"]
    template.components_at, template.drifted_at = since, None
    template.lifetime = body.get(LIFETIME)
    template.ours = drifting.snapshot(body["components"], body["parameter_format"])
    if submission.status_before != TemplateState.APPROVED:  # of an approved one it cannot be asked
        template.asked_category = body["category"]
    template.take_id(submission.meta_id or str(answer.get("id") or ""))
    if "status" not in told:
        template.status_at = since
        template.status = str(answer.get("status") or TemplateState.PENDING)[:24]
        template.rejected_reason = template.rejection_note = ""
    if "category" not in told and ("status" not in told or not category):
        template.category_at = since
        template.category = str(answer.get("category") or body["category"])[:24]
    template.save(
        update_fields=[
            "status", "category", "components", "parameter_format", "meta_id", "former_ids", "rejected_reason",
            "rejection_note", "status_at", "category_at", "components_at", "quality", "quality_at", "paused_until",
            "ours", "drifted_at", "lifetime", "asked_category",
        ]
    )  # fmt: skip
    TemplateEvent.objects.create(
        template=template,
        kind="submitted",
        before=submission.status_before and status,
        after=TemplateState.PENDING,
        note=submission.by.name,
        source=PERSON,
        at=since,
    )
    alerts.of_change(template, "status", before=status, after=template.status)
    if template.category != body["category"]:
        TemplateEvent.objects.create(
            template=template,
            kind="category",
            before=body["category"],
            after=template.category,
            source="answer",
        )
    submission.template, submission.meta_id = template, template.meta_id
    submission.save(update_fields=["template", "meta_id"])
    if submission.draft:
        submission.draft.template = template
        submission.draft.save(update_fields=["template"])
        _publish("draft_taken", submission.draft)
    _publish("submitted", template, version=submission.version)


def _refused(submission_id: int, failure: GraphFailure) -> None:
    error = failure.error
    answer: dict[str, Any] = {
        "reason": failure.reason,
        "again": not isinstance(failure, GraphRefusal),
    }
    if error:
        answer |= {"code": error.code, "subcode": error.subcode, "title": error.user_title}
        answer["message"] = error.user_message or error.details or error.message
    _settle(submission_id, SubmissionState.REFUSED, answer)


@transaction.atomic
def _settle(submission_id: int, state: str, answer: dict[str, Any]) -> Submission:
    """Write the outcome. A refused draft is open again."""
    row = Submission.objects.select_for_update(of=("self",)).select_related("draft__account", "by")
    submission = row.get(pk=submission_id)
    submission.state, submission.answer = state, answer
    submission.answered_at = timezone.now()
    submission.save(update_fields=["state", "answer", "answered_at"])
    if state == SubmissionState.REFUSED and submission.draft:
        submission.draft.state = DraftState.DRAFT
        submission.draft.save(update_fields=["state"])
        _publish("draft_refused", submission.draft)
    return submission


def _template(submission: Submission) -> Template:
    """The row of that name and language, made if there is none. It is locked."""
    key = {
        "account_id": submission.account_id,
        "name": submission.body["name"],
        "language": submission.body["language"],
    }
    Template.objects.bulk_create([Template(**key)], ignore_conflicts=True)
    rows = Template.objects.select_for_update(of=("self",)).select_related("account")
    return rows.get(**key)


def _publish(kind: str, row: Template | Draft, **facts: str | int) -> None:
    live.publish(kind, row, workspace_id=row.account.workspace_id, actor=None, **facts)


def _with_account(submission_id: int) -> Submission:
    return Submission.objects.select_related("account__app", "draft", "template").get(
        pk=submission_id
    )


def _is(row: dict[str, Any], body: dict[str, Any]) -> bool:
    language = str(row.get("language", "")).replace("-", "_")
    return (row.get("name"), language) == (body["name"], body["language"])


def is_late(submission: Submission, *, at: datetime) -> bool:
    """Whether it is time to ask Meta instead of waiting for the worker."""
    return submission.state == SubmissionState.UNKNOWN or (
        submission.state == SubmissionState.SENDING and submission.at + PATIENCE < at
    )
