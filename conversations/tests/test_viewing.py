"""Saved views: one's own and shared ones, their addresses, their counts."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Agent, PhoneNumber
from conversations import filters, listing, sorting, viewing
from conversations.listing import Filters
from conversations.models import SavedView
from tests import world

pytestmark = pytest.mark.django_db
URGENT = {"all": [["priority", "is", ["4"]]]}


def saved(client: Client, **over: Any) -> SavedView:
    said = {
        "name": "Urgent",
        "emoji": "🔥",
        "rules": filters.dump(filters.read(URGENT)),
        "sort": "window",
    }
    answer = client.post("/inbox/views/", said | over)
    assert answer.status_code == 302
    return SavedView.objects.latest("pk")


def test_a_view_keeps_what_the_list_was_asked_for(client: Client, ana: Agent, number: PhoneNumber):
    client.force_login(ana)
    world.make_conversation(number, priority=4, status="resolved")
    world.make_conversation(number)
    view = saved(client, shared="1")
    assert view.owner == ana  # an agent shares nothing
    page = client.get(f"/inbox/?view={view.pk}")
    assert (page.context["filters"].sort, len(page.context["rows"])) == ("window", 1)
    assert not page.context["view_is_changed"]
    assert client.get("/inbox/counts/").json()[f"view-{view.pk}"] == "1"
    changed = client.get(f"/inbox/?view={view.pk}&f=&sort=newest")
    assert changed.context["view_is_changed"]
    assert len(changed.context["rows"]) == 2


def test_tabs_and_states_become_rules_of_the_view(client: Client, ana: Agent):
    client.force_login(ana)
    rules = client.get("/inbox/?tab=mine&status=snoozed").context["saving_rules"]
    view = saved(client, rules=rules)
    assert view.rules == {"all": [["assignee", "is", ["me"]], ["status", "is", ["snoozed"]]]}
    assert not client.get(f"/inbox/?view={view.pk}").context["view_is_changed"]


def test_shared_views_are_everybodys_and_changed_by_managers(
    client: Client, ana: Agent, cleo: Agent
):
    client.force_login(cleo)
    view = saved(client, shared="1")
    own = saved(client, name="Cleo's")
    assert (view.owner, own.owner) == (None, cleo)
    client.force_login(ana)
    assert client.get(f"/inbox/?view={view.pk}").status_code == 200
    assert client.get(f"/inbox/?view={own.pk}").status_code == 404
    said = {"name": "Mine now", "rules": "", "sort": "newest"}
    assert client.post(f"/inbox/views/{view.pk}/", said).status_code == 403
    assert client.post(f"/inbox/views/{view.pk}/end/").status_code == 403
    assert client.post(f"/inbox/views/{view.pk}/place/", {"step": "up"}).status_code == 403
    client.post(f"/inbox/views/{view.pk}/copy/")
    copy = SavedView.objects.latest("pk")
    assert (copy.owner, copy.rules, copy.sort) == (ana, view.rules, "window")
    assert client.post(f"/inbox/views/{copy.pk}/", said).status_code == 302
    copy.refresh_from_db()
    assert (copy.name, copy.rules) == ("Mine now", {"all": []})


def test_views_change_places_and_go(client: Client, ana: Agent):
    client.force_login(ana)
    first, second = saved(client), saved(client, name="Second")
    client.post(f"/inbox/views/{second.pk}/place/", {"step": "up"})
    assert list(viewing.visible_to(ana)) == [second, first]
    client.post(f"/inbox/views/{first.pk}/end/")
    assert list(viewing.visible_to(ana)) == [second]


@pytest.mark.parametrize("bad", [{"name": " "}, {"rules": "{"}, {"emoji": "abc"}, {"sort": "wild"}])
def test_what_makes_no_view_is_said(client: Client, ana: Agent, bad: dict[str, str]):
    client.force_login(ana)
    client.post("/inbox/views/", {"name": "A", "rules": "", "sort": "newest"} | bad)
    assert not SavedView.objects.exists()
    assert 'class="toast toast--bad"' in client.get("/inbox/").content.decode()


def test_tabs_and_views_are_counted_by_one_statement(ana: Agent, number: PhoneNumber):
    world.make_conversation(number, priority=4)
    views = [
        SavedView.objects.create(workspace=ana.workspace, name=f"{n}", rules=rules)
        for n, rules in enumerate((URGENT, {}, {"all": [["priority", "is", ["1"]]]}, {"bad": 1}))
    ]
    with CaptureQueriesContext(
        connection,
    ) as queries:
        tabs, found = listing.counts(ana, Filters(), views)
    assert tabs == {"mine": 0, "unassigned": 1, "all": 1}
    assert list(found.values()) == [1, 1, 0]
    counting = [query for query in queries if "count(*)" in query["sql"]]
    assert len(counting) == 1


def test_the_order_is_remembered_by_person_and_by_view(
    client: Client, ana: Agent, cleo: Agent, number: PhoneNumber
):
    view = SavedView.objects.create(workspace=ana.workspace, name="V", rules={}, sort="oldest")
    orders = list(sorting.SORTS)

    def shown(address: str, **headers: str) -> str:
        page = client.get(address, headers=headers).content.decode()
        found = re.search(r'data-sort-index="(\d+)"', page)
        assert found
        return orders[int(found[1])]

    client.force_login(ana)
    assert shown("/inbox/?sort=waiting") == "waiting"  # a link that somebody sent
    assert shown("/inbox/") == "newest"
    assert shown("/inbox/?sort=waiting", HX_Request="true") == "waiting"
    assert shown("/inbox/?tab=all") == "waiting"
    assert shown(f"/inbox/?view={view.pk}") == "oldest"
    shown(f"/inbox/?view={view.pk}&sort=priority", HX_Request="true")
    assert shown(f"/inbox/?view={view.pk}") == "priority"
    page = client.get("/inbox/").content.decode()
    assert "sort=newest" in page  # the way back
    shown("/inbox/?sort=newest", HX_Request="true")
    assert shown("/inbox/") == "newest"
    client.force_login(cleo)
    assert shown(f"/inbox/?view={view.pk}") == "oldest"
