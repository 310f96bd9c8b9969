"""What the inbox keeps below `settings/`."""

from __future__ import annotations

from django.urls import path

from conversations.views import canned

app_name = "canned"
urlpatterns = [
    path("replies/", canned.replies, name="replies"),
    path("replies/<int:reply_id>/", canned.reply, name="reply"),
    path("replies/<int:reply_id>/end/", canned.reply_end, name="reply_end"),
]
