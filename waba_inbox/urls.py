"""Every page of the product."""

from __future__ import annotations

from django.urls import include, path

from accounts.views import joining
from conversations.views import notices
from waba_inbox import health, home, installing

urlpatterns = [
    path("", home.home, name="home"),
    path("inbox/", include("conversations.urls")),
    path("contacts/", include("conversations.contacts_urls")),
    path("exports/", include("conversations.exports_urls")),
    path("templates/", include("templates_app.urls")),
    path("billing/", include("billing.urls")),
    path("quality/", include("quality.urls")),
    path("reports/", include("reports.urls")),
    path("coaching/", include("coaching.urls")),
    path("accounts/", include("accounts.entrance")),
    path("settings/whatsapp/checklist/", include("quality.setup_urls")),
    path("settings/", include("accounts.urls")),
    path("settings/", include("conversations.settings_urls")),
    path("settings/", include("conversations.queue_urls")),
    path("settings/", include("conversations.automation_urls")),
    path("settings/", include("webhooks.urls")),
    path("join/<str:key>/", joining.join, name="join"),
    path("notices-worker.js", notices.worker, name="notices_worker"),
    path("manifest.webmanifest", installing.manifest, name="manifest"),
    *(
        path(f"icon-{size}.png", installing.icon, {"size": size}, name=f"icon_{size}")
        for size in installing.SIZES
    ),
    path("healthz", health.alive, name="healthz"),
    path("readyz", health.ready, name="readyz"),
    path("metrics", health.metrics, name="metrics"),
]
