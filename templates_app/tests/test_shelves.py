"""Scenarios that Meta takes as they stand, versions compared, languages side by side."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import Agent, BusinessAccount
from templates_app import components, differing, families, library, rules
from templates_app.models import Draft, Template
from templates_app.tests.drafts import draft

texts = st.lists(st.sampled_from(["a", "b", "{{1}}", " ", "\n", ",", "слово"]), max_size=20).map(
    "".join
)


@pytest.mark.parametrize("language", ["ru", "en_US"])
@pytest.mark.parametrize("scenario", library.SCENARIOS, ids=lambda s: s.key)
def test_a_scenario_is_ready_as_it_stands(scenario: library.Scenario, language: str):
    whole = scenario.draft(language)
    found = [p for p in rules.check(whole) if p.severity is not rules.Severity.NOTE]
    assert found == []
    layout = components.read(whole.components)
    assert components.missing(layout, components.examples(layout)) == ()


def test_all_scenarios_of_the_article_are_there():
    assert len(library.BY_KEY) == len(library.SCENARIOS) == 16


@given(before=texts, after=texts)
def test_a_difference_holds_both_texts(before: str, after: str):
    runs = list(differing.runs(before, after))
    assert "".join(r.text for r in runs if r.kind != "new") == before
    assert "".join(r.text for r in runs if r.kind != "gone") == after


def test_only_what_differs_is_told():
    found = differing.between(draft(), draft(footer="Shop", name="other"))
    assert [one.place for one in found] == ["name", "footer"]
    assert differing.between(draft(), draft()) == []


@pytest.mark.django_db
def test_from_the_shelf_to_a_draft_and_its_versions(
    client: Client, account: BusinessAccount, cleo: Agent
):
    client.force_login(cleo)
    assert "Забытая корзина" in client.get("/templates/library/?language=ru").content.decode()
    client.post("/templates/library/", {"scenario": "abandoned_basket", "language": "ru"})
    row = Draft.objects.get()
    assert (row.name, row.language, row.category) == ("abandoned_basket", "ru", "MARKETING")
    page = client.get(f"/templates/drafts/{row.pk}/versions/").content.decode()
    assert cleo.name in page
    assert client.post("/templates/library/", {"scenario": "none"}).status_code == 404


@pytest.mark.django_db
def test_languages_stand_side_by_side(client: Client, account: BusinessAccount, cleo: Agent):
    fields: Any = {"account": account, "name": "sale", "status": "APPROVED", "category": "UTILITY"}
    Template.objects.create(
        **fields,
        language="en",
        components=[{"type": "BODY", "text": "Hello {{1}} you"}, {"type": "FOOTER", "text": "x"}],
    )
    Template.objects.create(
        **fields, language="ru", components=[{"type": "BODY", "text": "Привет"}]
    )
    found = families.of(account.workspace, account_id=account.pk, name="sale")
    assert [(m.language, m.lacks) for m in found.members] == [
        ("en", ()),
        ("ru", ("footer", "{{1}}")),
    ]
    client.force_login(cleo)
    path = f"/templates/languages/{account.pk}/sale/"
    assert client.get(path).status_code == 200
    client.post(f"{path}add/", {"language": "de"})
    assert Draft.objects.get().whole.content.body == "Hello {{1}} you"
    client.post(f"{path}add/", {"language": "ru"})
    assert Draft.objects.count() == 1
