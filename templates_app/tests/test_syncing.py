"""The poll of templates, against Meta as the simulator plays it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.graph import graph_for
from accounts.models import BusinessAccount, Role, Workspace
from simulator import defaults
from simulator.faults import Fault
from simulator.models import Template as MetaTemplate
from templates_app import drafting, drifting, syncing, tasks
from templates_app.models import Template, TemplateEvent, TemplateState, TemplateSync
from tests import world

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop_account(meta: Any, workspace: Workspace) -> BusinessAccount:
    account = world.make_account(workspace, waba_id=defaults.WABA_ID, token=defaults.TOKEN)
    account.app.secret = defaults.APP_SECRET
    account.app.save(update_fields=["secret"])
    return account


def put(meta: Any, name: str = "order_ready", language: str = "en_US", **over: Any) -> MetaTemplate:
    fields: dict[str, Any] = {
        "id": meta.world.new_id(),
        "waba_id": defaults.WABA_ID,
        "name": name,
        "language": language,
        "category": "UTILITY",
        "components": [{"type": "BODY", "text": "Ready."}],
    }
    template = MetaTemplate(**fields | over)
    meta.world.templates.keep(template)
    return template


def history(template: Template) -> list[tuple[str, str, str]]:
    return [(e.kind, e.before, e.after) for e in template.history.order_by("pk")]


def test_all_pages_are_read_and_each_template_gets_its_first_line_of_history(meta, shop_account):
    for n in range(130):
        put(meta, f"name_{n}")
    found = syncing.sync(shop_account)
    assert (found.seen, found.created, found.problem) == (130, 130, "")
    assert Template.objects.count() == 130
    assert history(Template.objects.get(name="name_7")) == [("status", "", "APPROVED")]
    shop_account.refresh_from_db()
    assert shop_account.templates_synced_at


def test_a_second_poll_of_the_same_changes_nothing(meta, shop_account):
    put(meta)
    syncing.sync(shop_account)
    assert syncing.sync(shop_account) == syncing.Synced(seen=1)
    assert TemplateEvent.objects.count() == 1


def test_a_change_at_meta_is_written_with_what_it_was_before(meta, shop_account):
    theirs = put(meta)
    syncing.sync(shop_account)
    meta.world.templates.keep(replace(theirs, status="PAUSED", quality="RED", category="MARKETING"))
    assert syncing.sync(shop_account).changed == 1
    template = Template.objects.get()
    assert (template.status, template.quality) == (TemplateState.PAUSED, "RED")
    assert set(history(template)[1:]) == {
        ("status", "APPROVED", "PAUSED"),
        ("quality", "UNKNOWN", "RED"),
        ("category", "UTILITY", "MARKETING"),
    }
    assert {event.source for event in template.history.all()} == {"poll"}


def test_what_is_gone_at_meta_stays_here_marked_deleted(meta, shop_account):
    theirs = put(meta)
    put(meta, language="ru")
    syncing.sync(shop_account)
    meta.world.templates.drop(theirs.id)
    assert syncing.sync(shop_account).deleted == 1
    assert syncing.sync(shop_account).deleted == 0
    gone = Template.objects.get(language="en_US")
    assert gone.status == TemplateState.DELETED
    assert Template.objects.get(language="ru").status == TemplateState.APPROVED


def test_a_template_made_anew_under_its_name_is_the_same_row_with_a_new_id(meta, shop_account):
    first = put(meta)
    syncing.sync(shop_account)
    row = Template.objects.get()
    meta.world.templates.drop(first.id)
    second = put(meta)
    syncing.sync(shop_account)
    row.refresh_from_db()
    assert (Template.objects.count(), row.meta_id) == (1, second.id)


def test_a_dead_token_is_noted_and_deletes_nothing(meta, shop_account):
    put(meta)
    syncing.sync(shop_account)
    shop_account.token = "expired"
    shop_account.save(update_fields=["token"])
    assert syncing.sync(shop_account).problem
    shop_account.refresh_from_db()
    assert shop_account.token_problem
    assert Template.objects.get().status == TemplateState.APPROVED


def test_trouble_at_meta_is_not_taken_for_an_empty_list(meta, shop_account):
    put(meta)
    syncing.sync(shop_account)
    meta.faults.switch_on(Fault(name="error_500"))
    assert syncing.sync(shop_account).problem
    shop_account.refresh_from_db()
    assert shop_account.token_problem == ""
    assert Template.objects.get().status == TemplateState.APPROVED


def test_the_clock_syncs_every_account(meta, shop_account):
    put(meta)
    tasks.sync_all()
    assert Template.objects.get().account == shop_account


def test_one_that_stopped_goes_on_where_it_was(meta, shop_account):
    for n in range(230):
        put(meta, f"name_{n:03d}")
    client = graph_for(shop_account)
    run = syncing._begin(shop_account, at=timezone.now())
    assert run is not None
    found, after = client.template_page(shop_account.waba_id)
    syncing._store(shop_account, run, found, after=after)
    assert syncing.sync(shop_account).is_running  # somebody is at it
    meta.faults.switch_on(Fault(name="error_500"))
    run.problem = "the line broke"
    run.save(update_fields=["problem"])
    assert syncing.sync(shop_account).problem
    assert (Template.objects.count(), TemplateSync.objects.get().seen) == (100, 100)
    meta.faults.clear(seed=1)
    whole = syncing.sync(shop_account)
    assert (whole.seen, whole.created, whole.deleted) == (230, 230, 0)


def test_what_a_webhook_said_while_the_pages_came_stays(meta, shop_account):
    put(meta)
    syncing.sync(shop_account)
    told = timezone.now() + timedelta(minutes=1)
    Template.objects.update(status="PAUSED", status_at=told)
    assert syncing.sync(shop_account).changed == 0
    assert Template.objects.get().status == "PAUSED"


def body(text: str) -> list[dict[str, Any]]:
    return [{"type": "BODY", "text": text, "example": {"body_text": [["Maria"]]}}]


def test_words_that_were_changed_elsewhere_are_shown_beside_ours(meta, shop_account):
    theirs = put(meta, components=body("Hello {{1}}, come in."))
    syncing.sync(shop_account)
    row = Template.objects.get()
    assert (row.ours, row.drifted_at) == (None, None)  # made elsewhere: there is nothing of ours
    row.ours = drifting.snapshot(row.components, "POSITIONAL")
    row.save(update_fields=["ours"])

    meta.world.templates.keep(replace(theirs, components=body("Hello {{1}}, stay out.")))
    syncing.sync(shop_account)
    row.refresh_from_db()
    assert row.drifted_at is not None
    (found,) = row.drift
    assert (found.place, [r.text for r in found.runs if r.kind == "new"]) == (
        "body",
        ["stay", "out"],
    )

    cleo = world.make_agent(shop_account.workspace, "Cleo", Role.MANAGER)
    draft = drafting.restore(row.pk, author=cleo)
    assert draft.whole.content.body == "Hello {{1}}, come in."
    drafting.take_theirs(row.pk, by=cleo, at=timezone.now())
    taken = Template.objects.get()
    assert (taken.drifted_at, len(taken.drift)) == (None, 0)
    assert taken.history.filter(kind="theirs_taken").count() == 1
    syncing.sync(shop_account)
    assert Template.objects.get().drifted_at is None


def test_a_category_that_is_not_the_one_asked_for_is_shown_until_it_is_ours(
    meta, shop_account, client
):
    theirs = put(meta, components=body("Hello {{1}}, come in."), category="UTILITY")
    syncing.sync(shop_account)
    Template.objects.update(asked_category="UTILITY")
    assert not Template.objects.drifted().exists()
    meta.world.templates.keep(replace(theirs, category="MARKETING"))
    syncing.sync(shop_account)
    row = Template.objects.drifted().get()
    moved = row.history.get(kind="category", after="MARKETING")
    assert (row.is_recategorised, row.recategorised_at) == (True, moved.at)

    cleo = world.make_agent(shop_account.workspace, "Cleo", Role.MANAGER)
    client.force_login(cleo)
    page = client.get(f"/templates/{row.pk}/").content.decode()
    assert "<del>Utility</del> <ins>Marketing</ins>" in page
    assert f"/billing/templates/{row.pk}/move/?since=asked" in page
    listed = client.get("/templates/list/?state=drifted").content.decode()
    assert "Asked for as “Utility”" in listed
    client.post(f"/templates/{row.pk}/drift/", {"take": "category"})
    assert not Template.objects.drifted().exists()
    assert row.history.get(kind="category_taken").note == "Cleo"
    assert "<del>Utility</del>" not in client.get(f"/templates/{row.pk}/").content.decode()


@pytest.mark.parametrize(
    ("ours", "theirs", "places"),
    [
        ([], [], []),
        ([{"type": "BODY", "text": "Hello  \n you "}], [{"type": "BODY", "text": "Hello\nyou"}], []),
        (body("Hi {{1}}."), [{"type": "BODY", "text": "Hi {{1}}."}], []),
        ([{"type": "HEADER", "format": "IMAGE", "example": {"header_handle": ["4::a"]}}],
         [{"type": "HEADER", "format": "IMAGE", "example": {"header_handle": ["https://x"]}}], []),
        ([{"type": "FOOTER", "text": "Bye"}], [{"type": "HEADER", "format": "TEXT", "text": "Hi"}],
         ["header", "footer"]),
        ([{"type": "BUTTONS", "buttons": [{"type": "PHONE_NUMBER", "text": "Call", "phone_number": "+7 812"}]}],
         [{"type": "BUTTONS", "buttons": [{"type": "PHONE_NUMBER", "text": "Call", "phone_number": "+7812"}]}], []),
        ([{"type": "BUTTONS", "buttons": [{"type": "QUICK_REPLY", "text": "Yes"}]}], [], ["buttons"]),
    ],
)  # fmt: skip
def test_only_what_people_read_makes_a_difference(ours, theirs, places):
    found = drifting.differences(
        drifting.snapshot(ours, "POSITIONAL"), drifting.snapshot(theirs, "POSITIONAL")
    )
    assert [one.place for one in found] == places
