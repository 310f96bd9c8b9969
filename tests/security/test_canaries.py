"""Secrets that are recognised wherever they come out: planted, then every page, form, file and log line is searched."""

from __future__ import annotations

import io
import logging
import zipfile
from typing import Any

import pytest
from allauth.mfa.totp.internal.auth import TOTP
from asgiref.sync import async_to_sync
from django.core.cache import cache
from django.db import transaction
from django.test import Client

from accounts.models import Agent, BusinessAccount, MetaApp, Role
from conversations.models import PushSubscription
from tests import world
from tests.doors import CLOSED
from tests.things import things_of
from waba_inbox import logs

CANARIES = {
    "the token of an account": "EAAGcanaryToken0123456789",
    "the secret of an app": "canarysecret0123456789abcdef",
    "the second step's key": "CANARYJBSWY3DPEHPK3PXPAAAA",
    "the key of a push": "canarypushkey0123456789",
    "a password": world.PASSWORD,
}


def planted(colleague: Agent) -> dict[str, str]:
    """Every secret of the workspace is a canary from here on; what is looked for, by its name."""
    for app in MetaApp.objects.filter(workspace=colleague.workspace):
        app.secret = CANARIES["the secret of an app"]
        app.save(update_fields=["secret"])
    for account in BusinessAccount.objects.filter(workspace=colleague.workspace):
        account.token = CANARIES["the token of an account"]
        account.save(update_fields=["token"])
    TOTP.activate(colleague, CANARIES["the second step's key"])
    PushSubscription.objects.create(
        agent=colleague,
        endpoint="https://fcm.googleapis.com/canary",
        p256dh=CANARIES["the key of a push"],
        auth="canaryauth",
    )
    session = signed_in(colleague).session.session_key
    assert session
    return CANARIES | {
        "the hash of a password": colleague.password,
        "somebody's session": session,
        "the other key of a push": "canaryauth",
    }


def signed_in(agent: Agent) -> Client:
    client = Client()
    client.force_login(agent)
    return client


def streamed(answer: Any) -> bytes:
    async def gathered() -> bytes:
        return b"".join([part async for part in answer.streaming_content])

    if answer.is_async:
        return async_to_sync(gathered)()
    return b"".join(answer.streaming_content)


def said(answer: Any) -> bytes:
    """All of an answer: its headers, its body, and what a zip or workbook in it holds."""
    head = repr(sorted(answer.headers.items())).encode()
    body = streamed(answer) if answer.streaming else answer.content
    if body[:2] != b"PK":
        return head + body
    with zipfile.ZipFile(io.BytesIO(body)) as packed:
        return head + b"".join(packed.read(name) for name in packed.namelist())


@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.AGENT])
def test_no_secret_comes_out_anywhere(
    role: str,
    ada: Agent,
    meta: Any,
    settings: Any,
    caplog: pytest.LogCaptureFixture,
    record_property: Any,
) -> None:
    """Meta refuses the planted token, so whatever asks Meta fails on the way and says so."""
    settings.ACCOUNT_RATE_LIMITS = False
    cache.clear()
    things = things_of(ada.workspace, ada)
    secrets = planted(ada)
    client = signed_in(world.make_agent(ada.workspace, "Visitor", role))
    client.raise_request_exception = False
    found, requests, read = [], 0, 0
    with caplog.at_level(logging.DEBUG):
        for url in CLOSED:
            for method in ("get", "post"):
                place = transaction.savepoint()
                told = said(getattr(client, method)(url.path(things)))
                transaction.savepoint_rollback(place)
                requests, read = requests + 1, read + (b"Visitor" in told)
                found += [
                    f"{name} at {method} {url.label}"
                    for name, secret in secrets.items()
                    if secret.encode() in told
                ]
    lines = [logs.formatter().format(record) for record in caplog.records]
    found += [
        f"{name} in the log: {line[:200]}"
        for name, secret in secrets.items()
        for line in lines
        if secret in line
    ]
    assert not found
    assert read > 20  # the visitor's own name is found where it stands
    record_property(
        "counted",
        f"secrets as {role}: {len(secrets)} looked for in {requests} answers and {len(lines)} lines",
    )
