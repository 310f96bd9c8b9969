"""The ledger as a file for an accountant, in flat memory: as CSV here, as a sheet by invoices/sheets.py."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, Final
from zoneinfo import ZoneInfo

from accounts.models import BusinessAccount, PhoneNumber
from billing import reading
from billing.models import Campaign
from billing.models.facts import shown_as
from billing.reading import Filters
from conversations import streaming, tables

COLUMNS: Final = (
    "line", "reverses", "quantity", "month", "day", "opened_at", "expires_at", "account", "number", "contact",
    "country", "kind", "category", "reason", "estimated", "adjustment", "market", "card", "tier", "quota_position",
    "template", "agent", "team", "currency", "price", "price_currency", "cost",
    "note", "campaign",
)  # fmt: skip
NUMBERS: Final = frozenset(map(COLUMNS.index, ("line", "reverses", "quantity", "price", "cost")))
# What people have typed, and a number that begins with a plus; the rest is ours and begins no formula.
TYPED: Final = frozenset(
    map(
        COLUMNS.index,
        ("account", "number", "contact", "template", "agent", "team", "note", "campaign"),
    )
)
STORED: Final = (
    "pk", "reverses_id", "quantity", "month", "day", "opened_at", "expires_at", "account_id", "number_id", "party_id",
    "country", "kind", "category", "reason", "is_estimated", "is_adjustment", "market", "card", "tier",
    "quota_position", "template_name", "agent_name", "team_name", "currency", "price", "price_currency", "cost",
    "note", "campaign_id", "party__place", "party__country",
)  # fmt: skip


def csv_lines(filters: Filters) -> Iterator[str]:
    """Times in the zone of the account, exact amounts with a point. Begins with the mark that Excel wants for UTF-8."""
    return streaming.csv_pieces(COLUMNS, rows(filters), cells=_cells)


def _cells(row: Sequence[Any]) -> list[Any]:
    return [safe(cell) if column in TYPED else cell for column, cell in enumerate(row)]


def rows(filters: Filters) -> Iterator[list[Any]]:
    """A list of cells for each line, oldest first: text, but for ids, counts and amounts, which are numbers."""
    accounts = _accounts(filters.workspace_id)
    numbers = _numbers(filters.workspace_id)
    campaigns = _campaigns(filters.workspace_id)
    lines = reading.uncancelled(filters).values_list(*STORED)
    for stored in lines.iterator(chunk_size=2000):
        cells = list(stored[: len(COLUMNS)])
        name, zone = accounts[cells[7]]
        cells[3] = f"{cells[3]:%Y-%m}"
        cells[4] = cells[4].isoformat()
        cells[5], cells[6] = _moment(cells[5], zone), _moment(cells[6], zone)
        party, cells[7] = cells[9], name
        cells[8] = numbers.get(cells[8], "")
        place, country = stored[-2:]
        cells[9] = f"{shown_as(place, country, party)} #{party}" if party else ""
        cells[14], cells[15] = int(cells[14]), int(cells[15])
        cells[24], cells[26] = _plain(cells[24]), _plain(cells[26])
        cells[28] = campaigns.get(cells[28], "")
        yield ["" if cell is None else cell for cell in cells]


def _accounts(workspace_id: int) -> dict[int, tuple[str, ZoneInfo]]:
    rows = BusinessAccount.objects.filter(workspace_id=workspace_id)
    return {row.pk: (row.name, ZoneInfo(row.time_zone)) for row in rows}


def _numbers(workspace_id: int) -> dict[int, str]:
    return {row.pk: row.label for row in PhoneNumber.objects.filter(workspace_id=workspace_id)}


def _campaigns(workspace_id: int) -> dict[int, str]:
    """“Send the template x · Elena · 2026-11-12”."""
    rows = Campaign.objects.filter(workspace_id=workspace_id)
    return {row.pk: f"{row.name} · {row.by} · {row.at:%Y-%m-%d}" for row in rows}


def _moment(at: datetime | None, zone: ZoneInfo) -> str:
    return at.astimezone(zone).isoformat(timespec="seconds") if at else ""


def safe(cell: Any) -> Any:
    """As in every file of ours (conversations/tables.py), but amounts stay amounts, also those below zero."""
    return cell if isinstance(cell, str) and _is_number(cell) else tables.safe(cell)


def _is_number(text: str) -> bool:
    return text.lstrip("-").replace(".", "", 1).isdecimal()


def _plain(amount: Decimal | None) -> str:
    return format(amount.normalize(), "f") if amount is not None else ""
