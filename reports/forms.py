"""Which days, numbers and teams a report is of. What is not understood is left out, so that an old link still opens."""

from __future__ import annotations

from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.inputs import DayInput
from accounts.models import Agent, PhoneNumber, Team
from reports.figures import BY, Scope
from reports.periods import LONGEST, Period, named

PERIODS = [
    ("today", _("Today")),
    ("7", _("7 days")),
    ("30", _("30 days")),
    ("month", _("This month")),
    ("last-month", _("Last month")),
    ("90", _("90 days")),
    ("365", _("A year")),
    ("own", _("From … to …")),
]
USUAL = "30"


class ScopeForm(forms.Form):
    """`scope` and `by` after `is_valid()`; the days are those of the agent's workspace."""

    period = forms.ChoiceField(label=_("Period"), choices=PERIODS, required=False)
    since = forms.DateField(label=_("From"), required=False, widget=DayInput)
    until = forms.DateField(label=_("To"), required=False, widget=DayInput)
    number = forms.ModelChoiceField(
        PhoneNumber.objects.none(), label=_("Number"), required=False, empty_label=_("All numbers")
    )
    team = forms.ModelChoiceField(
        Team.objects.none(), label=_("Team"), required=False, empty_label=_("All teams")
    )

    def __init__(self, *args: Any, agent: Agent, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.data.get("period"):
            self.data = {**self.data.dict(), "period": USUAL}  # type: ignore[attr-defined]
        self.agent, self.today = agent, today
        for name, rows in (
            ("number", PhoneNumber.objects.order_by("label")),
            ("team", Team.objects.order_by("name")),
        ):
            field = self.fields[name]
            assert isinstance(field, forms.ModelChoiceField)
            field.queryset = rows.filter(workspace_id=agent.workspace_id)
        number = self.fields["number"]
        number.label_from_instance = lambda row: row.label or row.display_phone_number  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        since, until = found.get("since"), found.get("until")
        if found.get("period") == "own" and since and until:
            if since > until:
                self.add_error("until", _("The last day must not be before the first."))
            elif until - since >= LONGEST:
                self.add_error("until", _("A year at most: choose fewer days."))
        return found

    @property
    def chosen(self) -> str:
        """The name of the period that is shown."""
        name = self.cleaned_data.get("period") or USUAL
        is_whole = self.cleaned_data.get("since") and self.cleaned_data.get("until")
        return USUAL if name == "own" and not is_whole else name

    @property
    def scope(self) -> Scope:
        found = self.cleaned_data
        period = named(self.chosen, self.today)
        if period is None:
            period = Period(found["since"], found["until"])
        number, team = found.get("number"), found.get("team")
        return Scope(
            self.agent.workspace_id,
            period,
            zone=ZoneInfo(self.agent.workspace.time_zone),
            number=number.pk if number else None,
            team=team.pk if team else None,
        )


def dimension(name: str) -> str:
    """By whom the table is; by agent if nobody understands it."""
    return name if name in BY else "agent"
