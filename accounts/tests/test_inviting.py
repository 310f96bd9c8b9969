from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.core import mail

from accounts import inviting
from accounts.models import Agent, AuditEntry, Invitation, Role
from tests import world

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
EMAIL = "new@example.com"


@pytest.fixture
def link(ada, shop_team, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True), time_machine.travel(NOW, tick=False):
        _invitation, link = inviting.invite(
            ada.workspace, email=EMAIL, role=Role.AGENT, teams=[shop_team], language="en", by=ada
        )
    return link


def key_of(link: str) -> str:
    return link.rstrip("/").rpartition("/")[2]


def accept(link: str, at: datetime = NOW) -> Agent:
    return inviting.accept(
        key_of(link), name="New One", language="ru", password="a long enough one", at=at
    )


def test_the_link_is_mailed_and_only_its_hash_is_kept(link):
    assert link in mail.outbox[0].body
    assert mail.outbox[0].to == [EMAIL]
    assert key_of(link) not in str(Invitation.objects.values().get())


def test_who_accepts_becomes_an_agent_with_the_teams_seats(link, shop_team, number):
    agent = accept(link)
    assert (agent.email, agent.role, agent.language) == (EMAIL, Role.AGENT, "ru")
    assert list(agent.teams.all()) == [shop_team]
    assert [(seat.number, seat.team) for seat in agent.seats.all()] == [(None, shop_team)]
    assert agent.check_password("a long enough one")
    assert AuditEntry.objects.filter(act="invitation.accepted", agent=agent).exists()


def test_a_link_works_once(link):
    accept(link)
    with pytest.raises(inviting.NoLongerValid):
        accept(link)
    assert Agent.objects.filter(email=EMAIL).count() == 1


def test_a_link_ends_after_seven_days(link):
    inviting.find(key_of(link), at=NOW + timedelta(days=7, seconds=-1))
    with pytest.raises(inviting.NoLongerValid):
        inviting.find(key_of(link), at=NOW + timedelta(days=7))


def test_a_revoked_link_opens_nothing(link, ada):
    inviting.revoke(Invitation.objects.get().pk, by=ada)
    with pytest.raises(inviting.NoLongerValid):
        accept(link)


def test_a_new_link_ends_the_old_one(link, ada):
    with time_machine.travel(NOW + timedelta(days=9), tick=False):
        _invitation, newer = inviting.renew(Invitation.objects.get().pk, by=ada)
    with pytest.raises(inviting.NoLongerValid):
        inviting.find(key_of(link), at=NOW)
    assert inviting.find(key_of(newer), at=NOW + timedelta(days=15)).email == EMAIL


def test_inviting_twice_leaves_one_invitation(link, ada):
    inviting.invite(
        ada.workspace, email=EMAIL.upper(), role=Role.MANAGER, teams=[], language="en", by=ada
    )
    assert Invitation.objects.get().role == Role.MANAGER


def test_colleagues_and_people_of_other_companies_cannot_be_invited(ada, ana, dan):
    for email, refusal in ((ana.email, inviting.AlreadyHere), (dan.email, inviting.AddressTaken)):
        with pytest.raises(refusal):
            inviting.invite(
                ada.workspace, email=email, role=Role.AGENT, teams=[], language="en", by=ada
            )


def test_the_page_of_a_link_signs_the_new_agent_in(client, ada, ana):
    _invitation, link = inviting.invite(
        ada.workspace, email=EMAIL, role=Role.AGENT, teams=[], language="en", by=ada
    )
    client.force_login(ana)  # somebody else at this machine
    path = f"/join/{key_of(link)}/"
    assert b"Northern Shop" in client.get(path).content
    weak = client.post(path, {"name": "New", "language": "en", "password": "1234567890"})
    assert weak.status_code == 422
    client.post(path, {"name": "New", "language": "en", "password": "a long enough one"})
    page = client.get("/settings/you/")
    assert EMAIL in page.content.decode()
    assert client.get(path).status_code == 410


def test_an_unknown_link_says_so_without_a_login(client, db):
    answer = client.get("/join/what-is-this/")
    assert answer.status_code == 410
    assert "no longer works" in answer.content.decode()


def test_the_page_shows_the_link_once(admin, ada):
    answer = admin.post(
        "/settings/people/invitations/",
        {"email": EMAIL, "role": "agent", "language": "en", "teams": []},
    )
    link = answer.context["link"]
    assert link in answer.content.decode()
    assert link not in admin.get("/settings/people/").content.decode()


def test_somebody_who_joined_otherwise_makes_the_link_void(link, ada):
    world.make_agent(ada.workspace, "New", email=EMAIL)
    with pytest.raises(inviting.NoLongerValid):
        accept(link)
