"""The score card as a form, the terms of the sample, and words about a message."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from coaching import sampling
from coaching.models import Plan
from coaching.sampling import Criterion
from whatsapp.numerals import whole

MOST_CRITERIA = 12


class PlanForm(forms.ModelForm[Plan]):
    """The card is text, one criterion a line: “3 | The answer was right”, the weight first."""

    criteria = forms.CharField(
        label=_("Score card"),
        widget=forms.Textarea({"rows": 7}),
        max_length=4000,
        help_text=_("One criterion a line: weight | words. Each is judged with 0, 1 or 2 points, or not at all."),
    )  # fmt: skip

    class Meta:
        model = Plan
        fields = ("is_on", "percent", "least", "seed")

    def __init__(self, data: Any = None, *, instance: Plan) -> None:
        lines = [f"{c.weight} | {c.name}" for c in sampling.card_of(instance.card)]
        super().__init__(data, instance=instance, initial={"criteria": "\n".join(lines)})
        self.fields["seed"].help_text = _(
            "The same seed draws the same conversations again: proof that nobody chose them."
        )

    def clean_criteria(self) -> list[Criterion]:
        found: list[Criterion] = []
        for line in filter(
            None, (line.strip() for line in self.cleaned_data["criteria"].splitlines())
        ):
            weight, bar, name = (part.strip() for part in line.partition("|"))
            if not bar or not 1 <= (whole(weight) or 0) <= 9 or not name:
                raise forms.ValidationError(
                    gettext("“%(line)s”: write a weight from 1 to 9, a bar, and the words."),
                    params={"line": line[:60]},
                )
            found.append(Criterion(f"c{len(found) + 1}", name[:200], int(weight), 2))
        if len(found) > MOST_CRITERIA:
            raise forms.ValidationError(
                gettext("%(n)d criteria at most: nobody judges more with care."),
                params={"n": MOST_CRITERIA},
            )
        return found

    def save(self, commit: bool = True) -> Plan:
        self.instance.card = sampling.as_json(self.cleaned_data["criteria"])
        return super().save(commit=commit)


class JudgeForm(forms.Form):
    """A choice for each criterion of this card, and a summary."""

    summary = forms.CharField(
        label=_("What to keep, what to do better"),
        required=False,
        max_length=4000,
        widget=forms.Textarea({"rows": 4}),
    )

    def __init__(self, data: Any = None, *, card: Sequence[Criterion], **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.card = card
        for criterion in card:
            points = [(str(n), str(n)) for n in range(criterion.most + 1)]
            self.fields[criterion.key] = forms.ChoiceField(
                label=criterion.name,
                choices=[*points, ("", _("Does not apply"))],
                required=False,
                widget=forms.RadioSelect,
            )
        self.order_fields([*(criterion.key for criterion in card), "summary"])

    @property
    def answers(self) -> dict[str, int | None]:
        given = {criterion.key: self.cleaned_data[criterion.key] for criterion in self.card}
        return {key: int(points) if points else None for key, points in given.items()}

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        if not any(found.get(criterion.key) for criterion in self.card):
            raise forms.ValidationError(_("Judge at least one criterion."))
        return found


class RemarkForm(forms.Form):
    message = forms.IntegerField(min_value=1, max_value=2**62)
    text = forms.CharField(max_length=2000, strip=True)
