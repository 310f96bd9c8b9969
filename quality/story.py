"""The timeline of one number: what changed with it, its account and its templates, in one order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db.models import Q
from django.utils.formats import number_format
from django.utils.translation import gettext

from accounts.models import PhoneNumber
from quality import cause_words, words
from quality.aspects import Aspect
from quality.evidence import Peak
from quality.models import Observation, Source
from templates_app.models import TemplateEvent

SHOWN: Final = 80
BAD_FOR_TEMPLATES: Final = frozenset({"PAUSED", "DISABLED", "REJECTED", "RED", "YELLOW"})
STEPS: Final = {"GREEN": 2, "YELLOW": 1, "RED": 0}


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that happened. `tone`: "bad", "good", "cause" or empty."""

    at: datetime
    what: str
    before: str
    after: str
    source: str
    note: str = ""
    subject: str = ""
    tone: str = ""
    cause: str = ""  # a signal: what was counted can be looked at


def latest_fall(number: PhoneNumber) -> Observation | None:
    """When the rating last went down."""
    rows = Observation.objects.filter(number=number, aspect=Aspect.RATING).order_by("-at", "-pk")
    for change in rows[:50]:
        if STEPS.get(change.after, 3) < STEPS.get(change.before, 2):
            return change
    return None


def of_number(number: PhoneNumber, *, peaks: Sequence[Peak] = ()) -> list[Line]:
    """Latest first. `peaks`: what may have caused the latest fall stands at the hour in which it was strongest."""
    here = Q(number=number) | Q(number=None, account_id=number.account_id)
    seen = Observation.objects.filter(here).order_by("-at", "-pk")[:SHOWN]
    told = TemplateEvent.objects.filter(
        template__account_id=number.account_id, kind__in=("status", "quality", "category")
    ).select_related("template")[:SHOWN]
    lines = [_observed(one) for one in seen if one.before or one.source != "poll"]
    lines += [_of_template(one) for one in told if one.before]
    lines += [_of_peak(one) for one in peaks]
    return sorted(lines, key=lambda line: line.at, reverse=True)[:SHOWN]


def _observed(one: Observation) -> Line:
    tone = ""
    if one.aspect == Aspect.RATING:
        tone = "good" if STEPS.get(one.after, 2) > STEPS.get(one.before, 2) else "bad"
    note = " · ".join(
        str(one.details[key]) for key in ("by", "reason", "description") if one.details.get(key)
    )
    return Line(
        one.at, words.aspect_words(one.aspect), words.value_words(one.before), words.value_words(one.after),
        one.get_source_display(), note, "" if one.number_id else one.account.name, tone,
    )  # fmt: skip


def _of_peak(one: Peak) -> Line:
    title, _todo = cause_words.WORDS[one.signal]
    said = gettext("%(n)s in an hour") % {"n": number_format(one.count, force_grouping=True)}
    return Line(
        one.at, str(title), "", said, str(Source.OURS.label), tone="cause", cause=one.signal.value
    )


def _of_template(one: TemplateEvent) -> Line:
    return Line(
        one.at,
        one.kind_words,
        one.before_words,
        one.after_words,
        one.source_words,
        subject=one.template.name,
        tone="bad" if one.after in BAD_FOR_TEMPLATES else "",
    )
