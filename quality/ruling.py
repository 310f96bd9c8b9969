"""What a workspace wants to hear of which kind of alert."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import transaction

from accounts import audit
from accounts.models import Agent, Workspace
from quality import showing, words
from quality.alarms import BAD, MAILED, Kind
from quality.models import AlertRule


def kinds(workspace: Workspace) -> dict[str, tuple[str, bool, bool, bool]]:
    """Of each kind: its words, whether it is shown where people work, mailed, pushed."""
    stored = {rule.kind: rule for rule in AlertRule.objects.filter(workspace=workspace)}
    found = {}
    for kind in Kind:
        rule = stored.get(kind)
        usual = (True, kind in MAILED, kind in BAD)
        wanted = (rule.is_shown, rule.is_mailed, rule.is_pushed) if rule else usual
        found[kind.value] = (str(words.WORDS[kind.value][0]), *wanted)
    return found


@transaction.atomic
def save(by: Agent, *, chosen: Mapping[str, bool], address: str | None) -> None:
    """`chosen`: `shown.KIND`, `mailed.KIND` and `pushed.KIND`."""
    for kind in Kind:
        AlertRule.objects.update_or_create(
            workspace_id=by.workspace_id,
            kind=kind.value,
            defaults={
                "is_shown": chosen.get(f"shown.{kind.value}", False),
                "is_mailed": chosen.get(f"mailed.{kind.value}", False),
                "is_pushed": chosen.get(f"pushed.{kind.value}", False),
            },
        )
    audit.record(by, "alert_rules.changed", "", address)
    showing.changed(by.workspace_id)
