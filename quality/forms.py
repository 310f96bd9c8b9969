"""What the quality pages may send us."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy, pgettext_lazy

HOURS = (1, 4, 24, 72)


class LiftForm(forms.Form):
    hours = forms.TypedChoiceField(
        label=pgettext_lazy("how long", "For"),
        coerce=int,
        choices=[(n, ngettext_lazy("%d hour", "%d hours", n) % n) for n in HOURS],
    )
    reason = forms.CharField(label=_("Why"), max_length=200, strip=True)


class AlertForm(forms.Form):
    """One act on an alert."""

    act = forms.ChoiceField(choices=[(name, name) for name in ("seen", "snooze", "take", "leave")])
    hours = forms.TypedChoiceField(coerce=int, choices=[(n, n) for n in HOURS], required=False)


class RulesForm(forms.Form):
    """A pair of boxes a kind: shown, mailed."""

    def __init__(self, *args: Any, kinds: dict[str, tuple[str, bool, bool]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kinds = kinds
        for kind, (_words, shown, mailed) in kinds.items():
            self.fields[f"shown.{kind}"] = forms.BooleanField(required=False, initial=shown)
            self.fields[f"mailed.{kind}"] = forms.BooleanField(required=False, initial=mailed)

    def rows(self) -> list[tuple[str, forms.BoundField, forms.BoundField]]:
        return [
            (words, self[f"shown.{kind}"], self[f"mailed.{kind}"])
            for kind, (words, _shown, _mailed) in self.kinds.items()
        ]
