"""The settings of the queue, below `settings/`: labels and custom fields."""

from __future__ import annotations

from django.urls import path

from conversations.views import keeping

app_name = "queue"
urlpatterns = [
    path("labels/", keeping.labels, name="labels"),
    path("labels/<int:label_id>/", keeping.label, name="label"),
    path("labels/<int:label_id>/end/", keeping.label_end, name="label_end"),
    path("reasons/", keeping.reasons, name="reasons"),
    path("fields/", keeping.fields, name="fields"),
    path("fields/<int:field_id>/", keeping.field, name="field"),
    path("fields/<int:field_id>/place/", keeping.field_place, name="field_place"),
    path("fields/<int:field_id>/end/", keeping.field_end, name="field_end"),
]
