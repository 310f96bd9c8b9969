"""What a likely cause says to a manager, with its figures."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from quality.causes import Cause, Signal

WORDS: Final[dict[Signal, tuple[str | Promise, str | Promise]]] = {
    Signal.MARKETING: (
        _("Much more marketing than usual"),
        _("Send it to fewer people at a time, first to those who answered lately."),
    ),
    Signal.BURST: (
        _("Many messages at once"),
        _("Spread them over hours: what arrives all together is reported together."),
    ),
    Signal.NEW_PEOPLE: (
        _("Many people who had never written to you"),
        _("Write first only to people who agreed to it; say in the first line where they know you from."),
    ),
    Signal.NOT_REACHED: (
        _("Messages that could not be delivered (131026)"),
        _("The list is old, or people blocked the number: clean it up."),
    ),
    Signal.SPAM: (
        _("Meta’s spam limit (131048)"),
        _("Stop what is running now; try again tomorrow with fewer people."),
    ),
    Signal.PROTECTED: (
        _("Meta held marketing back to protect people (131049)"),
        _("They get too much marketing from everybody: wait a day before the next try."),
    ),
    Signal.OPT_OUTS: (_("People stopped marketing"), _("Look at what they got last: words, hour, frequency.")),
    Signal.COMPLAINTS: (_("People complained in words"), _("Read these conversations and answer them first.")),
    Signal.SLOW: (_("Answers took more than an hour"), _("People report who does not answer: plan more hands.")),
    Signal.TEMPLATES: (_("Templates were changed"), _("Compare how people took them before and after.")),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class CauseWords:
    title: str
    todo: str
    count: int
    usual: float
    strength: int  # 1 to 5
    signal: str = ""


def of(cause: Cause) -> CauseWords:
    title, todo = WORDS[cause.signal]
    return CauseWords(
        str(title),
        str(todo),
        cause.count,
        cause.usual,
        min(5, max(1, round(cause.score))),
        cause.signal.value,
    )
