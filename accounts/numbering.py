"""Numbers of the workspace: adding those that Meta confirmed, naming them, switching them on and off."""

from __future__ import annotations

from django.conf import settings
from django.db import transaction

from accounts import audit
from accounts.checking import NumberFacts
from accounts.hours import Hours
from accounts.models import Agent, BusinessAccount, PhoneNumber, Team, Workspace


class TooManyNumbers(Exception):
    """The workspace has as many numbers at work as it may."""


class NumberTaken(Exception):
    """The number is connected already, here or in another workspace."""


@transaction.atomic
def add(
    account: BusinessAccount,
    *,
    facts: NumberFacts,
    label: str,
    team: Team | None,
    by: Agent,
    address: str | None = None,
) -> PhoneNumber:
    _make_room(by)
    if PhoneNumber.objects.filter(phone_number_id=facts.phone_number_id).exists():
        raise NumberTaken
    number = PhoneNumber.objects.create(
        workspace_id=account.workspace_id,
        account=account,
        phone_number_id=facts.phone_number_id,
        display_phone_number=facts.display,
        digits=facts.digits,
        verified_name=facts.verified_name,
        label=label,
        team=team,
        quality_rating=facts.quality,
        messaging_limit=facts.limit,
        messages_per_second=facts.per_second,
        status=facts.status,
    )
    audit.record(by, "number.added", str(number), address, account=account.name)
    return number


@transaction.atomic
def change(
    number_id: int,
    *,
    label: str,
    team: Team | None,
    coming_back: str,
    by: Agent,
    address: str | None = None,
) -> PhoneNumber:
    """`coming_back`: whose a resolved conversation is when its customer writes again; empty as for all numbers."""
    number = _locked(number_id, by)
    if (number.label, number.team, number.coming_back) == (label, team, coming_back):
        return number
    facts = {"was": str(number), "team": team.name if team else "—"}
    if number.coming_back != coming_back:
        facts["coming_back"] = coming_back or "—"
    number.label, number.team, number.coming_back = label, team, coming_back
    number.save(update_fields=["label", "team", "coming_back"])
    audit.record(by, "number.changed", str(number), address, **facts)
    return number


@transaction.atomic
def switch_on(number_id: int, *, by: Agent, address: str | None = None) -> PhoneNumber:
    if PhoneNumber.objects.filter(pk=number_id, is_active=False).exists():
        _make_room(by)
    return _switch(_locked(number_id, by), to=True, by=by, address=address)


@transaction.atomic
def switch_off(number_id: int, *, by: Agent, address: str | None = None) -> PhoneNumber:
    """It keeps its conversations and receives on; nothing is sent from it."""
    return _switch(_locked(number_id, by), to=False, by=by, address=address)


def room(workspace: Workspace) -> int:
    """How many more numbers may be at work."""
    used = PhoneNumber.objects.filter(workspace=workspace, is_active=True).count()
    return max(settings.NUMBERS_PER_WORKSPACE - used, 0)


def _make_room(by: Agent) -> None:
    """Under the workspace's lock, so that two tabs cannot both take the last place."""
    workspace = Workspace.objects.select_for_update(no_key=True).get(pk=by.workspace_id)
    if not room(workspace):
        raise TooManyNumbers


def _switch(number: PhoneNumber, *, to: bool, by: Agent, address: str | None) -> PhoneNumber:
    if number.is_active != to:
        number.is_active = to
        number.save(update_fields=["is_active"])
        act = "number.switched_on" if to else "number.switched_off"
        audit.record(by, act, str(number), address)
    return number


def _locked(number_id: int, by: Agent) -> PhoneNumber:
    return PhoneNumber.objects.select_for_update(of=("self",)).get(
        pk=number_id, workspace_id=by.workspace_id
    )


@transaction.atomic
def set_hours(
    number_id: int, *, hours: Hours | None, by: Agent, address: str | None = None
) -> PhoneNumber:
    """None: it has none, and counts as open."""
    number = PhoneNumber.objects.select_for_update(of=("self",)).get(
        pk=number_id, workspace_id=by.workspace_id
    )
    kept = hours.as_json() if hours else None
    if number.hours != kept:
        number.hours = kept
        number.save(update_fields=["hours"])
        audit.record(by, "number.hours_changed", str(number), address)
    return number
