"""The tables of billing: terms (plans, cards, rates), facts as they are stored, and the ledger that follows from
them.
"""

from billing.models.budgets import Budget, BudgetAlert
from billing.models.facts import Checkpoint, LedgerState, Party, StoredFact
from billing.models.invoices import Invoice, InvoiceState, Parties
from billing.models.ledger import ClosedMonth, DayTotal, LedgerEntry
from billing.models.terms import BillingPlan, BillingSettings, ExchangeRate, StoredCard, StoredRate

__all__ = [
    "BillingPlan",
    "BillingSettings",
    "Budget",
    "BudgetAlert",
    "Checkpoint",
    "ClosedMonth",
    "DayTotal",
    "ExchangeRate",
    "Invoice",
    "InvoiceState",
    "LedgerEntry",
    "LedgerState",
    "Parties",
    "Party",
    "StoredCard",
    "StoredFact",
    "StoredRate",
]
