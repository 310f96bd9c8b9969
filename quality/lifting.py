"""An administrator lets marketing pass our own gates for some hours, with a reason that is kept."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from accounts import audit
from accounts.models import Agent, PhoneNumber
from quality.models import Observation, Source

ASPECT = "gates"


@transaction.atomic
def lift(
    number_id: int, *, by: Agent, until: datetime, reason: str, at: datetime, address: str | None
) -> None:
    """What Meta itself forbids stays forbidden (conversations/gates.py)."""
    number = _locked(number_id, by)
    _write(number, until, by=by, reason=reason, at=at)
    audit.record(
        by,
        "gates.lifted",
        str(number),
        address,
        reason=reason,
        until=until.isoformat(timespec="minutes"),
    )


@transaction.atomic
def close(number_id: int, *, by: Agent, at: datetime, address: str | None) -> None:
    number = _locked(number_id, by)
    if number.gates_lifted_until is None:
        return
    _write(number, None, by=by, reason="", at=at)
    audit.record(by, "gates.closed", str(number), address)


def _write(
    number: PhoneNumber, until: datetime | None, *, by: Agent, reason: str, at: datetime
) -> None:
    number.gates_lifted_until = until
    number.save(update_fields=["gates_lifted_until"])
    Observation.objects.create(
        account_id=number.account_id, number=number, aspect=ASPECT, after="lifted" if until else "closed",
        details={"by": by.name, "reason": reason}, source=Source.PERSON, at=at,
    )  # fmt: skip


def _locked(number_id: int, by: Agent) -> PhoneNumber:
    rows = PhoneNumber.objects.select_for_update(of=("self",)).select_related("account")
    return rows.get(pk=number_id, workspace_id=by.workspace_id)
