"""What people type into the pages of billing. Forms check the shape; verbs decide."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from accounts.models import BusinessAccount, PhoneNumber, Workspace
from billing import reading
from billing.models.ledger import Category, Kind
from billing.reading import Filters

ALL = "all"


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
            ("", _("Any")),
            (reading.PAID, _("Charged")),
            (reading.FREE, _("Free")),
            (reading.PROBLEM, _("Without an amount")),
        ],
    )

    def __init__(self, *args: Any, workspace: Workspace, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._workspace, self._today = workspace, today
        any_ = [("", _("Any"))]
        this = today.replace(day=1)
        months = sorted({this, *reading.months(workspace.pk)}, reverse=True)
        accounts = BusinessAccount.objects.filter(workspace=workspace)
        numbers = PhoneNumber.objects.filter(workspace=workspace)
        markets = reading.markets_of(workspace.pk)
        self._choices("month", [
            *((f"{month:%Y-%m}", date_format(month, "F Y")) for month in months),
            (ALL, _("All months")),
        ])  # fmt: skip
        self._choices("account", [*any_, *((str(one.pk), one.name) for one in accounts)])
        self._choices("number", [*any_, *((str(one.pk), str(one)) for one in numbers)])
        self._choices("market", [*any_, *((name, name) for name in markets)])
        self._choices("category", [*any_, *(one for one in Category.choices if one[0])])
        self._choices("kind", [*any_, *Kind.choices])

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
