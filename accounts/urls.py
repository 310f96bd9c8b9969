"""The settings, below `settings/`."""

from __future__ import annotations

from django.urls import path
from django.views.generic import RedirectView

from accounts.views import (
    distribution,
    hours,
    log,
    numbers,
    people,
    teams,
    whatsapp,
    workspace,
    you,
)

app_name = "accounts"
urlpatterns = [
    path("", RedirectView.as_view(pattern_name="accounts:me"), name="settings"),
    path("you/", you.me, name="me"),
    path("you/look/", you.look, name="look"),
    path("you/presence/", you.presence, name="presence"),
    path("security/", you.security, name="security"),
    path("security/sessions/", you.sessions, name="sessions"),
    path("workspace/", workspace.workspace, name="workspace"),
    path("distribution/", distribution.distribution, name="distribution"),
    path("people/", people.people, name="people"),
    path("people/invitations/", people.invitations, name="invitations"),
    path(
        "people/invitations/<int:invitation_id>/link/",
        people.invitation_link,
        name="invitation_link",
    ),
    path(
        "people/invitations/<int:invitation_id>/end/", people.invitation_end, name="invitation_end"
    ),
    path("people/<int:agent_id>/", people.person, name="person"),
    path("people/<int:agent_id>/role/", people.person_role, name="person_role"),
    path("people/<int:agent_id>/teams/", people.person_teams, name="person_teams"),
    path("people/<int:agent_id>/seats/", people.person_seats, name="person_seats"),
    path("people/<int:agent_id>/sight/", distribution.person_sight, name="person_sight"),
    path("people/<int:agent_id>/activity/", people.person_activity, name="person_activity"),
    path(
        "people/<int:agent_id>/second-step/", people.person_second_step, name="person_second_step"
    ),
    path("teams/", teams.teams, name="teams"),
    path("teams/<int:team_id>/", teams.team, name="team"),
    path("teams/<int:team_id>/members/", teams.team_members, name="team_members"),
    path("teams/<int:team_id>/handing/", distribution.team_handing, name="team_handing"),
    path("teams/<int:team_id>/end/", teams.team_end, name="team_end"),
    path("whatsapp/", whatsapp.whatsapp, name="whatsapp"),
    path("whatsapp/apps/", whatsapp.apps, name="apps"),
    path("whatsapp/apps/<int:app_id>/", whatsapp.app, name="app"),
    path("whatsapp/apps/<int:app_id>/account/", whatsapp.account_new, name="account_new"),
    path("whatsapp/<int:account_id>/", whatsapp.account, name="account"),
    path("whatsapp/<int:account_id>/numbers/", whatsapp.account_numbers, name="account_numbers"),
    path("whatsapp/<int:account_id>/numbers/new/", numbers.number_new, name="number_new"),
    path("whatsapp/<int:account_id>/check/", whatsapp.account_check, name="account_check"),
    path("whatsapp/<int:account_id>/token/", whatsapp.account_token, name="account_token"),
    path("whatsapp/<int:account_id>/plan/", whatsapp.account_plan, name="account_plan"),
    path(
        "whatsapp/<int:account_id>/subscription/",
        whatsapp.account_subscription,
        name="account_subscription",
    ),
    path("numbers/", numbers.numbers, name="numbers"),
    path("numbers/<int:number_id>/", numbers.number, name="number"),
    path("numbers/<int:number_id>/hours/", hours.hours, name="hours"),
    path("numbers/<int:number_id>/activity/", numbers.number_activity, name="number_activity"),
    path("log/", log.log, name="log"),
]
