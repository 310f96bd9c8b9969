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
from templates_app import usage
from tests import world

pytestmark = pytest.mark.django_db


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
