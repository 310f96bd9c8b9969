"""What the quality pages may send us."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, pgettext_lazy

from accounts.models import Agent

HOURS = (1, 4, 24, 72)


def _spans() -> list[tuple[int, str]]:
    """In the language of the page, not of the start of the program."""
    return [(n, ngettext("%(n)s hour", "%(n)s hours", n) % {"n": n}) for n in HOURS]


class LiftForm(forms.Form):
    hours = forms.TypedChoiceField(
        label=pgettext_lazy("how long", "For"),
        coerce=int,
        choices=_spans,
    )
    reason = forms.CharField(label=_("Why"), max_length=200, strip=True)


class AlertForm(forms.Form):
    """One act on an alert."""

    act = forms.ChoiceField(
        choices=[(name, name) for name in ("seen", "snooze", "take", "leave", "give")]
    )
    hours = forms.TypedChoiceField(coerce=int, choices=[(n, n) for n in HOURS], required=False)
    to = forms.ModelChoiceField(queryset=Agent.objects.none(), required=False)

    def __init__(self, *args: Any, people: QuerySet[Agent], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast(forms.ModelChoiceField[Agent], self.fields["to"]).queryset = people


class RulesForm(forms.Form):
    """Three boxes a kind: shown, mailed, pushed."""

    WAYS = ("shown", "mailed", "pushed")

    def __init__(
        self, *args: Any, kinds: dict[str, tuple[str, bool, bool, bool]], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.kinds = kinds
        for kind, (_words, *wanted) in kinds.items():
            for way, is_on in zip(self.WAYS, wanted, strict=True):
                self.fields[f"{way}.{kind}"] = forms.BooleanField(required=False, initial=is_on)

    def rows(self) -> list[tuple[str, list[forms.BoundField]]]:
        return [
            (words, [self[f"{way}.{kind}"] for way in self.WAYS])
            for kind, (words, *_wanted) in self.kinds.items()
        ]
