"""What people type into the settings. Forms check the shape; verbs decide, and Meta has the last word on its ids."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

from accounts import hours, zones
from accounts.acts import ACTS
from accounts.availability import BY_HAND
from accounts.inputs import DayInput
from accounts.models import Agent, ComingBack, Handing, PricingPlan, Role, Sight, Team, Workspace

meta_id = RegexValidator(r"^\d{5,32}$", _("Meta’s ids are made of digits only."))
THEMES = [("system", _("Like the system")), ("light", _("Light")), ("dark", _("Dark"))]
DENSITIES = [("comfortable", _("Comfortable")), ("compact", _("Compact"))]


class LanguageField(forms.ChoiceField):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(label=_("Language"), choices=settings.LANGUAGES, **kwargs)


UNDO_SECONDS = ((0, _("No: it leaves at once")), (5, _("5 seconds")), (10, _("10 seconds")))


class ZoneField(forms.ChoiceField):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(label=_("Time zone"), choices=zones.choices, **kwargs)


class MeForm(forms.ModelForm[Agent]):
    language = LanguageField()
    time_zone = ZoneField()
    theme = forms.ChoiceField(label=_("Theme"), choices=THEMES)
    density = forms.ChoiceField(label=_("Density"), choices=DENSITIES)
    enter_sends = forms.BooleanField(
        label=_("Enter sends the message"),
        required=False,
        help_text=_("Shift+Enter starts a new line. Off: Ctrl+Enter sends."),
    )
    undo_seconds = forms.TypedChoiceField(
        label=_("Undo after Send"),
        choices=UNDO_SECONDS,
        coerce=int,
        help_text=_("A message waits so long before it leaves; until then you can take it back."),
    )

    class Meta:
        model = Agent
        fields = (
            "name",
            "language",
            "time_zone",
            "theme",
            "density",
            "enter_sends",
            "undo_seconds",
        )
        labels = {"name": _("Name")}  # noqa: RUF012
        help_texts = {"name": _("Colleagues see it; customers do not.")}  # noqa: RUF012


class LookForm(forms.Form):
    """One choice at a time, from the command palette."""

    language = forms.ChoiceField(choices=settings.LANGUAGES, required=False)
    theme = forms.ChoiceField(choices=THEMES, required=False)
    density = forms.ChoiceField(choices=DENSITIES, required=False)


class WorkspaceForm(forms.ModelForm[Workspace]):
    language = LanguageField(help_text=_("What new colleagues start with."))
    time_zone = ZoneField(help_text=_("Where the working day begins and ends."))

    class Meta:
        model = Workspace
        fields = (
            "name",
            "language",
            "time_zone",
            "requires_mfa",
            "notices_show_text",
            "shows_read",
            "shows_typing",
            "agent_phones",
            "manager_phones",
            "finance_phones",
        )
        labels = {  # noqa: RUF012
            "name": _("Name of the workspace"),
            "requires_mfa": _("Everybody signs in with a second step"),
            "notices_show_text": _("Pushes and mails show names and words"),
            "shows_read": _("Customers see that their message was read"),
            "shows_typing": _("Customers see that an answer is being written"),
            "agent_phones": _("Agents see"),
            "manager_phones": _("Managers see"),
            "finance_phones": _("Finance sees"),
        }
        help_texts = {  # noqa: RUF012
            "shows_read": _(
                "The blue ticks, as soon as an agent has the conversation before their eyes."
            ),
            "shows_typing": _(
                "“typing…” while an agent writes a reply. WhatsApp counts the message as read with it."
            ),
            "requires_mfa": _(
                "Who has none is led to set one up before anything else: an app with codes, or a passkey."
            ),
            "notices_show_text": _(
                "Off: they only say that something is new, since locked screens and mail boxes are read by others too."
            ),
        }


MOST_OPEN = 500  # conversations that one person can hold


class DistributionForm(forms.ModelForm[Workspace]):
    capacity = forms.IntegerField(
        label=_("Open conversations one person is given"),
        help_text=_("More can be taken by hand. A person’s page can say otherwise."),
        min_value=1,
        max_value=MOST_OPEN,
    )
    away_minutes = forms.IntegerField(
        label=_("Offline after, minutes"),
        help_text=_("Without a page open."),
        min_value=1,
        max_value=120,
    )

    class Meta:
        model = Workspace
        fields = (
            "agent_sight",
            "manager_sight",
            "capacity",
            "away_minutes",
            "coming_back",
            "only_assignee_replies",
        )
        labels = {  # noqa: RUF012
            "agent_sight": _("Agents see"),
            "manager_sight": _("Managers see"),
            "coming_back": _("A resolved conversation, when its customer writes again"),
            "only_assignee_replies": _("Only the assignee may reply"),
        }
        help_texts = {  # noqa: RUF012
            "coming_back": _(
                "In teams that hand out by themselves, and while one of their colleagues is online. "
                "A number’s page can say otherwise."
            ),
            "only_assignee_replies": _(
                "Others take the conversation over first. Managers and administrators may always reply."
            ),
        }


class PresenceForm(forms.Form):
    presence = forms.ChoiceField(choices=[(one.value, one.label) for one in BY_HAND])


DAYS = (
    _("Monday"), _("Tuesday"), _("Wednesday"), _("Thursday"), _("Friday"), _("Saturday"), _("Sunday"),
)  # fmt: skip


class HoursForm(forms.Form):
    """A line of spans a day, as people write them; `hours` once it is valid, None if nothing is filled in."""

    zone = ZoneField()
    holidays = forms.CharField(
        label=_("Holidays"),
        required=False,
        max_length=8000,
        widget=forms.Textarea({"rows": 4, "placeholder": "2027-01-01 …"}),
        help_text=_("One a line: the date, then the name. The number is closed on these days."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for n, words in enumerate(DAYS):
            self.fields[f"day{n}"] = forms.CharField(label=words, required=False, max_length=100)

    @classmethod
    def shown(cls, kept: hours.Hours | None, *, zone: str) -> dict[str, str]:
        """The initial values."""
        if kept is None:
            return {"zone": zone}
        days = {f"day{n}": hours.words_of(kept.spans, weekday=n) for n in range(7)}
        lines = [f"{day.isoformat()} {name}".strip() for day, name in kept.holidays]
        return {"zone": kept.zone, "holidays": "\n".join(lines), **days}

    def clean(self) -> dict[str, Any]:
        spans: list[hours.Span] = []
        for n in range(7):
            try:
                spans += hours.spans_of(self.cleaned_data.get(f"day{n}", ""), weekday=n)
            except hours.NotSpans as wrong:
                said = _("“%(text)s” is no span of time. Write it like 9:00–18:00.")
                self.add_error(f"day{n}", said % {"text": wrong.text})
        days: list[tuple[date, str]] = []
        try:
            days = hours.holidays_of(self.cleaned_data.get("holidays", ""))
        except hours.NotSpans as wrong:
            said = _("“%(text)s” does not begin with a date such as 2027-01-01.")
            self.add_error("holidays", said % {"text": wrong.text})
        zone = self.cleaned_data.get("zone", "UTC")
        self.hours = hours.Hours(zone, tuple(sorted(set(spans))), tuple(days)) if spans else None
        return self.cleaned_data


class SightForm(forms.Form):
    sight = forms.ChoiceField(
        choices=[("", _("As the role has it")), *Sight.choices], required=False
    )
    capacity = forms.IntegerField(required=False, min_value=1, max_value=MOST_OPEN)


class HandingForm(forms.Form):
    handing = forms.ChoiceField(choices=Handing.choices)
    is_sticky = forms.BooleanField(required=False)


class InviteForm(forms.Form):
    email = forms.EmailField(
        label=_("E-mail"), widget=forms.EmailInput(attrs={"autocomplete": "off"})
    )
    role = forms.ChoiceField(label=_("Role"), choices=Role.choices, initial=Role.AGENT)
    language = LanguageField()
    teams = forms.ModelMultipleChoiceField(
        label=_("Teams"),
        queryset=Team.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("An agent starts with the conversations of these teams, at every number."),
    )

    def __init__(self, *args: Any, workspace: Workspace, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        teams = self.fields["teams"]
        assert isinstance(teams, forms.ModelMultipleChoiceField)
        teams.queryset = workspace.teams.all()
        self.fields["language"].initial = workspace.language


class JoinForm(forms.Form):
    name = forms.CharField(
        label=_("Your name"),
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "name", "autofocus": True}),
    )
    language = LanguageField()
    password = forms.CharField(
        label=_("Password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("At least ten characters. A few words in a row are easy to keep."),
    )

    def __init__(self, *args: Any, email: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.email = email

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if password := data.get("password"):
            person = Agent(email=self.email, name=data.get("name", ""))
            try:
                validate_password(password, person)
            except forms.ValidationError as problem:
                self.add_error("password", problem)
        return data


class RoleForm(forms.Form):
    role = forms.ChoiceField(label=_("Role"), choices=Role.choices, widget=forms.RadioSelect)


class ActivityForm(forms.Form):
    """Whether somebody may come in."""

    is_active = forms.TypedChoiceField(
        choices=[("1", ""), ("0", "")], coerce=lambda value: value == "1"
    )


class TeamForm(forms.Form):
    name = forms.CharField(
        label=_("Name of the team"),
        max_length=80,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class AppForm(forms.Form):
    app_id = forms.CharField(
        label=_("App ID"),
        max_length=32,
        validators=[meta_id],
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        help_text=_("developers.facebook.com → your app → Settings → Basic"),
    )
    secret = forms.CharField(
        label=_("App secret"),
        max_length=200,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        help_text=_("On the same page, under “Show”. It proves that webhooks come from Meta."),
    )


class SecretForm(forms.Form):
    secret = AppForm.base_fields["secret"]


class TokenForm(forms.Form):
    token = forms.CharField(
        label=_("Access token"),
        max_length=1000,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        help_text=_(
            "Of a system user that never expires, with whatsapp_business_messaging and "
            "whatsapp_business_management."
        ),
    )


class AccountForm(TokenForm):
    waba_id = forms.CharField(
        label=_("WhatsApp Business Account ID"),
        max_length=32,
        validators=[meta_id],
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        help_text=_("WhatsApp Manager → Account tools → the number under the account’s name"),
    )
    pricing_plan = forms.ChoiceField(
        label=_("How Meta bills this account"),
        choices=list(reversed(PricingPlan.choices)),
        initial=PricingPlan.CURRENT,
        widget=forms.RadioSelect,
    )
    field_order = ("waba_id", "token", "pricing_plan")


class PlanForm(forms.Form):
    pricing_plan = AccountForm.base_fields["pricing_plan"]


class NumberForm(forms.Form):
    label = forms.CharField(
        label=_("Label"),
        max_length=40,
        help_text=_("What the team calls it: “Shop”, “Clinic”."),
    )
    team = forms.ModelChoiceField(
        label=_("Team"),
        queryset=Team.objects.none(),
        required=False,
        empty_label=_("No team"),
        help_text=_("New conversations start there."),
    )

    def __init__(self, *args: Any, workspace: Workspace, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        team = self.fields["team"]
        assert isinstance(team, forms.ModelChoiceField)
        team.queryset = workspace.teams.all()


class KnownNumberForm(NumberForm):
    """Of a number that is there already: with what it may say otherwise than the workspace."""

    coming_back = forms.ChoiceField(
        label=_("A resolved conversation, when its customer writes again"),
        choices=[("", ""), *ComingBack.choices],
        required=False,
    )

    def __init__(self, *args: Any, workspace: Workspace, **kwargs: Any) -> None:
        super().__init__(*args, workspace=workspace, **kwargs)
        back = self.fields["coming_back"]
        assert isinstance(back, forms.ChoiceField)
        back.choices = [("", _("As for all numbers")), *ComingBack.choices]
        usual = str(workspace.get_coming_back_display())
        back.help_text = _("For all numbers: %(usual)s.") % {"usual": usual[0].lower() + usual[1:]}


class NewNumberForm(NumberForm):
    phone_number_id = forms.CharField(
        label=_("Phone number ID"),
        max_length=32,
        validators=[meta_id],
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        help_text=_(
            "WhatsApp Manager → Phone numbers → the number → its ID; not the number itself"
        ),
    )
    field_order = ("phone_number_id", "label", "team")


class AuditForm(forms.Form):
    person = forms.TypedChoiceField(label=_("Person"), coerce=int, required=False, empty_value=None)
    act = forms.ChoiceField(label=_("Act"), required=False)
    since = forms.DateField(label=_("From"), required=False, widget=DayInput)
    until = forms.DateField(label=_("To"), required=False, widget=DayInput)
    before = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, workspace: Workspace, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = workspace.agents.order_by("name").values_list("pk", "name")
        person, act = self.fields["person"], self.fields["act"]
        assert isinstance(person, forms.ChoiceField)
        assert isinstance(act, forms.ChoiceField)
        person.choices = [("", _("Everybody")), *people]
        act.choices = [("", _("Everything")), *ACTS.items()]
