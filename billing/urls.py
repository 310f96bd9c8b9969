"""The addresses of billing: nouns."""

from __future__ import annotations

from django.urls import path

from billing.views import cards, invoices, ledger, overview, quote, reconciliation, templates, terms

app_name = "billing"
urlpatterns = [
    path("", overview.overview_page, name="overview"),
    path("budgets/", overview.budgets, name="budgets"),
    path("budgets/<int:budget_id>/removal/", overview.budget_removal, name="budget_removal"),
    path("what-if/", overview.what_if, name="what_if"),
    path("quote/", quote.quote, name="quote"),
    path("templates/<int:template_id>/costs/", templates.costs, name="template_costs"),
    path("accounts/<int:account_id>/category-gap/", templates.gap, name="category_gap"),
    path("templates/<int:template_id>/move/", templates.move, name="template_move"),
    path("ledger/", ledger.ledger, name="ledger"),
    path("ledger/lines.csv", ledger.ledger_csv, name="ledger_csv"),
    path("ledger/<int:pk>/", ledger.entry, name="entry"),
    path("problems/", ledger.problems, name="problems"),
    path("plans/", terms.plans, name="plans"),
    path("plans/of/<int:account_id>/new/", terms.plan_new, name="plan_new"),
    path("plans/<int:plan_id>/", terms.plan, name="plan"),
    path("plans/<int:plan_id>/removal/", terms.plan_removal, name="plan_removal"),
    path("plans/prices-shown/", terms.prices_shown, name="prices_shown"),
    path("cards/", cards.cards, name="cards"),
    path("cards/rate/", cards.rate, name="rate"),
    path("cards/upload/", cards.upload, name="upload"),
    path("cards/import/", cards.card_import, name="card_import"),
    path("cards/own/<int:stored_id>/removal/", cards.card_removal, name="card_removal"),
    path("cards/<slug:card_id>/", cards.card, name="card"),
    path("exchange-rates/", terms.exchange, name="exchange"),
    path("exchange-rates/upload/", terms.exchange_upload, name="exchange_upload"),
    path("exchange-rates/import/", terms.exchange_import, name="exchange_import"),
    path("plans/of/<int:account_id>/international/", terms.international, name="international"),
    path("exchange-rates/<int:rate_id>/removal/", terms.exchange_removal, name="exchange_removal"),
    path("reconciliation/", reconciliation.reconciliation, name="reconciliation"),
    path("reconciliation/asking/", reconciliation.ask, name="reconciliation_asking"),
    path("reconciliation/difference/", reconciliation.difference, name="difference"),
    path("ledger/<int:pk>/removal/", reconciliation.acceptance_removal, name="acceptance_removal"),
    path("invoices/", invoices.invoices, name="invoices"),
    path("invoices/parties/", invoices.parties, name="invoice_parties"),
    path("invoices/<int:invoice_id>/", invoices.invoice, name="invoice"),
    path("invoices/<int:invoice_id>/act/", invoices.act, name="invoice_act"),
    path("invoices/<int:invoice_id>/invoice.pdf", invoices.pdf, name="invoice_pdf"),
    path("invoices/<int:invoice_id>/invoice.xlsx", invoices.xlsx, name="invoice_xlsx"),
    path("invoices/<int:invoice_id>/invoice.csv", invoices.csv, name="invoice_csv"),
    path("invoices/<int:invoice_id>/invoice.json", invoices.json, name="invoice_json"),
    path("invoices/years/<int:year>.zip", invoices.year, name="invoice_year"),
]
