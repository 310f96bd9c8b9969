"""How the team works: figures of a period, who waits now, and the rows behind each figure."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from accounts import audit
from accounts.models import Agent, PhoneNumber, Role, Team
from accounts.rights import AgentRequest, role
from accounts.views._common import address_of
from conversations.streaming import InPieces
from reports import exporting, figures, words
from reports.forms import ScopeForm, dimension
from reports.models import SpanKind

MANAGER, ADMINISTRATOR = Role.MANAGER.value, Role.ADMINISTRATOR.value


def _form(request: AgentRequest, *, at: datetime) -> ScopeForm:
    form = ScopeForm(request.GET, agent=request.user, today=at.astimezone(_zone(request)).date())
    form.is_valid()
    return form


def _zone(request: AgentRequest) -> ZoneInfo:
    return ZoneInfo(request.user.workspace.time_zone)


@role(MANAGER, ADMINISTRATOR)
@require_safe
def team(request: AgentRequest) -> HttpResponse:
    at = timezone.now()
    form = _form(request, at=at)
    scope, of = form.scope, dimension(request.GET.get("by", ""))
    found = figures.by(scope, of)
    names = _names(request.user.workspace_id, of)
    context: dict[str, Any] = {
        "form": form,
        "scope": scope,
        "now": figures.together(found),
        "before": figures.total(scope.on(scope.period.before)),
        "waiting": figures.waiting(scope, at=at),
        "ratings": figures.ratings(scope),
        "steps": figures.over_time(scope),
        "hours": figures.hours_of_week(scope),
        "rows": [(names.get(row.key, ""), row) for row in found],
        "by": of,
        "query": _query(request, without="by"),
        "definitions": words.DEFINITIONS,
        "at": at,
    }
    return render(request, "reports/team.html", context, status=422 if form.errors else 200)


def _query(request: AgentRequest, *, without: str) -> str:
    wanted = request.GET.copy()
    wanted.pop(without, None)
    return wanted.urlencode()


def _names(workspace_id: int, of: str) -> dict[int | None, str]:
    rows: Any = {
        "agent": Agent.objects.all(),
        "team": Team.objects.all(),
        "number": PhoneNumber.objects.all(),
    }[of]
    name = "label" if of == "number" else "name"
    return dict(rows.filter(workspace_id=workspace_id).values_list("pk", name))


@role(MANAGER, ADMINISTRATOR)
@require_safe
def rows(request: AgentRequest) -> InPieces:
    """The rows behind one figure (`kind`): conversations and colleagues, no customer and no word that was said."""
    kind = request.GET.get("kind", SpanKind.REPLY.value)
    if kind not in SpanKind.values:
        raise Http404
    scope = _form(request, at=timezone.now()).scope
    audit.record(
        request.user, "report.exported", str(SpanKind(kind).label), address_of(request),
        since=scope.period.since.isoformat(), until=scope.period.until.isoformat(),
    )  # fmt: skip
    name = f"{kind}-{scope.period.since}-{scope.period.until}.csv"
    lines = exporting.csv_lines(scope, SpanKind(kind), zone=_zone(request))
    answer = InPieces(lines, content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = content_disposition_header(True, name)
    return answer
