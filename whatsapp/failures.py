"""What a call to the Graph API can end in, other than well. `client` raises these; the sender acts
on which one it is.

GraphUnavailable  Meta certainly took nothing, and the same call may succeed later.
GraphRefusal      Meta said no: it took nothing, and waiting a little changes nothing (see `rule`).
GraphTimeout      Nobody can know whether Meta took it. Never send it again blindly.

None of them ever holds the token, the URL's query or the request.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from whatsapp.errors import ErrorRule, RetryPolicy, Words, rule_for


@dataclass(frozen=True, slots=True, kw_only=True)
class GraphError:
    """Meta's error envelope."""

    code: int
    message: str = ""
    subcode: int | None = None
    details: str = ""
    type: str = ""
    user_title: str = ""
    user_message: str = ""
    is_transient: bool = False
    trace_id: str = ""
    http_status: int = 0

    @property
    def rule(self) -> ErrorRule:
        return rule_for(self.code, self.subcode)

    def __str__(self) -> str:
        code = f"{self.code}/{self.subcode}" if self.subcode else str(self.code)
        return f"({code}) {self.details or self.user_message or self.message}"

    @classmethod
    def read(cls, body: Any, *, http_status: int) -> GraphError | None:
        """The error of an answer, or None if there is none that we can read."""
        found = body.get("error") if isinstance(body, dict) else None
        if not isinstance(found, dict) or (code := _number(found.get("code"))) is None:
            return None
        data = found.get("error_data")
        details = data.get("details") if isinstance(data, dict) else data
        return cls(
            code=code,
            message=_text(found.get("message")),
            subcode=_number(found.get("error_subcode")),
            details=_text(details),
            type=_text(found.get("type")),
            user_title=_text(found.get("error_user_title")),
            user_message=_text(found.get("error_user_msg")),
            is_transient=found.get("is_transient") is True,
            trace_id=_text(found.get("fbtrace_id")),
            http_status=http_status,
        )


class GraphFailure(Exception):
    """Any call that did not end well. `error` is Meta's own word, if it said one."""

    def __init__(self, reason: str, *, error: GraphError | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.error = error

    @property
    def rule(self) -> ErrorRule | None:
        return self.error.rule if self.error else None

    def words(self, language: str) -> Words | None:
        return self.error.rule.words(language) if self.error else None


class GraphRefusal(GraphFailure):
    """Meta said no. `error` is always there."""

    error: GraphError

    def __init__(self, error: GraphError) -> None:
        super().__init__(str(error), error=error)

    @property
    def rule(self) -> ErrorRule:
        return self.error.rule


class GraphUnavailable(GraphFailure):
    """Certainly not taken: no connection, or Meta said that it is busy. The same call may be
    made again.
    """


class GraphTimeout(GraphFailure):
    """The outcome is unknown: the request went out and no readable answer came back."""


class MediaGone(GraphFailure):
    """The file's address has expired (5 minutes) or the file is no longer kept. Ask for a new
    address.
    """


class MediaTooLarge(GraphFailure):
    """The file is larger than we allowed."""


def failure_for(error: GraphError) -> GraphFailure:
    """Which failure Meta's own word is.

    Outside of 4xx a refusal means "not taken" only for codes that say so: a bare "something went
    wrong" may come after the message was taken.
    """
    rule = error.rule
    if not rule.is_certain and not 400 <= error.http_status < 500:
        return GraphTimeout(str(error), error=error)
    if error.is_transient or rule.policy in WAITING:
        return GraphUnavailable(str(error), error=error)
    return GraphRefusal(error)


WAITING = frozenset({RetryPolicy.BACKOFF, RetryPolicy.MINUTES, RetryPolicy.PAIR})


def _number(value: Any) -> int | None:
    if isinstance(value, bool) or not isinstance(value, int | str):
        return None
    try:
        return int(value)
    except ValueError:
        return None


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
