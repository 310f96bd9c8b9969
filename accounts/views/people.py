"""People: who works here, who is invited, and for each person role, teams, seats and whether they may come in."""

from __future__ import annotations

from allauth.mfa.models import Authenticator
from django.contrib import messages
from django.db.models import Exists, OuterRef, Prefetch, QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from accounts import inviting, seating, staffing
from accounts.forms import ActivityForm, InviteForm, RoleForm, SightForm
from accounts.models import Agent, Invitation, PhoneNumber, Seat
from accounts.rights import AgentRequest, role
from accounts.views._common import ADMINISTRATOR, MANAGER, address_of, mine
from whatsapp.numerals import whole

LAST_ADMINISTRATOR = gettext_lazy("This is the last administrator. Make somebody else one first.")


def _people(request: AgentRequest) -> QuerySet[Agent]:
    steps = Authenticator.objects.filter(user=OuterRef("pk")).exclude(
        type=Authenticator.Type.RECOVERY_CODES
    )
    seats = Seat.objects.select_related("number", "team")
    return (
        Agent.objects.filter(workspace=request.user.workspace)
        .annotate(has_second_step=Exists(steps))
        .prefetch_related("teams", Prefetch("seats", seats))
        .order_by("-is_active", "name", "pk")
    )


def _list(request: AgentRequest, *, link: str = "", to: str = "") -> HttpResponse:
    """The link of an invitation is shown once, on the page that answers the act."""
    invitations = inviting.open_invitations(request.user.workspace)
    context = {
        "people": _people(request),
        "invitations": invitations.prefetch_related("teams").order_by("-created_at"),
        "now": timezone.now(),
        "link": link,
        "to": to,
    }
    return render(request, "accounts/people.html", context)


@role(ADMINISTRATOR, MANAGER)
@require_safe
def people(request: AgentRequest) -> HttpResponse:
    return _list(request)


@role(ADMINISTRATOR)
def invitations(request: AgentRequest) -> HttpResponse:
    """Invite somebody."""
    form = InviteForm(request.POST or None, workspace=request.user.workspace)
    if request.method == "POST" and form.is_valid():
        try:
            invitation, link = inviting.invite(
                request.user.workspace,
                by=request.user,
                address=address_of(request),
                **form.cleaned_data,
            )
            return _list(request, link=link, to=invitation.email)
        except inviting.AlreadyHere:
            form.add_error("email", _("Somebody with this address works here already."))
        except inviting.AddressTaken:
            form.add_error("email", _("This address cannot be invited. Use another one."))
    status = 422 if form.errors else 200
    return render(request, "accounts/invite.html", {"form": form}, status=status)


@role(ADMINISTRATOR)
@require_POST
def invitation_link(request: AgentRequest, invitation_id: int) -> HttpResponse:
    """Send it again: a new link, the old one ends."""
    row = mine(Invitation.objects.filter(accepted_at=None), request, invitation_id)
    invitation, link = inviting.renew(row.pk, by=request.user, address=address_of(request))
    return _list(request, link=link, to=invitation.email)


@role(ADMINISTRATOR)
@require_POST
def invitation_end(request: AgentRequest, invitation_id: int) -> HttpResponse:
    row = mine(Invitation.objects.filter(accepted_at=None), request, invitation_id)
    inviting.revoke(row.pk, by=request.user, address=address_of(request))
    messages.success(request, _("The invitation is taken back; its link no longer works."))
    return redirect("accounts:people")


@role(ADMINISTRATOR, MANAGER)
@require_safe
def person(request: AgentRequest, agent_id: int) -> HttpResponse:
    agent = mine(_people(request).select_related("workspace"), request, agent_id)
    workspace = request.user.workspace
    numbers = list(PhoneNumber.objects.filter(workspace=workspace))
    teams = list(workspace.teams.all())
    context = {
        "person": agent,
        "role_form": RoleForm(initial={"role": agent.role}),
        "sight_form": SightForm(initial={"sight": agent.sight, "capacity": agent.capacity}),
        "teams": teams,
        "grid": seating.grid(agent.seats.all(), numbers=numbers, teams=teams),
    }
    return render(request, "accounts/person.html", context)


@role(ADMINISTRATOR)
@require_POST
def person_role(request: AgentRequest, agent_id: int) -> HttpResponse:
    agent = mine(Agent.objects.all(), request, agent_id)
    form = RoleForm(request.POST)
    if form.is_valid():
        try:
            staffing.change_role(
                agent.pk,
                role=form.cleaned_data["role"],
                by=request.user,
                address=address_of(request),
            )
            messages.success(request, _("The role is changed."))
            if agent == request.user:  # may no longer see this page
                return redirect("accounts:me")
        except staffing.LastAdministrator:
            messages.error(request, LAST_ADMINISTRATOR)
    return redirect("accounts:person", agent.pk)


@role(ADMINISTRATOR, MANAGER)
@require_POST
def person_teams(request: AgentRequest, agent_id: int) -> HttpResponse:
    agent = mine(Agent.objects.all(), request, agent_id)
    team_ids = [pk for one in request.POST.getlist("team") if (pk := whole(one))]
    staffing.set_teams(agent.pk, team_ids=team_ids, by=request.user, address=address_of(request))
    messages.success(request, _("The teams are changed."))
    return redirect("accounts:person", agent.pk)


@role(ADMINISTRATOR, MANAGER)
@require_POST
def person_seats(request: AgentRequest, agent_id: int) -> HttpResponse:
    agent = mine(Agent.objects.all(), request, agent_id)
    places = seating.read(request.POST.getlist("place"))
    seating.set_seats(agent.pk, places=places, by=request.user, address=address_of(request))
    messages.success(request, _("The seats are changed. Open pages follow at once."))
    return redirect("accounts:person", agent.pk)


@role(ADMINISTRATOR)
@require_POST
def person_activity(request: AgentRequest, agent_id: int) -> HttpResponse:
    """Deactivate, or let in again."""
    agent = mine(Agent.objects.all(), request, agent_id)
    form = ActivityForm(request.POST)
    if form.is_valid():
        act = staffing.reactivate if form.cleaned_data["is_active"] else staffing.deactivate
        try:
            act(agent.pk, by=request.user, address=address_of(request))
        except staffing.LastAdministrator:
            messages.error(request, LAST_ADMINISTRATOR)
    return redirect("accounts:person", agent.pk)


@role(ADMINISTRATOR)
@require_POST
def person_second_step(request: AgentRequest, agent_id: int) -> HttpResponse:
    agent = mine(Agent.objects.all(), request, agent_id)
    staffing.reset_second_step(agent.pk, by=request.user, address=address_of(request))
    messages.success(request, _("The second step is gone. The next sign-in is by password alone."))
    return redirect("accounts:person", agent.pk)
