"""Numbers that can send nothing until somebody has put something right: held, seen, and let go again by themselves."""

from __future__ import annotations

from datetime import datetime
from typing import Final

import structlog
from django.core.cache import cache
from django.db.models import Q, QuerySet

from accounts import sockets
from accounts.graph import graph_for
from accounts.models import BusinessAccount, PhoneNumber
from conversations.verdicts import Verdict
from whatsapp.failures import GraphFailure

logger = structlog.get_logger(__name__)
PROBE_EVERY: Final = 60  # seconds, for each number
HELD: Final = ~Q(held_reason="") | ~Q(account__token_problem="")


def hold(number: PhoneNumber, verdict: Verdict) -> None:
    """Everything of this number, or of this token, waits from now on. Call inside the transaction of the outcome."""
    if verdict.holds == "token":
        BusinessAccount.objects.filter(pk=number.account_id).update(
            token_problem=verdict.details or str(verdict.code)
        )
    else:
        PhoneNumber.objects.filter(pk=number.pk).update(held_reason=str(verdict.code))
    sockets.tell_staff(number.workspace_id, kind="standing", number=number.pk)
    logger.error("number held", number=str(number), code=verdict.code, details=verdict.details)


def rest(number: PhoneNumber, *, until: datetime) -> None:
    """Meta's spam limit was hit: marketing rests, answers go on (gates.py). Never sooner than said before."""
    longer = Q(spam_until=None) | Q(spam_until__lt=until)
    if PhoneNumber.objects.filter(longer, pk=number.pk).update(spam_until=until):
        sockets.tell_staff(number.workspace_id, kind="standing", number=number.pk)


def release(number: PhoneNumber) -> None:
    """Let the number send again; the sweep of the outbox finds what waited. Safe to repeat."""
    PhoneNumber.objects.filter(pk=number.pk).update(held_reason="")
    BusinessAccount.objects.filter(pk=number.account_id).update(token_problem="")
    sockets.tell_staff(number.workspace_id, kind="standing", number=number.pk)
    logger.info("number released", number=str(number))


def held() -> QuerySet[PhoneNumber]:
    return PhoneNumber.objects.filter(HELD, is_active=True).select_related("account__app")


def probe_held() -> list[PhoneNumber]:
    """Ask Meta, once a minute a number, whether the trouble is over; give those that were let go."""
    released = []
    for number in held():
        if cache.add(f"probe:{number.pk}", True, PROBE_EVERY) and is_well(number):
            release(number)
            released.append(number)
    return released


def is_well(number: PhoneNumber) -> bool:
    """Whether the token works and Meta does not call the number blocked. One real send will prove the rest."""
    try:
        found = graph_for(number).phone_number(
            number.phone_number_id, fields="id,status,health_status"
        )
    except GraphFailure:
        return False
    health = found.get("health_status")
    return not (isinstance(health, dict) and health.get("can_send_message") == "BLOCKED")
