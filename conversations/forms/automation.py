"""The forms of rules and macros: a builder out of plain fields. They give values of ruling.py and macros.py."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Agent, PhoneNumber, Team, Workspace
from conversations import canned, macros, moments
from conversations.macros import Steps
from conversations.models import Label, Priority
from conversations.ruling import Actions, Conditions
from whatsapp import checks

ANY = ("", _("Does not matter"))
OPEN, CLOSED = pgettext_lazy("hours", "Open"), pgettext_lazy("hours", "Closed")
KEEP = ("", _("Leave as it is"))
LANGUAGES = (
    ("ru", _("Russian")), ("en", _("English and other Latin letters")), ("uk", _("Ukrainian")),
    ("kk", _("Kazakh")), ("ar", _("Arabic")), ("he", _("Hebrew")), ("hi", _("Hindi")),
    ("zh", _("Chinese")),
)  # fmt: skip


def _many(label: Any, **kwargs: Any) -> forms.TypedMultipleChoiceField:
    return forms.TypedMultipleChoiceField(
        label=label, required=False, widget=forms.CheckboxSelectMultiple, **kwargs
    )


def _one(label: Any, choices: Any, **kwargs: Any) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, required=False, choices=choices, **kwargs)


def _words(label: Any, **kwargs: Any) -> forms.CharField:
    return forms.CharField(
        label=label,
        required=False,
        max_length=checks.BODY,
        widget=forms.Textarea({"rows": 3}),
        **kwargs,
    )


class _OfWorkspace(forms.Form):
    """Fills in what there is to choose."""

    def __init__(self, *args: Any, workspace: Workspace, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        teams = [(str(team.pk), team.name) for team in Team.objects.filter(workspace=workspace)]
        people = Agent.objects.working(workspace.pk)
        names = [(str(one.pk), one.name) for one in people.order_by("name")]
        found = Label.objects.filter(workspace=workspace)
        labels = [(str(label.pk), label.name) for label in found]
        numbers = PhoneNumber.objects.filter(workspace=workspace)
        self._offer("numbers", [(str(one.pk), one.label) for one in numbers])
        self._offer("labels", labels)
        self._offer("add_labels", labels)
        self._offer("team", [KEEP, *teams])
        self._offer("assignee", [KEEP, *self.first_people, *names])

    first_people: tuple[Any, ...] = ()

    def clean_reply(self) -> str:
        text: str = self.cleaned_data["reply"]
        if unknown := canned.unknown(text):
            known = ", ".join(f"{{{{{name}}}}}" for name in canned.KNOWN)
            raise forms.ValidationError(
                _("Nothing is filled in for %(unknown)s. There is: %(known)s"),
                params={"unknown": ", ".join(unknown), "known": known},
            )
        return text

    def _offer(self, name: str, choices: list[Any]) -> None:
        if name in self.fields:
            self.fields[name].choices = choices  # type: ignore[attr-defined]


class RuleForm(_OfWorkspace):
    name = forms.CharField(label=pgettext_lazy("of a rule", "Name"), max_length=80)
    when = _one(_("When a conversation"), [
        ANY, ("new", _("begins")), ("reopened", _("comes back after it was resolved")),
    ])  # fmt: skip
    numbers = _many(_("At one of these numbers"), coerce=int)
    keywords = forms.CharField(
        label=_("The message says one of"),
        required=False,
        max_length=1000,
        help_text=_("Separated by commas; “deliver*” stands for all words that begin so."),
    )
    languages = _many(_("In one of these languages"), choices=LANGUAGES)
    labels = _many(_("Has one of these labels"), coerce=int)
    hours = _one(_("Business hours of the number"), [
        ANY, ("inside", OPEN), ("outside", CLOSED),
    ])  # fmt: skip
    contact = _one(_("The customer"), [
        ANY, ("new", _("Writes for the first time")), ("known", _("Has written before")),
    ])  # fmt: skip
    source = _one(_("Comes from"), [
        ANY, ("ad", _("An ad or a post")), ("other", _("Anywhere else")),
    ])  # fmt: skip
    team = _one(_("Move to the team"), [])
    assignee = _one(_("Assign to"), [])
    add_labels = _many(_("Put on labels"), coerce=int)
    priority = _one(
        _("Set the priority"), [KEEP, *((str(n), words) for n, words in Priority.choices)]
    )
    reply = _words(
        _("Answer by itself"),
        help_text=_(
            "Within the reply window, to one conversation once a day at most. {{contact.first_name}}, "
            "{{contact.name}} and {{number.name}} are filled in, {{agent.first_name}} with whoever has it then."
        ),
    )
    stops = forms.BooleanField(label=_("Ask no further rules if this one matches"), required=False)

    def clean(self) -> dict[str, Any]:
        if not self.errors and self.actions.is_empty:
            self.add_error(None, _("Say what the rule does: nothing is filled in below “Then”."))
        return self.cleaned_data

    @property
    def conditions(self) -> Conditions:
        said = self.cleaned_data
        words = (word.strip() for word in said["keywords"].split(","))
        return Conditions(
            when=said["when"],
            numbers=tuple(said["numbers"]),
            keywords=tuple(filter(None, words)),
            languages=tuple(said["languages"]),
            labels=tuple(said["labels"]),
            hours=said["hours"],
            contact=said["contact"],
            source=said["source"],
        )

    @property
    def actions(self) -> Actions:
        said = self.cleaned_data
        return Actions(
            team=int(said["team"]) if said["team"] else None,
            assignee=int(said["assignee"]) if said["assignee"] else None,
            labels=tuple(said["add_labels"]),
            priority=int(said["priority"]) if said["priority"] else None,
            reply=said["reply"],
        )

    @staticmethod
    def shown(
        name: str, conditions: Conditions, actions: Actions, *, stops: bool
    ) -> dict[str, Any]:
        """The initial values."""
        return {
            "name": name,
            "stops": stops,
            "when": conditions.when,
            "numbers": list(conditions.numbers),
            "keywords": ", ".join(conditions.keywords),
            "languages": list(conditions.languages),
            "labels": list(conditions.labels),
            "hours": conditions.hours,
            "contact": conditions.contact,
            "source": conditions.source,
            "team": actions.team,
            "assignee": actions.assignee,
            "add_labels": list(actions.labels),
            "priority": actions.priority,
            "reply": actions.reply,
        }


class TrialForm(_OfWorkspace):
    """A message that might come: which rules would match?"""

    text = forms.CharField(
        label=_("A customer writes"), required=False, max_length=checks.BODY,
        widget=forms.Textarea({"rows": 2}),
    )  # fmt: skip
    number = _one(_("To the number"), [])
    is_new = _one(
        _("The conversation"), [("1", _("is new")), ("", _("was resolved before"))], initial="1"
    )
    is_open = _one(_("Business hours"), [("1", OPEN), ("", CLOSED)], initial="1")
    is_known = _one(_("The customer"), [
        ("", _("Writes for the first time")), ("1", _("Has written before")),
    ])  # fmt: skip
    from_ad = _one(_("Comes from"), [("", _("Anywhere else")), ("1", _("An ad or a post"))])

    def __init__(self, *args: Any, workspace: Workspace, **kwargs: Any) -> None:
        super().__init__(*args, workspace=workspace, **kwargs)
        numbers = PhoneNumber.objects.filter(workspace=workspace)
        self._offer("number", [(str(one.pk), one.label) for one in numbers])


class MacroForm(_OfWorkspace):
    first_people = ((macros.ME, _("Whoever runs it")),)

    name = forms.CharField(label=pgettext_lazy("of a rule", "Name"), max_length=80)
    scope = forms.ChoiceField(
        label=_("For"), choices=[("mine", _("Me alone")), ("all", _("Everybody"))], initial="mine"
    )
    reply = _words(
        _("Reply to the customer"),
        help_text=_("Variables such as {{contact.first_name}} are filled in, as in quick replies."),
    )
    note = _words(_("Note for colleagues"))
    add_labels = _many(_("Put on labels"), coerce=int)
    priority = _one(
        _("Set the priority"), [KEEP, *((str(n), words) for n, words in Priority.choices)]
    )
    team = _one(_("Move to the team"), [])
    assignee = _one(_("Assign to"), [])
    finish = _one(_("In the end"), [
        KEEP, ("resolve", _("Resolve")), ("pending", _("Mark as pending")), ("snooze", _("Snooze")),
    ])  # fmt: skip
    snooze = forms.CharField(
        label=_("Snooze until"),
        required=False,
        max_length=60,
        help_text=_("Such as “tomorrow 9:00”, “2 h”; or “reply”: until the customer writes."),
    )

    def clean(self) -> dict[str, Any]:
        if self.errors:
            return self.cleaned_data
        if self.steps.is_empty:
            self.add_error(None, _("Say what the macro does: nothing is filled in."))
        words = self.cleaned_data["snooze"]
        is_clear = words == macros.UNTIL_REPLY or moments.understood(
            words, now=timezone.localtime()
        )
        if self.cleaned_data["finish"] == "snooze" and not is_clear:
            self.add_error("snooze", _("Write until when: “tomorrow 9:00”, “2 h”, or “reply”."))
        return self.cleaned_data

    @property
    def steps(self) -> Steps:
        said = self.cleaned_data
        return Steps(
            note=said["note"],
            labels=tuple(said["add_labels"]),
            priority=int(said["priority"]) if said["priority"] else None,
            team=int(said["team"]) if said["team"] else None,
            assignee=said["assignee"],
            reply=said["reply"],
            finish=said["finish"],
            snooze=said["snooze"] if said["finish"] == "snooze" else "",
        )

    @staticmethod
    def shown(name: str, steps: Steps, *, is_own: bool) -> dict[str, Any]:
        return {
            "name": name,
            "scope": "mine" if is_own else "all",
            "reply": steps.reply,
            "note": steps.note,
            "add_labels": list(steps.labels),
            "priority": steps.priority,
            "team": steps.team,
            "assignee": steps.assignee,
            "finish": steps.finish,
            "snooze": steps.snooze,
        }
