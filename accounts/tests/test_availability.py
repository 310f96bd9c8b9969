"""Online, busy, away by hand; offline by itself, and back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from accounts import availability, presence_rules
from accounts.models import Agent

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


@given(
    st.sampled_from(["online", "busy", "away"]),
    st.none() | st.timedeltas(timedelta(0), timedelta(hours=1)),
    st.timedeltas(timedelta(minutes=1), timedelta(minutes=120)),
)
def test_what_one_chose_counts_as_long_as_one_is_there(
    chosen: str, ago: timedelta | None, patience: timedelta
) -> None:
    line_at = None if ago is None else NOW - ago
    shown = presence_rules.shown(chosen=chosen, line_at=line_at, patience=patience, at=NOW)
    assert shown == (chosen if ago is not None and ago <= patience else "offline")


def test_who_leaves_is_offline_after_a_while_and_back_as_they_chose(ana: Agent) -> None:
    assert ana.presence == "offline"
    availability.note_line(ana.pk, at=NOW)
    availability.choose(ana.pk, presence="busy", at=NOW)
    assert availability.sweep(at=NOW + timedelta(minutes=2)) == 0
    assert availability.sweep(at=NOW + timedelta(minutes=4)) == 1
    ana.refresh_from_db()
    assert (ana.presence, ana.chosen_presence) == ("offline", "busy")
    availability.note_line(ana.pk, at=NOW + timedelta(minutes=5))
    assert availability.of_workspace(ana.workspace_id)[ana.pk] == "busy"


def test_an_open_page_costs_a_write_only_now_and_then(
    ana: Agent, django_assert_num_queries: Any
) -> None:
    availability.note_line(ana.pk, at=NOW)
    with django_assert_num_queries(3):  # a look, within a savepoint
        availability.note_line(ana.pk, at=NOW + timedelta(seconds=20))
    availability.note_line(ana.pk, at=NOW + timedelta(seconds=40))
    ana.refresh_from_db()
    assert ana.line_at == NOW + timedelta(seconds=40)


@pytest.mark.parametrize(("said", "status"), [("away", 204), ("offline", 422), ("", 422)])
def test_only_what_one_can_be_is_taken(ana: Agent, client: Client, said: str, status: int) -> None:
    client.force_login(ana)
    headers: Any = {"X-Requested-With": "fetch"}
    answer = client.post("/settings/you/presence/", {"presence": said}, headers=headers)
    assert answer.status_code == status
    assert client.get("/settings/you/presence/").json() == {
        "presences": {str(ana.pk): "away" if status == 204 else "offline"}
    }
