"""Why a conversation is not changed: who has it, its fields, its closing and macros."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext

from accounts.models import Agent
from conversations.refusals.base import Refusal


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
class NobodyWaits(Refusal):
    code = "nobody_waits"

    @property
    def what(self) -> str:
        return gettext("Nobody waits: every customer who wrote has somebody.")


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


@dataclass(eq=False)
class MacroEmpty(Refusal):
    code = "macro_empty"
    name: str = ""

    @property
    def what(self) -> str:
        return gettext("The macro “%(name)s” does nothing.") % {"name": self.name}
