"""Why a message was not taken, or a conversation not changed: typed, and in words for the agent.

Raised by the verbs, shown by the views. Nothing has been written when one of these is raised.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from django.utils.translation import get_language, gettext, ngettext

from accounts.models import Agent
from conversations.gate_words import WORDS
from conversations.gates import Reason
from conversations.models import Message
from templates_app.models import TemplateState
from whatsapp.problem import Problem


@dataclass(eq=False)
class Refusal(Exception):
    """`what` happened and what `todo`, in the language that is active when they are read."""

    code: ClassVar[str] = "refused"

    @property
    def what(self) -> str:
        return gettext("This cannot be done now.")

    @property
    def todo(self) -> str:
        return ""

    @property
    def words(self) -> str:
        return f"{self.what} {self.todo}".strip()

    def __str__(self) -> str:
        return self.words


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
class ThreadMoved(Refusal):
    """Somebody wrote what the agent has not seen. Sending again with `override` passes."""

    code = "thread_moved"
    newer: tuple[Message, ...] = ()

    @property
    def what(self) -> str:
        return ngettext(
            "There is a new message that you have not seen.",
            "There are %(count)d new messages that you have not seen.",
            len(self.newer),
        ) % {"count": len(self.newer)}

    @property
    def todo(self) -> str:
        return gettext("Look at the thread, then send again if your answer still fits.")


@dataclass(eq=False)
class NotFilledIn(Refusal):
    """A variable of a quick reply still stands in the words."""

    code = "not_filled_in"
    variable: str = ""

    @property
    def what(self) -> str:
        return gettext("Fill in %(variable)s first: the customer would see it as it stands.") % {
            "variable": self.variable
        }


@dataclass(eq=False)
class MomentPast(Refusal):
    code = "moment_past"

    @property
    def what(self) -> str:
        return gettext("This moment has passed.")


@dataclass(eq=False)
class MomentUnclear(Refusal):
    code = "moment_unclear"
    text: str = ""

    @property
    def what(self) -> str:
        return gettext("“%(text)s” is no moment that we understand.") % {"text": self.text}

    @property
    def todo(self) -> str:
        return gettext("Write for example “fri 15:00”, “tomorrow 9:30” or “2 h”.")


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
class TemplateNotSendable(Refusal):
    code = "template_not_sendable"
    state: str = ""
    parts: tuple[str, ...] = ()  # components that are not sent from here

    @property
    def what(self) -> str:
        if self.parts:
            return gettext("This template has parts that cannot be sent from here: %(parts)s.") % {
                "parts": ", ".join(self.parts)
            }
        if not self.state:
            return gettext("This template does not belong to the account of this number.")
        shown = dict(TemplateState.choices).get(self.state, self.state)
        return gettext("This template cannot be sent: its state is “%(state)s”.") % {"state": shown}

    @property
    def todo(self) -> str:
        return gettext("Choose an approved template.")


@dataclass(eq=False)
class ParametersMissing(Refusal):
    """`names` are the keys of `templates_app.components.missing`."""

    code = "parameters_missing"
    names: tuple[str, ...] = ()

    @property
    def what(self) -> str:
        return ngettext(
            "The template needs one more value: %(names)s.",
            "The template needs more values: %(names)s.",
            len(self.names),
        ) % {"names": ", ".join(self.names)}

    @property
    def todo(self) -> str:
        return gettext("Fill it in and send again.")


@dataclass(eq=False)
class ContentRefused(Refusal):
    """Meta would refuse the message's form. `problems` says where and why."""

    code = "content_refused"
    problems: tuple[Problem, ...] = ()

    @property
    def what(self) -> str:
        language = get_language() or "en"
        return " ".join(problem.words(language) for problem in self.problems)


@dataclass(eq=False)
class MediaRefused(Refusal):
    """`problem` names Meta's limit."""

    code = "media_refused"
    problem: Problem | None = None
    as_document: bool = False  # it may go as a document

    @property
    def what(self) -> str:
        if self.problem is None:
            return gettext("The file is not here any more.")
        return self.problem.words(get_language() or "en")

    @property
    def todo(self) -> str:
        if self.problem is None:
            return gettext("Attach it again.")
        return ""


@dataclass(eq=False)
class TextTooLong(Refusal):
    code = "text_too_long"
    length: int = 0
    limit: int = 0

    @property
    def what(self) -> str:
        return gettext("The text has %(length)d characters; WhatsApp takes %(limit)d.") % {
            "length": self.length,
            "limit": self.limit,
        }

    @property
    def todo(self) -> str:
        return gettext("Shorten it or send it in parts.")


@dataclass(eq=False)
class EmptyMessage(Refusal):
    code = "empty_message"

    @property
    def what(self) -> str:
        return gettext("There is nothing to send.")

    @property
    def todo(self) -> str:
        return gettext("Write something or attach a file.")


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
class NotRetryable(Refusal):
    """Only what failed, or what nobody knows the fate of, can be sent again."""

    code = "not_retryable"

    @property
    def what(self) -> str:
        return gettext("This message is on its way or has arrived.")


@dataclass(eq=False)
class TooLate(Refusal):
    """What was to be taken back is already with Meta."""

    code = "too_late"

    @property
    def what(self) -> str:
        return gettext("The message has left already and cannot be taken back.")


@dataclass(eq=False)
class CannotReact(Refusal):
    code = "cannot_react"

    @property
    def what(self) -> str:
        return gettext("WhatsApp takes no reaction to this message.")

    @property
    def todo(self) -> str:
        return gettext("Reactions work for 30 days, on messages that WhatsApp has accepted.")


@dataclass(eq=False)
class AlreadyAssigned(Refusal):
    """A colleague was quicker. `to` is who has the conversation now."""

    code = "already_assigned"
    to: Agent | None = None

    @property
    def what(self) -> str:
        if self.to is None:
            return gettext("Nobody has this conversation any more.")
        return gettext("%(name)s has taken this conversation.") % {"name": self.to.name}

    @property
    def todo(self) -> str:
        return gettext("Look again, then decide.")


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


@dataclass(eq=False)
class MacroEmpty(Refusal):
    code = "macro_empty"
    name: str = ""

    @property
    def what(self) -> str:
        return gettext("The macro “%(name)s” does nothing.") % {"name": self.name}


@dataclass(eq=False)
class NobodyWaits(Refusal):
    code = "nobody_waits"

    @property
    def what(self) -> str:
        return gettext("Nobody waits: every customer who wrote has somebody.")


@dataclass(eq=False)
class NotTheirs(Refusal):
    """The person or team has no seat at this conversation's number and team."""

    code = "not_theirs"
    name: str = ""

    @property
    def what(self) -> str:
        return gettext("%(name)s does not work with this number and team.") % {"name": self.name}

    @property
    def todo(self) -> str:
        return gettext("Choose somebody else, or move the conversation to another team first.")


@dataclass(eq=False)
class ValueUnclear(Refusal):
    """What was typed is no value of this field's kind."""

    code = "value_unclear"
    name: str = ""
    kind: str = ""
    too_long: bool = False
    choices: tuple[str, ...] = ()

    @property
    def what(self) -> str:
        if self.too_long:
            return gettext("“%(name)s” takes at most 1,000 characters.") % {"name": self.name}
        return {
            "number": gettext("This is not a number."),
            "date": gettext("This is not a date."),
            "flag": gettext("This is neither yes nor no."),
            "choice": gettext("This is not one of the choices."),
            "link": gettext("This is not a web address."),
        }.get(self.kind, gettext("This cannot be kept here."))

    @property
    def todo(self) -> str:
        return {
            "number": gettext("Write it like 1234.5."),
            "date": gettext("Write it like 2026-12-25 or 25.12.2026."),
            "choice": gettext("Choose from: %(choices)s.") % {"choices": ", ".join(self.choices)},
            "link": gettext("Write it like https://example.com/page."),
        }.get("" if self.too_long else self.kind, "")


@dataclass(eq=False)
class ReasonMissing(Refusal):
    """The workspace wants to know why a conversation is resolved."""

    code = "reason_missing"

    @property
    def what(self) -> str:
        return gettext("Your workspace wants a reason for resolving.")

    @property
    def todo(self) -> str:
        return gettext("Choose one.")


def refusal_facts(refusal: Refusal) -> Mapping[str, str]:
    """For answers in JSON and for logs."""
    return {"code": refusal.code, "what": refusal.what, "todo": refusal.todo}
