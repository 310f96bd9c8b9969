"""What Meta says of a template is on its row and in its history; told twice, it is written once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import BusinessAccount
from templates_app import approval
from templates_app.models import Template, TemplateEvent
from whatsapp.facts import (
    TemplateCategory,
    TemplateComponents,
    TemplateFact,
    TemplateQuality,
    TemplateStatus,
)


@pytest.fixture
def sale(account: BusinessAccount) -> Template:
    return Template.objects.create(
        account=account, meta_id="77", name="sale", language="en_US", category="UTILITY"
    )


def fact(kind: type[TemplateFact], account: BusinessAccount, **over: Any) -> Any:
    fields = {"template_id": "77", "name": "sale", "language": "en_US", "field": "f"}
    return kind(waba_id=account.waba_id, **fields | over)


def record(kind: type[TemplateFact], account: BusinessAccount, **over: Any) -> None:
    approval.record(fact(kind, account, **over), account=account)


def test_an_approval_makes_it_sendable(sale, account):
    record(TemplateStatus, account, event="APPROVED", category="MARKETING")
    sale.refresh_from_db()
    assert (sale.status, sale.category) == ("APPROVED", "MARKETING")
    assert list(Template.objects.sendable()) == [sale]
    event = TemplateEvent.objects.get()
    assert (event.kind, event.before, event.after) == ("status", "PENDING", "APPROVED")


def test_a_rejection_keeps_metas_reasons_until_it_is_approved(sale, account):
    over = {"reason": "PROMOTIONAL", "note_title": "Title", "note": "Too loud"}
    record(TemplateStatus, account, event="REJECTED", **over)
    sale.refresh_from_db()
    assert (sale.status, sale.rejected_reason) == ("REJECTED", "PROMOTIONAL")
    assert sale.rejection_note == "Title\nToo loud"
    record(TemplateStatus, account, event="APPROVED", reason="NONE")
    sale.refresh_from_db()
    assert (sale.status, sale.rejected_reason, sale.rejection_note) == ("APPROVED", "", "")


def test_a_warning_does_not_stop_a_template(sale, account):
    record(TemplateStatus, account, event="APPROVED")
    record(TemplateStatus, account, event="FLAGGED")
    sale.refresh_from_db()
    assert sale.status == "APPROVED"
    assert TemplateEvent.objects.count() == 2


def test_told_twice_it_is_written_once(sale, account, workspace):
    for _again in range(3):
        record(TemplateStatus, account, event="PAUSED", note_title="FIRST_PAUSE")
        record(TemplateQuality, account, previous="GREEN", current="YELLOW")
    assert TemplateEvent.objects.count() == 2
    workspace.refresh_from_db()
    assert workspace.last_seq == 4  # each with its alert


def test_a_template_that_we_do_not_know_is_made(account):
    record(TemplateStatus, account, event="APPROVED", template_id="88", name="new")
    template = Template.objects.get(name="new")
    assert (template.meta_id, template.status) == ("88", "APPROVED")


def test_one_that_was_made_anew_is_found_by_its_name(sale, account):
    record(TemplateStatus, account, event="APPROVED", template_id="99")
    sale.refresh_from_db()
    assert (sale.meta_id, sale.status) == ("99", "APPROVED")
    assert Template.objects.count() == 1


def test_a_category_moves_and_a_coming_move_is_noted(sale, account):
    record(TemplateCategory, account, current="UTILITY", upcoming="MARKETING")
    sale.refresh_from_db()
    assert sale.category == "UTILITY"
    record(TemplateCategory, account, previous="UTILITY", current="MARKETING")
    sale.refresh_from_db()
    assert sale.category == "MARKETING"
    assert [e.kind for e in TemplateEvent.objects.order_by("pk")] == ["category_due", "category"]


def test_new_words_keep_what_meta_did_not_tell(sale, account):
    sale.components = [{"type": "BODY", "text": "old", "example": {}}, {"type": "BUTTONS"}]
    sale.save(update_fields=["components"])
    record(TemplateComponents, account, body="new", title="Title")
    sale.refresh_from_db()
    assert sale.components == [
        {"type": "HEADER", "format": "TEXT", "text": "Title"},
        {"type": "BODY", "text": "new", "example": {}},
        {"type": "BUTTONS"},
    ]


# --- twice, late, out of order ------------------------------------------------------------------------

EARLY = datetime(2026, 11, 20, 10, tzinfo=UTC)
STORY: list[tuple[type[TemplateFact], dict[str, Any]]] = [
    (TemplateStatus, {"event": "PENDING"}),
    (TemplateStatus, {"event": "APPROVED", "category": "UTILITY"}),
    (TemplateQuality, {"previous": "UNKNOWN", "current": "GREEN"}),
    (TemplateCategory, {"current": "UTILITY", "upcoming": "MARKETING", "changes_at": EARLY}),
    (TemplateQuality, {"previous": "GREEN", "current": "RED"}),
    (TemplateStatus, {"event": "PAUSED", "note_title": "FIRST_PAUSE"}),
    (TemplateCategory, {"previous": "UTILITY", "current": "MARKETING"}),
    (TemplateComponents, {"body": "first"}),
    (TemplateStatus, {"event": "APPROVED", "note_title": "UNPAUSED", "category": "MARKETING"}),
    (TemplateComponents, {"body": "second"}),
]


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(order=st.permutations(range(len(STORY))), again=st.lists(st.sampled_from(range(len(STORY)))))
def test_in_any_order_and_any_number_of_times_it_ends_the_same(account, order, again):
    Template.objects.all().delete()
    for position in [*order, *again]:
        kind, over = STORY[position]
        record(kind, account, **over, told_at=EARLY + timedelta(minutes=position))
    template = Template.objects.get()
    assert (template.status, template.category, template.quality) == (
        "APPROVED",
        "MARKETING",
        "RED",
    )
    assert (template.category_due, template.paused_until) == ("", None)
    assert template.components == [{"type": "BODY", "text": "second"}]
    assert TemplateEvent.objects.count() == len(STORY)
    told = list(TemplateEvent.objects.order_by("at").values_list("after", flat=True))
    assert told[0] == "PENDING"


def test_what_comes_late_is_kept_and_moves_nothing(sale, account):
    record(TemplateStatus, account, event="APPROVED", told_at=EARLY)
    record(TemplateStatus, account, event="REJECTED", told_at=EARLY - timedelta(minutes=1))
    sale.refresh_from_db()
    assert (sale.status, sale.rejected_reason) == ("APPROVED", "")
    assert TemplateEvent.objects.get(after="REJECTED").is_late


def test_the_end_of_one_is_not_the_end_of_its_heir(sale, account):
    record(TemplateStatus, account, event="DELETED", told_at=EARLY)
    record(TemplateStatus, account, event="PENDING", template_id="99", told_at=EARLY + timedelta(1))
    record(TemplateStatus, account, event="DELETED", told_at=EARLY + timedelta(2))  # of 77, again
    sale.refresh_from_db()
    assert (sale.meta_id, sale.former_ids, sale.status) == ("99", ["77"], "PENDING")


def test_a_pause_knows_its_end_and_a_clock_that_runs_ahead_is_not_believed(sale, account):
    record(
        TemplateStatus,
        account,
        event="PAUSED",
        note_title="SECOND_PAUSE",
        told_at=datetime.now(UTC) + timedelta(days=2),
    )
    sale.refresh_from_db()
    assert sale.paused_until - datetime.now(UTC) <= timedelta(hours=6)


def test_a_category_that_will_change_counts_down(sale, account):
    at = datetime.now(UTC) + timedelta(hours=24)
    record(TemplateCategory, account, current="UTILITY", upcoming="MARKETING", changes_at=at)
    sale.refresh_from_db()
    assert (sale.category, sale.category_due, sale.category_due_at) == ("UTILITY", "MARKETING", at)
