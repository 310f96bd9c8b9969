"""What an agent with a narrower sight may open: every URL of a conversation or file, search and counts, one answer."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from accounts.models import Agent, PhoneNumber, Team
from conversations.models import Conversation
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
