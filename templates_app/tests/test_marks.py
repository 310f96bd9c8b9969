"""The places that a refusal points to, and that they are quiet once they are changed."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from templates_app import marks
from templates_app.tests.drafts import draft, url


@pytest.mark.parametrize(
    ("over", "reason", "note", "places"),
    [
        ({}, "INVALID_FORMAT", "", {"body"}),
        ({"buttons": (url(),)}, "INVALID_FORMAT", "", {"body", "buttons"}),
        ({"header_kind": "TEXT", "header": "For {{1}}"}, "INVALID_FORMAT", "", {"body", "header"}),
        ({}, "INVALID_FORMAT", "The footer is odd", {"footer"}),
        ({}, "NONE", "Samples of variables are missing", {"body"}),
        ({"body": "Today: a sale"}, "INCORRECT_CATEGORY", "", {"category", "body"}),
        ({}, "INCORRECT_CATEGORY", "", {"category"}),
        ({}, "TAG_CONTENT_MISMATCH", "", {"category", "language"}),
        ({"body": "See https://bit.ly/a"}, "PROMOTIONAL", "", {"body"}),
        ({"footer": "tell us your cvv"}, "SCAM", "", {"footer"}),
        ({}, "SOMETHING_NEW", "", {"body"}),
    ],
)
def test_places(over: dict[str, Any], reason: str, note: str, places: set[str]):
    assert marks.of(draft(**over), reason=reason, note=note) == places


@given(places=st.frozensets(st.sampled_from(marks.PLACES)))
def test_what_is_changed_is_quiet(places: frozenset[str]):
    was = draft(samples={"body.1": "a", "body.2": "b"})
    assert marks.left(places, refused=was, now=was) == places
    now = draft(samples={"body.1": "other", "body.2": "b"})
    assert marks.left(places, refused=was, now=now) == places - {"body"}
