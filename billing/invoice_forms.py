"""What people type into the pages of invoices."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.inputs import DayInput
from accounts.models import BusinessAccount, Workspace
from accounts.months import moved
from billing.invoices.naming import Said
from billing.invoices.paper import PaperKind, Side
from billing.models import Parties

MONTHS_BACK = 14
SIDE = (
    ("name", pgettext_lazy("company", "Name")),
    ("address", _("Address")),
    ("tax_number", _("Tax number (ИНН)")),
    ("registration", _("Registration (КПП)")),
    ("email", _("E-mail")),
)
BANK = (
    ("bank", _("Bank")),
    ("bank_code", _("Bank code (БИК, BIC)")),
    ("account", pgettext_lazy("bank", "Account")),
    ("correspondent", _("Correspondent account")),
    ("signed_by", _("Signed by")),
)
LONGEST = {"address": 300, "name": 200}
LANGUAGES = [("ru", "Русский"), ("en", "English")]


class DraftForm(forms.Form):
    """Which month, of which account, as what."""

    month = forms.TypedChoiceField(label=_("Month"), coerce=date.fromisoformat)
    account = forms.ModelChoiceField(
        BusinessAccount.objects.none(),
        label=_("Account"),
        required=False,
        empty_label=_("All together"),
    )
    as_proforma = forms.BooleanField(
        label=_("Proforma: asks for money, closes nothing"), required=False
    )

    def __init__(self, *args: Any, workspace: Workspace, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        accounts = BusinessAccount.objects.filter(workspace=workspace)
        self.fields["account"].queryset = accounts  # type: ignore[attr-defined]
        months = [moved(today, -n) for n in range(MONTHS_BACK)]
        choices = [(one.isoformat(), date_format(one, "F Y")) for one in months]
        self.fields["month"].choices = choices  # type: ignore[attr-defined]
        self.fields["month"].initial = months[1].isoformat()

    @property
    def kind(self) -> PaperKind:
        return PaperKind.PROFORMA if self.cleaned_data["as_proforma"] else PaperKind.INVOICE


class PaidForm(forms.Form):
    on = forms.DateField(label=_("Paid on"), widget=DayInput)


class CreditForm(forms.Form):
    reason = forms.CharField(label=_("Why"), max_length=300, strip=True)


class PartiesForm(forms.Form):
    """Seller, buyer and how invoices are numbered."""

    language = forms.ChoiceField(label=_("Language of the invoices"), choices=LANGUAGES)
    number_prefix = forms.RegexField(
        r"^[\w/.-]*$",
        label=_("Before the number"),
        max_length=16,
        required=False,
        help_text=_("“NT-” makes NT-2026-0001."),
    )
    payment_days = forms.IntegerField(label=_("Days to pay"), min_value=0, max_value=365)
    markup_apart = forms.BooleanField(
        label=_("Mark-up as a line of its own"),
        required=False,
        help_text=_("Conversations then stand on the invoice at Meta’s cost."),
    )

    def __init__(self, *args: Any, parties: Parties, **kwargs: Any) -> None:
        initial: dict[str, Any] = {
            "language": parties.language,
            "number_prefix": parties.prefix,
            "payment_days": parties.payment_days,
            "markup_apart": parties.markup_apart,
        }
        for side, stored in (("seller", parties.seller), ("buyer", parties.buyer)):
            initial |= {f"{side}_{name}": value for name, value in stored.items()}
        super().__init__(*args, **{"initial": initial} | kwargs)
        for side, fields in (("seller", (*SIDE, *BANK)), ("buyer", SIDE)):
            for name, words in fields:
                kind = forms.EmailField if name == "email" else forms.CharField
                self.fields[f"{side}_{name}"] = kind(
                    label=words,
                    required=name in ("name", "address"),
                    max_length=LONGEST.get(name, 80),
                )

    @property
    def seller(self) -> list[forms.BoundField]:
        return [self[f"seller_{name}"] for name, _words in (*SIDE, *BANK)]

    @property
    def buyer(self) -> list[forms.BoundField]:
        return [self[f"buyer_{name}"] for name, _words in SIDE]

    @property
    def said(self) -> Said:
        data = self.cleaned_data

        def side(who: str) -> Side:
            return Side(
                **{
                    key.removeprefix(f"{who}_"): data[key]
                    for key in data
                    if key.startswith(f"{who}_")
                }
            )

        return Said(
            side("seller"),
            side("buyer"),
            data["language"],
            data["number_prefix"],
            data["payment_days"],
            data["markup_apart"],
        )
