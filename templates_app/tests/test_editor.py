"""The desk's pages: what a change answers with, who may do what, and what stands on a template's page."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from accounts.graph import graph_for
from accounts.models import Agent, AuditEntry, BusinessAccount, Workspace
from simulator import defaults
from templates_app import syncing
from templates_app.models import Draft, DraftState, SampleFile, Submission, Template
from templates_app.tests.drafts import BODY, SAMPLES, draft
from templates_app.tests.test_syncing import put
from tests import world

pytestmark = pytest.mark.django_db
HTMX: dict[str, Any] = {"headers": {"HX-Request": "true"}}


@pytest.fixture
def manager(client: Client, cleo: Agent) -> Client:
    client.force_login(cleo)
    return client


@pytest.fixture
def shop(meta: Any, workspace: Workspace) -> BusinessAccount:
    account = world.make_account(workspace, waba_id=defaults.WABA_ID, token=defaults.TOKEN)
    account.app.app_id, account.app.secret = defaults.APP_ID, defaults.APP_SECRET
    account.app.save(update_fields=["app_id", "secret"])
    return account


def fields(version: int = 1, **over: Any) -> dict[str, Any]:
    """What the editor posts."""
    samples = {f"sample:{key}": value for key, value in SAMPLES.items()}
    base = {
        "version": version,
        "name": "order_ready",
        "language": "en_US",
        "category": "UTILITY",
        "header_kind": "",
        "body": BODY,
        "code_minutes": "10",
        "security_line": "on",
    }
    return base | samples | over


def begun(client: Client) -> Draft:
    answer = client.post("/templates/drafts/new/")
    assert answer.status_code == 302
    return Draft.objects.latest("pk")


def write(client: Client, row: Draft, **over: Any) -> str:
    answer = client.post(f"/templates/drafts/{row.pk}/", fields(row.version, **over), **HTMX)
    assert answer.status_code == 200
    row.refresh_from_db()
    return answer.content.decode()


def test_a_change_is_saved_judged_and_shown_in_one_answer(
    manager: Client, account: BusinessAccount
):
    row = begun(manager)
    html = write(manager, row, name="Wrong Name", body="{{1}} is late")
    assert (row.name, row.version) == ("Wrong Name", 2)
    assert 'id="draft-version" value="2"' in html
    assert 'id="said-name"' in html
    assert "Only lower case Latin letters" in html
    assert "may not begin with a variable" in html
    assert "Maria is late" in html  # the preview has the sample
    assert 'id="samples-body"' in html  # {{2}} is gone, so its sample goes
    assert "things that Meta would refuse" in html


def test_the_samples_in_use_are_left_alone(manager: Client, account: BusinessAccount):
    row = begun(manager)
    assert 'id="samples-body"' not in write(manager, row)


def test_buttons_are_added_moved_and_removed(manager: Client, account: BusinessAccount):
    row = begun(manager)
    columns = {
        "button_kind": ["QUICK_REPLY", "URL"],
        "button_text": ["Yes", "Open"],
        "button_url": ["", "https://shop.example/"],
        "button_phone": ["", ""],
        "button_sample": ["", ""],
    }
    for act, expected in (
        ("save", ["QUICK_REPLY", "URL"]),
        ("down:0", ["URL", "QUICK_REPLY"]),
        ("add:COPY_CODE", ["QUICK_REPLY", "URL", "COPY_CODE"]),
        ("remove:0", ["URL"]),
        ("remove:7", ["QUICK_REPLY", "URL"]),
        ("add:CATALOG", ["QUICK_REPLY", "URL"]),
    ):
        write(manager, row, act=act, **columns)
        assert [button["kind"] for button in row.content["buttons"]] == expected


def test_a_name_that_would_break_an_address_breaks_no_page(
    manager: Client, account: BusinessAccount
):
    row = begun(manager)
    write(manager, row, name="sale/2026")
    row.refresh_from_db()
    assert row.name == "sale_2026"
    assert manager.get(f"/templates/drafts/{row.pk}/").status_code == 200


def test_without_javascript_the_editor_works_by_redirects(
    manager: Client, account: BusinessAccount
):
    row = begun(manager)
    answer = manager.post(f"/templates/drafts/{row.pk}/", fields(act="add:URL"))
    assert answer.status_code == 302
    page = manager.get(f"/templates/drafts/{row.pk}/").content.decode()
    assert 'value="order_ready"' in page
    assert "button_url" in page


def test_who_comes_second_is_told_and_overwrites_nothing(
    manager: Client, account: BusinessAccount, ada: Agent
):
    row = begun(manager)
    write(manager, row)
    second = Client()
    second.force_login(ada)
    answer = second.post(f"/templates/drafts/{row.pk}/", fields(1, name="other"), **HTMX)
    assert answer.status_code == 409
    assert "Cleo changed this draft meanwhile" in answer.content.decode()
    row.refresh_from_db()
    assert row.name == "order_ready"


def test_from_the_button_to_the_outcome(
    manager: Client, shop: BusinessAccount, django_capture_on_commit_callbacks: Any
):
    row = begun(manager)
    write(manager, row)
    path = f"/templates/drafts/{row.pk}/"
    asked = manager.post(path, fields(row.version, act="submit"), **HTMX)
    assert asked["HX-Redirect"] == f"{path}submit/"
    assert "minutes as a rule" in manager.get(f"{path}submit/").content.decode()
    with django_capture_on_commit_callbacks(execute=True):
        manager.post(f"{path}submit/", {"version": row.version})
    template = Template.objects.get()
    assert manager.get(f"{path}answer/", **HTMX)["HX-Redirect"] == path
    assert manager.get(path)["Location"] == f"/templates/{template.pk}/"
    page = manager.get(f"/templates/{template.pk}/").content.decode()
    assert "Submitted to Meta" in page
    assert f'id="template-pulse-{template.pk}"' in page  # what Meta says next is pushed there
    assert "<h2>Drafts</h2>" not in manager.get("/templates/").content.decode()


def test_a_refused_submission_is_explained_on_the_draft(
    manager: Client, shop: BusinessAccount, django_capture_on_commit_callbacks: Any, meta: Any
):
    graph_for(shop).create_template(shop.waba_id, draft().as_meta())
    row = begun(manager)
    write(manager, row)
    with django_capture_on_commit_callbacks(execute=True):
        manager.post(f"/templates/drafts/{row.pk}/submit/", {"version": row.version})
    page = manager.get(f"/templates/drafts/{row.pk}/").content.decode()
    assert "Meta did not take it." in page
    assert "A template with this name and language exists already" in page


def test_what_meta_would_refuse_cannot_be_submitted_even_by_hand(manager: Client, account: Any):
    row = begun(manager)
    answer = manager.post(f"/templates/drafts/{row.pk}/submit/", {"version": row.version})
    assert answer.status_code == 422
    assert not Submission.objects.exists()


def test_a_sample_is_uploaded_and_kept_while_its_kind_stays(manager: Client, shop: BusinessAccount):
    row = begun(manager)
    write(manager, row, header_kind="IMAGE")
    picture = SimpleUploadedFile("coat.png", b"\x89PNG\r\n\x1a\n", content_type="image/png")
    manager.post(f"/templates/drafts/{row.pk}/sample/", {"file": picture})
    row.refresh_from_db()
    assert row.content["header_handle"].startswith("4::")
    shown = f"/templates/samples/{SampleFile.objects.get().key}/"
    part = manager.get(shown, headers={"Range": "bytes=1-3"})  # as players ask for films
    assert (part.status_code, part["Content-Range"]) == (206, "bytes 1-3/8")
    assert part["Content-Type"] == "image/png"
    write(manager, row, header_kind="IMAGE", footer="Shop")
    assert row.content["header_filename"] == "coat.png"
    write(manager, row, header_kind="VIDEO")
    assert row.content["header_handle"] == ""


def test_a_file_of_the_wrong_kind_is_refused_in_words(manager: Client, account: BusinessAccount):
    row = begun(manager)
    write(manager, row, header_kind="IMAGE")
    text = SimpleUploadedFile("a.txt", b"words", content_type="text/plain")
    answer = manager.post(f"/templates/drafts/{row.pk}/sample/", {"file": text}, follow=True)
    assert "This file does not fit" in answer.content.decode()


def test_a_rejection_is_said_in_words_with_the_way_on(manager: Client, account: BusinessAccount):
    template = Template.objects.create(
        account=account,
        name="promo",
        language="ru",
        status="REJECTED",
        category="UTILITY",
        rejected_reason="SCAM",
        components=[{"type": "BODY", "text": "Пришлите номер карты сегодня."}],
    )
    page = manager.get(f"/templates/{template.pk}/").content.decode()
    assert "Meta takes it for fraud." in page
    assert "Correct and resubmit" in page
    answer = manager.post(f"/templates/{template.pk}/correct/", follow=True)
    editor = answer.content.decode()
    assert "Why Meta refused it:" in editor
    assert "Пришлите номер карты" in editor


def test_a_pause_says_when_it_ends(manager: Client, account: BusinessAccount):
    at = timezone.now()
    ends = at + timedelta(hours=3)
    template = Template.objects.create(
        account=account, name="a", language="ru", status="PAUSED", paused_until=ends
    )
    page = manager.get(f"/templates/{template.pk}/").content.decode()
    assert (at + timedelta(hours=3)).strftime("%Y-%m-%dT%H:%M") in page


def test_agents_read_only(client: Client, ana: Agent, account: BusinessAccount, cleo: Agent):
    client.force_login(ana)
    template = Template.objects.create(account=account, name="a", language="ru", status="REJECTED")
    row = Draft.objects.create(account=account, author=cleo, name="secret_plan")
    page = client.get("/templates/").content.decode()
    assert "New template" not in page
    assert "secret_plan" not in page
    assert "Correct and resubmit" not in client.get(f"/templates/{template.pk}/").content.decode()
    for path in (f"drafts/{row.pk}/", f"{template.pk}/delete/", "drafts/new/"):
        assert client.post(f"/templates/{path}").status_code == 403


def test_deleting_warns_deletes_and_is_written_down(
    manager: Client, shop: BusinessAccount, meta: Any
):
    put(meta, "old_news")
    syncing.sync(shop)
    template = Template.objects.get()
    assert "For 30 days" in manager.get(f"/templates/{template.pk}/delete/").content.decode()
    manager.post(f"/templates/{template.pk}/delete/")
    template.refresh_from_db()
    assert template.status == "DELETED"
    assert AuditEntry.objects.get().act == "template.deleted"
    assert all(t.deleted_at for t in meta.world.templates.values() if t.name == "old_news")


def test_a_draft_is_thrown_away_but_not_on_its_way(manager: Client, account: BusinessAccount):
    row = begun(manager)
    Draft.objects.filter(pk=row.pk).update(state=DraftState.SUBMITTED)
    manager.post(f"/templates/drafts/{row.pk}/discard/")
    assert Draft.objects.filter(pk=row.pk).exists()
    Draft.objects.filter(pk=row.pk).update(state=DraftState.DRAFT)
    manager.post(f"/templates/drafts/{row.pk}/discard/")
    assert not Draft.objects.filter(pk=row.pk).exists()


def test_authentication_has_a_form_of_its_own(manager: Client, account: BusinessAccount):
    row = begun(manager)
    html = write(manager, row, category="AUTHENTICATION", body="", code_minutes="95")
    assert "1 to 90 minutes" in html
    html = write(manager, row, category="AUTHENTICATION", body="", code_minutes="5")
    assert "*123456*" not in html
    assert "is your verification code" in html
    assert "expires in 5 minutes" in html


def test_a_keystroke_costs_few_queries(
    manager: Client, account: BusinessAccount, django_assert_max_num_queries: Any
):
    row = begun(manager)
    Template.objects.bulk_create(
        Template(account=account, name=f"n{n}", language="ru") for n in range(200)
    )
    with django_assert_max_num_queries(17):
        write(manager, row)


@pytest.mark.parametrize(
    "over",
    [
        {"body": "Dear {{" + "9" * 6000 + "}}, come to us today."},
        {"code_minutes": "9" * 6000, "category": "AUTHENTICATION"},
        {"version": "9" * 6000},
        {"act": "up:" + "9" * 6000, "button_kind": ["URL"]},
        {"sample:body.\x00": "x", "sample:" + "a" * 300: "y"},
        {"name": "\x00" * 30, "body": "a\x00b", "header_kind": "X" * 900, "category": "Y" * 900},
        {"button_kind": ["URL"] * 50, "button_url": ["https://[bad/{{1}}"]},
    ],
)
def test_nothing_that_is_posted_breaks_the_editor(
    manager: Client, account: Any, over: dict[str, Any]
):
    row = begun(manager)
    answer = manager.post(f"/templates/drafts/{row.pk}/", fields(1) | over, **HTMX)
    assert answer.status_code in (200, 409)
    assert manager.get(f"/templates/drafts/{row.pk}/").status_code == 200


def test_cards_move_with_their_words_their_samples_and_their_files(
    manager: Client, account: BusinessAccount
):
    row = begun(manager)
    cards = {
        "kind": "CAROUSEL",
        "category": "MARKETING",
        "card_kind": "IMAGE",
        "card_at": ["0", "1"],
        "card_body": ["First {{1}} card", "Second {{1}} card"],
        "sample:card.0.body.1": "one",
        "sample:card.1.body.1": "two",
        "source:card.1.body.1": "contact.name",
    }
    write(manager, row, **cards, act="cards-button:URL")
    assert [len(card["buttons"]) for card in row.content["cards"]] == [1, 1]
    html = write(
        manager, row, **cards, act="card-down:0",
        card_button_at=["0", "1"], card_button_kind=["URL", "URL"], card_button_text=["A", "B"],
    )  # fmt: skip
    found = row.content
    assert [card["body"] for card in found["cards"]] == ["Second {{1}} card", "First {{1}} card"]
    assert [card["buttons"][0]["text"] for card in found["cards"]] == ["B", "A"]
    assert found["samples"]["card.0.body.1"] == "two"
    assert found["sources"] == {"card.0.body.1": "contact.name"}
    assert 'id="draft-cards"' in html
    assert "Upload the picture" in html


def test_a_carousel_begins_with_two_cards_and_a_tap_with_one_app(
    manager: Client, account: BusinessAccount
):
    row = begun(manager)
    assert write(manager, row, kind="CAROUSEL").count('class="desk__card"') == 2
    html = write(manager, row, category="AUTHENTICATION", code_kind="ONE_TAP")
    assert 'name="app_package"' in html
    assert "Write the app’s package" in html


def test_variables_keep_from_where_they_are_filled_in(manager: Client, account: BusinessAccount):
    row = begun(manager)
    chosen = {
        "source:body.1": "contact.first_name",
        "source:body.2": "=",
        "constant:body.2": "soon",
    }
    write(manager, row, **chosen)
    assert row.content["sources"] == {"body.1": "contact.first_name", "body.2": "=soon"}
    page = manager.get(f"/templates/drafts/{row.pk}/").content.decode()
    assert '<option value="contact.first_name" selected>' in page
    assert 'value="soon"' in page


@pytest.mark.parametrize(
    ("size", "shown"), [("", "Maria"), ("short", "Ma"), ("long", "Константинопольская")]
)
def test_the_preview_shows_values_of_any_length(
    manager: Client, account: BusinessAccount, size: str, shown: str
):
    row = begun(manager)
    html = write(manager, row, size=size, body="Hello {{1}}, come to us today.")
    preview = html.split('id="draft-preview"')[1].split('id="draft-verdict"')[0]
    assert f"Hello {shown}" in preview.replace("Maria Конст", "Конст")


def test_a_picture_for_a_card_is_kept_and_shown(manager: Client, shop: BusinessAccount):
    row = begun(manager)
    write(manager, row, kind="CAROUSEL")
    file = SimpleUploadedFile("coat.png", b"\x89PNG\r\n\x1a\n", content_type="image/png")
    answer = manager.post(f"/templates/drafts/{row.pk}/sample/", {"card-1": file})
    assert answer["Location"].endswith("#card-1")
    row.refresh_from_db()
    kept = SampleFile.objects.get()
    assert [card["handle"] for card in row.content["cards"]] == ["", kept.handle]
    page = manager.get(f"/templates/drafts/{row.pk}/").content.decode()
    assert f"/templates/samples/{kept.key}/" in page
    shown = manager.get(f"/templates/samples/{kept.key}/")
    assert (shown["Content-Type"], b"".join(shown)) == ("image/png", b"\x89PNG\r\n\x1a\n")
