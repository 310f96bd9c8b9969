"""What an agent wants to be told of, and the browsers that are pushed to."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import PhoneNumber, Team
from conversations.models import NoticeWish


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
