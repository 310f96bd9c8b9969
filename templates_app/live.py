"""The only way for a change at the desk to be seen: number it, and once committed show it to the browsers at the desk.

Everything is read anew after the commit, for the whole batch at once. Where very much changed, boards load anew.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from django.template.loader import render_to_string
from django.utils import translation

from accounts.models import Agent, Workspace
from events import journal, live
from templates_app import board
from templates_app.models import Draft, DraftState, Submission, SubmissionState, Template

MANY: Final = 40


def publish(
    kind: str,
    row: Template | Draft,
    *,
    workspace_id: int,
    actor: Agent | None = None,
    **facts: object,
) -> None:
    """Number the change and show it. Call it last in the transaction."""
    name = "draft" if isinstance(row, Draft) else "template"
    journal.record(
        journal.Change(
            kind=f"template.{kind}",
            workspace_id=workspace_id,
            subject=f"{name}:{row.pk}",
            rows=(row,),
            actor=actor,
            show=show,
            facts=facts,
        )
    )


def publish_gone(draft_id: int, *, name: str, actor: Agent) -> None:
    """A draft that was thrown away."""
    journal.record(
        journal.Change(
            kind="template.draft_discarded",
            workspace_id=actor.workspace_id,
            subject=f"draft:{draft_id}",
            rows=(),
            actor=actor,
            show=show,
            facts={"name": name},
        )
    )


def show(changes: list[journal.Change]) -> None:
    """Render what changed once a language and push it to those who may see it."""
    for workspace_id in sorted({change.workspace_id for change in changes}):
        mine = [change for change in changes if change.workspace_id == workspace_id]
        _show(workspace_id, mine)


def _show(workspace_id: int, changes: Sequence[journal.Change]) -> None:
    groups = {
        f"desk.{workspace_id}.{role}.{code}": (role == "writers", code)
        for role in ("readers", "writers")
        for code in _languages(workspace_id)
    }
    heard = live.heard(set(groups))
    if not heard:
        return
    seq = max(change.seq for change in changes)
    templates, drafts = _ids(changes, "template"), _ids(changes, "draft")
    if len(templates) + len(drafts) > MANY:
        anew = render_to_string("templates_app/_anew.html", {"seq": seq})
        live.push(dict.fromkeys(heard, anew))
        return
    rows = list(board.for_rows(Template.objects.filter(pk__in=templates)))
    written = list(board.drafts_for_cards(Draft.objects.filter(pk__in=drafts)))
    html = {}
    for group in heard:
        writes, code = groups[group]
        with translation.override(code):
            html[group] = fragment(
                Workspace(pk=workspace_id),
                rows,
                written if writes else (),
                gone=drafts - {draft.pk for draft in written},
                seq=seq,
                writes=writes,
            )
    live.push(html)


def fragment(
    workspace: Workspace,
    templates: Iterable[Template],
    drafts: Iterable[Draft],
    *,
    gone: Iterable[int] = (),
    seq: int,
    writes: bool,
) -> str:
    """The cards and rows of these, and what stands above the columns; in the language that is active.

    A draft that Meta has taken leaves the board: its template stands there instead.
    """
    drafts = list(drafts)
    taken = Submission.objects.filter(
        draft__in=[d.pk for d in drafts if d.state == DraftState.SUBMITTED],
        state=SubmissionState.ACCEPTED,
    )
    leaving = {*gone, *taken.values_list("draft_id", flat=True)}
    context = {
        "templates": [(row, board.column_of(row)) for row in templates],
        "drafts": [
            (row, board.COLUMN_OF_DRAFT[row.state]) for row in drafts if row.pk not in leaving
        ],
        "gone": sorted(leaving),
        "counts": board.counts(workspace, writes=writes),
        "seq": seq,
    }
    return render_to_string("templates_app/_live.html", context)


def _ids(changes: Iterable[journal.Change], kind: str) -> set[int]:
    subjects = (change.subject.partition(":") for change in changes)
    return {int(pk) for name, _colon, pk in subjects if name == kind}


def _languages(workspace_id: int) -> list[str]:
    people = Agent.objects.working(workspace_id)
    return list(people.order_by().values_list("language", flat=True).distinct())
