from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts import audit, preferences
from accounts.acts import ACTS
from accounts.models import Agent, AuditEntry, Role
from tests import world

PHONES = {"agent_phones": "full", "manager_phones": "full", "finance_phones": "last4"}


def test_what_an_agent_chooses_is_kept_and_a_new_language_reconnects(client, ana, closed):
    client.force_login(ana)
    form = {
        "name": "Ана",
        "language": "ru",
        "time_zone": "Europe/Moscow",
        "theme": "dark",
        "density": "compact",
        "undo_seconds": "10",
    }
    assert closed(ana, lambda: client.post("/settings/you/", form))
    ana.refresh_from_db()
    assert (ana.name, ana.language, ana.time_zone) == ("Ана", "ru", "Europe/Moscow")
    assert (ana.theme, ana.enter_sends, ana.undo_seconds) == ("dark", False, 10)
    assert 'data-theme="dark"' in client.get("/settings/you/").content.decode()


def test_one_choice_of_looks_leaves_the_others_and_nonsense_changes_nothing(client, ana, closed):
    client.force_login(ana)
    assert client.post("/settings/you/look/", {"density": "compact"}).status_code == 204
    assert client.post("/settings/you/look/", {"theme": "pink"}).status_code == 422
    assert client.post("/settings/you/look/", {"role": "administrator"}).status_code == 204
    ana.refresh_from_db()
    assert (ana.density, ana.theme, ana.role) == ("compact", "system", Role.AGENT)
    assert closed(ana, lambda: client.post("/settings/you/look/", {"language": "ru"}))


def test_the_theme_alone_disturbs_no_connection(ana, closed):
    same = {"name": ana.name, "language": ana.language, "time_zone": ana.time_zone}
    assert not closed(
        ana, lambda: preferences.change_own(ana.pk, theme="light", enter_sends=True, **same)
    )


@pytest.mark.parametrize(
    ("field", "value"), [("time_zone", "Mars/Olympus"), ("language", "xx"), ("name", "")]
)
def test_nonsense_is_refused_beside_its_field(client, ana, field, value):
    client.force_login(ana)
    form = {
        "name": "Ana",
        "language": "en",
        "time_zone": "UTC",
        "theme": "light",
        "density": "compact",
    }
    answer = client.post("/settings/you/", form | {field: value})
    assert answer.status_code == 422
    assert field in answer.context["form"].errors


def test_one_cannot_give_oneself_a_role(client, ana):
    client.force_login(ana)
    form = {
        "name": "Ana",
        "language": "en",
        "time_zone": "UTC",
        "theme": "light",
        "density": "compact",
    }
    client.post("/settings/you/", form | {"role": "administrator", "is_staff": "1"})
    assert Agent.objects.get(pk=ana.pk).role == Role.AGENT


def test_the_list_of_people_costs_the_same_for_two_and_for_twelve(
    admin, ada, number, shop_team, django_assert_num_queries
):
    admin.get("/settings/people/")
    with CaptureQueriesContext(
        connection,
    ) as few:
        admin.get("/settings/people/")
    for n in range(10):
        agent = world.make_agent(ada.workspace, f"Person {n}", email=f"p{n}@example.com")
        shop_team.members.add(agent)
        world.seat(agent, number, shop_team)
    with django_assert_num_queries(len(few)):
        page = admin.get("/settings/people/").content.decode()
    assert "Person 9" in page


@pytest.mark.parametrize(
    ("role", "shown", "hidden"),
    [
        (Role.AGENT, ["Profile"], ["People", "Audit log", "Numbers"]),
        (Role.FINANCE, ["Profile"], ["People", "Accounts"]),
        (Role.MANAGER, ["People", "Teams", "Numbers"], ["Audit log", "Accounts", "General"]),
        (Role.ADMINISTRATOR, ["People", "Accounts", "Audit log", "General"], []),
    ],
)
def test_the_menu_shows_what_the_role_may_open(client, workspace, role, shown, hidden):
    client.force_login(world.make_agent(workspace, "Vi", role))
    page = client.get("/settings/you/").content.decode()
    menu = page[page.index('class="side-menu"') : page.index("</nav>", page.index("side-menu"))]
    assert all(word in menu for word in shown)
    assert not any(word in menu for word in hidden)


def test_a_managers_page_of_a_person_has_seats_but_no_role(client, cleo, ana):
    client.force_login(cleo)
    page = client.get(f"/settings/people/{ana.pk}/").content.decode()
    assert "Save seats" in page
    assert "Save role" not in page
    assert "Deactivate" not in page


def test_last_seen_is_written_once_a_minute(client, ana, django_assert_max_num_queries):
    client.force_login(ana)
    client.get("/settings/you/")
    ana.refresh_from_db()
    first = ana.last_seen_at
    client.get("/settings/you/")
    ana.refresh_from_db()
    assert ana.last_seen_at == first
    Agent.objects.filter(pk=ana.pk).update(last_seen_at=first - timedelta(minutes=2))
    client.get("/settings/you/")
    ana.refresh_from_db()
    assert ana.last_seen_at > first


def test_the_log_is_read_by_person_act_and_day_a_page_at_a_time(admin, ada, cleo):
    for n in range(audit.PAGE + 5):
        audit.record(ada, "team.created", f"Team {n}", "203.0.113.9", size=n)
    old = audit.record(cleo, "number.changed", "Shop")
    AuditEntry.objects.filter(pk=old.pk).update(at=timezone.now() - timedelta(days=9))

    page = admin.get("/settings/log/")
    assert len(page.context["rows"]) == audit.PAGE
    older = admin.get(f"/settings/log/?{page.context['older']}")
    assert len(older.context["rows"]) == 6
    assert not older.context["older"]

    by_cleo = admin.get(f"/settings/log/?person={cleo.pk}")
    assert [entry.subject for entry, _words in by_cleo.context["rows"]] == ["Shop"]
    assert len(admin.get("/settings/log/?act=number.changed").context["rows"]) == 1
    until = (timezone.now() - timedelta(days=5)).date()
    assert len(admin.get(f"/settings/log/?until={until}").context["rows"]) == 1
    assert len(admin.get("/settings/log/?act=nonsense").context["rows"]) == audit.PAGE


@pytest.mark.parametrize("what", ["²", "9" * 40, "-1", ""])
def test_what_is_no_number_of_ours_is_passed_over(admin, ana, shop_team, what):
    for path, data in (
        (f"/settings/people/{ana.pk}/teams/", {"team": what}),
        (f"/settings/people/{ana.pk}/seats/", {"place": f"{what}:*"}),
        (f"/settings/teams/{shop_team.pk}/members/", {"agent": what}),
    ):
        assert admin.post(path, data).status_code == 302
    assert admin.get("/settings/held-back/", {"before": what}).status_code == 200


def test_the_log_of_another_company_is_not_shown(admin, dan):
    audit.record(dan, "team.created", "Secret team")
    assert "Secret team" not in admin.get("/settings/log/").content.decode()


def test_asking_for_a_second_step_ends_the_connections_of_those_without_one(ada, ana, closed):
    def change(*, requires_mfa: bool) -> None:
        preferences.change_workspace(
            name="Shop",
            language="en",
            time_zone="UTC",
            requires_mfa=requires_mfa,
            notices_show_text=False,
            shows_read=True,
            shows_typing=True,
            by=ada,
            **PHONES,
        )

    assert closed(ana, lambda: change(requires_mfa=True))
    assert not closed(ana, lambda: change(requires_mfa=False))


def test_the_workspaces_settings_are_written_down(admin, ada):
    form = {
        "name": "North",
        "language": "ru",
        "time_zone": "Europe/Moscow",
        "requires_mfa": "",
        "shows_read": "on",
    } | PHONES
    admin.post("/settings/workspace/", form)
    assert AuditEntry.objects.get(act="workspace.changed").details == {
        "name": "North",
        "language": "ru",
        "time_zone": "Europe/Moscow",
        "shows_typing": False,
    }


def test_an_administrator_who_steps_down_lands_on_a_page_they_may_see(admin, ada):
    world.make_agent(ada.workspace, "Eve", Role.ADMINISTRATOR)
    answer = admin.post(f"/settings/people/{ada.pk}/role/", {"role": "agent"}, follow=True)
    assert answer.status_code == 200
    assert answer.redirect_chain[-1][0] == "/settings/you/"


def test_the_last_administrator_is_told_why_nothing_changed(admin, ada):
    answer = admin.post(f"/settings/people/{ada.pk}/role/", {"role": "agent"}, follow=True)
    assert "last administrator" in answer.content.decode()
    assert Agent.objects.get(pk=ada.pk).role == Role.ADMINISTRATOR


def test_every_act_that_the_product_records_has_words():
    sources = Path(settings.BASE_DIR).glob("*/*.py")
    code = "".join(source.read_text() for source in sources if "tests" not in source.parts)
    named = set(re.findall(r'audit\.record\(\s*[\w.]+,\s*"([a-z_.]+)"', code))
    assert "team.created" in named
    assert named <= set(ACTS)


def test_a_number_says_whose_a_conversation_is_when_its_customer_comes_back(admin, number):
    page = f"/settings/numbers/{number.pk}/"
    assert "For all numbers: is handed out again" in admin.get(page).content.decode()
    said = {"label": number.label, "team": "", "coming_back": "keep"}
    assert admin.post(page, said).status_code == 302
    number.refresh_from_db()
    assert number.coming_back == "keep"
    assert AuditEntry.objects.get(act="number.changed").details["coming_back"] == "keep"
    assert admin.post(page, said | {"coming_back": "never"}).status_code == 422
    admin.post(page, said | {"coming_back": ""})
    number.refresh_from_db()
    assert number.coming_back == ""
