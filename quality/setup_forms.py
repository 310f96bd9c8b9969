"""What the checklist may send us. Meta has the last word; the forms only spare a question that must fail."""

from __future__ import annotations

import re
from typing import Any

import phonenumbers
from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _
from PIL import Image, UnidentifiedImageError

from whatsapp import sniffing

DIGITS = re.compile(r"\D")
ABOUT, ADDRESS, DESCRIPTION, EMAIL, SITE = 139, 256, 512, 128, 256  # Meta's limits
PICTURE_BYTES, PICTURE_SIDE = 5 * 1024 * 1024, 192
PICTURE_KINDS = {"image/jpeg": "JPEG", "image/png": "PNG"}
VERTICALS = [
    ("", "—"),
    ("AUTO", _("Cars")),
    ("BEAUTY", _("Beauty, spa, salon")),
    ("APPAREL", _("Clothing")),
    ("EDU", _("Education")),
    ("ENTERTAIN", _("Entertainment")),
    ("EVENT_PLAN", _("Events")),
    ("FINANCE", _("Finance")),
    ("GROCERY", _("Food and groceries")),
    ("GOVT", _("Public service")),
    ("HOTEL", _("Hotel")),
    ("HEALTH", _("Health")),
    ("NONPROFIT", _("Non-profit")),
    ("PROF_SERVICES", _("Professional services")),
    ("RETAIL", _("Shop")),
    ("TRAVEL", _("Travel")),
    ("RESTAURANT", _("Restaurant")),
    ("OTHER", _("Something else")),
]


class NewNumberForm(forms.Form):
    phone = forms.CharField(
        label=_("Number"), max_length=32, help_text=_("With the country: +49 30 1234567")
    )
    name = forms.CharField(label=_("Display name"), min_length=3, max_length=160)
    moves = forms.BooleanField(
        label=_("It works with another provider and moves here"), required=False
    )

    def clean_phone(self) -> tuple[str, str]:
        """Country code and the rest, as Meta wants them."""
        text = self.cleaned_data["phone"].strip()
        try:
            found = phonenumbers.parse(text if text.startswith("+") else f"+{text}", None)
        except phonenumbers.NumberParseException:
            found = None
        if found is None or not phonenumbers.is_possible_number(found):
            raise ValidationError(_("This is no telephone number with its country."))
        national = phonenumbers.national_significant_number(found)
        return str(found.country_code), national


class HereForm(forms.Form):
    """A number that Meta has in the account already."""

    phone_number_id = forms.RegexField(r"^\d{5,32}$")


class CodeForm(forms.Form):
    method = forms.ChoiceField(
        label=_("How"),
        choices=[("SMS", _("SMS")), ("VOICE", _("Call"))],
        initial="SMS",
        widget=forms.RadioSelect,
    )


class _Digits(forms.CharField):
    """Six digits, however they are typed."""

    default_error_messages = {"shape": _("These are six digits.")}  # noqa: RUF012

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.TextInput(
            attrs={"inputmode": "numeric", "autocomplete": "one-time-code", "maxlength": 9}
        )
        super().__init__(widget=widget, **kwargs)

    def clean(self, value: Any) -> str:
        digits = DIGITS.sub("", super().clean(value))
        if len(digits) != 6:
            raise ValidationError(self.error_messages["shape"], code="shape")
        return digits


class VerifyForm(forms.Form):
    code = _Digits(label=_("The code"))


class PinForm(forms.Form):
    pin = _Digits(
        label=_("PIN"),
        help_text=_("A number that has one already keeps it: enter that. It is not stored here."),
    )


class NameForm(forms.Form):
    name = forms.CharField(label=_("New display name"), min_length=3, max_length=160, strip=True)


class PictureField(forms.FileField):
    """A square picture that Meta would take; `cleaned_data` has the file, with its true type."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.FileInput(attrs={"accept": ",".join(PICTURE_KINDS)})
        super().__init__(widget=widget, **kwargs)

    def clean(self, data: Any, initial: Any = None) -> UploadedFile[Any] | None:
        found = super().clean(data, initial)
        if not isinstance(found, UploadedFile):
            return None
        kind = sniffing.mime_in(found, found.name or "")
        if kind not in PICTURE_KINDS or (found.size or 0) > PICTURE_BYTES:
            raise ValidationError(_("Meta takes JPEG or PNG up to 5 MB."))
        width, height = _size(found, kind)
        if width != height:
            raise ValidationError(
                _("The picture must be square: this one has %(width)s × %(height)s pixels."),
                params={"width": width, "height": height},
            )
        if width < PICTURE_SIDE:
            raise ValidationError(
                _("The picture is too small: it needs %(side)s × %(side)s pixels at least."),
                params={"side": PICTURE_SIDE},
            )
        found.content_type = kind
        found.seek(0)
        return found


def _size(upload: UploadedFile[Any], kind: str) -> tuple[int, int]:
    """Read from the head of the file: nothing is unpacked."""
    upload.seek(0)
    try:
        with Image.open(upload, formats=[PICTURE_KINDS[kind]]) as picture:
            return picture.size
    except (UnidentifiedImageError, OSError, ValueError, Image.DecompressionBombError):
        raise ValidationError(_("The picture cannot be read: the file is damaged.")) from None


class ProfileForm(forms.Form):
    picture = PictureField(
        label=_("Picture"),
        required=False,
        help_text=_(
            "JPEG or PNG up to 5 MB, square, at least 192 × 192 pixels, best 640 × 640."
            " It is shown in a circle, and see-through parts turn black."
        ),
    )
    about = forms.CharField(label=_("A line about you"), max_length=ABOUT, required=False)
    description = forms.CharField(
        label=_("Description"),
        max_length=DESCRIPTION,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    vertical = forms.ChoiceField(label=_("Trade"), choices=VERTICALS, required=False)
    address = forms.CharField(label=_("Address"), max_length=ADDRESS, required=False)
    email = forms.EmailField(label=_("E-mail"), max_length=EMAIL, required=False)
    site = forms.URLField(
        label=_("Website"), max_length=SITE, required=False, assume_scheme="https"
    )
    other_site = forms.URLField(
        label=_("Another website"), max_length=SITE, required=False, assume_scheme="https"
    )

    @classmethod
    def of(cls, profile: dict[str, Any]) -> ProfileForm:
        """Filled with what Meta has."""
        sites = [*(profile.get("websites") or ()), "", ""]
        known = {name: profile.get(name, "") for name in cls.base_fields if name != "picture"}
        if known["vertical"] not in dict(VERTICALS):
            known["vertical"] = ""
        return cls(initial=known | {"site": sites[0], "other_site": sites[1]})

    def changes(self) -> dict[str, Any]:
        """In Meta's names. An empty trade is not sent: Meta has no word for “none of them”."""
        data = self.cleaned_data
        sites = [data[name] for name in ("site", "other_site") if data[name]]
        found = {name: data[name] for name in ("about", "description", "address", "email")}
        found |= {"websites": sites}
        return found | ({"vertical": data["vertical"]} if data["vertical"] else {})
