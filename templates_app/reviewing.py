"""The verbs of internal approval: hand in, comment, approve, return, take back. Called by the views."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from accounts import audit
from accounts.models import Agent, Workspace
from templates_app import foureyes, known, live, rules, versions
from templates_app.board import WRITERS
from templates_app.models import DeskSettings, Draft, DraftNote, DraftState, NoteKind
from templates_app.refusals import Moved, NotReady, NotYours


def is_on(workspace: Workspace) -> bool:
    chosen = DeskSettings.objects.filter(workspace=workspace).first()
    return chosen.four_eyes if chosen else True


def is_needed(workspace: Workspace) -> bool:
    """Whether drafts of this workspace need a colleague's word now."""
    people = Agent.objects.filter(workspace=workspace, role__in=WRITERS, is_active=True)
    return foureyes.is_needed(is_on=is_on(workspace), writers=people.count())


@transaction.atomic
def hand_in(draft_id: int, *, seen: int, text: str, by: Agent, at: datetime) -> Draft:
    """To a colleague. It is frozen until somebody decides; a draft that Meta would refuse is nobody's time."""
    draft = _locked(draft_id)
    if draft.state == DraftState.REVIEW and draft.version == seen:
        return draft
    if draft.state != DraftState.DRAFT or draft.version != seen:
        raise Moved(draft)
    found = known.problems(draft, at=timezone.localtime(at))
    if rules.refuses(found):
        raise NotReady(found)
    versions.seal(draft)
    draft.handed_in_by = by
    return _move(draft, DraftState.REVIEW, NoteKind.HANDED_IN, text=text, by=by)


@transaction.atomic
def approve(draft_id: int, *, seen: int, text: str, by: Agent, address: str | None = None) -> Draft:
    draft = _to_decide(draft_id, seen=seen, by=by)
    audit.record(by, "template.approved_inside", draft.name, address, version=draft.version)
    return _move(draft, DraftState.READY, NoteKind.APPROVED, text=text, by=by)


@transaction.atomic
def give_back(
    draft_id: int, *, seen: int, text: str, by: Agent, address: str | None = None
) -> Draft:
    """With what is to be changed. It may be written in again."""
    draft = _to_decide(draft_id, seen=seen, by=by)
    audit.record(by, "template.returned_inside", draft.name, address, version=draft.version)
    return _move(draft, DraftState.DRAFT, NoteKind.RETURNED, text=text, by=by)


@transaction.atomic
def take_back(draft_id: int, *, by: Agent) -> Draft:
    """To go on writing. What was approved must be approved again."""
    draft = _locked(draft_id)
    if draft.state == DraftState.DRAFT:
        return draft
    if draft.state not in (DraftState.REVIEW, DraftState.READY):
        raise Moved(draft)
    return _move(draft, DraftState.DRAFT, NoteKind.TAKEN_BACK, text="", by=by)


@transaction.atomic
def comment(draft_id: int, *, text: str, by: Agent) -> Draft:
    """In any state; empty words are no comment."""
    draft = _locked(draft_id)
    if text.strip():
        _note(draft, NoteKind.COMMENT, text=text, by=by)
        _publish("draft_commented", draft, by)
    return draft


@transaction.atomic
def choose(workspace: Workspace, *, four_eyes: bool, by: Agent, address: str | None = None) -> None:
    """Switch internal approval on or off."""
    DeskSettings.objects.update_or_create(workspace=workspace, defaults={"four_eyes": four_eyes})
    audit.record(by, "template.four_eyes_chosen", "on" if four_eyes else "off", address)


def _to_decide(draft_id: int, *, seen: int, by: Agent) -> Draft:
    draft = _locked(draft_id)
    if draft.state != DraftState.REVIEW or draft.version != seen:
        raise Moved(draft)
    if not foureyes.may_decide(
        by=by.pk, author=draft.author_id, handed_in_by=draft.handed_in_by_id
    ):
        raise NotYours
    return draft


def _move(draft: Draft, state: DraftState, kind: NoteKind, *, text: str, by: Agent) -> Draft:
    draft.state = state
    draft.save(update_fields=["state", "handed_in_by"])
    _note(draft, kind, text=text, by=by)
    _publish(f"draft_{kind.value}", draft, by)
    return draft


def _note(draft: Draft, kind: NoteKind, *, text: str, by: Agent) -> None:
    words = text.strip()[:4000]
    DraftNote.objects.create(draft=draft, kind=kind, text=words, version=draft.version, by=by)


def _publish(kind: str, draft: Draft, by: Agent) -> None:
    live.publish(kind, draft, workspace_id=draft.account.workspace_id, actor=by)


def _locked(draft_id: int) -> Draft:
    rows = Draft.objects.select_for_update(of=("self",))
    return rows.select_related("account", "template").get(pk=draft_id)
