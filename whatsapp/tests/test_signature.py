"""The signature: only the right secret over the same bytes passes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whatsapp.signature import sign, verify

secrets = st.text(min_size=1, max_size=40).filter(lambda text: text.isprintable())


def test_the_value_is_the_one_meta_documents():
    assert sign("key", b"The quick brown fox jumps over the lazy dog") == (
        "sha256=f7bc83f430538424b13298e6aa6fb143ef4d59a14946175997479dbc2d1a3cd8"
    )


@given(st.lists(secrets, min_size=1, max_size=4), st.binary(), st.data())
def test_any_of_several_secrets_passes(known, body, data):
    assert verify(known, body, sign(data.draw(st.sampled_from(known)), body))


@given(secrets, secrets, st.binary(), st.binary())
def test_another_secret_or_another_body_does_not_pass(secret, other, body, changed):
    if other != secret:
        assert not verify([secret], body, sign(other, body))
    if changed != body:
        assert not verify([secret], changed, sign(secret, body))


@pytest.mark.parametrize("header", [None, "", "sha256=", "sha1=abc", "sha256=zz", "sha256=é", "é"])
def test_a_missing_or_odd_header_does_not_pass(header):
    assert not verify(["secret"], b"body", header)


def test_no_secret_and_an_empty_secret_pass_nothing():
    assert not verify([], b"body", sign("", b"body"))
    assert not verify([""], b"body", sign("", b"body"))
