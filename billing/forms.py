"""What people type into the pages of billing. Forms check the shape; verbs decide."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.core.validators import RegexValidator
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext, pgettext_lazy

from accounts.inputs import DayInput
from accounts.models import BusinessAccount, PhoneNumber, Workspace
from billing import reading, tariffs
from billing.figures import Bucket
from billing.market_names import market_name
from billing.models import Basis, BillingPlan, Budget
from billing.models.ledger import Category, Kind
from billing.models.terms import Pricing
from billing.reading import Filters

ALL = "all"
SPECIAL = (
    Kind.BUSINESS_INITIATED, Kind.USER_INITIATED, Category.MARKETING, Category.UTILITY, Category.AUTHENTICATION,
    Category.SERVICE,
)  # fmt: skip
CARD_MODELS = [
    ("pmp", _("Messages (2025, 2026)")),
    ("cbp_category", _("Conversations by category (2023)")),
    ("cbp_initiator", _("Conversations by initiator (2022)")),
    ("nbp", _("Notifications (before 2022)")),
]
CARD_CATEGORIES = [
    *((one.value, one.label) for one in Category if one.value),
    (Kind.BUSINESS_INITIATED.value, Kind.BUSINESS_INITIATED.label),
    (Kind.USER_INITIATED.value, Kind.USER_INITIATED.label),
    (Kind.NOTIFICATION.value, Kind.NOTIFICATION.label),
]
currency_code = RegexValidator(r"^[A-Z]{3}$", _("Three letters such as USD."))
list_name = RegexValidator(r"^[\w .-]*$", _("Letters, digits, blanks, dots and hyphens only."))


class CurrencyField(forms.CharField):
    """Three letters, whatever their case."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=3, validators=[currency_code], **kwargs)

    def to_python(self, value: Any) -> str:
        return str(super().to_python(value) or "").upper()


class LedgerForm(forms.Form):
    """The filters of the ledger. What is not understood is left out, so that an old link still opens."""

    month = forms.ChoiceField(label=_("Month"), required=False)
    account = forms.ChoiceField(label=_("Account"), required=False)
    number = forms.ChoiceField(label=_("Number"), required=False)
    market = forms.ChoiceField(label=_("Market"), required=False)
    category = forms.ChoiceField(label=_("Category"), required=False)
    kind = forms.ChoiceField(label=_("Kind"), required=False)
    paid = forms.ChoiceField(
        label=_("Charge"),
        required=False,
        choices=[
            ("", pgettext_lazy("charge", "Any")),
            (reading.PAID, _("Charged")),
            (reading.FREE, _("Free")),
            (reading.ESTIMATE, _("Estimates")),
            (reading.PROBLEM, _("Without an amount")),
        ],
    )

    def __init__(self, *args: Any, workspace: Workspace, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._workspace, self._today = workspace, today
        account = ("", pgettext("account", "Any"))
        number = ("", pgettext("number", "Any"))
        market = ("", pgettext("market", "Any"))
        category = ("", pgettext("category", "Any"))
        kind = ("", pgettext("kind", "Any"))
        this = today.replace(day=1)
        months = sorted({this, *reading.months(workspace.pk)}, reverse=True)
        accounts = BusinessAccount.objects.filter(workspace=workspace)
        numbers = PhoneNumber.objects.filter(workspace=workspace)
        markets = reading.markets_of(workspace.pk)
        self._choices("month", [
            *((f"{month:%Y-%m}", date_format(month, "F Y")) for month in months),
            (ALL, _("All months")),
        ])  # fmt: skip
        self._choices("account", [account, *((str(one.pk), one.name) for one in accounts)])
        self._choices("number", [number, *((str(one.pk), str(one)) for one in numbers)])
        self._choices("market", [
            market, *((name, market_name(name)) for name in markets),
        ])  # fmt: skip
        self._choices("category", [category, *(one for one in Category.choices if one[0])])
        self._choices("kind", [kind, *Kind.choices])

    def _choices(self, name: str, choices: list[Any]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices

    @property
    def filters(self) -> Filters:
        self.is_valid()
        chosen = self.cleaned_data
        month = chosen.get("month") or f"{self._today:%Y-%m}"
        return Filters(
            workspace_id=self._workspace.pk,
            month=None if month == ALL else date.fromisoformat(f"{month}-01"),
            account=int(chosen["account"]) if chosen.get("account") else None,
            number=int(chosen["number"]) if chosen.get("number") else None,
            market=chosen.get("market", ""),
            category=chosen.get("category") or None,
            kind=chosen.get("kind", ""),
            paid=chosen.get("paid", ""),
        )


class PlanForm(forms.ModelForm[BillingPlan]):
    """One plan of an account. A mark-up of its own for a kind or category is two more fields each."""

    currency = CurrencyField(label=_("Meta bills in"))
    billing_currency = CurrencyField(label=_("The client pays in"))

    class Meta:
        model = BillingPlan
        fields = (
            "begins", "pricing", "price_list", "currency", "billing_currency", "markup_percent", "markup_fixed",
            "licence_fee", "licence_per_seat", "subscription_fee", "tax_percent", "free_used",
        )  # fmt: skip
        widgets = {"begins": DayInput()}  # noqa: RUF012
        labels = {  # noqa: RUF012
            "begins": _("From"),
            "pricing": _("What is charged"),
            "price_list": _("Private price list"),
            "markup_percent": _("Mark-up, %"),
            "markup_fixed": _("Mark-up on each charge"),
            "licence_fee": _("Licence a month"),
            "licence_per_seat": _("Licence for each seat"),
            "subscription_fee": _("WABA subscription a month"),
            "tax_percent": _("Tax, %"),
            "free_used": _("Free tier used before"),
        }
        help_texts = {  # noqa: RUF012
            "begins": _("A day in the time zone of the account."),
            "price_list": _("Empty: Meta’s own cards."),
            "markup_fixed": _("In the client’s currency."),
            "free_used": _("By another system, in the month this plan begins."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in (
            "markup_percent",
            "markup_fixed",
            "licence_fee",
            "subscription_fee",
            "tax_percent",
            "free_used",
        ):
            self.fields[name].required = False
        for kind in SPECIAL:
            said = (self.instance.markups or {}).get(kind.value, {})
            for part, places in (("percent", 2), ("fixed", 6)):
                self.fields[f"{kind.value}_{part}"] = forms.DecimalField(
                    required=False, min_value=0, max_digits=12, decimal_places=places,
                    initial=said.get(part), label="%" if part == "percent" else "+",
                )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        said = super().clean() or self.cleaned_data
        for name in (
            "markup_percent",
            "markup_fixed",
            "licence_fee",
            "subscription_fee",
            "tax_percent",
            "free_used",
        ):
            if said.get(name) is None:
                said[name] = 0 if name == "free_used" else Decimal(0)
        if begins := said.get("begins"):
            others = BillingPlan.objects.filter(account_id=self.instance.account_id, begins=begins)
            if others.exclude(pk=self.instance.pk).exists():
                self.add_error("begins", _("Another plan of this account begins on that day."))
        return said

    @property
    def special(self) -> list[tuple[Any, Any, Any]]:
        """For the page: a name with its two fields."""
        return [
            (kind.label, self[f"{kind.value}_percent"], self[f"{kind.value}_fixed"])
            for kind in SPECIAL
        ]

    @property
    def plan(self) -> BillingPlan:
        """The row to be saved, with its mark-ups. Call when valid."""
        markups = {}
        for kind in SPECIAL:
            parts = {
                part: self.cleaned_data.get(f"{kind.value}_{part}") for part in ("percent", "fixed")
            }
            if any(value is not None for value in parts.values()):
                markups[kind.value] = {part: str(value or 0) for part, value in parts.items()}
        self.instance.markups = markups
        return self.instance


class ExchangeForm(forms.Form):
    begins = forms.DateField(label=_("From"), widget=DayInput())
    base = CurrencyField(label=_("One"))
    rate = forms.DecimalField(
        label=_("costs"), min_value=Decimal("0.00000001"), max_digits=18, decimal_places=8
    )
    quote = CurrencyField(label=_("of"))
    source = forms.CharField(label=_("Source"), max_length=80, required=False)

    def clean(self) -> dict[str, Any]:
        said = super().clean() or self.cleaned_data
        if said.get("base") and said.get("base") == said.get("quote"):
            self.add_error("quote", _("Two different currencies are needed."))
        return said


class ExchangeFileForm(forms.Form):
    rates = forms.FileField(
        label=_("CSV or XLSX"),
        help_text=_("Columns: date, base, quote, rate; source and nominal if you like."),
    )


class ExchangeConfirmForm(forms.Form):
    """What the preview showed, once more."""

    text = forms.CharField(widget=forms.HiddenInput, max_length=8 * 1024 * 1024)


class InternationalForm(forms.Form):
    """Since when an account pays the international rate of authentication; no day: never."""

    begins = forms.DateField(label=_("From"), required=False, widget=DayInput())
    home = forms.ChoiceField(label=_("Home market"), required=False)
    exceptions = forms.CharField(
        label=_("Markets with a day of their own"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("One a line: Indonesia 2026-02-01"),
    )

    def __init__(self, *args: Any, markets: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._markets = {market_name(name).casefold(): name for name in markets}
        self._markets |= {name.casefold(): name for name in markets}
        home = self.fields["home"]
        assert isinstance(home, forms.ChoiceField)
        named = sorted((market_name(name), name) for name in markets)
        home.choices = [("", "—"), *((name, said) for said, name in named)]

    def clean_exceptions(self) -> dict[str, str]:
        found = {}
        for line in self.cleaned_data["exceptions"].splitlines():
            if not line.strip():
                continue
            name, _blank, day = line.strip().rpartition(" ")
            market = self._markets.get(name.strip(" ,:").casefold())
            try:
                begins = date.fromisoformat(day)
            except ValueError:
                begins = None
            if market is None or begins is None:
                words = _("“%(line)s” is not a market and a day.") % {"line": line.strip()[:60]}
                raise forms.ValidationError(words)
            found[market] = begins.isoformat()
        return found

    def clean(self) -> dict[str, Any]:
        said = super().clean() or self.cleaned_data
        if said.get("begins") and not said.get("home"):
            self.add_error(
                "home", _("Say where the business is at home: there it is never charged.")
            )
        return said


class RateForm(forms.Form):
    """One price from a day on."""

    model = forms.ChoiceField(label=_("Pricing"), choices=CARD_MODELS)
    price_list = forms.CharField(
        label=_("Private price list"), max_length=40, required=False, validators=[list_name]
    )
    currency = CurrencyField(label=_("Currency"))
    market = forms.CharField(label=_("Market"), max_length=60)
    category = forms.ChoiceField(label=_("Category"), choices=CARD_CATEGORIES)
    rate = forms.DecimalField(label=_("Price"), min_value=0, max_digits=16, decimal_places=6)
    begins = forms.DateField(label=_("From"), widget=DayInput())


class UploadForm(forms.Form):
    """A rate card in a file. Meta’s own base file names neither its model nor its day."""

    file = forms.FileField(label=_("CSV or XLSX"))
    tiers = forms.FileField(
        label=_("Volume tiers"),
        required=False,
        help_text=_("Meta’s second file, if there is one."),
    )
    model = forms.ChoiceField(label=_("Pricing"), choices=CARD_MODELS)
    effective_from = forms.DateField(
        label=_("From"),
        required=False,
        widget=DayInput(),
        help_text=_("Not needed where the file says it."),
    )
    price_list = forms.CharField(
        label=_("Private price list"),
        max_length=40,
        required=False,
        validators=[list_name],
        help_text=_("Empty: it corrects Meta’s own prices."),
    )


class ConfirmForm(forms.Form):
    """What the preview showed, once more."""

    text = forms.CharField(widget=forms.HiddenInput, max_length=8 * 1024 * 1024)
    tiers = forms.CharField(widget=forms.HiddenInput, max_length=8 * 1024 * 1024, required=False)
    model = forms.ChoiceField(choices=CARD_MODELS, widget=forms.HiddenInput)
    effective_from = forms.DateField(required=False, widget=forms.HiddenInput)
    price_list = forms.CharField(
        max_length=40, required=False, validators=[list_name], widget=forms.HiddenInput
    )


class MonthField(forms.ChoiceField):
    """2026-11, as the first day of that month."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(label=_("Month"), **kwargs)

    def to_python(self, value: Any) -> Any:
        text = str(value or "")
        try:
            return date.fromisoformat(f"{text}-01") if text else None
        except ValueError:
            return text

    def validate(self, value: Any) -> None:
        if self.required and not value:
            raise forms.ValidationError(self.error_messages["required"], code="required")
        if value and not isinstance(value, date):
            raise forms.ValidationError(_("Choose a month."), code="invalid")


class MonthForm(forms.Form):
    month = MonthField(required=False)


class AskForm(forms.Form):
    month = MonthField()


class BucketForm(forms.Form):
    """Which difference with Meta is meant: a link says it."""

    account = forms.IntegerField(min_value=1, max_value=2**62)
    day = forms.DateField()
    market = forms.CharField(max_length=60, required=False)
    what = forms.CharField(max_length=32)
    basis = forms.ChoiceField(choices=Basis.choices)

    @property
    def bucket(self) -> Bucket:
        said = self.cleaned_data
        return Bucket(said["day"], said["market"], said["what"], said["basis"])


class AcceptForm(forms.Form):
    why = forms.CharField(
        label=_("Reason"),
        max_length=300,
        help_text=_("It stands on the invoice beside the adjustment."),
    )


class WhatIfForm(forms.Form):
    month = MonthField()
    plan = forms.ChoiceField(label=_("Under"), choices=Pricing.choices)
    currency = forms.ChoiceField(label=_("Meta bills in"))

    def __init__(self, *args: Any, workspace: Workspace, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        months = sorted({today.replace(day=1), *reading.months(workspace.pk)}, reverse=True)
        known = sorted({card.currency for card in tariffs.cards_of(workspace.pk).by_id.values()})
        month, currency = self.fields["month"], self.fields["currency"]
        assert isinstance(month, forms.ChoiceField)
        assert isinstance(currency, forms.ChoiceField)
        month.choices = [(f"{one:%Y-%m}", date_format(one, "F Y")) for one in months]
        currency.choices = [(one, one) for one in known]
        currency.initial = "USD"


class BudgetForm(forms.ModelForm[Budget]):
    currency = CurrencyField(label=_("Currency"))

    class Meta:
        model = Budget
        fields = ("amount", "currency", "account", "category", "is_of_campaigns", "stops_marketing")
        labels = {  # noqa: RUF012
            "amount": _("A month"),
            "account": _("Account"),
            "category": _("Category"),
            "is_of_campaigns": _("Only templates that are sent to many at once"),
            "stops_marketing": _("Hold marketing back once it is spent"),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        account, category = self.fields["account"], self.fields["category"]
        assert isinstance(account, forms.ModelChoiceField)
        assert isinstance(category, forms.ChoiceField)
        account.queryset = BusinessAccount.objects.filter(workspace_id=self.instance.workspace_id)
        account.empty_label = str(_("All accounts"))
        category.required = False
        category.choices = [("", _("Everything")), *(one for one in Category.choices if one[0])]
