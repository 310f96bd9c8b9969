from __future__ import annotations

import pytest

from accounts import teaming
from accounts.models import AuditEntry, Seat, Team
from conversations import access
from conversations.models import Conversation


def test_a_name_stands_once_whatever_its_case(ada, shop_team):
    with pytest.raises(teaming.NameTaken):
        teaming.create(name="SHOP", by=ada)
    other = teaming.create(name="Clinic", by=ada)
    with pytest.raises(teaming.NameTaken):
        teaming.rename(other.pk, name="shop", by=ada)
    assert Team.objects.get(pk=other.pk).name == "Clinic"


def test_another_company_may_use_the_name_too(ada, dan, shop_team):
    assert teaming.create(name="Shop", by=dan).workspace == dan.workspace


def test_renaming_is_written_down(ada, shop_team):
    teaming.rename(shop_team.pk, name="Boutique", by=ada)
    assert AuditEntry.objects.get().details == {"was": "Shop"}


def test_who_joined_and_who_left_is_written_down(ada, ana, cleo, dan, shop_team):
    teaming.set_members(shop_team.pk, agent_ids=[cleo.pk, dan.pk], by=ada)
    assert list(shop_team.members.all()) == [cleo]
    assert AuditEntry.objects.get().details == {"joined": [cleo.email], "left": [ana.email]}


def test_a_deleted_team_leaves_its_conversations_to_their_number(
    ada, ben, conversation, shop_team, number, closed
):
    Conversation.objects.filter(pk=conversation.pk).update(team=shop_team)
    Seat.objects.create(agent=ben, number=number, team=ben.teams.get())
    assert conversation not in access.conversations(ben)
    assert closed(ben, lambda: teaming.delete(shop_team.pk, by=ada))
    conversation.refresh_from_db()
    assert conversation.team is None
    assert conversation in access.conversations(ben)
