"""How conversations are shared out: what each role sees, how much one is given, how a team hands out."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts import distributing
from accounts.forms import DistributionForm, HandingForm, SightForm
from accounts.models import Agent, Team, Workspace
from accounts.rights import AgentRequest, role
from accounts.views._common import ADMINISTRATOR, MANAGER, address_of, mine


@role(ADMINISTRATOR)
def distribution(request: AgentRequest) -> HttpResponse:
    row = Workspace.objects.get(pk=request.user.workspace_id)
    form = DistributionForm(request.POST or None, instance=row)
    if request.method == "POST" and form.is_valid():
        distributing.change_workspace(
            by=request.user, address=address_of(request), **form.cleaned_data
        )
        messages.success(request, _("Saved. Open pages follow at once."))
        return redirect("accounts:distribution")
    context = {"form": form, "teams": row.teams.prefetch_related("members")}
    status = 422 if form.errors else 200
    return render(request, "accounts/distribution.html", context, status=status)


@role(ADMINISTRATOR, MANAGER)
@require_POST
def person_sight(request: AgentRequest, agent_id: int) -> HttpResponse:
    agent = mine(Agent.objects.all(), request, agent_id)
    form = SightForm(request.POST)
    if form.is_valid():
        distributing.change_person(
            agent.pk, by=request.user, address=address_of(request), **form.cleaned_data
        )
        messages.success(request, _("Saved. Open pages follow at once."))
    else:
        messages.error(request, _("Not saved: the number of conversations is from 1 to 500."))
    return redirect("accounts:person", agent.pk)


@role(ADMINISTRATOR, MANAGER)
@require_POST
def team_handing(request: AgentRequest, team_id: int) -> HttpResponse:
    team = mine(Team.objects.all(), request, team_id)
    form = HandingForm(request.POST)
    if form.is_valid():
        distributing.change_team(
            team.pk, by=request.user, address=address_of(request), **form.cleaned_data
        )
        messages.success(request, _("Saved."))
    return redirect("accounts:team", team.pk)
