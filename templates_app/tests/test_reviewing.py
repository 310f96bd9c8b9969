"""Four eyes: who may approve what, and that nothing goes to Meta past them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import Agent, AuditEntry, BusinessAccount
from events.models import Event
from templates_app import drafting, foureyes, refusals, reviewing
from templates_app.models import Draft, DraftNote
from templates_app.tests.drafts import draft

NOW = datetime.now(UTC)
people = st.integers(1, 4)


@given(by=people, author=people, handed_in_by=st.none() | people)
def test_nobody_decides_on_their_own(by: int, author: int, handed_in_by: int | None):
    allowed = foureyes.may_decide(by=by, author=author, handed_in_by=handed_in_by)
    assert allowed == (by != author and by != handed_in_by)


@pytest.mark.parametrize(
    ("is_on", "writers", "needed"), [(True, 1, False), (True, 2, True), (False, 9, False)]
)
def test_one_person_alone_need_ask_nobody(is_on: bool, writers: int, needed: bool):
    assert foureyes.is_needed(is_on=is_on, writers=writers) == needed


@pytest.mark.parametrize(
    ("state", "needed", "may"),
    [
        ("draft", True, False), ("review", True, False), ("ready", True, True), ("submitted", True, False),
        ("draft", False, True), ("review", False, True), ("ready", False, True), ("submitted", False, False),
    ],
)  # fmt: skip
def test_what_may_go_to_meta(state: str, needed: bool, may: bool):
    assert foureyes.may_submit(state=state, is_needed=needed) == may


@pytest.fixture
def row(account: BusinessAccount, cleo: Agent, ada: Agent) -> Draft:
    begun = drafting.begin(account, author=cleo, language="en_US")
    whole = draft()
    written = drafting.Written(
        name=whole.name, language=whole.language, category=whole.category, content=whole.content
    )
    return drafting.save(begun.pk, written=written, seen=1, author=cleo)


def submitted(row: Draft, by: Agent) -> None:
    drafting.submit(row.pk, seen=row.version, by=by, at=NOW)


@pytest.mark.django_db
def test_a_draft_goes_through_a_colleague(row: Draft, cleo: Agent, ada: Agent):
    with pytest.raises(refusals.NotApproved):
        submitted(row, ada)
    reviewing.hand_in(row.pk, seen=row.version, text="For Friday", by=cleo, at=NOW)
    with pytest.raises(refusals.NotYours):
        reviewing.approve(row.pk, seen=row.version, text="", by=cleo)
    reviewing.comment(row.pk, text="One moment", by=ada)
    reviewing.approve(row.pk, seen=row.version, text="Fine", by=ada)
    submitted(row, cleo)
    row.refresh_from_db()
    assert row.state == "submitted"
    kinds = list(DraftNote.objects.values_list("kind", "text"))
    assert kinds == [("handed_in", "For Friday"), ("comment", "One moment"), ("approved", "Fine")]
    assert AuditEntry.objects.filter(act="template.approved_inside", agent=ada).exists()
    seqs = Event.objects.filter(subject=f"draft:{row.pk}").values_list("seq", flat=True)
    assert row.seq == max(seqs)


@pytest.mark.django_db
def test_what_is_returned_is_written_in_and_asked_for_anew(row: Draft, cleo: Agent, ada: Agent):
    reviewing.hand_in(row.pk, seen=row.version, text="", by=cleo, at=NOW)
    reviewing.give_back(row.pk, seen=row.version, text="Shorter", by=ada)
    row.refresh_from_db()
    assert row.state == "draft"
    with pytest.raises(refusals.NotApproved):
        submitted(row, ada)


@pytest.mark.django_db
def test_what_a_colleague_looks_at_stays_as_it_is(row: Draft, cleo: Agent, ada: Agent):
    reviewing.hand_in(row.pk, seen=row.version, text="", by=cleo, at=NOW)
    other = drafting.Written(
        name="other", language="en_US", category="UTILITY", content=row.whole.content
    )
    with pytest.raises(refusals.Moved):
        drafting.save(row.pk, written=other, seen=row.version, author=ada)
    reviewing.take_back(row.pk, by=ada)
    assert drafting.save(row.pk, written=other, seen=row.version, author=ada).name == "other"


@pytest.mark.django_db
def test_what_meta_would_refuse_is_nobodys_time(row: Draft, cleo: Agent):
    bad = drafting.Written(
        name="Bad Name", language="en_US", category="UTILITY", content=row.whole.content
    )
    saved = drafting.save(row.pk, written=bad, seen=row.version, author=cleo)
    with pytest.raises(refusals.NotReady):
        reviewing.hand_in(row.pk, seen=saved.version, text="", by=cleo, at=NOW)


@pytest.mark.django_db
def test_it_can_be_switched_off(row: Draft, cleo: Agent, ada: Agent):
    reviewing.choose(ada.workspace, four_eyes=False, by=ada)
    submitted(row, cleo)
    row.refresh_from_db()
    assert row.state == "submitted"


@pytest.mark.django_db
def test_one_sitting_is_one_version_and_what_was_handed_in_stays(
    row: Draft, cleo: Agent, ada: Agent
):
    assert [v.version for v in row.versions.all()] == [2]
    reviewing.hand_in(row.pk, seen=row.version, text="", by=cleo, at=NOW)
    reviewing.give_back(row.pk, seen=row.version, text="Shorter", by=ada)
    other = drafting.Written(
        name="other", language="en_US", category="UTILITY", content=row.whole.content
    )
    drafting.save(row.pk, written=other, seen=row.version, author=cleo)
    assert [(v.version, v.name) for v in row.versions.all()] == [(3, "other"), (2, "order_ready")]
