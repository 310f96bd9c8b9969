"""Who sells and who buys: entered by people, copied into each invoice when it is drafted."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from django.db import transaction

from accounts import audit
from accounts.models import Agent
from billing.invoices.paper import Side
from billing.models import Parties


@dataclass(frozen=True, slots=True)
class Said:
    """What the form says."""

    seller: Side
    buyer: Side
    language: str
    prefix: str
    payment_days: int
    markup_apart: bool


@transaction.atomic
def save(parties: Parties, *, said: Said, by: Agent, address: str) -> Parties:
    """The numbers given so far stay; a new prefix is for the next one."""
    row, _is_new = Parties.objects.select_for_update().get_or_create(
        workspace_id=parties.workspace_id
    )
    row.seller, row.buyer = asdict(said.seller), asdict(said.buyer)
    row.language, row.prefix, row.payment_days = said.language, said.prefix, said.payment_days
    row.markup_apart = said.markup_apart
    row.save(
        update_fields=["seller", "buyer", "language", "prefix", "payment_days", "markup_apart"]
    )
    audit.record(by, "invoice.parties_changed", said.buyer.name, address)
    return row
