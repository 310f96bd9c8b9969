"""Every page of the product."""

from __future__ import annotations

from django.urls import include, path
from django.views.generic import RedirectView

urlpatterns = [
    path("", RedirectView.as_view(pattern_name="conversations:inbox"), name="home"),
    path("inbox/", include("conversations.urls")),
    path("accounts/", include("allauth.urls")),
]
