"""The ledger as a file for an accountant, line by line in flat memory."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any, Final
from zoneinfo import ZoneInfo

from billing.models import LedgerEntry
from conversations import tables

COLUMNS: Final = (
    "line", "reverses", "quantity", "month", "day", "opened_at", "expires_at", "account", "number", "contact",
    "country", "kind", "category", "reason", "estimated", "adjustment", "market", "card", "tier", "quota_position",
    "template", "agent", "team", "currency", "price", "price_currency", "cost",
    "note",
)  # fmt: skip


class _Echo:
    """A file that hands back what is written to it: csv wants one."""

    def write(self, text: str) -> str:
        return text


def csv_lines(lines: Iterable[LedgerEntry]) -> Iterator[str]:
    """Times in the zone of the account, exact amounts with a point. Begins with the mark that Excel wants for UTF-8."""
    writer = csv.writer(_Echo())
    yield tables.MARK + writer.writerow(COLUMNS)
    for line in lines:
        yield writer.writerow([safe(cell) for cell in row(line)])


def row(line: LedgerEntry) -> list[Any]:
    zone = ZoneInfo(line.account.time_zone)
    return [
        line.pk,
        line.reverses_id or "",
        line.quantity,
        line.month.strftime("%Y-%m"),
        line.day.isoformat(),
        line.opened_at.astimezone(zone).isoformat(timespec="seconds"),
        line.expires_at.astimezone(zone).isoformat(timespec="seconds") if line.expires_at else "",
        line.account.name,
        line.number.label if line.number else "",
        f"{line.party.shown} #{line.party_id}" if line.party else "",
        line.country,
        line.kind,
        line.category,
        line.reason,
        int(line.is_estimated),
        int(line.is_adjustment),
        line.market,
        line.card,
        line.tier,
        line.quota_position or "",
        line.template_name,
        line.agent_name,
        line.team_name,
        line.currency,
        _plain(line.price),
        line.price_currency,
        _plain(line.cost),
        line.note,
    ]


def safe(cell: Any) -> Any:
    """As in every file of ours (conversations/tables.py), but amounts stay amounts, also those below zero."""
    return cell if isinstance(cell, str) and _is_number(cell) else tables.safe(cell)


def _is_number(text: str) -> bool:
    return text.lstrip("-").replace(".", "", 1).isdecimal()


def _plain(amount: Decimal | None) -> str:
    return format(amount.normalize(), "f") if amount is not None else ""
