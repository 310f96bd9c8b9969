"""All numbers at one glance, one number with its story, and letting marketing pass."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import structlog
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_POST

from accounts import checking
from accounts.graph import graph_for
from accounts.models import BusinessAccount, PhoneNumber, Role
from accounts.rights import AgentRequest, role
from accounts.views._common import address_of, mine
from quality import (
    alerting,
    board,
    cause_words,
    drifting,
    evidence,
    lifting,
    polling,
    story,
    webhook_health,
    words,
)
from quality.aspects import Aspect
from quality.evidence import FAILURE_DAYS
from quality.forms import LiftForm
from quality.models import Gauge, Observation
from quality.setup_forms import PICTURE_BYTES, PICTURE_KINDS, ProfileForm
from whatsapp import sniffing
from whatsapp.failures import GraphFailure

logger = structlog.get_logger(__name__)
MANAGER, ADMINISTRATOR = Role.MANAGER.value, Role.ADMINISTRATOR.value
PROFILE_SHOWN = ("about", "description", "address", "email")
PROFILE_ROWS = {name: ProfileForm.base_fields[name].label for name in PROFILE_SHOWN}


@role(MANAGER, ADMINISTRATOR)
@require_GET
def numbers(request: AgentRequest) -> HttpResponse:
    at = timezone.now()
    open_alerts = alerting.of(request.user).filter(closed_at=None)
    context = {
        "rows": board.rows(request.user, at=at),
        "accounts": _accounts(request, at),
        "templates": board.templates(request.user),
        "webhook": webhook_health.of_day(at=at),
        "alerts": [(alert, words.of(alert)) for alert in open_alerts],
        "at": at,
        "helpers": alerting.helpers(request.user),
    }
    return render(request, "quality/numbers.html", context)


@role(MANAGER, ADMINISTRATOR)
@require_GET
def changes(request: AgentRequest) -> HttpResponse:
    """How far the workspace is. These pages keep no fragments: a note on the line makes them ask for themselves."""
    return HttpResponse(headers={"X-Cursor": str(request.user.workspace.last_seq)})


AccountRow = tuple[
    BusinessAccount,
    list[tuple[str, str]],
    list[tuple[board.Room, str]],
    list[tuple[Observation, str]],
]


def _accounts(request: AgentRequest, at: datetime) -> list[AccountRow]:
    """Each with what Meta says of it, and what Meta should have told and did not."""
    drifts = drifting.of(request.user, at=at)
    shown = (
        Aspect.VERIFICATION,
        Aspect.REVIEW,
        Aspect.PAYMENT,
        Aspect.HEALTH,
        Aspect.SUBSCRIPTION,
        Aspect.TOKEN,
    )
    return [
        (
            account,
            [(words.aspect_words(one), words.value_words(values[one])) for one in shown if one in values],
            [(room, words.aspect_words(room.aspect)) for room in board.rooms(values)],
            [(one, words.aspect_words(one.aspect)) for one in drifts.get(account.pk, ())],
        )
        for account, values in board.accounts(request.user)
    ]  # fmt: skip


@role(MANAGER, ADMINISTRATOR)
@require_GET
def number(request: AgentRequest, number_id: int) -> HttpResponse:
    found = mine(PhoneNumber.objects.select_related("account", "workspace"), request, number_id)
    return render(request, "quality/number.html", _number_page(request, found, LiftForm()))


@role(MANAGER, ADMINISTRATOR)
@require_GET
def profile(request: AgentRequest, number_id: int) -> HttpResponse:
    """What customers see of the company, asked of Meta now."""
    found = mine(PhoneNumber.objects.select_related("account__app"), request, number_id)
    try:
        with checking.in_words():
            shown = graph_for(found).profile(found.phone_number_id)
    except checking.NotAccepted as problem:
        return render(request, "quality/_profile.html", {"problem": problem})
    rows = [(label, shown.get(name)) for name, label in PROFILE_ROWS.items() if shown.get(name)]
    context = {"rows": rows, "number": found, "picture_url": shown.get("profile_picture_url")}
    return render(request, "quality/_profile.html", context)


@role(MANAGER, ADMINISTRATOR)
@require_GET
def picture(request: AgentRequest, number_id: int) -> HttpResponse:
    """The picture of the profile, fetched from Meta: pages here show nothing from elsewhere. 204: there is none."""
    found = mine(PhoneNumber.objects.select_related("account__app"), request, number_id)
    client = graph_for(found)
    try:
        url = str(client.profile(found.phone_number_id).get("profile_picture_url") or "")
        data = b"".join(client.download_media(url, max_bytes=PICTURE_BYTES)) if url else b""
    except GraphFailure as failure:
        logger.warning("profile picture not fetched", number=str(found), reason=failure.reason)
        data = b""
    kind = sniffing.mime_of(data[: sniffing.HEAD], "")
    if kind not in PICTURE_KINDS:
        return HttpResponse(status=204)
    answer = HttpResponse(data, content_type=kind)
    answer["Cache-Control"] = "private, max-age=60"
    return answer


def _number_page(request: AgentRequest, found: PhoneNumber, form: LiftForm) -> dict[str, Any]:
    at = timezone.now()
    zone = ZoneInfo(found.workspace.time_zone)
    today = at.astimezone(zone).date()
    days = [today - timedelta(days=n) for n in reversed(range(FAILURE_DAYS))]
    fall = story.latest_fall(found)
    ratings = Observation.objects.filter(number=found, aspect=Aspect.RATING).order_by("at", "pk")
    open_alerts = alerting.of(request.user).filter(number=found, closed_at=None)
    return {
        "number": found,
        "facts": _facts(found),
        "strip": board.strip(list(ratings), today=today, zone=zone),
        "fall": fall,
        "causes": [cause_words.of(one) for one in evidence.likely(found, at=fall.at)]
        if fall
        else [],
        "most_sent": evidence.most_sent(found, at=fall.at) if fall else [],
        "days": days,
        "failures": evidence.failures(found, days=days, zone=zone),
        "story": story.of_number(found, peaks=evidence.peaks(found, at=fall.at) if fall else ()),
        "alerts": [(alert, words.of(alert)) for alert in open_alerts],
        "form": form,
        "at": at,
        "helpers": alerting.helpers(request.user),
        "is_lifted": found.gates_lifted_until is not None and found.gates_lifted_until > at,
    }


def _facts(found: PhoneNumber) -> list[tuple[str, str, Gauge]]:
    gauges = Gauge.objects.filter(number=found).order_by("aspect")
    return [
        (words.aspect_words(gauge.aspect), words.value_words(gauge.value), gauge)
        for gauge in gauges
    ]


@role(ADMINISTRATOR)
@require_POST
def gates(request: AgentRequest, number_id: int) -> HttpResponse:
    """Let marketing pass for some hours, or hold it back again."""
    found = mine(PhoneNumber.objects.select_related("account", "workspace"), request, number_id)
    at = timezone.now()
    if request.POST.get("close"):
        lifting.close(found.pk, by=request.user, at=at, address=address_of(request))
        messages.success(request, gettext("Marketing is held back again when quality is low."))
        return redirect("quality:number", found.pk)
    form = LiftForm(request.POST)
    if not form.is_valid():
        return render(
            request, "quality/number.html", _number_page(request, found, form), status=422
        )
    until = at + timedelta(hours=form.cleaned_data["hours"])
    lifting.lift(
        found.pk, by=request.user, until=until, reason=form.cleaned_data["reason"], at=at,
        address=address_of(request),
    )  # fmt: skip
    messages.success(request, gettext("Marketing passes for now. Everybody sees that you let it."))
    return redirect("quality:number", found.pk)


@role(ADMINISTRATOR, MANAGER)
@require_POST
def poll(request: AgentRequest, account_id: int) -> HttpResponse:
    """Ask Meta now."""
    account = mine(BusinessAccount.objects.all(), request, account_id)
    changed = polling.poll(account.pk)
    said = (
        gettext("Asked Meta: nothing changed.") if not changed else gettext("Asked Meta: updated.")
    )
    messages.success(request, said)
    return redirect("quality:numbers")
