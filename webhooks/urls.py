"""What was held back, below `settings/held-back/`."""

from __future__ import annotations

from django.urls import path

from webhooks import views

app_name = "webhooks"
urlpatterns = [
    path("webhook/<int:app_id>/test/", views.self_test, name="self_test"),
    path("held-back/", views.quarantine, name="quarantine"),
    path("held-back/replay/", views.replay_all, name="replay_all"),
    path("held-back/<int:held_id>/", views.held, name="held"),
    path("held-back/<int:held_id>/replay/", views.replay, name="replay"),
    path("held-back/<int:held_id>/closure/", views.closure, name="closure"),
]
