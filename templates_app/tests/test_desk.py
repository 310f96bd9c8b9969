"""The desk's verbs from a draft to an approved template, against Meta as the simulator plays it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.graph import graph_with
from accounts.models import Agent, AuditEntry, BusinessAccount, Workspace
from simulator import defaults
from templates_app import drafting, known, refusals, rules, submission, syncing
from templates_app.content import BUTTON_KINDS, ButtonContent, Content, DraftContent, NotEditable
from templates_app.models import (
    Draft,
    DraftState,
    Submission,
    SubmissionState,
    Template,
    TemplateEvent,
)
from templates_app.tests.drafts import draft, phone, reply, url
from templates_app.tests.test_rules import AT_THE_LIMIT, WRONG
from tests import world
from whatsapp.failures import GraphRefusal

pytestmark = pytest.mark.django_db
NOW = datetime.now(UTC)
# What we refuse and the simulator lets through: Meta's documents know these rules, the simulator does not.
OURS_ALONE = frozenset(
    {
        "variable_name", "braces", "sample_form", "sample_missing", "header_missing", "header_kind", "label_missing",
        "label_variables", "url_wrong", "url_long", "url_variable", "url_sample", "phone_wrong", "code_wrong",
        "button_kind", "minutes_wrong", "authentication_plain", "language_wrong",
    }
)  # fmt: skip


@pytest.fixture
def shop(meta: Any, workspace: Workspace) -> BusinessAccount:
    account = world.make_account(workspace, waba_id=defaults.WABA_ID, token=defaults.TOKEN)
    account.app.app_id, account.app.secret = defaults.APP_ID, defaults.APP_SECRET
    account.app.save(update_fields=["app_id", "secret"])
    return account


def written(whole: DraftContent) -> drafting.Written:
    return drafting.Written(
        name=whole.name, language=whole.language, category=whole.category, content=whole.content
    )


def begun(account: BusinessAccount, author: Agent, **over: Any) -> Draft:
    row = drafting.begin(account, author=author, language="en_US")
    return drafting.save(row.pk, written=written(draft(**over)), seen=1, author=author)


@pytest.fixture
def hand_in(django_capture_on_commit_callbacks: Any) -> Any:
    def go(row: Draft, by: Agent) -> Submission:
        with django_capture_on_commit_callbacks(execute=True):
            made = drafting.submit(row.pk, seen=row.version, by=by, at=datetime.now(UTC))
        made.refresh_from_db()
        row.refresh_from_db()
        return made

    return go


def refusal_of(meta: Any, whole: DraftContent) -> str:
    """The simulator's refusal, over the wire; empty if it takes the template."""
    meta.fresh_world()
    client = graph_with(defaults.TOKEN, app_secret=defaults.APP_SECRET)
    try:
        client.create_template(defaults.WABA_ID, whole.as_meta())
    except GraphRefusal as refusal:
        return str(refusal)
    return ""


@pytest.mark.parametrize(("over", "place", "rule"), WRONG)
def test_meta_refuses_what_we_refuse(meta: Any, over: dict[str, Any], place: str, rule: str):
    assert bool(refusal_of(meta, draft(**over))) or rule in OURS_ALONE


@pytest.mark.parametrize("over", AT_THE_LIMIT)
def test_meta_takes_what_we_let_through(meta: Any, over: dict[str, Any]):
    assert refusal_of(meta, draft(**over)) == ""


words = st.lists(
    st.sampled_from(
        ["Hello", "order", "{{1}}", "{{2}}", "{{name}}", "is", "ready", "now", ",", "{{3}}", "\n"]
    ),
    max_size=14,
).map(" ".join)
lines = st.sampled_from(["", "Yes", "Order {{1}}", "a" * 25, "a" * 61])
buttons = st.builds(
    ButtonContent,
    kind=st.sampled_from(BUTTON_KINDS),
    text=lines,
    url=st.sampled_from(["https://shop.example/", "https://shop.example/{{1}}", "shop"]),
    phone=st.sampled_from(["+78120000000", ""]),
    sample=st.sampled_from(["7", ""]),
)
drafts = st.builds(
    DraftContent,
    name=st.sampled_from(["order_ready", "Order", ""]),
    language=st.sampled_from(["en_US", "ru", "xx-x"]),
    category=st.sampled_from(["UTILITY", "MARKETING", "AUTHENTICATION"]),
    content=st.builds(
        Content,
        header_kind=st.sampled_from(["", "TEXT", "IMAGE", "LOCATION"]),
        header=lines,
        body=words,
        footer=lines,
        buttons=st.lists(buttons, max_size=4).map(tuple),
        samples=st.just(
            {"header.1": "7", **{f"body.{name}": "x" for name in ("1", "2", "3", "name")}}
        ),
        code_minutes=st.sampled_from([None, 10, 91]),
    ),
)


@settings(
    max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(whole=drafts)
def test_whatever_the_check_passes_meta_takes(meta: Any, whole: DraftContent):
    if not rules.refuses(rules.check(whole)):
        assert refusal_of(meta, whole) == ""


def test_our_warnings_are_what_meta_does_later(meta: Any):
    client = graph_with(defaults.TOKEN, app_secret=defaults.APP_SECRET)
    for text in ("Hello, a discount is here for you.", "Вам скидка на заказ в магазине."):
        whole = draft(name=f"n{abs(hash(text))}", body=text)
        assert {p.rule for p in rules.check(whole)} == {"promotional"}
        assert client.create_template(defaults.WABA_ID, whole.as_meta())["category"] == "MARKETING"


# --- drafts ------------------------------------------------------------------------------------------


def test_two_editors_never_overwrite_each_other(account: BusinessAccount, ada: Agent, cleo: Agent):
    row = drafting.begin(account, author=ada, language="ru")
    first = drafting.save(row.pk, written=written(draft(name="one")), seen=1, author=ada)
    assert (first.version, first.name) == (2, "one")
    with pytest.raises(refusals.Moved) as moved:
        drafting.save(row.pk, written=written(draft(name="two")), seen=1, author=cleo)
    assert moved.value.draft.author == ada
    row.refresh_from_db()
    assert (row.version, row.name) == (2, "one")


def test_saving_the_same_again_is_no_change(account: BusinessAccount, ada: Agent):
    row = begun(account, ada)
    assert (
        drafting.save(row.pk, written=written(draft()), seen=1, author=ada).version == row.version
    )


def test_an_empty_draft_is_taken_up_again(account: BusinessAccount, ada: Agent, cleo: Agent):
    first = drafting.begin(account, author=ada, language="ru")
    assert drafting.begin(account, author=ada, language="ru") == first
    assert drafting.begin(account, author=cleo, language="ru") != first


def test_a_copy_is_a_draft_of_its_own(account: BusinessAccount, ada: Agent):
    row = begun(account, ada, buttons=(reply(), url()))
    made = drafting.duplicate(row, author=ada)
    assert (made.name, made.whole.content) == ("order_ready_copy", row.whole.content)


def test_parts_that_the_editor_does_not_know_are_not_lost_but_refused(
    account: BusinessAccount, ada: Agent
):
    template = Template.objects.create(
        account=account, name="cards", language="ru", components=[{"type": "CAROUSEL", "cards": []}]
    )
    with pytest.raises(NotEditable, match="CAROUSEL"):
        drafting.copy(template, author=ada)
    assert not Draft.objects.exists()


# --- to Meta -----------------------------------------------------------------------------------------


def test_a_draft_becomes_a_template_in_review_and_is_approved_by_the_next_poll(
    shop: Any, ada: Agent, hand_in: Any
):
    row = begun(shop, ada, buttons=(url(), phone()))
    made = hand_in(row, ada)
    template = Template.objects.get()
    assert (made.state, made.meta_id, made.template) == ("accepted", template.meta_id, template)
    assert (row.state, row.template) == (DraftState.SUBMITTED, template)
    assert template.status == "PENDING"
    assert template.components == draft(buttons=(url(), phone())).components
    assert AuditEntry.objects.get().act == "template.submitted"
    syncing.sync(shop)
    template.refresh_from_db()
    assert template.status == "APPROVED"
    kinds = list(template.history.order_by("at", "pk").values_list("kind", "after", "source"))
    assert kinds == [("submitted", "PENDING", "person"), ("status", "APPROVED", "poll")]


def test_what_meta_would_refuse_is_not_handed_in(shop: Any, ada: Agent, hand_in: Any):
    row = begun(shop, ada, name="Bad name")
    with pytest.raises(refusals.NotReady):
        hand_in(row, ada)
    assert not Submission.objects.exists()


def test_an_old_version_is_not_handed_in(shop: Any, ada: Agent):
    row = begun(shop, ada)
    with pytest.raises(refusals.Moved):
        drafting.submit(row.pk, seen=1, by=ada, at=NOW)


def test_it_is_handed_in_once_however_often_one_presses(
    shop: Any, meta: Any, ada: Agent, hand_in: Any
):
    row = begun(shop, ada)
    made = hand_in(row, ada)
    submission.submit(made.pk)
    with pytest.raises(refusals.Moved):
        hand_in(row, ada)
    assert Submission.objects.count() == 1
    assert len([t for t in meta.world.templates.values() if t.name == "order_ready"]) == 1


def test_a_refusal_opens_the_draft_again_with_metas_words(shop: Any, ada: Agent, hand_in: Any):
    client = graph_with(defaults.TOKEN, app_secret=defaults.APP_SECRET)
    client.create_template(defaults.WABA_ID, draft().as_meta())  # elsewhere, and not synced yet
    row = begun(shop, ada)
    made = hand_in(row, ada)
    assert (made.state, row.state) == (SubmissionState.REFUSED, DraftState.DRAFT)
    assert made.answer["subcode"] == 2388024
    assert not Template.objects.exists()


def test_a_webhook_that_is_faster_than_the_answer_is_not_undone(
    shop: Any, ada: Agent, hand_in: Any
):
    row = begun(shop, ada)
    made = drafting.submit(row.pk, seen=row.version, by=ada, at=NOW)
    Submission.objects.filter(pk=made.pk).update(claimed_at=NOW)
    template = Template.objects.create(
        account=shop, name="order_ready", language="en_US", status="APPROVED", category="MARKETING"
    )
    TemplateEvent.objects.create(template=template, kind="status", after="APPROVED")
    submission._accepted(made.pk, {"id": "1", "status": "PENDING", "category": "UTILITY"})
    template.refresh_from_db()
    assert (template.status, template.category) == ("APPROVED", "MARKETING")
    assert template.asked_category == made.body["category"]
    assert template.components


def test_after_a_lost_answer_we_look_instead_of_sending_twice(
    shop: Any, meta: Any, ada: Agent, hand_in: Any
):
    client = graph_with(defaults.TOKEN, app_secret=defaults.APP_SECRET)
    row = begun(shop, ada)
    made = drafting.submit(row.pk, seen=row.version, by=ada, at=NOW)
    client.create_template(defaults.WABA_ID, row.whole.as_meta())  # it arrived, but we never heard
    submission._settle(made.pk, SubmissionState.UNKNOWN, {})
    submission.look(made.pk)
    made.refresh_from_db()
    assert made.state == SubmissionState.ACCEPTED
    assert Template.objects.get().meta_id == made.meta_id


def test_what_never_arrived_may_be_handed_in_again(shop: Any, ada: Agent, hand_in: Any):
    row = begun(shop, ada)
    made = drafting.submit(row.pk, seen=row.version, by=ada, at=NOW)
    submission._settle(made.pk, SubmissionState.UNKNOWN, {})
    submission.look(made.pk)
    row.refresh_from_db()
    assert row.state == DraftState.DRAFT
    assert hand_in(row, ada).state == SubmissionState.ACCEPTED


def test_rejected_corrected_resubmitted_approved(shop: Any, meta: Any, ada: Agent, hand_in: Any):
    row = begun(shop, ada, body="Please see https://bit.ly/abc for your order.", samples={})
    hand_in(row, ada)
    syncing.sync(shop)
    template = Template.objects.get()
    assert (template.status, template.rejected_reason) == ("REJECTED", "PROMOTIONAL")
    again = drafting.correct(template.pk, author=ada)
    assert drafting.correct(template.pk, author=ada) == again
    assert (again.reason, again.template, again.whole.content) == (
        "PROMOTIONAL",
        template,
        row.whole.content,
    )
    better = replace(again.whole.content, body="Please see https://shop.example/o for your order.")
    saved = drafting.save(
        again.pk,
        written=drafting.Written(name="other", language="ru", category="UTILITY", content=better),
        seen=again.version,
        author=ada,
    )
    assert (saved.name, saved.language) == ("order_ready", "en_US")  # Meta renames nothing
    assert hand_in(saved, ada).state == SubmissionState.ACCEPTED
    template.refresh_from_db()
    assert (template.status, template.rejected_reason) == ("PENDING", "")
    syncing.sync(shop)
    template.refresh_from_db()
    assert (template.status, Template.objects.count()) == ("APPROVED", 1)
    assert "shop.example" in template.components[0]["text"]


def test_an_approved_template_is_changed_once_a_day(shop: Any, ada: Agent, hand_in: Any):
    hand_in(begun(shop, ada), ada)
    syncing.sync(shop)
    template = Template.objects.get()
    first = drafting.correct(template.pk, author=ada)
    first = drafting.save(first.pk, written=written(draft(footer="Shop")), seen=1, author=ada)
    assert hand_in(first, ada).state == SubmissionState.ACCEPTED
    syncing.sync(shop)
    second = drafting.correct(template.pk, author=ada)
    second = drafting.save(second.pk, written=written(draft(footer="Our shop")), seen=1, author=ada)
    assert {p.rule for p in known.problems(second, at=datetime.now(UTC))} == {"edit_day"}


def test_a_deleted_template_keeps_its_row_and_blocks_its_name(
    shop: Any, meta: Any, ada: Agent, hand_in: Any
):
    hand_in(begun(shop, ada), ada)
    syncing.sync(shop)
    template = Template.objects.get()
    submission.delete(template)
    template.refresh_from_db()
    assert template.status == "DELETED"
    assert template.history.first().kind == "deleted"  # type: ignore[union-attr]
    row = begun(shop, ada)
    assert {p.rule for p in known.problems(row, at=datetime.now(UTC))} == {"name_blocked"}
    later = datetime.now(UTC) + timedelta(days=31)
    assert known.problems(row, at=later) == []


def test_a_sample_file_becomes_a_handle_that_meta_takes(shop: Any, ada: Agent, hand_in: Any):
    handle = submission.keep_sample(
        shop, BytesIO(b"\x89PNG\r\n"), size=6, mime="image/png", filename="coat.png"
    )
    row = begun(shop, ada, header_kind="IMAGE", header_handle=handle)
    assert hand_in(row, ada).state == SubmissionState.ACCEPTED


def test_an_unreachable_meta_leaves_the_draft_open(
    shop: Any, settings: Any, ada: Agent, hand_in: Any
):
    settings.GRAPH_URL = "http://127.0.0.1:1"
    row = begun(shop, ada)
    made = hand_in(row, ada)
    assert (made.state, made.answer["again"]) == (SubmissionState.REFUSED, True)
    assert row.state == DraftState.DRAFT


def test_twins_of_other_templates_are_found_in_the_database(shop: Any, ada: Agent, hand_in: Any):
    hand_in(begun(shop, ada), ada)
    row = begun(shop, ada, name="another")
    assert {p.rule for p in known.problems(row, at=NOW)} == {"body_twin"}


def test_what_no_worker_ever_took_can_be_handed_in_again(shop: Any, ada: Agent, hand_in: Any):
    row = begun(shop, ada)
    early = datetime.now(UTC) - timedelta(minutes=2)
    made = drafting.submit(row.pk, seen=row.version, by=ada, at=early)
    submission.look(made.pk)
    submission.submit(made.pk)  # the worker wakes up late, and must not send it
    row.refresh_from_db()
    assert row.state == DraftState.DRAFT
    assert not Template.objects.exists()
    assert hand_in(row, ada).state == SubmissionState.ACCEPTED
