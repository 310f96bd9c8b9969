"""Errors to Sentry (or GlitchTip), where SENTRY_DSN names one. What customers wrote and secrets stay here."""

from __future__ import annotations

from typing import Any, cast

import sentry_sdk
from sentry_sdk.integrations.logging import ignore_logger
from sentry_sdk.types import Event, Hint

from waba_inbox.logs import starred


def report_to(dsn: str, *, environment: str, release: str) -> None:
    """Called once by the settings of every process. Without a DSN nothing leaves this machine."""
    if not dsn:
        return
    ignore_logger(
        "django_structlog.middlewares.request"
    )  # says again what was reported, and each 503 of /readyz
    sentry_sdk.init(
        dsn=dsn,
        environment=environment,
        release=release or None,
        send_default_pii=False,
        include_local_variables=False,  # they hold what customers wrote
        max_request_body_size="never",
        max_breadcrumbs=0,  # so do lines of the log and queries
        traces_sample_rate=0.0,
        before_send=_cleaned,
    )


def _cleaned(event: Event, _hint: Hint) -> Event:
    """An address of an invitation is a key, and an exception may quote a token."""
    request = event.get("request", {})
    for name in ("cookies", "headers", "data", "query_string", "env"):
        request.pop(name, None)
    for problem in event.get("exception", {}).get("values", []):
        # PostgreSQL quotes the row that it refuses: what a customer wrote, and their number.
        problem["value"] = str(problem.get("value") or "").partition("\nDETAIL:")[0]
    return cast(Event, _starred(event))


def _starred(value: Any) -> Any:
    if isinstance(value, str):
        return starred(value)
    if isinstance(value, dict):
        return {key: _starred(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_starred(one) for one in value]
    return value
