"""Every code of Meta's list (whatsapp-platform.md 3) as a failed status: its words, what it holds back, its retry."""

from __future__ import annotations

from datetime import timedelta
from random import Random
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import PhoneNumber
from conversations import gates, settling
from conversations.verdicts import HOLDS_NUMBER
from quality import alerting
from quality.models import Alert
from whatsapp.errors import RetryPolicy, Scope, retry_delay, rule_for, words

NO, FIX, B = RetryPolicy.NEVER, RetryPolicy.AFTER_FIX, RetryPolicy.BACKOFF
MINUTES, PAIR, DAY, HOURS = (
    RetryPolicy.MINUTES,
    RetryPolicy.PAIR,
    RetryPolicy.DAY,
    RetryPolicy.HOURS,
)
# code: its words, its retry, what waits of it: "token", "number", "marketing", or nothing
TABLE: dict[int, tuple[str, RetryPolicy, str]] = {
    190: ("token", FIX, "token"), 3: ("permission", FIX, "token"), 10: ("permission", FIX, "token"),
    200: ("permission", FIX, "token"), 299: ("permission", FIX, "token"),
    131005: ("permission", FIX, "token"),
    1: ("meta_trouble", B, ""), 2: ("meta_trouble", B, ""), 131000: ("meta_trouble", B, ""),
    131016: ("meta_trouble", B, ""), 131057: ("maintenance", B, ""), 133004: ("meta_trouble", B, ""),
    33: ("number_gone", NO, ""), 100: ("bad_parameter", NO, ""), 368: ("policy_block", NO, ""),
    4: ("too_fast", MINUTES, ""), 80007: ("too_fast", MINUTES, ""), 130429: ("too_fast", B, ""),
    130472: ("experiment", NO, ""), 130497: ("country", NO, ""),
    131008: ("bad_parameter", NO, ""), 131009: ("bad_parameter", NO, ""), 131055: ("bad_parameter", NO, ""),
    135000: ("bad_parameter", NO, ""), 131051: ("unsupported", NO, ""),
    131021: ("yourself", NO, ""), 131026: ("undeliverable", NO, ""), 131030: ("allowed_list", FIX, ""),
    131031: ("account_locked", FIX, "number"), 131037: ("display_name", FIX, "number"),
    131042: ("payment", FIX, "number"), 131044: ("payment", FIX, ""), 131045: ("register", FIX, "number"),
    131047: ("window_closed", NO, ""), 131048: ("spam_limit", NO, "marketing"),
    131049: ("marketing_limit", DAY, ""), 131050: ("opted_out", NO, ""),
    131052: ("media_download", FIX, ""), 131053: ("media_upload", FIX, ""), 131056: ("pair_rate", PAIR, ""),
    131061: ("marketing_api", FIX, ""), 131062: ("needs_number", FIX, ""), 131063: ("marketing_api", FIX, ""),
    131064: ("misused_category", NO, ""),
    132000: ("template_parameters", FIX, ""), 132001: ("template_missing", FIX, ""),
    132005: ("template_too_long", FIX, ""), 132007: ("template_policy", FIX, ""),
    132008: ("template_parameters", FIX, ""), 132012: ("template_parameters", FIX, ""),
    132015: ("template_paused", FIX, ""), 132016: ("template_disabled", NO, ""),
    132018: ("template_parameters", FIX, ""), 132068: ("flow", NO, ""), 132069: ("too_fast", MINUTES, ""),
    133000: ("registration_wait", MINUTES, ""), 133005: ("wrong_pin", FIX, "number"),
    133006: ("verify_number", FIX, "number"), 133008: ("pin_wait", MINUTES, ""), 133009: ("pin_wait", MINUTES, ""),
    133010: ("register", FIX, "number"), 133015: ("registration_wait", MINUTES, ""),
    133016: ("registration_limit", HOURS, ""), 134011: ("payment_terms", FIX, ""),
    134100: ("marketing_api", NO, ""), 134101: ("template_syncing", MINUTES, ""), 134102: ("marketing_api", NO, ""),
    137000: ("identity", NO, ""), 138001: ("calling", NO, ""), 139000: ("flow", NO, ""),
    139100: ("block_list", NO, ""), 147001: ("username", FIX, ""), 2388040: ("template_form", FIX, ""),
    2388293: ("template_variables", FIX, ""), 2388019: ("template_count", FIX, ""),
    2494100: ("maintenance", B, ""), 2593107: ("sync_refused", NO, ""), 2593109: ("sync_refused", NO, ""),
}  # fmt: skip
ALERTS = {"token": {"token_dead"}, "number": {"held"}, "marketing": set(), "": set()}


@pytest.mark.parametrize("code", TABLE)
def test_words_and_retry(code):
    key, policy, holds = TABLE[code]
    rule = rule_for(code)
    assert (rule.words_key, rule.policy) == (key, policy)
    for language in ("en", "ru"):
        said = words(code, language)
        assert said.what
        assert said.todo
    wait = retry_delay(rule, 1, Random(1))
    assert (wait is None) == (policy in (NO, FIX))
    if policy is DAY:
        assert wait == timedelta(days=1)
    assert (code in HOLDS_NUMBER) == (holds == "number")
    assert (rule.scope == Scope.TOKEN) == (holds == "token")


@pytest.mark.parametrize("holds", ["token", "number", "marketing", ""])
def test_what_waits_after_a_failed_status(number, holds):
    """All codes of a kind in one go, each on a number that was well."""
    for code in (code for code, row in TABLE.items() if row[2] == holds):
        PhoneNumber.objects.filter(pk=number.pk).update(held_reason="", spam_until=None)
        number.account.token_problem = ""
        number.account.save(update_fields=["token_problem"])
        settling.note_trouble(number, code, "Meta's words")
        assert what_waits(number) == holds, code
    alerting.reconcile(number.account, at=timezone.now())
    kinds = set(Alert.objects.filter(closed_at=None).values_list("kind", flat=True))
    assert kinds == ALERTS[holds]


def what_waits(number: PhoneNumber) -> str:
    now: Any = PhoneNumber.objects.select_related("account").get(pk=number.pk)
    if now.account.token_problem:
        return "token"
    if now.held_reason:
        return "number"
    standing = gates.Standing(spam_until=now.spam_until)
    verdict = gates.judge(standing, category="MARKETING", begins=True, at=timezone.now())
    assert gates.judge(standing, category="UTILITY", begins=True, at=timezone.now()) == gates.PASSES
    return "marketing" if verdict.reason is gates.Reason.SPAM_LIMIT else ""
