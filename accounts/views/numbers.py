"""Numbers: how each one stands with Meta, what the team calls it, whether it is at work."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts import checking, hours, numbering
from accounts.forms import ActivityForm, KnownNumberForm, NewNumberForm
from accounts.models import BusinessAccount, PhoneNumber
from accounts.rights import AgentRequest, role
from accounts.views._common import ADMINISTRATOR, MANAGER, address_of, mine


def _numbers() -> QuerySet[PhoneNumber]:
    return PhoneNumber.objects.select_related("account", "team").order_by("-is_active", "label")


@role(ADMINISTRATOR, MANAGER)
@require_safe
def numbers(request: AgentRequest) -> HttpResponse:
    rows = list(_numbers().filter(workspace=request.user.workspace))
    context = {
        "numbers": rows,
        "at_work": sum(number.is_active for number in rows),
        "limit": settings.NUMBERS_PER_WORKSPACE,
        "has_accounts": bool(rows) or request.user.workspace.accounts.exists(),
    }
    return render(request, "accounts/numbers.html", context)


@role(ADMINISTRATOR)
def number_new(request: AgentRequest, account_id: int) -> HttpResponse:
    """By its id; Meta must know it as one of the account's."""
    account = mine(BusinessAccount.objects.select_related("app"), request, account_id)
    form = NewNumberForm(request.POST or None, workspace=request.user.workspace)
    problem = None
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            number = numbering.add(
                account,
                facts=checking.check_number(account, data["phone_number_id"]),
                label=data["label"],
                team=data["team"],
                by=request.user,
                address=address_of(request),
            )
            return redirect("accounts:number", number.pk)
        except checking.NotAccepted as refusal:
            problem = refusal
        except numbering.NumberTaken:
            form.add_error("phone_number_id", _("This number is connected already."))
        except numbering.TooManyNumbers:
            form.add_error(None, _("No more numbers can be at work. Switch one off first."))
    context = {"form": form, "account": account, "problem": problem}
    status = 422 if problem or form.errors else 200
    return render(request, "accounts/number_new.html", context, status=status)


@role(ADMINISTRATOR)
def number(request: AgentRequest, number_id: int) -> HttpResponse:
    row = mine(_numbers(), request, number_id)
    initial = {"label": row.label, "team": row.team, "coming_back": row.coming_back}
    form = KnownNumberForm(request.POST or None, workspace=request.user.workspace, initial=initial)
    if request.method == "POST" and form.is_valid():
        numbering.change(row.pk, by=request.user, address=address_of(request), **form.cleaned_data)
        messages.success(request, _("Saved."))
        return redirect("accounts:number", row.pk)
    kept = hours.read(row.hours)
    state = kept.state(timezone.now()) if kept else None
    context = {"number": row, "form": form, "state": state}
    return render(request, "accounts/number.html", context, status=422 if form.errors else 200)


@role(ADMINISTRATOR)
@require_POST
def number_activity(request: AgentRequest, number_id: int) -> HttpResponse:
    """Switch it on or off."""
    row = mine(PhoneNumber.objects.all(), request, number_id)
    form = ActivityForm(request.POST)
    if form.is_valid():
        act = numbering.switch_on if form.cleaned_data["is_active"] else numbering.switch_off
        try:
            act(row.pk, by=request.user, address=address_of(request))
        except numbering.TooManyNumbers:
            messages.error(request, _("No more numbers can be at work. Switch one off first."))
    return redirect("accounts:number", row.pk)
