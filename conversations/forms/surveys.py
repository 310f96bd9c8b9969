"""How customers are asked how it was. The form checks what can be asked; the verb keeps it."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import PhoneNumber
from conversations import surveying
from conversations.models import SurveyPlan
from templates_app import contract
from templates_app.models import Template


class SurveyForm(forms.ModelForm[SurveyPlan]):
    is_on = forms.BooleanField(label=_("Ask customers how it was"), required=False)

    class Meta:
        model = SurveyPlan
        fields = ("question", "button", "wait_minutes", "pause_days", "thanks", "template")
        widgets: ClassVar = {
            "question": forms.Textarea({"rows": 2}),
            "thanks": forms.Textarea({"rows": 2}),
        }
        help_texts: ClassVar = {
            "button": _(
                "Up to 20 characters. It opens the five answers, from Excellent to Very poor."
            ),
            "wait_minutes": _("Nobody is asked whose conversation is open again by then."),
            "thanks": _("Sent once after the answer. Empty: nothing is sent."),
            "template": _(
                "If the window is closed by then. Its two to five quick replies are the answers, best first; it must"
                " have no variables. Without one, nobody is asked outside of the window."
            ),
        }

    field_order = (
        "is_on",
        "question",
        "button",
        "wait_minutes",
        "pause_days",
        "thanks",
        "template",
    )

    def __init__(self, data: Any = None, *, number: PhoneNumber) -> None:
        plan = SurveyPlan.objects.filter(number=number).first() or SurveyPlan(
            number=number,
            question=gettext("How did we do? One tap is enough."),
            button=gettext("Rate us"),
            thanks=gettext("Thank you! We read every answer."),
        )
        super().__init__(data, instance=plan, initial={"is_on": plan.since is not None})
        chosen = self.fields["template"]
        assert isinstance(chosen, forms.ModelChoiceField)
        rows = Template.objects.filter(account_id=number.account_id, status=contract.APPROVED)
        fit = [row.pk for row in rows if surveying.is_fit(row)]
        chosen.queryset = rows.filter(pk__in=fit).order_by("name", "language")
        chosen.empty_label = gettext("None: ask inside the window only")

    @property
    def terms(self) -> dict[str, Any]:
        """As `surveying.keep` takes them."""
        return dict(self.cleaned_data)
