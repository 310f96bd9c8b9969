"""The messages behind a likely cause of a fall, or behind an error code: each leads to its conversation."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.http import require_GET

from accounts.models import PhoneNumber, Role
from accounts.rights import AgentRequest, role
from accounts.views._common import mine
from accounts.zones import midnight
from quality import cause_words, evidence, story
from quality.causes import Signal
from quality.evidence import FAILURE_DAYS, SHOWN
from whatsapp import errors

MANAGER, ADMINISTRATOR = Role.MANAGER.value, Role.ADMINISTRATOR.value


@role(MANAGER, ADMINISTRATOR)
@require_GET
def evidence_of(request: AgentRequest, number_id: int) -> HttpResponse:
    """`cause`: a signal of the latest fall; or `code`: an error of the last two weeks."""
    found = mine(PhoneNumber.objects.select_related("workspace"), request, number_id)
    code = request.GET.get("code", "")
    if code.isdecimal() and len(code) <= 9:
        return _of_code(request, found, int(code))
    fall = story.latest_fall(found)
    if fall is None or request.GET.get("cause") not in list(Signal):
        raise Http404
    signal = Signal(request.GET["cause"])
    title, todo = cause_words.WORDS[signal]
    context = {
        "number": found, "title": title, "todo": todo, "fall": fall,
        "templates": evidence.changed_templates(found, at=fall.at)[:SHOWN] if signal is Signal.TEMPLATES else [],
        "rows": evidence.messages_of(found, signal, at=fall.at, agent=request.user)[:SHOWN],
        "most": SHOWN,
    }  # fmt: skip
    return render(request, "quality/evidence.html", context)


def _of_code(request: AgentRequest, found: PhoneNumber, code: int) -> HttpResponse:
    zone = ZoneInfo(found.workspace.time_zone)
    today = timezone.now().astimezone(zone).date()
    since = midnight(today - timedelta(days=FAILURE_DAYS - 1), zone)
    known = errors.words(code, get_language() or "en")
    rows = evidence.failed_with(found, code, since=since, agent=request.user)[:SHOWN]
    context = {"number": found, "title": known.what, "code": code, "rows": rows, "most": SHOWN}
    return render(request, "quality/evidence.html", context)
