"""What a failed call to Meta means for the message: again later, never, or nobody knows. Pure; delivery acts on it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from random import Random
from typing import Final

from conversations.models import Outcome
from whatsapp.errors import ErrorRule, RetryPolicy, Scope, retry_delay
from whatsapp.failures import GraphError, GraphFailure, GraphTimeout, GraphUnavailable

# The whole number can send nothing until a person has put it right.
HOLDS_NUMBER: Final = frozenset({131031, 131037, 131042, 131045, 133005, 133006, 133010})
# A pause of a day would hold up everything that is written after; the agent decides instead.
TOO_LONG: Final = frozenset({RetryPolicy.HOURS, RetryPolicy.DAY})
NO_CONNECTION: Final = ErrorRule(
    code=131016,  # its words: WhatsApp has trouble, we try again
    name="no connection",
    policy=RetryPolicy.BACKOFF,
    scope=Scope.META,
    words_key="meta_trouble",
    tries=20,
    pause=timedelta(seconds=5),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """`wait` is None where no moment is known: the number is held. `holds`: "number", "token" or nothing."""

    outcome: str
    wamid: str = ""
    code: int | None = None
    details: str = ""
    wait: timedelta | None = None
    holds: str = ""


def accepted(wamid: str) -> Verdict:
    return Verdict(outcome=Outcome.ACCEPTED, wamid=wamid)


def unknown(details: str) -> Verdict:
    return Verdict(outcome=Outcome.UNKNOWN, details=details)


def judge(failure: GraphFailure, *, tries: int, rng: Random) -> Verdict:
    """`tries`: the calls of this round so far, this one counted."""
    error = failure.error
    if isinstance(failure, GraphTimeout):
        return Verdict(
            outcome=Outcome.UNKNOWN, code=error.code if error else None, details=failure.reason
        )
    if error is None:
        return _later(NO_CONNECTION, NO_CONNECTION.code, failure.reason, tries=tries, rng=rng)
    details = _details(error)
    rule = error.rule
    if rule.scope == Scope.TOKEN or rule.code in HOLDS_NUMBER:
        holds = "token" if rule.scope == Scope.TOKEN else "number"
        return Verdict(outcome=Outcome.POSTPONED, code=error.code, details=details, holds=holds)
    if isinstance(failure, GraphUnavailable) and not rule.may_retry:
        rule = NO_CONNECTION  # Meta says that it is for the moment only
    return _later(rule, error.code, details, tries=tries, rng=rng)


def judge_upload(failure: GraphFailure, *, tries: int, rng: Random) -> Verdict:
    """An upload may always be made again: a second copy of a file harms nobody."""
    if isinstance(failure, GraphTimeout):
        return _later(NO_CONNECTION, NO_CONNECTION.code, failure.reason, tries=tries, rng=rng)
    return judge(failure, tries=tries, rng=rng)


def _later(rule: ErrorRule, code: int, details: str, *, tries: int, rng: Random) -> Verdict:
    wait = None if rule.policy in TOO_LONG else retry_delay(rule, tries, rng)
    outcome = Outcome.REFUSED if wait is None else Outcome.POSTPONED
    return Verdict(outcome=outcome, code=code, details=details, wait=wait)


def _details(error: GraphError) -> str:
    return error.details or error.user_message or error.message
