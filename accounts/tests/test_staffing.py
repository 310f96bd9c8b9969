from __future__ import annotations

import pytest

from accounts import staffing
from accounts.models import Agent, AuditEntry, Role
from tests import world


def test_a_new_role_is_written_down_and_ends_the_live_connection(ada, ana, closed):
    assert closed(
        ana, lambda: staffing.change_role(ana.pk, role=Role.MANAGER, by=ada, address="203.0.113.9")
    )
    ana.refresh_from_db()
    entry = AuditEntry.objects.get(act="agent.role_changed")
    assert ana.role == Role.MANAGER
    assert (entry.agent, entry.subject, entry.address) == (ada, ana.email, "203.0.113.9")
    assert entry.details == {"was": "agent", "now": "manager"}


def test_the_same_role_again_changes_nothing(ada, ana, closed):
    assert not closed(ana, lambda: staffing.change_role(ana.pk, role=Role.AGENT, by=ada))
    assert not AuditEntry.objects.exists()


def test_the_last_administrator_cannot_step_down(ada, ana):
    with pytest.raises(staffing.LastAdministrator):
        staffing.change_role(ada.pk, role=Role.MANAGER, by=ada)
    assert Agent.objects.get(pk=ada.pk).role == Role.ADMINISTRATOR


def test_the_last_administrator_cannot_be_deactivated(ada):
    world.make_agent(ada.workspace, "Gone", Role.ADMINISTRATOR, is_active=False)
    with pytest.raises(staffing.LastAdministrator):
        staffing.deactivate(ada.pk, by=ada)


def test_one_of_two_administrators_may_go(ada):
    eve = world.make_agent(ada.workspace, "Eve", Role.ADMINISTRATOR)
    staffing.change_role(ada.pk, role=Role.AGENT, by=ada)
    with pytest.raises(staffing.LastAdministrator):
        staffing.deactivate(eve.pk, by=eve)


def test_another_companys_administrators_do_not_count(ada, dan):
    with pytest.raises(staffing.LastAdministrator):
        staffing.deactivate(ada.pk, by=ada)


def test_nobody_reaches_into_another_company(ada, dan):
    with pytest.raises(Agent.DoesNotExist):
        staffing.change_role(dan.pk, role=Role.AGENT, by=ada)


def test_a_deactivated_agent_is_out_at_once(client, ada, ana, closed):
    client.force_login(ana)
    assert client.get("/settings/you/").status_code == 200
    assert closed(ana, lambda: staffing.deactivate(ana.pk, by=ada))
    assert client.get("/settings/you/").status_code == 302


def test_an_old_session_does_not_come_back_with_a_reactivated_agent(client, ada, ana):
    client.post("/accounts/login/", {"login": ana.email, "password": world.PASSWORD})
    assert client.get("/settings/you/").status_code == 200
    staffing.deactivate(ana.pk, by=ada)
    staffing.reactivate(ana.pk, by=ada)
    assert client.get("/settings/you/").status_code == 302


def test_a_reactivated_agent_keeps_role_and_seats(ada, ana):
    staffing.deactivate(ana.pk, by=ada)
    agent = staffing.reactivate(ana.pk, by=ada)
    assert agent.is_active
    assert agent.role == Role.AGENT
    assert agent.seats.count() == 1


def test_teams_are_those_of_ones_own_company_only(ada, ana, shop_team, dan):
    foreign = world.make_team(dan.workspace, "Foreign")
    clinic = world.make_team(ada.workspace, "Clinic")
    staffing.set_teams(ana.pk, team_ids=[clinic.pk, foreign.pk], by=ada)
    assert list(ana.teams.all()) == [clinic]
    assert AuditEntry.objects.get(act="agent.teams_changed").details == {"teams": ["Clinic"]}
