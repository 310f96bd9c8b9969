"""The figures in words: their names, how each is defined, and durations as people say them."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

MINUTE, HOUR, DAY = 60, 3600, 86_400

DEFINITIONS: Final = (
    (
        _("First reply"),
        _(
            "From the customer’s first message in a new or resolved conversation to the first message that a person of"
            " ours writes. Automatic replies do not count. Only the number’s open hours count."
        ),
    ),
    (
        _("Reply"),
        _(
            "From the first message that nobody has answered yet to the next message of a person of ours, in open"
            " hours. Marking “no reply needed” ends the wait without a figure."
        ),
    ),
    (
        _("Resolution"),
        _(
            "From the beginning of a conversation, or of its new round after it was resolved, to “resolved”, in open"
            " hours. It counts for the person who resolved it, on the day they did."
        ),
    ),
    (
        _("Reopened"),
        _(
            "Resolved conversations in which the customer wrote again, or a colleague reopened them, within 7 days. It"
            " counts for the person who had resolved it, on the day it came back."
        ),
    ),
    (
        _("Rating"),
        _(
            "What customers answered to the question how it was, 1 to 5, on average. It counts for the person who had"
            " resolved the conversation, on the day of the answer."
        ),
    ),
    (
        _("Median, 9 of 10"),
        _(
            "Half of all stay within the median, nine of ten within the second figure. Both are read from classes of"
            " durations and are within 12 % of the exact one; counts and averages are exact."
        ),
    ),
    (
        _("Waiting now"),
        _(
            "Customers who wait for a reply at this moment, whatever the period; by clock time, nights included. By"
            " agent: in conversations assigned to them."
        ),
    ),
    (
        _("Messages"),
        _(
            "All that came and went on the number, automatic ones included. Days and hours are those of the"
            " workspace’s time zone."
        ),
    ),
)


def duration(seconds: int | None) -> str:
    """“45 s”, “3 min 20 s”, “2 h 05 min”, “3 d 4 h”; a dash for nothing."""
    if seconds is None:
        return "—"
    if seconds < MINUTE:
        return gettext("{n} s").format(n=seconds)
    if seconds < HOUR:
        minutes, rest = divmod(seconds, MINUTE)
        if minutes >= 10 or not rest:
            return gettext("{minutes} min").format(minutes=minutes + (rest >= 30))
        return gettext("{minutes} min {seconds} s").format(minutes=minutes, seconds=rest)
    if seconds < DAY:
        hours, rest = divmod(seconds, HOUR)
        if not rest // MINUTE:
            return gettext("{hours} h").format(hours=hours)
        return gettext("{hours} h {minutes} min").format(hours=hours, minutes=rest // MINUTE)
    days, rest = divmod(seconds, DAY)
    if not rest // HOUR:
        return gettext("{days} d").format(days=days)
    return gettext("{days} d {hours} h").format(days=days, hours=rest // HOUR)
