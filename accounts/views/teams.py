"""Teams: their names, their members, their end."""

from __future__ import annotations

from django.contrib import messages
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts import teaming
from accounts.forms import HandingForm, TeamForm
from accounts.models import Agent, PhoneNumber, Team
from accounts.rights import AgentRequest, role
from accounts.views._common import ADMINISTRATOR, MANAGER, address_of, mine
from whatsapp.numerals import whole

MANY = 1000  # counting stops here: the page only says how much a deletion touches


@role(ADMINISTRATOR, MANAGER)
def teams(request: AgentRequest) -> HttpResponse:
    form = TeamForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            team = teaming.create(
                name=form.cleaned_data["name"], by=request.user, address=address_of(request)
            )
            return redirect("accounts:team", team.pk)
        except teaming.NameTaken:
            form.add_error("name", _("There is a team with this name."))
    rows = Team.objects.filter(workspace=request.user.workspace).prefetch_related("members")
    numbers = PhoneNumber.objects.filter(workspace=request.user.workspace).exclude(team=None)
    context = {
        "teams": rows.annotate(seat_count=Count("seat__agent", distinct=True)),
        "numbers": numbers,
        "form": form,
    }
    return render(request, "accounts/teams.html", context, status=422 if form.errors else 200)


@role(ADMINISTRATOR, MANAGER)
def team(request: AgentRequest, team_id: int) -> HttpResponse:
    row = mine(Team.objects.all(), request, team_id)
    form = TeamForm(request.POST or None, initial={"name": row.name})
    if request.method == "POST" and form.is_valid():
        try:
            name = form.cleaned_data["name"]
            teaming.rename(row.pk, name=name, by=request.user, address=address_of(request))
            messages.success(request, _("Saved."))
            return redirect("accounts:team", row.pk)
        except teaming.NameTaken:
            form.add_error("name", _("There is a team with this name."))
    people = Agent.objects.filter(workspace=request.user.workspace, is_active=True)
    context = {
        "team": row,
        "form": form,
        "handing_form": HandingForm(initial={"handing": row.handing, "is_sticky": row.is_sticky}),
        "people": people.order_by("name"),
        "member_ids": set(row.members.values_list("pk", flat=True)),
        "conversations": row.conversation_set.all()[:MANY].count(),
        "many": MANY,
    }
    return render(request, "accounts/team.html", context, status=422 if form.errors else 200)


@role(ADMINISTRATOR, MANAGER)
@require_POST
def team_members(request: AgentRequest, team_id: int) -> HttpResponse:
    row = mine(Team.objects.all(), request, team_id)
    agent_ids = [pk for one in request.POST.getlist("agent") if (pk := whole(one))]
    teaming.set_members(row.pk, agent_ids=agent_ids, by=request.user, address=address_of(request))
    messages.success(request, _("The members are changed."))
    return redirect("accounts:team", row.pk)


@role(ADMINISTRATOR, MANAGER)
@require_POST
def team_end(request: AgentRequest, team_id: int) -> HttpResponse:
    row = mine(Team.objects.all(), request, team_id)
    teaming.delete(row.pk, by=request.user, address=address_of(request))
    messages.success(request, _("The team is deleted."))
    return redirect("accounts:teams")
