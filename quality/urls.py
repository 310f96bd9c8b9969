"""The addresses of the quality pages."""

from __future__ import annotations

from django.urls import path

from quality import views

app_name = "quality"
urlpatterns = [
    path("", views.numbers, name="numbers"),
    path("numbers/<int:number_id>/", views.number, name="number"),
    path("numbers/<int:number_id>/gates/", views.gates, name="gates"),
    path("alerts/", views.alerts, name="alerts"),
    path("alerts/<int:alert_id>/", views.alert, name="alert"),
    path("alerts/rules/", views.rules, name="rules"),
    path("accounts/<int:account_id>/poll/", views.poll, name="poll"),
]
