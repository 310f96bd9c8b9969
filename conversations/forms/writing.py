"""What the composer sends: a reply, a file, a reaction, a quick reply, a macro, a message for later."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core import validators
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import Team

VALUE_LIMIT = 2000  # characters of one variable; WhatsApp takes fewer, and says how many
WITH_BUTTONS = 1024


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


class ScheduleForm(forms.Form):
    """What goes out later. `text`, `file`, `special`, `quoted` and `template` as in ReplyForm; `typed`: the moment in
    the agent's words; `without_file`: the file that it had is left out.
    """

    token = forms.UUIDField(required=False)
    typed = forms.CharField(required=False, max_length=60)
    text = forms.CharField(required=False, max_length=100_000, strip=True)
    file = forms.UUIDField(required=False)
    without_file = forms.BooleanField(required=False)
    special = forms.CharField(required=False, max_length=60_000)  # JSON: see specials.py
    quoted = forms.UUIDField(required=False)
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


class RunForm(forms.Form):
    """A macro. `seen`: the highest seq on the agent's screen."""

    seen = forms.IntegerField(min_value=0, required=False)
    token = forms.UUIDField(required=False)


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
