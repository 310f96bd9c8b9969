"""What keeps a template from being sent, in the reader's language: what is wrong and what to do."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Final

from django.utils.translation import gettext, ngettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from templates_app.contract import Problem, Trouble
from templates_app.models.states import word_for

PLACES: Final = {
    "header": pgettext_lazy("part of a template", "header"),
    "body": pgettext_lazy("part of a template", "text"),
    "button": pgettext_lazy("part of a template", "button"),
    "offer": pgettext_lazy("part of a template", "offer"),
    "card": pgettext_lazy("part of a template", "card"),
}
CARD: Final = re.compile(r"card\.(\d+)\.file")
FILES: Final = {
    "image": _("a picture"),
    "video": _("a video"),
    "document": _("a document"),
}
STATES: Final = {
    "PAUSED": _("It can be sent again when the pause is over. Until then choose another template."),
    "DISABLED": _("It can never be sent again. Choose another template."),
    "PENDING": _("Wait for Meta’s answer, or choose an approved template."),
    "REJECTED": _("A manager can correct and resubmit it. Choose an approved template."),
}


def where(key: str) -> str:
    """`body.1` as “{{1}} (text)”; a part as its name."""
    place, _dot, name = key.partition(".")
    part = str(PLACES.get(place, place))
    if not name:
        return part
    if place in ("button", "card"):
        number, _dot, rest = name.partition(".")
        if number.isdecimal():
            number = str(int(number) + 1)
        return f"{part} {number} {rest.replace('.', ' ')}".strip()
    return f"{{{{{name}}}}} ({part})"


def what(problems: Sequence[Problem]) -> str:
    """One sentence for each; what lacks a value is told together."""
    said = []
    missing = [problem.key for problem in problems if problem.trouble == Trouble.MISSING]
    if missing:
        names = ", ".join(map(where, missing))
        said.append(
            ngettext(
                "The template needs one more value: %(names)s.",
                "The template needs more values: %(names)s.",
                len(missing),
            )
            % {"names": names}
        )
    said += [WORDS[p.trouble](p) for p in problems if p.trouble != Trouble.MISSING]
    return " ".join(said)


def todo(problems: Sequence[Problem]) -> str:
    """What to do about the gravest of them."""
    troubles = {problem.trouble: problem for problem in problems}
    if state := troubles.get(Trouble.STATE):
        return str(STATES.get(state.detail, gettext("Choose an approved template.")))
    if Trouble.NEEDS_PHONE in troubles:
        return gettext("Ask for the number, or send another template.")
    if any(CARD.fullmatch(problem.key) for problem in problems):
        return gettext("A manager uploads it on the page of the template.")
    if troubles.keys() & {Trouble.UNKNOWN, Trouble.LANGUAGE, Trouble.PARTS, Trouble.HIDDEN}:
        return gettext("Choose an approved template.")
    if troubles.keys() & {Trouble.MISSING, Trouble.FILE_MISSING}:
        return gettext("Fill it in and send again.")
    return gettext("Change it and send again.")


def _no_file(problem: Problem) -> str:
    told = {"file": FILES.get(problem.detail, problem.detail)}
    if card := CARD.fullmatch(problem.key):
        told["n"] = str(int(card[1]) + 1)
        return gettext("Card %(n)s of this template lacks %(file)s.") % told
    return gettext("This template needs %(file)s above the text.") % told


WORDS: Final[dict[Trouble, Callable[[Problem], str]]] = {
    Trouble.UNKNOWN: lambda _p: gettext("The account of this number has no such template."),
    Trouble.LANGUAGE: lambda p: (
        gettext("The template is not there in “%(language)s”.") % {"language": p.detail}
    ),
    Trouble.STATE: lambda p: (
        gettext("This template cannot be sent: its state is “%(state)s”.")
        % {"state": word_for(p.detail)}
    ),
    Trouble.NEEDS_PHONE: lambda _p: gettext(
        "WhatsApp takes codes to a phone number only, and this person hides theirs."
    ),
    Trouble.HIDDEN: lambda _p: gettext("This template is kept for other roles."),
    Trouble.PARTS: lambda p: (
        gettext("This template has parts that cannot be sent from here: %(parts)s.")
        % {"parts": p.detail}
    ),
    Trouble.SURPLUS: lambda p: (
        gettext(
            "%(where)s is no variable of this template. It was changed, perhaps: choose it anew."
        )
        % {"where": where(p.key)}
    ),
    Trouble.BROKEN: lambda p: (
        gettext("%(where)s may not hold line breaks, tabs or more than four spaces in a row.")
        % {"where": where(p.key)}
    ),
    Trouble.LONG: lambda p: (
        gettext("%(where)s is too long: %(most)s characters at most.")
        % {"where": where(p.key), "most": p.detail}
    ),
    Trouble.LINK: lambda p: (
        gettext("%(where)s is the end of a link: no spaces there.") % {"where": where(p.key)}
    ),
    Trouble.PLACE: lambda p: (
        gettext("%(where)s is no place on the map: write degrees, like 59.94.")
        % {"where": where(p.key)}
    ),
    Trouble.FILE_MISSING: lambda p: _no_file(p),
    Trouble.FILE_KIND: lambda p: (
        gettext("Above the text of this template stands %(file)s only.")
        % {"file": FILES.get(p.detail, p.detail)}
    ),
}
