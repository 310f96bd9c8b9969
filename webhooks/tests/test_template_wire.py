"""Each webhook that tells of a template moves exactly what it should: also twice, late, and under the wrong name."""

from __future__ import annotations

import hashlib
import itertools
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from accounts.models import BusinessAccount
from templates_app.models import Template, TemplateEvent
from webhooks import draining
from webhooks.models import Envelope, Quarantined

pytestmark = pytest.mark.django_db
NOW = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=1)
KNOWN = NOW - timedelta(days=1)
_nonce = itertools.count()
NAMED = {
    "message_template_id": 77,
    "message_template_name": "sale",
    "message_template_language": "en-US",  # as Meta's samples have it
}
WATCHED = (
    "status", "quality", "category", "components", "rejected_reason", "rejection_note", "category_due",
    "category_due_at", "paused_until", "meta_id", "former_ids", "name", "language", "drifted_at",
)  # fmt: skip
WORDS = [{"type": "BODY", "text": "Old {{1}}.", "example": {"body_text": [["Maria"]]}}]


@pytest.fixture
def sale(account: BusinessAccount) -> Template:
    clocks = dict.fromkeys(("status_at", "quality_at", "category_at", "components_at"), KNOWN)
    return Template.objects.create(
        account=account, meta_id="77", name="sale", language="en_US", category="UTILITY", status="APPROVED",
        quality="GREEN", components=WORDS, **clocks,
    )  # fmt: skip


def tell(account: BusinessAccount, field: str, value: dict[str, Any], *, at: datetime) -> None:
    """One POST of Meta's, through the whole intake."""
    change = {"field": field, "value": NAMED | value}
    entry = {"id": account.waba_id, "time": int(at.timestamp()), "changes": [change]}
    said = {"object": "whatsapp_business_account", "entry": [entry], "nonce": next(_nonce)}
    body = json.dumps(said).encode()
    digest = hashlib.sha256(body).digest()
    Envelope.objects.create(app=account.app, digest=digest, body=body)
    draining.drain()


def stand() -> dict[str, Any]:
    found: dict[str, Any] = Template.objects.values(*WATCHED).get()
    return found


STATUS, QUALITY = "message_template_status_update", "message_template_quality_update"
WORDING, CATEGORY = "message_template_components_update", "template_category_update"
DUE = NOW + timedelta(hours=24)
CASES: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    (STATUS, {"event": "PENDING", "reason": "NONE"}, {"status": "PENDING"}),
    (STATUS, {"event": "REJECTED", "reason": "PROMOTIONAL",
              "rejection_info": {"reason": "Too loud", "recommendation": "Be calm"}},
     {"status": "REJECTED", "rejected_reason": "PROMOTIONAL", "rejection_note": "Too loud\nBe calm"}),
    (STATUS, {"event": "PAUSED", "reason": "NONE", "other_info": {"title": "FIRST_PAUSE", "description": "x"}},
     {"status": "PAUSED", "paused_until": NOW + timedelta(hours=3)}),
    (STATUS, {"event": "PAUSED", "reason": None, "other_info": {"title": "SECOND_PAUSE"}},
     {"status": "PAUSED", "paused_until": NOW + timedelta(hours=6)}),
    (STATUS, {"event": "PAUSED", "other_info": {"title": "RATE_LIMITING_PAUSE"}}, {"status": "PAUSED"}),
    (STATUS, {"event": "DISABLED", "reason": "NONE", "disable_info": {"disable_date": 1764000000}},
     {"status": "DISABLED"}),
    (STATUS, {"event": "FLAGGED", "reason": "NONE"}, {}),
    (STATUS, {"event": "IN_APPEAL"}, {"status": "IN_APPEAL"}),
    (STATUS, {"event": "PENDING_DELETION", "reason": None}, {"status": "PENDING_DELETION"}),
    (STATUS, {"event": "DELETED", "reason": None}, {"status": "DELETED"}),
    (STATUS, {"event": "LIMIT_EXCEEDED"}, {"status": "LIMIT_EXCEEDED"}),
    (STATUS, {"event": "LOCKED"}, {"status": "DISABLED"}),
    (STATUS, {"event": "ARCHIVED"}, {"status": "ARCHIVED"}),
    (STATUS, {"event": "APPROVED", "reason": "NONE", "message_template_category": "MARKETING"},
     {"category": "MARKETING"}),
    (QUALITY, {"previous_quality_score": "GREEN", "new_quality_score": "RED"}, {"quality": "RED"}),
    (STATUS, {"previous_quality_score": "GREEN", "new_quality_score": "YELLOW"}, {"quality": "YELLOW"}),  # Meta's slip
    (WORDING, {"message_template_element": "New {{1}}."},
     {"components": [WORDS[0] | {"text": "New {{1}}."}]}),
    (WORDING, {"message_template_title": "Hi", "message_template_element": "Old {{1}}.",
               "message_template_footer": "Bye"},
     {"components": [{"type": "HEADER", "format": "TEXT", "text": "Hi"}, *WORDS,
                     {"type": "FOOTER", "text": "Bye"}]}),
    (CATEGORY, {"new_category": "UTILITY", "correct_category": "MARKETING",
                "category_update_timestamp": int(DUE.timestamp())},
     {"category_due": "MARKETING", "category_due_at": DUE}),
    (CATEGORY, {"previous_category": "UTILITY", "new_category": "MARKETING"}, {"category": "MARKETING"}),
]  # fmt: skip


@pytest.mark.parametrize(("field", "value", "moved"), CASES)
def test_it_moves_this_and_nothing_else_once_and_never_backwards(
    sale: Template,
    account: BusinessAccount,
    field: str,
    value: dict[str, Any],
    moved: dict[str, Any],
):
    before = stand()
    tell(account, field, value, at=KNOWN - timedelta(hours=1))
    assert stand() == before  # older than what we know
    assert [event.is_late for event in TemplateEvent.objects.all()] == [True]

    tell(account, field, value, at=NOW)
    assert stand() == before | moved
    story = list(TemplateEvent.objects.values_list("pk", flat=True))
    assert len(story) == 2

    tell(account, field, value, at=NOW)  # again
    tell(account, field, value, at=KNOWN - timedelta(hours=1))
    assert stand() == before | moved
    assert list(TemplateEvent.objects.values_list("pk", flat=True)) == story
    assert not Quarantined.objects.exists()


def test_the_end_of_a_pause_and_of_an_archive_make_it_sendable_again(
    sale: Template, account: BusinessAccount
):
    for minutes, (stop, go) in enumerate(
        [("PAUSED", "APPROVED"), ("ARCHIVED", "UNARCHIVED"), ("DISABLED", "REINSTATED")]
    ):
        tell(account, STATUS, {"event": stop}, at=NOW + timedelta(minutes=2 * minutes))
        assert not Template.objects.sendable().exists()
        tell(account, STATUS, {"event": go}, at=NOW + timedelta(minutes=2 * minutes + 1))
        assert Template.objects.sendable().exists()


def test_a_pause_that_comes_before_its_approval_stays(sale: Template, account: BusinessAccount):
    tell(account, STATUS, {"event": "PAUSED"}, at=NOW)
    tell(account, STATUS, {"event": "APPROVED"}, at=NOW - timedelta(minutes=1))
    assert stand()["status"] == "PAUSED"
