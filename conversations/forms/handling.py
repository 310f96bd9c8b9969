"""What is done with a conversation: who has it, its labels, values, priority, snooze and end."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext

from accounts.models import Agent, Team
from conversations.models import Label, Priority, ResolveReason


class AssignmentForm(forms.Form):
    """`note`: left with the assignment, for whoever gets it; `token` keeps it from being left twice."""

    to = forms.CharField(required=False)
    note = forms.CharField(required=False, max_length=4000)
    token = forms.UUIDField(required=False)
    expected = forms.IntegerField(required=False)

    def __init__(self, *args: Any, agent: Agent, colleagues: list[Agent], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.agent, self.colleagues = (
            agent,
            {str(colleague.pk): colleague for colleague in colleagues},
        )

    def clean_to(self) -> Agent | None:
        to = self.cleaned_data["to"]
        if to == "me":
            return self.agent
        if to and to not in self.colleagues:
            raise forms.ValidationError(gettext("This colleague cannot see the conversation."))
        return self.colleagues.get(to)


class TeamForm(forms.Form):
    team = forms.ModelChoiceField(Team.objects.none(), required=False)

    def __init__(self, *args: Any, teams: QuerySet[Team], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["team"].queryset = teams  # type: ignore[attr-defined]


class LabelledForm(forms.Form):
    label = forms.ModelChoiceField(Label.objects.none())
    on = forms.BooleanField(required=False)

    def __init__(self, *args: Any, labels: QuerySet[Label], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["label"].queryset = labels  # type: ignore[attr-defined]


class PriorityForm(forms.Form):
    priority = forms.ChoiceField(choices=Priority.choices)


class ValueForm(forms.Form):
    value = forms.CharField(required=False, max_length=5000)


class ClosureForm(forms.Form):
    reopen = forms.BooleanField(required=False)
    reason = forms.ModelChoiceField(ResolveReason.objects.none(), required=False)

    def __init__(self, *args: Any, reasons: QuerySet[ResolveReason], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].queryset = reasons  # type: ignore[attr-defined]


class SnoozeForm(forms.Form):
    """`until`: a name of the menu, or `typed` in the agent's own words, or `at` from the browser's own field."""

    until = forms.ChoiceField(
        choices=[
            (name, name) for name in ("hour", "tomorrow", "monday", "month", "reply", "pending")
        ],
        required=False,
    )
    typed = forms.CharField(required=False, max_length=60)
    at = forms.CharField(required=False, max_length=30)
