"""The tables of billing: terms (plans, cards, rates), facts as they are stored, and the ledger that follows from
them.
"""

from billing.models.budgets import Budget, BudgetAlert
from billing.models.facts import Campaign, Checkpoint, LedgerState, Party, StoredFact
from billing.models.invoices import Invoice, InvoiceState, Parties
from billing.models.ledger import ClosedMonth, DayTotal, LedgerEntry, ShareTotal
from billing.models.reconciliation import Basis, MetaDay, MetaFigure
from billing.models.terms import (
    BillingPlan,
    BillingSettings,
    ExchangeRate,
    InternationalNotice,
    InternationalRates,
    StoredCard,
    StoredRate,
)

__all__ = [
    "Basis",
    "BillingPlan",
    "BillingSettings",
    "Budget",
    "BudgetAlert",
    "Campaign",
    "Checkpoint",
    "ClosedMonth",
    "DayTotal",
    "ExchangeRate",
    "InternationalNotice",
    "InternationalRates",
    "Invoice",
    "InvoiceState",
    "LedgerEntry",
    "LedgerState",
    "MetaDay",
    "MetaFigure",
    "Parties",
    "Party",
    "ShareTotal",
    "StoredCard",
    "StoredFact",
    "StoredRate",
]
