"""Why this person, number or moment takes no message: the window, the gates, consents, budget and roles."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext

from accounts.models import Agent
from conversations.gate_words import WORDS
from conversations.gates import Reason
from conversations.refusals.base import Refusal


@dataclass(eq=False)
class WindowClosed(Refusal):
    """The contact's last message is too old for a free-form reply, or there is none."""

    code = "window_closed"
    closed_at: datetime | None = None

    @property
    def what(self) -> str:
        if self.closed_at is None:
            return gettext("This person has not written to you yet.")
        return gettext("The reply window is closed: the person wrote more than 24 hours ago.")

    @property
    def todo(self) -> str:
        return gettext("Send a template instead.")


@dataclass(eq=False)
class GateClosed(Refusal):
    """We hold back before Meta does (gates.py): `reason` says why."""

    code = "gate_closed"
    reason: Reason = Reason.RESTRICTED

    @property
    def what(self) -> str:
        return str(WORDS[self.reason][0])

    @property
    def todo(self) -> str:
        return str(WORDS[self.reason][1])


@dataclass(eq=False)
class MarketingStopped(Refusal):
    code = "marketing_stopped"

    @property
    def what(self) -> str:
        return gettext("This person has stopped marketing messages.")

    @property
    def todo(self) -> str:
        return gettext("Send a utility template, or wait until they write to you.")


@dataclass(eq=False)
class BudgetSpent(Refusal):
    code = "budget_spent"

    @property
    def what(self) -> str:
        return gettext("The month’s budget for marketing is spent.")

    @property
    def todo(self) -> str:
        return gettext("Send it next month, or ask finance to raise the budget.")


@dataclass(eq=False)
class NumberHeld(Refusal):
    """The business number is switched off here. (A number that Meta holds queues instead: see delivery.)"""

    code = "number_held"
    label: str = ""

    @property
    def what(self) -> str:
        return gettext("The number “%(label)s” is switched off.") % {"label": self.label}

    @property
    def todo(self) -> str:
        return gettext("Ask an administrator to switch it on in the settings.")


@dataclass(eq=False)
class ContactUnreachable(Refusal):
    code = "contact_unreachable"

    @property
    def what(self) -> str:
        return gettext("We know neither a phone number nor a WhatsApp id of this person.")

    @property
    def todo(self) -> str:
        return gettext("Wait until they write, or add their number to the contact.")


@dataclass(eq=False)
class ContactBlocked(Refusal):
    """Meta would refuse it: we have blocked them at this number."""

    code = "contact_blocked"

    @property
    def what(self) -> str:
        return gettext("This person is blocked at this number.")

    @property
    def todo(self) -> str:
        return gettext("Unblock them on the contact’s page first.")


@dataclass(eq=False)
class InternalRole(Refusal):
    code = "internal_role"

    @property
    def what(self) -> str:
        return gettext("Your role does not write to customers.")

    @property
    def todo(self) -> str:
        return gettext("Ask an administrator if you should.")


@dataclass(eq=False)
class NotAssignee(Refusal):
    """The workspace lets only the assignee reply. `to` is who has the conversation."""

    code = "not_assignee"
    to: Agent | None = None

    @property
    def what(self) -> str:
        name = self.to.name if self.to else ""
        return gettext("%(name)s has this conversation, and only the assignee may reply.") % {
            "name": name
        }

    @property
    def todo(self) -> str:
        return gettext("Take it over first.")
