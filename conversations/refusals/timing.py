"""Why it is the wrong moment: others were quicker, the message has left, or the moment named is none."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext, ngettext

from conversations.models import Message
from conversations.refusals.base import Refusal


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
