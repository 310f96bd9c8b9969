"""The business hours of a number."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import hours as rules
from accounts import numbering
from accounts.forms import HoursForm
from accounts.models import PhoneNumber
from accounts.rights import AgentRequest, role
from accounts.views._common import ADMINISTRATOR, MANAGER, address_of, mine


@role(ADMINISTRATOR, MANAGER)
def hours(request: AgentRequest, number_id: int) -> HttpResponse:
    row = mine(PhoneNumber.objects.all(), request, number_id)
    kept = rules.read(row.hours)
    zone = kept.zone if kept else request.user.workspace.time_zone
    form = HoursForm(request.POST or None, initial=HoursForm.shown(kept, zone=zone))
    if request.method == "POST" and form.is_valid():
        numbering.set_hours(row.pk, hours=form.hours, by=request.user, address=address_of(request))
        messages.success(request, _("Saved."))
        return redirect("accounts:hours", row.pk)
    context = {
        "number": row,
        "form": form,
        "days": [form[f"day{n}"] for n in range(7)],
        "state": kept.state(timezone.now()) if kept else None,
    }
    status = 422 if form.errors else 200
    return render(request, "accounts/hours.html", context, status=status)
