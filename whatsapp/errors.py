"""Meta's error codes as data: may we try again, whom it concerns, and what to tell the agent.

The words stand in `error_words`. `retry_delay` is the only place that turns a rule into a pause.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum
from random import Random

from whatsapp.error_words import WORDS, Words

__all__ = ["ErrorRule", "RetryPolicy", "Scope", "Words", "retry_delay", "rule_for", "words"]


class RetryPolicy(StrEnum):
    NEVER = "never"  # the same message would be refused again
    AFTER_FIX = "after_fix"  # somebody must change something first
    BACKOFF = "backoff"  # seconds, doubling
    MINUTES = "minutes"  # minutes, doubling up to an hour
    PAIR = "pair"  # 4^x seconds, the way Meta asks for 131056
    HOURS = "hours"  # one fixed pause, the rule's own
    DAY = "day"  # not before 24 hours, then longer: early tries make it worse


class Scope(StrEnum):
    """What the trouble is with: so that an alarm goes where somebody can do something."""

    MESSAGE = "message"
    PERSON = "person"
    TEMPLATE = "template"
    NUMBER = "number"
    ACCOUNT = "account"
    TOKEN = "token"  # noqa: S105  the name of a scope
    META = "meta"


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorRule:
    code: int
    name: str
    policy: RetryPolicy
    scope: Scope
    words_key: str
    tries: int = 1  # attempts in all, the first one counted
    pause: timedelta = timedelta(seconds=1)  # the first pause
    is_certain: bool = True  # even with HTTP 5xx it means that nothing was taken

    @property
    def may_retry(self) -> bool:
        """Whether waiting alone can help."""
        return self.policy not in (RetryPolicy.NEVER, RetryPolicy.AFTER_FIX)

    def words(self, language: str) -> Words:
        """What happened and what to do, in Russian for "ru" and its kin, else in English."""
        english, russian = WORDS[self.words_key]
        return russian if language.lower().startswith("ru") else english


def rule_for(code: int, subcode: int | None = None) -> ErrorRule:
    """The rule of an error; a subcode that we know says more than its code."""
    if subcode and (code, subcode) in _SUBCODES:
        return _SUBCODES[code, subcode]
    return (_known(subcode) if subcode and subcode > LAST_CODE else None) or (
        _known(code) or replace(UNKNOWN, code=code)
    )


def _known(code: int) -> ErrorRule | None:
    if found := _RULES.get(code):
        return found
    return next(
        (replace(rule, code=code) for first, last, rule in _RANGES if first <= code <= last), None
    )


def words(code: int, language: str, subcode: int | None = None) -> Words:
    """What to tell the agent about a code."""
    return rule_for(code, subcode).words(language)


def retry_delay(rule: ErrorRule, attempt: int, rng: Random) -> timedelta | None:
    """How long to wait after the attempt of this number (from 1); None if it was the last."""
    if not rule.may_retry or attempt >= rule.tries:
        return None
    doubled = rule.pause * (1 << min(attempt - 1, 20))
    match rule.policy:
        case RetryPolicy.PAIR:
            return timedelta(seconds=1 << 2 * (attempt - 1))  # 4^x
        case RetryPolicy.DAY:
            return doubled
        case RetryPolicy.HOURS:
            return rule.pause
        case RetryPolicy.MINUTES:
            return min(doubled, timedelta(hours=1)) * rng.uniform(1, 1.25)
        case _:
            return min(doubled, timedelta(minutes=5)) * rng.uniform(0.5, 1)


LAST_CODE = 999_999  # what is above is a subcode that tells more than the code it comes with
UNKNOWN = ErrorRule(
    code=-1,
    name="unknown code",
    policy=RetryPolicy.NEVER,
    scope=Scope.MESSAGE,
    words_key="unknown",
    is_certain=False,
)


def _rules(policy: RetryPolicy, scope: Scope, *rows: tuple[int, str, str]) -> list[ErrorRule]:
    return [
        ErrorRule(code=code, name=name, policy=policy, scope=scope, words_key=key)
        for code, name, key in rows
    ]


def _waiting(
    policy: RetryPolicy, scope: Scope, tries: int, seconds: int, *rows: tuple[int, str, str]
) -> list[ErrorRule]:
    return [
        replace(rule, tries=tries, pause=timedelta(seconds=seconds))
        for rule in _rules(policy, scope, *rows)
    ]


_ALL = [
    # The connection itself
    *_rules(
        RetryPolicy.AFTER_FIX,
        Scope.TOKEN,
        (0, "authentication", "token"),
        (190, "token expired", "token"),
        (3, "missing capability", "permission"),
        (10, "permission denied", "permission"),
        (131005, "access denied", "permission"),
    ),
    *_rules(RetryPolicy.NEVER, Scope.NUMBER, (33, "business number gone", "number_gone")),
    # Meta is busy, or we are too fast
    *(
        replace(rule, is_certain=False)
        for rule in _waiting(
            RetryPolicy.BACKOFF,
            Scope.META,
            5,
            2,
            (1, "API unknown", "meta_trouble"),
            (131000, "something went wrong", "meta_trouble"),
        )
    ),
    *_waiting(
        RetryPolicy.BACKOFF,
        Scope.META,
        8,
        5,
        (2, "API service", "meta_trouble"),
        (131016, "service unavailable", "meta_trouble"),
        (133004, "registration server unavailable", "meta_trouble"),
        (131057, "maintenance", "maintenance"),
        (2494100, "sign-up maintenance", "maintenance"),
    ),
    *_waiting(RetryPolicy.BACKOFF, Scope.NUMBER, 10, 1, (130429, "throughput", "too_fast")),
    *_waiting(
        RetryPolicy.MINUTES,
        Scope.ACCOUNT,
        8,
        60,
        (4, "app call limit", "too_fast"),
        (80007, "account rate limit", "too_fast"),
        (80008, "account rate limit", "too_fast"),
    ),
    *_waiting(RetryPolicy.PAIR, Scope.PERSON, 6, 1, (131056, "pair rate", "pair_rate")),
    *_waiting(
        RetryPolicy.DAY,
        Scope.PERSON,
        3,
        86_400,
        (131049, "ecosystem engagement", "marketing_limit"),
    ),
    # The person
    *_rules(
        RetryPolicy.NEVER,
        Scope.PERSON,
        (130472, "experiment", "experiment"),
        (130497, "country restricted", "country"),
        (131021, "sender is recipient", "yourself"),
        (131026, "undeliverable", "undeliverable"),
        (131047, "re-engagement", "window_closed"),
        (131050, "marketing stopped", "opted_out"),
        (137000, "identity key mismatch", "identity"),
        (139103, "user cannot be blocked", "block_list"),
    ),
    *_rules(
        RetryPolicy.AFTER_FIX,
        Scope.PERSON,
        (131030, "not in the allowed list", "allowed_list"),
        (131062, "BSUID not supported", "needs_number"),
    ),
    # The account and its numbers
    *_rules(
        RetryPolicy.NEVER,
        Scope.ACCOUNT,
        (368, "policy block", "policy_block"),
        (131064, "classification violations", "misused_category"),
    ),
    *_rules(
        RetryPolicy.AFTER_FIX,
        Scope.ACCOUNT,
        (131031, "account locked", "account_locked"),
        (131042, "payment", "payment"),
        (131044, "payment for calls", "payment"),
        (131063, "marketing off on Cloud API", "marketing_api"),
        (134011, "payments terms", "payment_terms"),
        (2388019, "template count limit", "template_count"),
        (2200, "callback not verified", "callback"),
    ),
    *_rules(RetryPolicy.NEVER, Scope.NUMBER, (131048, "spam rate limit", "spam_limit")),
    *_rules(
        RetryPolicy.AFTER_FIX,
        Scope.NUMBER,
        (131037, "display name not approved", "display_name"),
        (131045, "incorrect certificate", "register"),
        (133005, "wrong PIN", "wrong_pin"),
        (136024, "request code", "code_refused"),
        (136025, "verify code", "code_wrong"),
        (2388012, "number is in the account already", "number_here"),
        (2388091, "no code for this number", "code_refused"),
        (2388093, "no code for this number", "code_refused"),
        (2388103, "number works elsewhere", "number_elsewhere"),
        (133006, "number not verified", "verify_number"),
        (133010, "number not registered", "register"),
    ),
    *_waiting(
        RetryPolicy.MINUTES,
        Scope.NUMBER,
        4,
        300,
        (133000, "deregistration incomplete", "registration_wait"),
        (133008, "too many PIN tries", "pin_wait"),
        (133009, "PIN tries too fast", "pin_wait"),
        (133015, "number just deleted", "registration_wait"),
    ),
    *_waiting(
        RetryPolicy.HOURS,
        Scope.NUMBER,
        2,
        72 * 3600,
        (133016, "registration limit", "registration_limit"),
    ),
    *_rules(
        RetryPolicy.NEVER,
        Scope.NUMBER,
        (2593107, "too many synchronisations", "sync_refused"),
        (2593108, "synchronisation too late", "sync_refused"),
        (2593109, "history refused", "sync_refused"),
    ),
    # The message
    *_rules(
        RetryPolicy.NEVER,
        Scope.MESSAGE,
        (100, "invalid parameter", "bad_parameter"),
        (131008, "missing parameter", "bad_parameter"),
        (131009, "invalid parameter value", "bad_parameter"),
        (131051, "unsupported type", "unsupported"),
        (131055, "method not allowed", "bad_parameter"),
        (135000, "generic user error", "bad_parameter"),
    ),
    *_rules(
        RetryPolicy.AFTER_FIX,
        Scope.MESSAGE,
        (131052, "media download", "media_download"),
        (131053, "media upload", "media_upload"),
        (131061, "maximum-price template", "marketing_api"),
    ),
    # Templates
    *_rules(
        RetryPolicy.AFTER_FIX,
        Scope.TEMPLATE,
        (132000, "parameter count", "template_parameters"),
        (132001, "template missing", "template_missing"),
        (132005, "text too long", "template_too_long"),
        (132007, "content policy", "template_policy"),
        (132008, "parameter value", "template_parameters"),
        (132012, "parameter format", "template_parameters"),
        (132018, "template parameters", "template_parameters"),
        (132015, "template paused", "template_paused"),
        (2388023, "name is being deleted", "template_name"),
        (2388024, "name exists", "template_name"),
        (2388040, "template length", "template_form"),
        (2388047, "template header", "template_form"),
        (2388072, "template body", "template_form"),
        (2388073, "template footer", "template_form"),
        (2388293, "too many variables", "template_variables"),
        (2388299, "variable at an edge", "template_variables"),
    ),
    *_rules(
        RetryPolicy.NEVER,
        Scope.TEMPLATE,
        (132016, "template disabled", "template_disabled"),
        (132068, "flow blocked", "flow"),
        (134100, "marketing template not usable", "marketing_api"),
        (134102, "marketing template unavailable", "marketing_api"),
        (134103, "marketing template not usable", "marketing_api"),
    ),
    *_waiting(RetryPolicy.MINUTES, Scope.TEMPLATE, 4, 600, (132069, "flow throttled", "too_fast")),
    *_waiting(
        RetryPolicy.MINUTES,
        Scope.TEMPLATE,
        4,
        600,
        (134101, "template syncing", "template_syncing"),
    ),
]
_RULES = {rule.code: rule for rule in _ALL}
_SUBCODES = {
    (100, 33): ErrorRule(
        code=100,
        name="unknown object",
        policy=RetryPolicy.NEVER,
        scope=Scope.NUMBER,
        words_key="unknown_object",
    )
}


def _range(
    first: int, last: int, name: str, policy: RetryPolicy, scope: Scope, key: str
) -> tuple[int, int, ErrorRule]:
    return first, last, ErrorRule(code=first, name=name, policy=policy, scope=scope, words_key=key)


_RANGES = (
    _range(200, 299, "permission", RetryPolicy.AFTER_FIX, Scope.TOKEN, "permission"),
    _range(
        132000, 132999, "template", RetryPolicy.AFTER_FIX, Scope.TEMPLATE, "template_parameters"
    ),
    _range(133000, 133999, "registration", RetryPolicy.AFTER_FIX, Scope.NUMBER, "register"),
    _range(
        134100, 134199, "marketing template", RetryPolicy.NEVER, Scope.TEMPLATE, "marketing_api"
    ),
    _range(138000, 138999, "calling", RetryPolicy.NEVER, Scope.MESSAGE, "calling"),
    _range(139000, 139099, "flow", RetryPolicy.NEVER, Scope.TEMPLATE, "flow"),
    _range(139100, 139199, "block list", RetryPolicy.NEVER, Scope.PERSON, "block_list"),
    _range(139200, 139999, "flow", RetryPolicy.NEVER, Scope.MESSAGE, "flow"),
    _range(147001, 147005, "username", RetryPolicy.AFTER_FIX, Scope.NUMBER, "username"),
    _range(
        2388000, 2388999, "template form", RetryPolicy.AFTER_FIX, Scope.TEMPLATE, "template_form"
    ),
    _range(2494000, 2494999, "sign-up", RetryPolicy.AFTER_FIX, Scope.ACCOUNT, "sign_up"),
    _range(2593000, 2593999, "coexistence", RetryPolicy.NEVER, Scope.NUMBER, "sync_refused"),
)
