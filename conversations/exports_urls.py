"""Exports, below `exports/`."""

from __future__ import annotations

from django.urls import path

from conversations.views import exports

app_name = "exports"
urlpatterns = [
    path("", exports.exports, name="exports"),
    path("rows/", exports.rows, name="rows"),
    path("<uuid:key>/", exports.file, name="file"),
    path("<uuid:key>/stop/", exports.stop, name="stop"),
]
