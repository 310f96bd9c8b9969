"""Looking for people by a piece of their number: nobody finds by digits that they may not see."""

from __future__ import annotations

from django.db.models import Q, Value
from django.db.models.functions import Right
from django.db.models.lookups import Contains

from accounts import masking
from accounts.models import Agent

NOBODY = Q(pk__in=[])


def matching(agent: Agent, digits: str) -> Q:
    """Of contacts: those whose number holds these digits where this agent sees it."""
    if agent.phones == masking.FULL:
        return Q(phone__contains=digits)
    if agent.phones == masking.HIDDEN or len(digits) > masking.SHOWN_DIGITS:
        return NOBODY
    return Q(Contains(Right("phone", masking.SHOWN_DIGITS), Value(digits)))
