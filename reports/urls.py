"""The addresses of the team reports."""

from __future__ import annotations

from django.urls import path

from reports import views

app_name = "reports"
urlpatterns = [
    path("", views.team, name="team"),
    path("rows/", views.rows, name="rows"),
]
