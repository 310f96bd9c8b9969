"""Opens an alert when something is wrong and closes it when it is gone. One at a time of a kind: no storm.

People acknowledge, snooze and take alerts; that never changes whether something is wrong.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import transaction
from django.db.models import QuerySet

from accounts import audit
from accounts.models import Agent, BusinessAccount, PhoneNumber, Role
from quality import alarms, showing
from quality.alarms import Alarm, Kind
from quality.aspects import Aspect
from quality.models import Alert, Gauge
from templates_app.models import TemplateState

HEARS: Final = (Role.MANAGER, Role.ADMINISTRATOR)
SAME_WITHIN: Final = timedelta(days=1)
AGAIN_WITHIN: Final = timedelta(minutes=30)
STOPPED: Final = (TemplateState.PAUSED, TemplateState.DISABLED)


@transaction.atomic
def reconcile(account: BusinessAccount, *, at: datetime) -> list[Alert]:
    """Bring the account's alerts to what is wrong now; give those that were opened. Under the account's lock."""
    rows = BusinessAccount.objects.select_for_update(no_key=True).only("pk", "token_problem")
    is_refused = bool(rows.get(pk=account.pk).token_problem)
    wanted = {alarm.key: alarm for alarm in _wrong(account, at, is_refused=is_refused)}
    standing = {
        (alert.kind, alert.number_id): alert
        for alert in Alert.objects.filter(account=account, closed_at=None).exclude(
            kind__in=alarms.OF_TEMPLATES
        )
    }
    gone = [
        alert
        for key, alert in standing.items()
        if key not in wanted and alert.kind not in alarms.HAPPENED
    ]
    opened = [open_one(account, alarm, at) for key, alarm in wanted.items() if key not in standing]
    for key, alert in standing.items():
        if key in wanted and alert.facts != wanted[key].facts:
            alert.facts = dict(wanted[key].facts)
            alert.save(update_fields=["facts"])
    close(gone, at=at)
    for alert in opened:
        showing.happened(alert, "opened")
    return opened


def close(gone: Sequence[Alert], *, at: datetime) -> None:
    """What is wrong no more."""
    Alert.objects.filter(pk__in=[alert.pk for alert in gone]).update(closed_at=at)
    for alert in gone:
        showing.happened(alert, "closed")


def happened(
    account: BusinessAccount,
    number: PhoneNumber | None,
    *,
    kind: str,
    facts: Mapping[str, Any],
    at: datetime,
) -> None:
    """An alert for what is no state: it stays until somebody has seen it."""
    if kind not in alarms.HAPPENED:
        return
    same = Alert.objects.filter(account=account, number=number, kind=kind, closed_at=None)
    if same.update(facts=dict(facts)):
        return
    alarm = Alarm(Kind(kind), number.pk if number else None, facts=dict(facts))
    showing.happened(open_one(account, alarm, at), "opened")


def _wrong(account: BusinessAccount, at: datetime, *, is_refused: bool) -> list[Alarm]:
    values: dict[int | None, dict[Aspect, str]] = {}
    for number_id, aspect, value in Gauge.objects.filter(account=account).values_list(
        "number_id", "aspect", "value"
    ):
        values.setdefault(number_id, {})[Aspect(aspect)] = value
    numbers = list(PhoneNumber.objects.filter(account=account, is_active=True))
    tier = next((number.messaging_limit for number in numbers if number.messaging_limit), "")
    found = alarms.of_account(
        values.get(None, {}),
        limit=tier,
        is_refused=is_refused,
        at=at,
    )
    for number in numbers:
        found += alarms.of_number(
            number.pk, values.get(number.pk, {}), held_code=number.held_reason
        )
    return found


def open_one(account: BusinessAccount, alarm: Alarm, at: datetime) -> Alert:
    """The row; the caller tells of it."""
    return Alert.objects.create(
        quiet_until=_quiet_until(account, alarm, at=at),
        workspace_id=account.workspace_id,
        account=account,
        number_id=alarm.number,
        template_id=alarm.template,
        draft_id=alarm.draft,
        kind=alarm.kind.value,
        severity=alarm.severity.value,
        facts=dict(alarm.facts),
        opened_at=at,
    )


def _quiet_until(account: BusinessAccount, alarm: Alarm, *, at: datetime) -> datetime | None:
    """What comes back soon after it was gone is listed at once, but mailed only if it still holds then.

    What goes on coming and going is mailed at most once in that time, and not put off for ever.
    """
    if alarm.kind in alarms.HAPPENED:
        return None  # what happens twice is twice news
    same = Alert.objects.filter(
        account=account,
        number=alarm.number,
        template=alarm.template,
        draft=alarm.draft,
        kind=alarm.kind.value,
    )
    lately = same.filter(closed_at__gt=at - AGAIN_WITHIN).order_by("-closed_at", "-pk").first()
    if lately is None or lately.closed_at is None:
        return None
    return lately.closed_at + AGAIN_WITHIN if lately.mailed_at else lately.quiet_until


def helpers(agent: Agent) -> QuerySet[Agent]:
    """Those of the workspace who may look after alerts."""
    return Agent.objects.filter(
        workspace_id=agent.workspace_id, is_active=True, role__in=HEARS
    ).order_by("name")


# --- what people do with them ------------------------------------------------------------------------


def of(agent: Agent) -> QuerySet[Alert]:
    """The alerts of the agent's workspace."""
    return Alert.objects.filter(workspace_id=agent.workspace_id).select_related(
        "account", "number", "template", "draft", "assignee", "acknowledged_by"
    )


@transaction.atomic
def acknowledge(alert_id: int, *, agent: Agent, at: datetime) -> Alert:
    """Somebody has seen it. What only happened is closed with that; what is wrong stays open until it is gone."""
    alert = _locked(alert_id, agent)
    if alert.acknowledged_at is None:
        alert.acknowledged_at, alert.acknowledged_by = at, agent
        if alert.kind in alarms.HAPPENED:
            alert.closed_at = at
        alert.save(update_fields=["acknowledged_at", "acknowledged_by", "closed_at"])
        audit.record(agent, "alert.acknowledged", str(alert), None)
        showing.changed(alert.workspace_id)
    return alert


@transaction.atomic
def snooze(alert_id: int, *, agent: Agent, until: datetime) -> Alert:
    alert = _locked(alert_id, agent)
    alert.snoozed_until = until
    alert.save(update_fields=["snoozed_until"])
    showing.changed(alert.workspace_id)
    return alert


@transaction.atomic
def give(alert_id: int, *, agent: Agent, to: Agent | None) -> Alert:
    """Somebody looks after it. `to` is of the same workspace, which the caller's form has checked."""
    alert = _locked(alert_id, agent)
    alert.assignee = to
    alert.save(update_fields=["assignee"])
    showing.changed(alert.workspace_id)
    return alert


def _locked(alert_id: int, agent: Agent) -> Alert:
    return Alert.objects.select_for_update(of=("self",)).get(
        pk=alert_id, workspace_id=agent.workspace_id
    )
