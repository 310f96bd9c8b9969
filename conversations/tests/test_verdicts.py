"""What each way a call can end means for the message."""

from __future__ import annotations

from datetime import timedelta
from random import Random

import pytest

from conversations import verdicts
from conversations.models import Outcome
from whatsapp.failures import GraphError, GraphTimeout, GraphUnavailable, failure_for


def judged(
    code: int, *, http_status: int = 400, tries: int = 1, **more: object
) -> verdicts.Verdict:
    error = GraphError(code=code, details="Meta's words", http_status=http_status, **more)  # type: ignore[arg-type]
    return verdicts.judge(failure_for(error), tries=tries, rng=Random(1))


@pytest.mark.parametrize(
    ("code", "http_status", "outcome"),
    [
        (131026, 400, Outcome.REFUSED),
        (131047, 400, Outcome.REFUSED),
        (131050, 400, Outcome.REFUSED),
        (100, 400, Outcome.REFUSED),
        (132001, 404, Outcome.REFUSED),
        (131048, 429, Outcome.REFUSED),
        (130429, 429, Outcome.POSTPONED),
        (131056, 429, Outcome.POSTPONED),
        (80007, 429, Outcome.POSTPONED),
        (131016, 503, Outcome.POSTPONED),
        (2, 500, Outcome.POSTPONED),
        (131057, 400, Outcome.POSTPONED),
        (131000, 500, Outcome.UNKNOWN),
        (1, 500, Outcome.UNKNOWN),
        (987654, 500, Outcome.UNKNOWN),
        (987654, 400, Outcome.REFUSED),
    ],
)
def test_each_code_leads_to_its_outcome(code, http_status, outcome):
    assert judged(code, http_status=http_status).outcome == outcome


@pytest.mark.parametrize("code", [0, 190, 10, 131005, 200])
def test_a_dead_token_holds_the_account_and_the_message_waits(code):
    verdict = judged(code, http_status=401)
    assert (verdict.outcome, verdict.holds, verdict.wait) == (Outcome.POSTPONED, "token", None)


@pytest.mark.parametrize("code", [131031, 131042, 133010])
def test_trouble_of_the_whole_number_holds_it_and_the_message_waits(code):
    verdict = judged(code)
    assert (verdict.outcome, verdict.holds, verdict.wait) == (Outcome.POSTPONED, "number", None)


def test_after_the_last_try_waiting_ends():
    assert judged(131056, http_status=429, tries=5).wait == timedelta(seconds=256)
    assert judged(131056, http_status=429, tries=6).outcome == Outcome.REFUSED


def test_a_pause_of_a_day_is_left_to_the_agent_and_holds_nothing_up():
    assert judged(131049).outcome == Outcome.REFUSED


def test_what_meta_calls_transient_is_tried_again_whatever_the_code():
    verdict = judged(131009, is_transient=True)
    assert verdict.outcome == Outcome.POSTPONED
    assert verdict.wait


def test_without_a_connection_we_try_on_for_over_an_hour():
    failure = GraphUnavailable("no connection")
    found = [verdicts.judge(failure, tries=n, rng=Random(n)).wait for n in range(1, 20)]
    waits = [wait for wait in found if wait]
    assert len(waits) == 19
    assert sum(waits, timedelta()) > timedelta(minutes=40)
    assert max(waits) <= timedelta(minutes=5)


def test_a_lost_answer_is_unknown_for_a_message_and_a_new_try_for_an_upload():
    failure = GraphTimeout("no answer")
    assert verdicts.judge(failure, tries=1, rng=Random(1)).outcome == Outcome.UNKNOWN
    assert verdicts.judge_upload(failure, tries=1, rng=Random(1)).outcome == Outcome.POSTPONED
