"""The verbs of a draft: begin, save, copy, correct, discard, hand in to Meta. Called by the views."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from django.db import transaction
from django.utils import timezone

from accounts import audit
from accounts.models import Agent, BusinessAccount
from templates_app import (
    alerts,
    drifting,
    foureyes,
    known,
    live,
    reviewing,
    rules,
    shown_samples,
    tasks,
    versions,
)
from templates_app.content import Content, DraftContent, from_meta, lifetime_read
from templates_app.models import (
    Category,
    Draft,
    DraftState,
    Submission,
    SubmissionState,
    Template,
    TemplateEvent,
    TemplateState,
)
from templates_app.refusals import Moved, NotApproved, NotReady
from templates_app.timing import Lateness

NAME_KEPT: Final = 600
ON_CARD: Final = ("name", "language", "category")


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What an editor's page holds."""

    name: str
    language: str
    category: str
    content: Content


@transaction.atomic
def _create(**fields: Any) -> Draft:
    draft = Draft.objects.create(**fields)
    versions.keep(draft)
    _publish("draft_begun", draft, draft.author)
    return draft


def _publish(kind: str, draft: Draft, actor: Agent) -> None:
    live.publish(kind, draft, workspace_id=actor.workspace_id, actor=actor)


def begin(account: BusinessAccount, *, author: Agent, language: str) -> Draft:
    """An empty draft; one that this person began and left empty is taken up again."""
    empty = Draft.objects.filter(
        account=account, author=author, version=1, name="", template=None, content={}
    )
    return empty.first() or _create(account_id=account.pk, author=author, language=language)


@transaction.atomic
def save(draft_id: int, *, written: Written, seen: int, author: Agent) -> Draft:
    """Keep what was written, if nobody was faster. Saving the same again changes nothing."""
    draft = _locked(draft_id)
    # A name is part of an address: what Meta would refuse anyway must not break the page before.
    name = written.name.strip()[:NAME_KEPT].replace("/", "_")
    language = written.language[:16]
    if draft.template_id:  # Meta lets nobody rename a template
        name, language = draft.name, draft.language
    values = {
        "name": name,
        "language": language,
        "category": written.category[:24],
        "content": written.content.as_json(),
    }
    if all(getattr(draft, key) == value for key, value in values.items()):
        return draft
    if draft.version != seen or draft.state != DraftState.DRAFT:
        raise Moved(draft)
    is_shown = any(getattr(draft, key) != values[key] for key in ON_CARD)
    for key, value in values.items():
        setattr(draft, key, value)
    draft.author, draft.updated_at = author, timezone.now()
    draft.version += 1
    draft.save(update_fields=[*values, "author", "updated_at", "version"])
    versions.keep(draft)
    if is_shown:
        _publish("draft_renamed", draft, author)
    return draft


def duplicate(draft: Draft, *, author: Agent) -> Draft:
    return _create(
        account_id=draft.account_id,
        author=author,
        name=_copy_name(draft.name),
        language=draft.language,
        category=draft.category,
        content=draft.content,
    )


def copy(template: Template, *, author: Agent) -> Draft:
    """A new draft that begins with a template's words. NotEditable if the editor does not know its parts."""
    return _create(
        account_id=template.account_id,
        author=author,
        name=_copy_name(template.name),
        language=template.language,
        category=template.category,
        content=_content(template).as_json(),
    )


def from_whole(account: BusinessAccount, whole: DraftContent, *, author: Agent) -> Draft:
    """A new draft that says this."""
    return _create(
        account_id=account.pk,
        author=author,
        name=whole.name,
        language=whole.language,
        category=whole.category,
        content=whole.content.as_json(),
    )


@transaction.atomic
def take_category(template_id: int, *, by: Agent, at: datetime, address: str | None = None) -> None:
    """The category that Meta has put it into is the one that we want from now on."""
    rows = Template.objects.select_for_update(of=("self",)).select_related("account")
    template = rows.get(pk=template_id)
    if not template.is_recategorised:
        return
    before, template.asked_category = template.asked_category, ""
    template.save(update_fields=["asked_category"])
    TemplateEvent.objects.create(
        template=template,
        kind="category_taken",
        before=before,
        after=template.category,
        note=by.name,
        source="person",
        at=at,
    )
    audit.record(by, "template.category_taken", template.name, address, language=template.language)
    live.publish("category_taken", template, workspace_id=by.workspace_id, actor=by)


@transaction.atomic
def take_theirs(template_id: int, *, by: Agent, at: datetime, address: str | None = None) -> None:
    """What Meta says is ours from now on."""
    rows = Template.objects.select_for_update(of=("self",)).select_related("account")
    template = rows.get(pk=template_id)
    if template.drifted_at is None:
        return
    template.ours = drifting.snapshot(template.components, template.parameter_format)
    template.drifted_at = None
    template.save(update_fields=["ours", "drifted_at"])
    TemplateEvent.objects.create(
        template=template, kind="theirs_taken", note=by.name, source="person", at=at
    )
    audit.record(by, "template.theirs_taken", template.name, address, language=template.language)
    live.publish("theirs_taken", template, workspace_id=by.workspace_id, actor=by)


@transaction.atomic
def restore(template_id: int, *, author: Agent) -> Draft:
    """A draft that says again what we handed in last. A draft of it that is under way is given instead."""
    template = Template.objects.select_for_update().get(pk=template_id)
    if under_way := template.drafts.exclude(state=DraftState.SUBMITTED).first():
        return under_way
    ours = template.ours or drifting.snapshot(template.components, template.parameter_format)
    words = from_meta(
        ours["components"],
        category=template.category,
        is_named=ours["parameter_format"] == "NAMED",
    )
    return _of_template(template, author=author, content=words.as_json())


@transaction.atomic
def correct(template_id: int, *, author: Agent) -> Draft:
    """A draft that will change the template itself, with Meta's reason beside it. One at a time for a template."""
    template = Template.objects.select_for_update().get(pk=template_id)
    if under_way := template.drafts.exclude(state=DraftState.SUBMITTED).first():
        return under_way
    refused = template.status == TemplateState.REJECTED
    last = template.submissions.filter(state=SubmissionState.ACCEPTED).first()
    words = last.draft.content if refused and last and last.draft else None
    return _of_template(
        template,
        author=author,
        content=words or _content(template).as_json(),
        category=last.body.get("category", template.category) if words and last else "",
        reason=template.rejected_reason or "-" if refused else "",
    )


def _of_template(
    template: Template,
    *,
    author: Agent,
    content: dict[str, Any],
    category: str = "",
    reason: str = "",
) -> Draft:
    """A draft that will change this template."""
    return _create(
        account_id=template.account_id,
        template=template,
        author=author,
        name=template.name,
        language=template.language,
        category=category or template.category or Category.UTILITY,
        content=content,
        reason=reason,
    )


@transaction.atomic
def discard(draft_id: int, *, by: Agent, address: str | None = None) -> None:
    draft = _locked(draft_id)
    if draft.state != DraftState.DRAFT:
        raise Moved(draft)
    audit.record(by, "template.draft_discarded", draft.name or "-", address)
    alerts.of_plan(draft, None)
    pk, _deleted = draft.pk, draft.delete()
    live.publish_gone(pk, name=draft.name, actor=by)


@transaction.atomic
def submit(
    draft_id: int, *, seen: int, by: Agent, at: datetime, address: str | None = None
) -> Submission:
    """Freeze this version and hand it in. Safe to call again: a draft is on its way only once."""
    draft = _locked(draft_id)
    if draft.state == DraftState.SUBMITTED or draft.version != seen:
        raise Moved(draft)
    if not foureyes.may_submit(state=draft.state, is_needed=reviewing.is_needed(by.workspace)):
        raise NotApproved
    found = known.problems(draft, at=timezone.localtime(at))
    if rules.refuses(found):
        raise NotReady(found)
    versions.seal(draft)
    status = known.around(draft).status
    draft.state = DraftState.SUBMITTED
    if draft.reminded != Lateness.MISSED:
        draft.reminded = ""
        alerts.of_plan(draft, None)
    draft.save(update_fields=["state", "reminded"])
    submission = Submission.objects.create(
        draft=draft,
        template=draft.template if status else None,
        account_id=draft.account_id,
        version=draft.version,
        body=draft.whole.as_meta(),
        status_before=status,
        meta_id=draft.template.meta_id if status and draft.template else "",
        by=by,
        at=at,
    )
    audit.record(by, "template.submitted", draft.name, address, language=draft.language)
    _publish("draft_submitted", draft, by)
    transaction.on_commit(lambda: _hand_in_soon(submission.pk), robust=True)
    return submission


@transaction.atomic
def note_appeal(
    template_id: int, *, by: Agent, at: datetime, address: str | None = None
) -> Template:
    """That somebody appealed at Meta. Once is enough, until it is refused anew."""
    rows = Template.objects.select_for_update(of=("self",)).select_related("account")
    template = rows.get(pk=template_id)
    if template.status != TemplateState.REJECTED or template.appealed_at:
        return template
    template.appealed_at = at
    template.save(update_fields=["appealed_at"])
    TemplateEvent.objects.create(
        template=template, kind="appeal", note=by.name, source="person", at=at
    )
    audit.record(by, "template.appealed", template.name, address)
    live.publish("appealed", template, workspace_id=by.workspace_id, actor=by)
    return template


def _hand_in_soon(submission_id: int) -> None:
    tasks.submit.delay(submission_id)


def _locked(draft_id: int) -> Draft:
    return Draft.objects.select_for_update(of=("self",)).select_related("template").get(pk=draft_id)


def whole_of(template: Template) -> DraftContent:
    """What a template says, as a draft's value. NotEditable if the editor does not know its parts."""
    return DraftContent(
        name=template.name,
        language=template.language,
        category=template.category,
        content=_content(template),
    )


def _content(template: Template) -> Content:
    content = from_meta(
        template.components,
        category=template.category,
        is_named=template.parameter_format == "NAMED",
    )
    lifetime = lifetime_read(template.lifetime)
    return replace(_with_handles(content, template), sources=template.sources, lifetime=lifetime)


def _with_handles(content: Content, template: Template) -> Content:
    """With the samples that were handed in: Meta shows addresses, which it does not take back."""
    files = shown_samples.of(template).files
    if header := files.get(shown_samples.HEADER):
        content = replace(content, header_handle=header.handle, header_filename=header.filename)
    cards = [
        replace(card, handle=files[place].handle, filename=files[place].filename)
        if place in files
        else card
        for place, card in enumerate(content.cards)
    ]
    return replace(content, cards=tuple(cards))


def _copy_name(name: str) -> str:
    return f"{name[:500]}_copy" if name else ""
