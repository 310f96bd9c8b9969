"""Who sees which figures: finance and administrators all of them; who writes to customers, what it is sold for."""

from __future__ import annotations

from accounts.models import Agent, Role
from billing.models import BillingSettings

FINANCE = Role.FINANCE.value
ADMINISTRATOR = Role.ADMINISTRATOR.value
KEEPS_BOOKS = frozenset({FINANCE, ADMINISTRATOR})


def sees_margin(agent: Agent) -> bool:
    """Meta's cost and what is earned on it."""
    return agent.role in KEEPS_BOOKS


def sees_prices(agent: Agent) -> bool:
    """The resale price of a message: agents too, unless the workspace says otherwise."""
    if sees_margin(agent):
        return True
    settings = BillingSettings.objects.filter(workspace_id=agent.workspace_id).first()
    return settings.agents_see_prices if settings else True
