"""The addresses of the quality pages."""

from __future__ import annotations

from django.urls import path

from quality.views import alerts, numbers, proofs

app_name = "quality"
urlpatterns = [
    path("", numbers.numbers, name="numbers"),
    path("changes/", numbers.changes, name="changes"),
    path("numbers/<int:number_id>/", numbers.number, name="number"),
    path("numbers/<int:number_id>/evidence/", proofs.evidence_of, name="evidence"),
    path("numbers/<int:number_id>/profile/", numbers.profile, name="profile"),
    path("numbers/<int:number_id>/picture/", numbers.picture, name="picture"),
    path("numbers/<int:number_id>/gates/", numbers.gates, name="gates"),
    path("alerts/", alerts.alerts, name="alerts"),
    path("alerts/<int:alert_id>/", alerts.alert, name="alert"),
    path("alerts/rules/", alerts.rules, name="rules"),
    path("accounts/<int:account_id>/poll/", numbers.poll, name="poll"),
]
