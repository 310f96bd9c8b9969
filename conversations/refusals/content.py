"""Why a message cannot go out as it is: its words, file, template or form."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import get_language, gettext

from conversations.refusals.base import Refusal
from templates_app import contract, contract_words
from whatsapp.problem import Problem


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
class TemplateRefused(Refusal):
    """The template cannot go so, for all of these reasons: see templates_app/contract.py."""

    code = "template_refused"
    problems: tuple[contract.Problem, ...] = ()

    @property
    def what(self) -> str:
        return contract_words.what(self.problems) or super().what

    @property
    def todo(self) -> str:
        return contract_words.todo(self.problems)
