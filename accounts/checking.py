"""Asks Meta whether ids, secrets and tokens are what people say they are. Writes nothing; connecting.py does."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from django.utils.translation import get_language, gettext

from accounts import zones
from accounts.graph import graph_for, graph_with
from accounts.models import BusinessAccount, MetaApp
from whatsapp.client import GraphFailure, GraphTimeout, GraphUnavailable
from whatsapp.errors import Scope

NEEDED = ("whatsapp_business_management", "whatsapp_business_messaging")
STANDARD, HIGH = 80, 1000  # messages a second
MISSING = (
    100,
    33,
)  # Meta's code and subcode for an id that does not exist, or is not shown to this token


class NotAccepted(Exception):
    """Meta said no, or could not be asked. `what` is for people, `meta` are Meta's own words."""

    def __init__(self, what: str, *, meta: str = "", is_about_token: bool = False) -> None:
        super().__init__(what)
        self.what = what
        self.meta = meta
        self.is_about_token = is_about_token


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberFacts:
    phone_number_id: str
    display: str
    verified_name: str
    quality: str
    limit: str
    status: str
    per_second: int

    @property
    def digits(self) -> str:
        return "".join(filter(str.isdigit, self.display))


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountFacts:
    waba_id: str
    name: str
    currency: str
    time_zone: str
    is_subscribed: bool
    token_ends_at: datetime | None = None
    numbers: tuple[NumberFacts, ...] = field(default=())


def check_app(app_id: str, secret: str) -> None:
    """Whether the secret is the app's."""
    token = f"{app_id}|{secret}"
    with in_words(refused=gettext("Meta does not accept this app ID with this secret.")):
        found = graph_with(token).debug_token(token)
    if not found.get("is_valid") or str(found.get("app_id")) != app_id:
        raise NotAccepted(gettext("Meta does not accept this app ID with this secret."))


def check_account(waba_id: str, *, token: str, app: MetaApp, zone: str) -> AccountFacts:
    """What Meta tells of the account, if the token is good for all that we do.

    `zone` stands in where Meta names none that we know.
    """
    ends_at = _check_token(token, app=app)
    client = graph_with(token, app_secret=app.secret)
    with in_words(
        missing=gettext("Meta knows no such account, or the token was not given access to it.")
    ):
        account = client.waba(waba_id)
        numbers = tuple(_number(found) for found in client.phone_numbers(waba_id))
        subscribed = client.subscribed_apps(waba_id)
    return AccountFacts(
        waba_id=waba_id,
        name=str(account.get("name") or waba_id)[:120],
        currency=str(account.get("currency") or "USD")[:3],
        time_zone=zones.zone_of(account.get("timezone_id"), otherwise=zone),
        is_subscribed=any(_app_id(row) == app.app_id for row in subscribed),
        token_ends_at=ends_at,
        numbers=numbers,
    )


def check_again(account: BusinessAccount, *, token: str = "") -> AccountFacts:
    """The same with what is stored, or with a new token."""
    return check_account(
        account.waba_id, token=token or account.token, app=account.app, zone=account.time_zone
    )


def check_number(account: BusinessAccount, phone_number_id: str) -> NumberFacts:
    """A number by its id, if it is one of this account."""
    with in_words(missing=gettext("Meta knows no such number, or the token has no access to it.")):
        found = list(graph_for(account).phone_numbers(account.waba_id))
    for row in found:
        if str(row.get("id")) == phone_number_id:
            return _number(row)
    raise NotAccepted(
        gettext("The account “%(account)s” has no number with this ID.") % {"account": account.name}
    )


def subscribe(account: BusinessAccount) -> None:
    """From now on Meta sends the account's webhooks to the app."""
    with in_words():
        graph_for(account).subscribe_app(account.waba_id)


def _check_token(token: str, *, app: MetaApp) -> datetime | None:
    """When the token ends, if it does. Meta judges it by the app's own credentials."""
    refused = gettext("Meta does not accept this token: it is wrong, withdrawn or too old.")
    with in_words(refused=refused):
        found = graph_with(f"{app.app_id}|{app.secret}").debug_token(token)
    if not found.get("is_valid"):
        error = found.get("error")
        meta = str(error.get("message", "")) if isinstance(error, dict) else ""
        raise NotAccepted(refused, meta=meta, is_about_token=True)
    if str(found.get("app_id")) != app.app_id:
        raise NotAccepted(
            gettext("This token was made for another app (%(app)s). Make one for the app %(ours)s.")
            % {"app": found.get("app_id"), "ours": app.app_id}
        )
    scopes = found.get("scopes")
    missing = [scope for scope in NEEDED if not isinstance(scopes, list) or scope not in scopes]
    if missing:
        raise NotAccepted(
            gettext("The token lacks a permission: %(scopes)s.") % {"scopes": ", ".join(missing)}
        )
    ends_at = found.get("expires_at")
    return datetime.fromtimestamp(ends_at, tz=UTC) if isinstance(ends_at, int) and ends_at else None


def _number(found: dict[str, Any]) -> NumberFacts:
    throughput = found.get("throughput")
    level = throughput.get("level") if isinstance(throughput, dict) else ""
    limit = found.get("whatsapp_business_manager_messaging_limit")
    return NumberFacts(
        phone_number_id=str(found.get("id", "")),
        display=str(found.get("display_phone_number") or "")[:32],
        verified_name=str(found.get("verified_name") or "")[:160],
        quality=str(found.get("quality_rating") or "UNKNOWN")[:16],
        limit=str(limit or "")[:24],
        status=str(found.get("status") or "UNKNOWN")[:24],
        per_second=HIGH if level == "HIGH" else STANDARD,
    )


def _app_id(row: dict[str, Any]) -> str:
    data = row.get("whatsapp_business_api_data")
    return str(data.get("id", "")) if isinstance(data, dict) else ""


@contextmanager
def in_words(*, refused: str = "", missing: str = "") -> Iterator[None]:
    """Turns how a call failed into words for an administrator. The failure itself is let go: it says no more."""
    problem: NotAccepted | None = None
    try:
        yield
    except GraphFailure as failure:
        problem = explained(failure, refused=refused, missing=missing)
    if problem:
        raise problem


def explained(failure: GraphFailure, *, refused: str = "", missing: str = "") -> NotAccepted:
    error = failure.error
    if error is None:
        if isinstance(failure, GraphTimeout):
            return NotAccepted(gettext("Meta did not answer in time. Try again."))
        if isinstance(failure, GraphUnavailable):
            return NotAccepted(gettext("Meta cannot be reached from this server. Try again."))
        return NotAccepted(str(failure))
    if refused and error.rule.scope == Scope.TOKEN:
        what = refused
    elif missing and (error.code, error.subcode) == MISSING:
        what = missing
    else:
        what = error.rule.words(get_language() or "en").what
    return NotAccepted(what, meta=str(error), is_about_token=error.rule.scope == Scope.TOKEN)
