"""What is needed when: a date on a draft, the calendar of all, and the alerts."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.rights import AgentRequest, role
from templates_app import alerts, planning
from templates_app.views._common import WRITERS, my_draft

WEEKS = 5
SHOWN = 8  # alerts above the board


@role(*WRITERS)
@require_POST
def need(request: AgentRequest, draft_id: int) -> HttpResponse:
    """`needed`: a moment in the writer's zone; empty takes it away."""
    row = my_draft(request, draft_id)
    text = request.POST.get("needed", "").strip()
    at = _moment(text)
    if text and at is None:
        messages.error(request, _("This is no date and time. Nothing was changed."))
    else:
        planning.need(row.pk, at=at, by=request.user)
    return redirect("templates_app:draft", row.pk)


def _moment(text: str) -> datetime | None:
    try:
        found = parse_datetime(text)
        if found is None or not 2000 <= found.year < 3000:
            return None
        return timezone.make_aware(found) if timezone.is_naive(found) else found
    except (ValueError, OverflowError):
        return None


@role(*WRITERS)
@require_GET
def calendar(request: AgentRequest) -> HttpResponse:
    """Five weeks from this one; what was needed before, or is needed later, stands beside."""
    now = timezone.localtime()
    found = planning.plans(request.user.workspace, at=now)
    first = now.date() - timedelta(days=now.weekday())
    last = first + timedelta(weeks=WEEKS)
    by_day: dict[date, list[planning.Plan]] = {}
    for plan in found:
        by_day.setdefault(timezone.localtime(plan.needed).date(), []).append(plan)
    uses = planning.planned_uses(request.user.workspace, at=now)
    used_on: dict[date, list[planning.PlannedUse]] = {}
    for use in uses:
        used_on.setdefault(timezone.localtime(use.at).date(), []).append(use)
    days = [first + timedelta(days=n) for n in range(7 * WEEKS)]
    context: dict[str, Any] = {
        "cursor": request.user.workspace.last_seq,
        "days": [(day, by_day.get(day, []), used_on.get(day, [])) for day in days],
        "week": days[:7],
        "today": now.date(),
        "beyond": [p for day, plans in by_day.items() if not first <= day < last for p in plans],
        "used_beyond": [u for day, us in used_on.items() if not first <= day < last for u in us],
        "count": len(found) + len(uses),
        "expected": planning.usual(request.user.workspace, at=now),
    }
    return render(request, "templates_app/calendar.html", context)


@role(*WRITERS)
@require_GET
def standing(request: AgentRequest) -> HttpResponse:
    """What stands above the board, anew."""
    return render(
        request, "templates_app/_alerts.html", {"alerts": alerts.standing(request.user)[:SHOWN]}
    )
