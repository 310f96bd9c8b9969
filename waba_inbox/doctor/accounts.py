"""The doctor's look at one WhatsApp account: what Meta says of its token, its subscription and its numbers."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

from django.utils import timezone
from django.utils.timesince import timesince

from accounts.graph import graph_for, graph_with
from accounts.models import BusinessAccount, PhoneNumber
from waba_inbox.doctor.finding import Finding, State
from webhooks.models import Envelope
from whatsapp.client import GraphClient
from whatsapp.failures import GraphFailure

OK, LOOK, RED = State.OK, State.LOOK, State.RED
SCOPES = ("whatsapp_business_messaging", "whatsapp_business_management")
WEEK = 7 * 24 * 3600


def account_findings(pk: int) -> Iterator[Finding]:
    account = BusinessAccount.objects.select_related("app").get(pk=pk)
    graph = graph_for(account)
    about = f"WABA {account.waba_id}"
    for look in (_token, _subscription):
        try:
            yield from look(account, graph, about)
        except GraphFailure as problem:
            yield Finding(about, RED, str(problem), "Is the token right, and the account's id?")
    yield _last_webhook(account, about)
    for number in account.numbers.filter(is_active=True):
        try:
            yield _number(number, graph)
        except GraphFailure as problem:
            yield Finding(f"number {number}", RED, str(problem), "Does this token see the number?")


def _token(account: BusinessAccount, _graph: GraphClient, about: str) -> Iterator[Finding]:
    as_the_app = graph_with(f"{account.app.app_id}|{account.app.secret}")
    found = as_the_app.debug_token(account.token)
    if not found.get("is_valid"):
        said = (found.get("error") or {}).get("message") or "the token is not valid"
        yield Finding(
            about, RED, said, "Make a new system user token and enter it in the settings."
        )
        return
    granular = [one.get("scope") for one in found.get("granular_scopes") or []]
    missing = [scope for scope in SCOPES if scope not in [*(found.get("scopes") or []), *granular]]
    if missing:
        said = f"the token lacks {', '.join(missing)}"
        yield Finding(about, RED, said, "Make one with these permissions.")
        return
    ends = found.get("expires_at") or 0
    if ends and ends - time.time() < WEEK:
        days = max(0, int((ends - time.time()) / 86400))
        yield Finding(about, LOOK, f"the token ends in {days} days", "Make one that never expires.")
        return
    yield Finding(about, OK, "the token works and has the permissions")


def _subscription(account: BusinessAccount, graph: GraphClient, about: str) -> Iterator[Finding]:
    for one in graph.subscribed_apps(account.waba_id):
        data: dict[str, Any] = one.get("whatsapp_business_api_data") or {}
        if str(data.get("id")) == account.app.app_id:
            yield Finding(about, OK, f"sends its webhooks to app {account.app.app_id}")
            return
    advice = "Subscribe it on the account's page in the settings."
    yield Finding(about, RED, f"does not send its webhooks to app {account.app.app_id}", advice)


def _last_webhook(account: BusinessAccount, about: str) -> Finding:
    last = Envelope.objects.filter(app=account.app).order_by("-received_at").first()
    if last is None:
        advice = "Write to one of its numbers; look at the webhook's address in Meta's app."
        return Finding(about, LOOK, "no webhook has ever come", advice)
    return Finding(
        about, OK, f"the last webhook came {timesince(last.received_at, timezone.now())} ago"
    )


def _number(number: PhoneNumber, graph: GraphClient) -> Finding:
    about = f"number {number}"
    found = graph.phone_number(number.phone_number_id)
    status = str(found.get("status") or "unknown")
    quality = str(found.get("quality_rating") or "UNKNOWN")
    said = f"{status.lower()}, quality {quality.lower()}"
    if status != "CONNECTED":
        return Finding(about, RED, said, "Look at the number in WhatsApp Manager.")
    if number.held_reason:
        held = f"{said}; sending is held by error {number.held_reason}"
        return Finding(about, RED, held, "Mend what the error says, then release the number.")
    if quality == "RED":
        return Finding(about, LOOK, said, "Customers block or report it: send less, and better.")
    return Finding(about, OK, said)
