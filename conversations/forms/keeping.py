"""What a workspace or an agent sets up: views, labels, fields and reasons."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import Reasons
from conversations import filters, sorting
from conversations.models import Colour, CustomField, FieldKind, FieldOwner


class ViewForm(forms.Form):
    """A saved view: its name, and what the list is asked for."""

    name = forms.CharField(max_length=40)
    emoji = forms.CharField(required=False, max_length=16)
    rules = forms.CharField(required=False, max_length=filters.LONGEST)
    sort = forms.ChoiceField(choices=[(name, name) for name in sorting.SORTS])
    shared = forms.BooleanField(required=False)

    def clean_name(self) -> str:
        return " ".join(str(self.cleaned_data["name"]).split())

    def clean_emoji(self) -> str:
        """A sign, not a word."""
        emoji = str(self.cleaned_data["emoji"])
        if any(letter.isalnum() and letter.isascii() for letter in emoji):
            raise forms.ValidationError(gettext("Choose one emoji, or none."))
        return emoji

    def clean_rules(self) -> filters.Group:
        try:
            return filters.parse(self.cleaned_data["rules"])
        except filters.Unreadable:
            raise forms.ValidationError(gettext("This filter cannot be kept.")) from None

    @property
    def said(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in ("name", "emoji", "rules", "sort")}

    @property
    def is_shared(self) -> bool:
        return bool(self.cleaned_data["shared"])


class LabelForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=40)
    colour = forms.ChoiceField(
        label=_("Colour"),
        choices=Colour.choices,
        initial=Colour.BLUE,
        widget=forms.RadioSelect(attrs={"class": "swatch"}),
    )

    def clean_name(self) -> str:
        return " ".join(str(self.cleaned_data["name"]).split())


class FieldForm(forms.Form):
    """`known`: a field that is there already; whose it is and its kind stay as they are."""

    name = forms.CharField(label=_("Name"), max_length=60)
    of = forms.ChoiceField(label=_("Of"), choices=FieldOwner.choices)
    kind = forms.ChoiceField(label=_("Kind"), choices=FieldKind.choices)
    choices = forms.CharField(
        label=_("Choices"),
        required=False,
        max_length=5000,
        widget=forms.Textarea({"rows": 5}),
        help_text=_("One on each line. Only for fields of the kind “Choice”."),
    )

    def __init__(self, *args: Any, known: CustomField | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.known = known
        if known is not None:
            del self.fields["of"], self.fields["kind"]
            if known.kind != FieldKind.CHOICE:
                del self.fields["choices"]

    def clean_name(self) -> str:
        return " ".join(str(self.cleaned_data["name"]).split())

    def clean_choices(self) -> list[str]:
        """Each once, in the order written."""
        lines = (" ".join(line.split())[:100] for line in self.cleaned_data["choices"].splitlines())
        found: dict[str, str] = {}
        for line in filter(None, lines):
            found.setdefault(line.lower(), line)
        return list(found.values())

    def clean(self) -> dict[str, Any]:
        said = self.cleaned_data
        said.setdefault("choices", [])
        kind = self.known.kind if self.known else said.get("kind")
        if kind == FieldKind.CHOICE and not said["choices"] and "choices" not in self.errors:
            self.add_error("choices", gettext("Write at least one choice."))
        return said


class ReasonsForm(forms.Form):
    names = forms.CharField(
        label=_("Reasons for resolving"),
        required=False,
        max_length=4000,
        widget=forms.Textarea({"rows": 6}),
        help_text=_("One on each line, at most 30. The thread keeps the words as they were."),
    )
    reasons = forms.ChoiceField(
        label=_("Whoever resolves"), choices=Reasons.choices, widget=forms.RadioSelect
    )
    morning = forms.TimeField(
        label=_("The morning begins at"),
        widget=forms.TimeInput({"type": "time"}, format="%H:%M"),
        help_text=_("When what is snoozed for a day comes back, in the zone of the agent."),
    )

    def clean_names(self) -> list[str]:
        lines = (" ".join(line.split())[:60] for line in self.cleaned_data["names"].splitlines())
        found: dict[str, str] = {}
        for line in filter(None, lines):
            found.setdefault(line.lower(), line)
        if len(found) > 30:
            raise forms.ValidationError(_("That is more than 30 reasons."))
        return list(found.values())
