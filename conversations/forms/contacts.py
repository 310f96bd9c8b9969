"""What browsers may send us about a contact, checked before a verb sees it."""

from __future__ import annotations

from typing import Any

import phonenumbers
from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import PhoneNumber
from conversations import contacting

LANGUAGES = [("", _("not known")), *settings.LANGUAGES, ("kk", "Қазақша"), ("uz", "Oʻzbekcha")]


class ContactForm(forms.Form):
    name = forms.CharField(
        label=_("Name"),
        required=False,
        max_length=160,
        help_text=_("As your team calls them. Empty: the name they have in WhatsApp."),
    )
    company = forms.CharField(label=_("Company"), required=False, max_length=160)
    email = forms.EmailField(label=_("E-mail"), required=False)
    language = forms.ChoiceField(label=_("Language"), required=False, choices=LANGUAGES)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = (self.initial or {}).get("language", "")
        if known and known not in dict(LANGUAGES):  # as WhatsApp or another program wrote it
            self.fields["language"].choices = [*LANGUAGES, (known, known)]  # type: ignore[attr-defined]


class NewContactForm(forms.Form):
    phone = forms.CharField(
        label=_("Phone number"),
        max_length=32,
        help_text=_("With the country code: +49 30 901820"),
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "off"}),
    )
    name = forms.CharField(label=_("Name"), required=False, max_length=160)
    company = forms.CharField(label=_("Company"), required=False, max_length=160)
    email = forms.EmailField(label=_("E-mail"), required=False)

    def clean_phone(self) -> str:
        """The digits, as Meta writes them."""
        words = "+" + str(self.cleaned_data["phone"]).strip().removeprefix("+").removeprefix("00")
        try:
            parsed = phonenumbers.parse(words, None)
        except phonenumbers.NumberParseException:
            parsed = None
        if parsed is None or not phonenumbers.is_possible_number(parsed):
            raise ValidationError(
                gettext("That is no phone number. Write it with the country code, such as +7 …")
            )
        return f"{parsed.country_code}{phonenumbers.national_significant_number(parsed)}"


class ConsentForm(forms.Form):
    allows = forms.TypedChoiceField(
        choices=[("yes", _("Allows")), ("no", _("Stops"))], coerce=lambda word: word == "yes"
    )
    note = forms.CharField(required=False, max_length=200)


class ContactNoteForm(forms.Form):
    text = forms.CharField(max_length=4000)


class BeginForm(forms.Form):
    number = forms.ModelChoiceField(PhoneNumber.objects.none())

    def __init__(self, *args: Any, numbers: list[PhoneNumber], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["number"].queryset = PhoneNumber.objects.filter(  # type: ignore[attr-defined]
            pk__in=[number.pk for number in numbers]
        )


class NumbersField(forms.TypedMultipleChoiceField):
    """Ids of rows, ticked on the page; whose they are is checked by the verb."""

    def __init__(self) -> None:
        super().__init__(coerce=int, required=False)

    def valid_value(self, value: Any) -> bool:
        return str(value).isascii() and str(value).isdecimal() and len(str(value)) <= 18


class MergeForm(forms.Form):
    other = forms.IntegerField(required=False, min_value=1, max_value=2**62)

    @property
    def newer_wins(self) -> list[str]:
        """Of the columns in conflict, where the newer contact's value was chosen."""
        return [one for one in contacting.DETAILS if self.data.get(f"right-{one}") == "newer"]


class SplitForm(forms.Form):
    identifiers = NumbersField()
    conversations = NumbersField()
    name = forms.CharField(label=_("Name of the new contact"), required=False, max_length=160)


class BlockForm(forms.Form):
    conversation = forms.IntegerField(min_value=1, max_value=2**62)
    act = forms.ChoiceField(choices=[("block", "block"), ("unblock", "unblock")])
