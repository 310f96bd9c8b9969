"""The addresses of billing: nouns."""

from __future__ import annotations

from django.urls import path

from billing.views import ledger, quote

app_name = "billing"
urlpatterns = [
    path("quote/", quote.quote, name="quote"),
    path("ledger/", ledger.ledger, name="ledger"),
    path("ledger/lines.csv", ledger.ledger_csv, name="ledger_csv"),
    path("ledger/<int:pk>/", ledger.entry, name="entry"),
    path("problems/", ledger.problems, name="problems"),
]
