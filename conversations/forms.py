"""What browsers may send us, checked before a verb sees it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.core import validators
from django.db.models import QuerySet
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import Agent, PhoneNumber, Reasons, Team
from conversations import filters, sorting
from conversations.models import (
    Colour,
    CustomField,
    FieldKind,
    FieldOwner,
    Label,
    NoticeWish,
    Priority,
    ResolveReason,
)

WITH_BUTTONS = 1024
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


class RunForm(forms.Form):
    """A macro. `seen`: the highest seq on the agent's screen."""

    seen = forms.IntegerField(min_value=0, required=False)
    token = forms.UUIDField(required=False)


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
    button_1 = forms.CharField(label=_("Button 1"), required=False, max_length=20)
    button_2 = forms.CharField(label=_("Button 2"), required=False, max_length=20)
    button_3 = forms.CharField(label=_("Button 3"), required=False, max_length=20)
    file = forms.FileField(label=_("File"), required=False)
    drops_file = forms.BooleanField(label=_("Without the file"), required=False)
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

    @property
    def buttons(self) -> list[str]:
        said = (self.cleaned_data.get(f"button_{n}", "") for n in (1, 2, 3))
        return [title for title in said if title]

    def clean_shortcode(self) -> str:
        return str(self.cleaned_data["shortcode"]).removeprefix("/")

    def clean(self) -> dict[str, Any]:
        self.cleaned_data.setdefault("scope", "mine")
        if len(set(self.buttons)) < len(self.buttons):
            self.add_error("button_2", gettext("Two buttons are the same."))
        if self.buttons and len(self.cleaned_data.get("text", "")) > WITH_BUTTONS:
            words = gettext("With buttons WhatsApp takes %(n)d characters at most.")
            self.add_error("text", words % {"n": WITH_BUTTONS})
        if self.buttons and self.cleaned_data.get("file"):
            self.add_error("file", gettext("A reply has either buttons or a file."))
        return self.cleaned_data

    @property
    def team(self) -> Team | None:
        return self._teams.get(self.cleaned_data["scope"])


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


class ClosureForm(forms.Form):
    reopen = forms.BooleanField(required=False)
    reason = forms.ModelChoiceField(ResolveReason.objects.none(), required=False)

    def __init__(self, *args: Any, reasons: QuerySet[ResolveReason], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].queryset = reasons  # type: ignore[attr-defined]


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


class NoticeForm(forms.ModelForm[NoticeWish]):
    """What an agent is told of. Ticked numbers and teams are told; those not ticked are quiet."""

    numbers = forms.TypedMultipleChoiceField(
        label=_("Numbers"), coerce=int, required=False, widget=forms.CheckboxSelectMultiple
    )
    teams = forms.TypedMultipleChoiceField(
        label=_("Teams"), coerce=int, required=False, widget=forms.CheckboxSelectMultiple
    )

    class Meta:
        model = NoticeWish
        fields = ("scope", "sound", "only_hidden", "desktop", "mail")
        widgets = {"scope": forms.RadioSelect, "sound": forms.RadioSelect}  # noqa: RUF012
        labels = {  # noqa: RUF012
            "scope": _("Tell me about"),
            "sound": _("Sound"),
            "only_hidden": _("Only while the inbox is not in front"),
            "desktop": _("Notices on the desktop, and pushes to my browsers"),
            "mail": _("A mail when I am named in a note and have not looked for 15 minutes"),
        }
        help_texts = {  # noqa: RUF012
            "only_hidden": _("Off: also while I look at another conversation."),
            "mail": _("One mail for all of them, at most one an hour."),
        }

    def __init__(
        self, *args: Any, numbers: Iterable[PhoneNumber], teams: Iterable[Team], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self._choose("numbers", [(row.pk, row.label) for row in numbers], "quiet_numbers")
        self._choose("teams", [(row.pk, row.name) for row in teams], "quiet_teams")

    def _choose(self, name: str, choices: list[tuple[int, str]], quiet: str) -> None:
        self.fields[name].choices = choices  # type: ignore[attr-defined]
        self.initial[name] = [
            pk for pk, _name in choices if pk not in getattr(self.instance, quiet)
        ]

    def save(self, commit: bool = True) -> NoticeWish:
        for name, quiet in (("numbers", "quiet_numbers"), ("teams", "quiet_teams")):
            offered = [pk for pk, _name in self.fields[name].choices]  # type: ignore[attr-defined]
            told = set(self.cleaned_data[name])
            setattr(self.instance, quiet, [pk for pk in offered if pk not in told])
        return super().save(commit)


class PushForm(forms.Form):
    """What a browser's PushSubscription says of itself (RFC 8291: a P-256 point and 16 bytes, base64url)."""

    endpoint = forms.URLField(max_length=1000, assume_scheme="https")
    p256dh = forms.RegexField(r"^[A-Za-z0-9_-]{87}=?$", required=False)
    auth = forms.RegexField(r"^[A-Za-z0-9_-]{22}={0,2}$", required=False)
    gone = forms.BooleanField(required=False)

    def clean(self) -> dict[str, Any]:
        said = self.cleaned_data
        if not said.get("gone") and not (said.get("p256dh") and said.get("auth")):
            raise forms.ValidationError(gettext("This browser cannot take pushes."))
        return said
