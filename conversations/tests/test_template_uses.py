"""Before a template is changed or deleted, the desk says who counts on it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Agent, Role
from conversations.models import Job, JobKind, JobState, Scheduled
from conversations.tests.test_views import make_template
from templates_app import planning, usage
from tests import world

pytestmark = pytest.mark.django_db


def test_the_calendar_says_by_when_a_change_must_go_to_meta_for_what_goes_out_later(
    conversation: Any, ana: Agent
) -> None:
    template = make_template(conversation.number.account, "hello", "Hello")
    due = timezone.localtime() + timedelta(days=3)
    rows = {"conversation": conversation, "author": ana, "template": template}
    for hours in (0, 0, 24):
        Scheduled.objects.create(**rows, due_at=due + timedelta(hours=hours))
    Scheduled.objects.create(**rows, due_at=due, problem="gone")
    Scheduled.objects.create(**rows | {"template": None, "text": "Hi"}, due_at=due)
    instead = {"template": None, "text": "Hi", "fallback": template}
    Scheduled.objects.create(**rows | instead, due_at=due + timedelta(hours=48))
    first, second, instead_use = planning.planned_uses(ana.workspace, at=timezone.now())
    assert (first.at, first.count, first.can_go) == (due, 2, True)
    assert (second.count, second.lateness) == (1, "in time")
    assert (instead_use.template, instead_use.count) == (template, 1)
    assert due - first.submit_by >= timedelta(hours=24)  # Meta's review, until there are own times

    client = Client()
    client.force_login(world.make_agent(ana.workspace, "Cleo", Role.MANAGER))
    calendar = client.get("/templates/calendar/").content.decode()
    assert "2 messages go out" in calendar
    assert "change it by" in calendar
    assert "A change of it: submit by" in client.get(f"/templates/{template.pk}/").content.decode()
    template.status, template.paused_until = "PAUSED", due + timedelta(hours=1)
    template.save(update_fields=["status", "paused_until"])
    found = planning.planned_uses(ana.workspace, at=timezone.now(), template=template)
    assert [use.can_go for use in found] == [False, True, True]  # over by the second
    late = planning.planned_uses(ana.workspace, at=due - timedelta(hours=1))
    assert [use.lateness for use in late] == ["late", "in time", "in time"]
    assert "Paused · submit by" in client.get("/templates/calendar/").content.decode()


def test_what_waits_for_a_template_is_told_where_it_is_changed_or_deleted(
    conversation: Any, ana: Agent
) -> None:
    template = make_template(conversation.number.account, "hello", "Hello")
    assert usage.of(template) == []
    later = {
        "conversation": conversation,
        "author": ana,
        "due_at": timezone.now() + timedelta(days=1),
    }
    for _n in range(7):
        Scheduled.objects.create(**later, template=template)
    Scheduled.objects.create(**later, text="Hi", fallback=template)
    for state in (JobState.RUNNING, JobState.DONE):
        request = {"act": "message", "what": {"template": template.pk}}
        Job.objects.create(
            workspace=ana.workspace, owner=ana, kind=JobKind.BULK, state=state, request=request
        )
    world.make_message(conversation, direction="out", status="queued", template=template)
    world.make_message(conversation, direction="out", status="read", template=template)
    found = usage.of(template)
    assert [use.count for use in found] == [7, 1, 1, 1]
    assert (len(found[0].some), found[0].more) == (5, 2)

    client = Client()
    client.force_login(world.make_agent(ana.workspace, "Cleo", Role.MANAGER))
    for address in ("", "delete/"):
        page = client.get(f"/templates/{template.pk}/{address}").content.decode()
        assert "Goes out later: 7" in page
