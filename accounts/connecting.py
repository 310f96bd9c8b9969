"""Meta apps and WhatsApp accounts: stored once Meta has confirmed them (checking.py)."""

from __future__ import annotations

import secrets

from django.db import transaction
from django.utils import timezone

from accounts import audit, numbers
from accounts.checking import AccountFacts
from accounts.models import Agent, BusinessAccount, MetaApp, PhoneNumber, Workspace


class ConnectedElsewhere(Exception):
    """Another workspace of this site has it."""


class AlreadyConnected(Exception):
    """This workspace has it already."""


@transaction.atomic
def connect_app(*, app_id: str, secret: str, by: Agent, address: str | None = None) -> MetaApp:
    """A known app of this workspace gets the new secret; its verify token stays, Meta may hold it already."""
    Workspace.objects.select_for_update(no_key=True).get(
        pk=by.workspace_id
    )  # a second click waits here
    app = MetaApp.objects.select_for_update().filter(app_id=app_id).first()
    if app is None:
        app = MetaApp.objects.create(
            workspace_id=by.workspace_id,
            app_id=app_id,
            secret=secret,
            verify_token=secrets.token_urlsafe(24),
        )
        audit.record(by, "app.connected", app_id, address)
        return app
    if app.workspace_id != by.workspace_id:
        raise ConnectedElsewhere
    if app.secret != secret:
        app.secret = secret
        app.save(update_fields=["secret"])
        audit.record(by, "app.secret_changed", app_id, address)
    return app


@transaction.atomic
def connect_account(
    app: MetaApp,
    *,
    facts: AccountFacts,
    token: str,
    pricing_plan: str,
    by: Agent,
    address: str | None = None,
) -> BusinessAccount:
    MetaApp.objects.select_for_update().get(pk=app.pk)  # a second click waits here
    known = BusinessAccount.objects.filter(waba_id=facts.waba_id).first()
    if known:
        raise AlreadyConnected if known.workspace_id == by.workspace_id else ConnectedElsewhere
    now = timezone.now()
    account = BusinessAccount.objects.create(
        workspace_id=by.workspace_id,
        app=app,
        waba_id=facts.waba_id,
        name=facts.name,
        currency=facts.currency,
        time_zone=facts.time_zone,
        pricing_plan=pricing_plan,
        token=token,
        checked_at=now,
        subscribed_at=now if facts.is_subscribed else None,
    )
    audit.record(
        by, "account.connected", account.name, address, waba=facts.waba_id, plan=pricing_plan
    )
    return account


@transaction.atomic
def refresh(
    account_id: int, *, facts: AccountFacts, by: Agent, address: str | None = None
) -> BusinessAccount:
    """Meta confirmed the account: what it says now is written down, for its numbers too."""
    account = _locked(account_id, by)
    _confirm(account, facts)
    audit.record(by, "account.checked", account.name, address)
    return account


@transaction.atomic
def replace_token(
    account_id: int, *, token: str, facts: AccountFacts, by: Agent, address: str | None = None
) -> BusinessAccount:
    """Only ever called with a token that works; until then the old one is kept."""
    account = _locked(account_id, by)
    account.token = token
    account.save(update_fields=["token"])
    _confirm(account, facts)
    audit.record(by, "account.token_changed", account.name, address, ends_with=token[-4:])
    return account


@transaction.atomic
def note_problem(account_id: int, *, words: str, by: Agent) -> None:
    """A check failed for a reason that stops all sends; Meta's words are kept for the page."""
    account = _locked(account_id, by)
    account.token_problem = words
    account.save(update_fields=["token_problem"])


@transaction.atomic
def mark_subscribed(account_id: int, *, by: Agent, address: str | None = None) -> BusinessAccount:
    account = _locked(account_id, by)
    account.subscribed_at = timezone.now()
    account.save(update_fields=["subscribed_at"])
    audit.record(by, "account.subscribed", account.name, address)
    return account


@transaction.atomic
def change_plan(
    account_id: int, *, pricing_plan: str, by: Agent, address: str | None = None
) -> BusinessAccount:
    account = _locked(account_id, by)
    if account.pricing_plan != pricing_plan:
        was, account.pricing_plan = account.pricing_plan, pricing_plan
        account.save(update_fields=["pricing_plan"])
        audit.record(by, "account.plan_changed", account.name, address, was=was, now=pricing_plan)
    return account


def _locked(account_id: int, by: Agent) -> BusinessAccount:
    return BusinessAccount.objects.select_for_update(of=("self",)).get(
        pk=account_id, workspace_id=by.workspace_id
    )


def _confirm(account: BusinessAccount, facts: AccountFacts) -> None:
    now = timezone.now()
    account.name, account.currency = facts.name, facts.currency
    account.time_zone = facts.time_zone
    account.token_problem, account.checked_at = "", now
    if not facts.is_subscribed:
        account.subscribed_at = None
    elif account.subscribed_at is None:
        account.subscribed_at = now
    account.save(
        update_fields=[
            "name",
            "currency",
            "time_zone",
            "token_problem",
            "checked_at",
            "subscribed_at",
        ]
    )
    told = {number.phone_number_id: number for number in facts.numbers}
    for row in PhoneNumber.objects.filter(account=account, phone_number_id__in=told):
        number = told[row.phone_number_id]
        numbers.stand(
            row,
            display_phone_number=number.display,
            digits=number.digits,
            verified_name=number.verified_name,
            quality_rating=number.quality,
            messaging_limit=number.limit,
            status=number.status,
            messages_per_second=number.per_second,
        )
