"""Companies with all that an invoice needs, and drafts of it."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import date
from decimal import Decimal
from typing import Any

from accounts.models import BusinessAccount, Workspace
from billing.invoices.drafting import upto
from billing.invoices.paper import Line, LineKind, Paper, PaperKind, Side, to_json
from billing.models import Invoice, Parties

OCTOBER = date(2026, 10, 1)
SELLER = Side("North Line", "1 Main Street, Dublin", tax_number="IE123", email="books@example.com")
BUYER = Side("Northern Shop", "12 High Street, London", email="pay@example.com")


def parties(workspace: Workspace, **over: Any) -> Parties:
    fields = {"seller": asdict(SELLER), "buyer": asdict(BUYER), "language": "en", "prefix": "NT-"}
    return Parties.objects.create(workspace=workspace, **fields | over)


def paper(**over: Any) -> Paper:
    line = Line(LineKind.CONVERSATIONS, "Message, Marketing, Russia", 3, Decimal("13.25"), "Russia")
    fields: dict[str, Any] = {
        "kind": PaperKind.INVOICE,
        "month": OCTOBER,
        "currency": "RUB",
        "language": "en",
        "seller": SELLER,
        "buyer": BUYER,
        "lines": (line,),
    }
    return Paper(**fields | over)


def draft_of(
    account: BusinessAccount, *, stored: dict[str, Any] | None = None, **over: Any
) -> Invoice:
    """`stored`: columns of the row besides its paper."""
    made = paper(**over)
    made = replace(made, details={"upto": upto([account], made.month)})
    return Invoice.objects.create(
        workspace_id=account.workspace_id,
        account=account,
        month=made.month,
        currency=made.currency,
        kind=made.kind.value,
        paper=to_json(made),
        total=made.total,
        **(stored or {}),
    )
