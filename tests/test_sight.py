"""What an agent with a narrower sight may open: every URL of a conversation or file, search and counts, one answer."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Agent, PhoneNumber, Team
from conversations import exporting, tasks, triage
from conversations.models import Conversation, Priority
from conversations.tests.pushes import Listener, RecordingLayer
from templates_app.models import Template
from tests import world
from tests.doors import URLS
from tests.test_rights import answers
from tests.things import things_of

STANDS = {  # of a conversation at Ana's number: its team, whose it is → which sights see it
    "mine": ("Shop", "Ana", {"all", "team", "own"}),
    "mine, no team": (None, "Ana", {"all", "team", "own"}),
    "the team's": ("Shop", None, {"all", "team"}),
    "a colleague's in the team": ("Shop", "Cleo", {"all", "team"}),
    "nobody's, no team": (None, None, {"all"}),
    "a colleague's, no team": (None, "Cleo", {"all"}),
    "another team's": ("Returns", None, set()),
}


@pytest.mark.parametrize("sight", ["all", "team", "own"])
@pytest.mark.parametrize("stands", STANDS)
def test_every_address_of_a_conversation_says_the_same(
    sight: str, stands: str, ana: Agent, cleo: Agent, ada: Agent, number: PhoneNumber,
    shop_team: Team, client: Client,
) -> None:  # fmt: skip
    things = things_of(ana.workspace, ada)
    team_name, assignee, sights = STANDS[stands]
    teams = {None: None, "Shop": shop_team, "Returns": world.make_team(ana.workspace, "Returns")}
    Conversation.objects.filter(pk=things["conversations:pk"]).update(
        number=number,
        team=teams[team_name],
        assignee={"Ana": ana, "Cleo": cleo}.get(assignee or ""),
    )
    template = Template.objects.filter(pk=things["conversations:template_id"])
    template.update(account=number.account)
    ana.sight = sight
    ana.save(update_fields=["sight"])
    client.force_login(ana)
    is_seen = sight in sights
    wrong: dict[str, Any] = {}
    for url in URLS:
        if url.namespace == "conversations" and {"pk", "key"} & set(url.arguments):
            found = answers(client, url.path(things)) if not is_seen else set()
            if is_seen:  # reading only: an act might move it out of sight
                found = {client.get(url.path(things)).status_code}
            if (404 in found) == is_seen:
                wrong[url.route] = found
    assert not wrong
    assert client.get("/inbox/counts/?status=any").json()["all"] == str(int(is_seen))
    listed = client.get("/inbox/?tab=all&status=any").content.decode()
    assert (f'id="conversation-{things["conversations:pk"]}"' in listed) == is_seen


@pytest.fixture
def recording(settings: Any) -> None:
    layer = f"{RecordingLayer.__module__}.RecordingLayer"
    settings.CHANNEL_LAYERS = {"default": {"BACKEND": layer}}
    RecordingLayer.sent.clear()


@pytest.mark.parametrize("sight", ["all", "team", "own"])
@pytest.mark.parametrize("stands", STANDS)
def test_what_is_pushed_found_and_exported_says_the_same(
    sight: str, stands: str, ana: Agent, cleo: Agent, ada: Agent, number: PhoneNumber, shop_team: Team,
    client: Client, recording: None, django_capture_on_commit_callbacks: Any,
) -> None:  # fmt: skip
    team_name, assignee, sights = STANDS[stands]
    teams = {None: None, "Shop": shop_team, "Returns": world.make_team(ana.workspace, "Returns")}
    ana.sight = sight
    ana.save(update_fields=["sight"])
    people = {"Ana": ana, "Cleo": cleo}
    thread = world.make_conversation(
        number, team=teams[team_name], assignee=people.get(assignee or "")
    )
    line = Listener(ana, thread.pk)
    with django_capture_on_commit_callbacks(execute=True):
        triage.set_priority(thread.pk, priority=Priority.HIGH, agent=ada, at=timezone.now())
    world.make_message(thread, "Is the zebra coat there?")
    client.force_login(ana)
    found = client.get("/inbox/search/?find=zebra", headers={"X-Requested-With": "fetch"})
    job = exporting.ask(
        agent=ana, subject="messages", kind="csv", query="tab=all&status=any", address=None
    )
    tasks.run_job(job.pk)
    job.refresh_from_db()
    told = {
        "pushed": any(f"conversation-{thread.pk}" in html for html in line.pushed()),
        "found": "zebra" in found.content.decode(),
        "exported": b"zebra" in job.file.open("rb").read(),
    }
    assert told == dict.fromkeys(told, sight in sights)
