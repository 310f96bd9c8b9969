"""Assigning, moving and resolving, and the quiet lines they leave."""

from __future__ import annotations

import pytest
from django.utils import timezone

from conversations import access, refusals, triage
from conversations.models import ConversationStatus
from events.models import Event
from tests import world

pytestmark = pytest.mark.django_db


def lines(conversation):
    found = conversation.messages.filter(direction="system", kind="activity").order_by("pk")
    return [line.content for line in found]


def test_an_agent_takes_a_conversation_and_the_thread_says_so(conversation, ana):
    triage.assign(conversation.pk, agent=ana, to=ana, expected=None, at=timezone.now())
    conversation.refresh_from_db()
    assert conversation.assignee == ana
    assert lines(conversation) == [
        {"act": "assigned", "by": "Ana", "by_id": ana.pk, "to": "Ana", "to_id": ana.pk}
    ]
    assert Event.objects.get().kind == "conversation.assigned"


def test_the_second_of_two_who_take_it_learns_who_was_quicker(conversation, ana, cleo):
    triage.assign(conversation.pk, agent=ana, to=ana, expected=None, at=timezone.now())
    with pytest.raises(refusals.AlreadyAssigned) as refused:
        triage.assign(conversation.pk, agent=cleo, to=cleo, expected=None, at=timezone.now())
    assert refused.value.to == ana
    assert "Ana" in refused.value.words
    triage.assign(conversation.pk, agent=cleo, to=cleo, expected=ana.pk, at=timezone.now())
    conversation.refresh_from_db()
    assert conversation.assignee == cleo


def test_asking_for_what_already_is_changes_nothing(conversation, ana):
    for _ in range(2):
        triage.assign(conversation.pk, agent=ana, to=ana, expected=None, at=timezone.now())
        triage.close(conversation.pk, agent=ana, at=timezone.now())
    assert len(lines(conversation)) == Event.objects.count() == 2


def test_it_goes_to_nobody_who_could_not_see_it(conversation, ana, ben, fay, dan):
    for other in (ben, fay, dan):
        with pytest.raises(refusals.NotTheirs):
            triage.assign(conversation.pk, agent=ana, to=other, expected=None, at=timezone.now())


def test_giving_it_back_needs_to_know_whose_it_was(conversation, ana, cleo):
    triage.assign(conversation.pk, agent=ana, to=ana, expected=None, at=timezone.now())
    with pytest.raises(refusals.AlreadyAssigned):
        triage.unassign(conversation.pk, agent=cleo, expected=cleo.pk, at=timezone.now())
    triage.unassign(conversation.pk, agent=cleo, expected=ana.pk, at=timezone.now())
    conversation.refresh_from_db()
    assert conversation.assignee is None


def test_moving_it_to_a_team_takes_it_from_those_outside_and_from_its_assignee(
    conversation, ana, cleo, workspace
):
    clinic = world.make_team(workspace, "Clinic")
    triage.assign(conversation.pk, agent=ana, to=ana, expected=None, at=timezone.now())
    triage.set_team(conversation.pk, agent=cleo, team=clinic, at=timezone.now())
    conversation.refresh_from_db()
    assert conversation.team == clinic
    assert conversation.assignee is None
    assert conversation not in access.conversations(ana)
    assert Event.objects.get(kind="conversation.moved").facts["was"] == [
        conversation.number_id,
        None,
        ana.pk,
    ]
    assert lines(conversation)[-1]["to"] == "Clinic"


def test_a_team_of_another_company_is_refused(conversation, cleo, dan):
    theirs = world.make_team(dan.workspace, "Theirs")
    with pytest.raises(refusals.NotTheirs):
        triage.set_team(conversation.pk, agent=cleo, team=theirs, at=timezone.now())


def test_resolving_ends_the_waiting_and_reopening_brings_it_back(conversation, ana):
    conversation.waiting_since = timezone.now()
    conversation.save(update_fields=["waiting_since"])
    triage.close(conversation.pk, agent=ana, at=timezone.now())
    conversation.refresh_from_db()
    assert conversation.is_resolved
    assert not conversation.needs_reply
    triage.reopen(conversation.pk, agent=ana, at=timezone.now())
    conversation.refresh_from_db()
    assert conversation.status == ConversationStatus.OPEN
    assert [line["act"] for line in lines(conversation)] == ["resolved", "reopened"]


def test_finance_changes_nothing(conversation, fay):
    with pytest.raises(refusals.InternalRole):
        triage.close(conversation.pk, agent=fay, at=timezone.now())
