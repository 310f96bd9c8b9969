"""What browsers may send us, checked before a verb sees it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core import validators
from django.db.models import QuerySet
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import Agent, Team
from conversations.models import Colour, CustomField, FieldKind, FieldOwner, Label, Priority

VALUE_LIMIT = 2000  # characters of one variable; WhatsApp takes fewer, and says how many


class ReplyForm(forms.Form):
    """A message from the composer. `seen`: the highest seq on the agent's screen."""

    token = forms.UUIDField()
    seen = forms.IntegerField(min_value=0, required=False)
    text = forms.CharField(required=False, max_length=100_000, strip=True)
    quoted = forms.UUIDField(required=False)
    override = forms.BooleanField(required=False)
    note = forms.BooleanField(required=False)  # for colleagues, not for the customer
    file = forms.UUIDField(required=False)
    canned = forms.IntegerField(
        required=False, min_value=1, max_value=2**62
    )  # the quick reply it began as
    template = forms.IntegerField(required=False)
    special = forms.CharField(required=False, max_length=60_000)  # JSON: see specials.py

    def clean_seen(self) -> int:
        return self.cleaned_data["seen"] or 0

    def clean(self) -> dict[str, Any]:
        for value in self.values.values():
            validators.ProhibitNullCharactersValidator()(value)
        return self.cleaned_data

    @property
    def values(self) -> dict[str, str]:
        """The values of a template's variables: fields named `var.KEY`."""
        return {
            name.removeprefix("var."): value[:VALUE_LIMIT]
            for name, value in self.data.items()
            if name.startswith("var.") and "\x00" not in name
        }


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


class CannedForm(forms.Form):
    """`teams`: with whom it can be shared; None: with nobody, it is the agent's own."""

    shortcode = forms.RegexField(
        r"^/?[\w-]+$",
        label=_("Shortcode"),
        max_length=32,
        help_text=_("Letters, digits, - and _: “hours” is found by /hours."),
        error_messages={"invalid": _("Only letters, digits, - and _.")},
    )
    text = forms.CharField(label=_("Words"), max_length=4096, widget=forms.Textarea({"rows": 5}))
    scope = forms.ChoiceField(label=_("For"))

    def __init__(self, *args: Any, teams: list[Team] | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._teams = {f"team-{team.pk}": team for team in teams or ()}
        if teams is None:
            del self.fields["scope"]
            return
        choices = [
            ("all", _("Everybody")),
            *((key, team.name) for key, team in self._teams.items()),
        ]
        self.fields["scope"].choices = [*choices, ("mine", _("Me alone"))]  # type: ignore[attr-defined]

    def clean_shortcode(self) -> str:
        return str(self.cleaned_data["shortcode"]).removeprefix("/")

    def clean(self) -> dict[str, Any]:
        self.cleaned_data.setdefault("scope", "mine")
        return self.cleaned_data

    @property
    def team(self) -> Team | None:
        return self._teams.get(self.cleaned_data["scope"])


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


class ScheduleForm(forms.Form):
    """What goes out later. `text`, `file` and `template` as in ReplyForm; `typed`: the moment in the agent's words."""

    token = forms.UUIDField(required=False)
    typed = forms.CharField(required=False, max_length=60)
    text = forms.CharField(required=False, max_length=100_000, strip=True)
    file = forms.UUIDField(required=False)
    template = forms.IntegerField(required=False, min_value=1, max_value=2**31)
    fallback = forms.IntegerField(required=False, min_value=1, max_value=2**31)

    def values(self, prefix: str) -> dict[str, str]:
        """The values of a template's variables: fields named `var.KEY` or `fallback.KEY`."""
        return {
            name.removeprefix(prefix): value[:VALUE_LIMIT].replace("\x00", "")
            for name, value in self.data.items()
            if name.startswith(prefix) and "\x00" not in name
        }


class ReactionForm(forms.Form):
    emoji = forms.CharField(required=False, max_length=32)


class UploadForm(forms.Form):
    file = forms.FileField(allow_empty_file=True)
    as_document = forms.BooleanField(required=False)
    voice = forms.BooleanField(required=False)  # recorded in the composer
