"""The settings page of the question how it was: one plan a number."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts import audit
from accounts.models import PhoneNumber
from accounts.rights import AgentRequest, role
from accounts.views._common import ADMINISTRATOR, MANAGER, address_of
from conversations import surveying
from conversations.forms.surveys import SurveyForm


@role(ADMINISTRATOR, MANAGER)
@require_safe
def surveys(request: AgentRequest) -> HttpResponse:
    rows = PhoneNumber.objects.filter(workspace_id=request.user.workspace_id, is_active=True)
    numbers = rows.select_related("survey_plan").order_by("label", "pk")
    return render(request, "conversations/surveys.html", {"numbers": numbers})


@role(ADMINISTRATOR, MANAGER)
@require_http_methods(["GET", "HEAD", "POST"])
def survey(request: AgentRequest, number_id: int) -> HttpResponse:
    number = get_object_or_404(PhoneNumber, pk=number_id, workspace_id=request.user.workspace_id)
    form = SurveyForm(request.POST or None, number=number)
    if request.method == "POST" and form.is_valid():
        plan = surveying.keep(number, **form.terms, at=timezone.now())
        audit.record(
            request.user, "survey.changed", number.label, address_of(request), is_on=plan.since is not None
        )  # fmt: skip
        messages.success(request, _("Saved."))
        return redirect("automation:surveys")
    context = {"number": number, "form": form}
    return render(
        request, "conversations/survey_one.html", context, status=422 if form.errors else 200
    )
