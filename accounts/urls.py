"""The settings, below `settings/`."""

from __future__ import annotations

from django.urls import path
from django.views.generic import RedirectView

from accounts.views import log, people, teams, workspace, you

app_name = "accounts"
urlpatterns = [
    path("", RedirectView.as_view(pattern_name="accounts:me"), name="settings"),
    path("you/", you.me, name="me"),
    path("security/", you.security, name="security"),
    path("security/sessions/", you.sessions, name="sessions"),
    path("workspace/", workspace.workspace, name="workspace"),
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
    path("people/<int:agent_id>/activity/", people.person_activity, name="person_activity"),
    path(
        "people/<int:agent_id>/second-step/", people.person_second_step, name="person_second_step"
    ),
    path("teams/", teams.teams, name="teams"),
    path("teams/<int:team_id>/", teams.team, name="team"),
    path("teams/<int:team_id>/members/", teams.team_members, name="team_members"),
    path("teams/<int:team_id>/end/", teams.team_end, name="team_end"),
    path("log/", log.log, name="log"),
]
