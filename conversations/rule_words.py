"""What a rule or macro says and does, in words for the settings pages."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.utils.translation import gettext

from accounts.models import Agent, PhoneNumber, Team
from conversations.forms.automation import LANGUAGES
from conversations.macros import ME, Steps
from conversations.models import Label, Priority
from conversations.ruling import Actions, Conditions, Rule


@dataclass(frozen=True, slots=True)
class Names:
    """Of all that a rule can point at; what is gone has none."""

    numbers: dict[int, str] = field(default_factory=dict)
    teams: dict[int, str] = field(default_factory=dict)
    people: dict[int, str] = field(default_factory=dict)
    labels: dict[int, str] = field(default_factory=dict)


def names_of(workspace_id: int) -> Names:
    def named(model: type[PhoneNumber | Team | Agent | Label], column: str) -> dict[int, str]:
        rows = model._default_manager.filter(workspace_id=workspace_id)
        return dict(rows.values_list("pk", column))

    return Names(
        numbers=named(PhoneNumber, "label"),
        teams=named(Team, "name"),
        people=named(Agent, "name"),
        labels=named(Label, "name"),
    )


def of(rule: Rule, names: Names) -> tuple[list[str], list[str]]:
    return conditions(rule.conditions, names), actions(rule.actions, names)


def conditions(said: Conditions, names: Names) -> list[str]:
    languages = {code: str(words) for code, words in LANGUAGES}
    found = [
        {"new": gettext("begins"), "reopened": gettext("comes back")}.get(said.when, ""),
        _either(gettext("number"), [names.numbers.get(pk, "?") for pk in said.numbers]),
        _either(gettext("says"), [f"“{word}”" for word in said.keywords]),
        _either(gettext("language"), [languages.get(code, code) for code in said.languages]),
        _either(gettext("label"), [names.labels.get(pk, "?") for pk in said.labels]),
        {"inside": gettext("open"), "outside": gettext("closed")}.get(said.hours, ""),
        {"new": gettext("new customer"), "known": gettext("known customer")}.get(said.contact, ""),
        {"ad": gettext("from an ad"), "other": gettext("not from an ad")}.get(said.source, ""),
    ]
    return [words for words in found if words]


def actions(said: Actions, names: Names) -> list[str]:
    return _acts(
        team=said.team and names.teams.get(said.team, "?"),
        person=said.assignee and names.people.get(said.assignee, "?"),
        labels=[names.labels.get(pk, "?") for pk in said.labels],
        priority=said.priority,
        reply=said.reply,
    )


def steps(said: Steps, names: Names) -> list[str]:
    who = gettext("whoever runs it") if said.assignee == ME else ""
    person = who or (said.assignee and names.people.get(int(said.assignee), "?"))
    found = _acts(
        team=said.team and names.teams.get(said.team, "?"),
        person=person,
        labels=[names.labels.get(pk, "?") for pk in said.labels],
        priority=said.priority,
        reply=said.reply,
    )
    if said.note:
        found.insert(0, gettext("note"))
    ends = {
        "resolve": gettext("resolve"),
        "pending": gettext("pending"),
        "snooze": gettext("snooze: %(until)s") % {"until": said.snooze},
    }
    return [*found, *filter(None, [ends.get(said.finish, "")])]


def _acts(
    *, team: object, person: object, labels: list[str], priority: int | None, reply: str
) -> list[str]:
    found = []
    if team:
        found.append(gettext("team: %(name)s") % {"name": team})
    if person:
        found.append(gettext("assigned to: %(name)s") % {"name": person})
    if labels:
        found.append(gettext("labels: %(names)s") % {"names": ", ".join(labels)})
    if priority is not None:
        found.append(gettext("priority: %(name)s") % {"name": Priority(priority).label})
    if reply:
        short = reply if len(reply) <= 60 else f"{reply[:60]}…"
        found.append(gettext("answer: “%(text)s”") % {"text": short})
    return found


def _either(what: str, values: list[str]) -> str:
    between = gettext(" or ")
    return f"{what}: {between.join(values)}" if values else ""
