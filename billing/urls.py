"""The addresses of billing: nouns."""

from __future__ import annotations

from django.urls import path

from billing.views import quote

app_name = "billing"
urlpatterns = [
    path("quote/", quote.quote, name="quote"),
]
