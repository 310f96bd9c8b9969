"""What the database knows that `rules.check_known` must weigh: twins, blocked names, earlier edits, the count."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q
from django.utils import timezone

from templates_app import components, rules
from templates_app.models import Draft, Submission, SubmissionState, Template, TemplateState


def around(draft: Draft) -> rules.Known:
    """Times are in the reader's zone, for they are shown."""
    rows = Template.objects.of(draft.account_id)
    content = draft.whole.content
    beside = Q(name=draft.name, language=draft.language)
    if content.body.strip():
        beside |= Q(components__contains=[{"type": "BODY", "text": content.body}])
    changed = draft.template if draft.template and _is_there(draft.template) else None
    others = rows.filter(beside)
    if changed:
        others = others.exclude(pk=changed.pk)
    return rules.Known(
        others=[_other(row) for row in others[:50]],
        count=rows.exclude(status=TemplateState.DELETED).count(),
        status=changed.status if changed else "",
        category=changed.category if changed else "",
        edits=_edits(changed) if changed else (),
        created=() if changed else _created(draft.account_id),
    )


def problems(draft: Draft, *, at: datetime) -> list[rules.Problem]:
    """All that stands against the draft, of itself and in its account."""
    whole = draft.whole
    return [*rules.check(whole), *rules.check_known(whole, around(draft), at=at)]


def _is_there(template: Template) -> bool:
    return bool(template.meta_id) and template.status != TemplateState.DELETED


def _other(template: Template) -> rules.Other:
    layout = components.of(template)
    return rules.Other(
        name=template.name,
        language=template.language,
        status=template.status,
        text=rules.text_of(layout.body, layout.footer),
        deleted_at=_deleted_at(template),
    )


def _deleted_at(template: Template) -> datetime | None:
    """Only the end of an approved one blocks its name."""
    if template.status != TemplateState.DELETED:
        return None
    ends = template.history.filter(after=TemplateState.DELETED, before=TemplateState.APPROVED)
    end = ends.first()
    return timezone.localtime(end.at) if end else None


def _edits(template: Template) -> list[datetime]:
    taken = Submission.objects.filter(
        template=template,
        state=SubmissionState.ACCEPTED,
        status_before=TemplateState.APPROVED,
        at__gt=timezone.now() - rules.MONTH,
    )
    return [timezone.localtime(at) for at in taken.values_list("at", flat=True)]


def _created(account_id: int) -> list[datetime]:
    """Those of the last hour; Meta counts them whatever became of them."""
    made = Submission.objects.filter(
        account=account_id, status_before="", at__gt=timezone.now() - rules.HOUR
    )
    return [timezone.localtime(at) for at in made.values_list("at", flat=True)]
