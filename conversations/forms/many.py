"""What the bar over the list may ask for: which conversations, which act, and what the act needs."""

from __future__ import annotations

from typing import Any, Final

from django import forms
from django.utils.translation import gettext, pgettext
from django.utils.translation import gettext_lazy as _

from accounts.models import Agent, BusinessAccount, Team
from conversations import many
from conversations.forms.handling import SnoozeForm
from conversations.many_acts import ACTS
from conversations.models import Label, Priority
from conversations.models.threads import ConversationQuerySet
from templates_app import picking, using

MOST_PICKED: Final = 5000  # by hand; a view may hold any number
VALUE: Final = "var."  # before the name of a template's variable


class PickForm(SnoozeForm):
    """`ids`: conversations, comma by comma; or `view`: the query of the list, for all that it holds."""

    ids = forms.CharField(required=False, max_length=MOST_PICKED * 20)
    view = forms.CharField(required=False, max_length=20_000)
    is_view = forms.BooleanField(required=False)

    def __init__(self, *args: Any, agent: Agent, **more: Any) -> None:
        super().__init__(*args, **more)
        self.agent = agent

    def clean_ids(self) -> list[int]:
        written = [one for one in self.cleaned_data["ids"].split(",") if one]
        if not all(one.isascii() and one.isdigit() and len(one) < 19 for one in written):
            raise forms.ValidationError(_("Choose the conversations again."))
        return [int(one) for one in written]

    @property
    def chosen(self) -> ConversationQuerySet:
        view = self.cleaned_data["view"] if self.cleaned_data["is_view"] else None
        return many.chosen(self.agent, ids=self.cleaned_data.get("ids", ()), view=view)


class ManyForm(PickForm):
    """An act with what it needs: `what` is what many_acts asks for, `title` says it in words."""

    act = forms.ChoiceField(choices=[(name, name) for name in ACTS])
    to = forms.CharField(required=False, max_length=20)
    team = forms.IntegerField(required=False, min_value=1, max_value=2**31)
    label = forms.IntegerField(required=False, min_value=1, max_value=2**31)
    priority = forms.TypedChoiceField(required=False, choices=Priority.choices, coerce=int)
    template = forms.IntegerField(required=False, min_value=1, max_value=2**31)

    def clean(self) -> dict[str, Any]:
        said = super().clean() or self.cleaned_data
        act = said.get("act", "")
        self.what: dict[str, Any] = {}
        self.title = ""
        if act and not self.errors:
            getattr(self, f"_{act}")(said)
        return said

    def _assign(self, said: dict[str, Any]) -> None:
        if said["to"] == "nobody":
            self.what, self.title = {"to": None}, gettext("Give back to all")
            return
        pk = self.agent.pk if said["to"] == "me" else said["to"]
        people = Agent.objects.working(self.agent.workspace_id)
        taker = people.filter(pk=pk).first() if str(pk).isdecimal() else None
        if taker is None:
            raise forms.ValidationError(_("Choose a colleague."))
        self.what, self.title = {"to": taker.pk}, gettext("Assign to %s") % taker.name

    def _team(self, said: dict[str, Any]) -> None:
        if not said["team"]:
            self.what, self.title = {"team": None}, gettext("Out of all teams")
            return
        team = self._one(Team, said["team"], _("Choose a team."))
        self.what, self.title = {"team": team.pk}, gettext("Move to %s") % team.name

    def _label(self, said: dict[str, Any]) -> None:
        label = self._one(Label, said["label"], _("Choose a label."))
        self.what, self.title = {"label": label.pk}, gettext("Label with %s") % label.name

    def _unlabel(self, said: dict[str, Any]) -> None:
        self._label(said)
        name = Label.objects.get(pk=self.what["label"]).name
        self.title = gettext("Take off the label %s") % name

    def _one(self, model: Any, pk: int | None, words: Any) -> Any:
        found = model.objects.filter(workspace_id=self.agent.workspace_id, pk=pk or 0).first()
        if found is None:
            raise forms.ValidationError(words)
        return found

    def _resolve(self, _said: dict[str, Any]) -> None:
        self.title = pgettext("bulk", "Resolve")

    def _reopen(self, _said: dict[str, Any]) -> None:
        self.title = pgettext("bulk", "Reopen")

    def _pending(self, _said: dict[str, Any]) -> None:
        self.title = pgettext("bulk", "Mark as pending")

    def _read(self, _said: dict[str, Any]) -> None:
        self.title = pgettext("bulk", "Mark as read")

    def _snooze(self, _said: dict[str, Any]) -> None:
        self.title = pgettext(
            "bulk", "Snooze"
        )  # until when is read by the view: it knows the agent's clock

    def _priority(self, said: dict[str, Any]) -> None:
        priority = said["priority"] if said["priority"] != "" else Priority.NONE
        self.what = {"priority": int(priority)}
        self.title = gettext("Priority: %s") % Priority(priority).label

    def _message(self, said: dict[str, Any]) -> None:
        mine = BusinessAccount.objects.filter(workspace_id=self.agent.workspace_id)
        offered = picking.offered(self.agent, mine.values_list("pk", flat=True))
        template = offered.filter(pk=said["template"] or 0).first()
        if template is None:
            raise forms.ValidationError(_("Choose a template."))
        values = {
            name.removeprefix(VALUE): str(value)[:1024].replace("\0", "")
            for name, value in self.data.items()
            if name.startswith(VALUE) and "\0" not in name
        }
        self.what = {"template": template.pk, "values": using.zoned(template.pk, values)}
        self.title = gettext("Send the template %s") % template.name
