"""Who we are: workspaces, agents and their seats, and the WhatsApp accounts and numbers that they work on."""

from accounts.models.agents import Agent, AgentManager, Presence, initials
from accounts.models.invitations import Invitation, new_invitation_key
from accounts.models.numbers import (
    BusinessAccount,
    MetaApp,
    PhoneNumber,
    PhoneNumberQuerySet,
    PricingPlan,
)
from accounts.models.records import AuditEntry
from accounts.models.roles import SEES_EVERY_CONVERSATION, WORKS_CONVERSATIONS, Phones, Role, Sight
from accounts.models.seats import Seat
from accounts.models.teams import Handing, Team
from accounts.models.workspaces import ComingBack, Reasons, Workspace

__all__ = [
    "SEES_EVERY_CONVERSATION",
    "WORKS_CONVERSATIONS",
    "Agent",
    "AgentManager",
    "AuditEntry",
    "BusinessAccount",
    "ComingBack",
    "Handing",
    "Invitation",
    "MetaApp",
    "PhoneNumber",
    "PhoneNumberQuerySet",
    "Phones",
    "Presence",
    "PricingPlan",
    "Reasons",
    "Role",
    "Seat",
    "Sight",
    "Team",
    "Workspace",
    "initials",
    "new_invitation_key",
]
