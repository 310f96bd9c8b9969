"""What the inbox keeps below `settings/`."""

from __future__ import annotations

from django.urls import path

from conversations.views import canned, notices

app_name = "canned"
urlpatterns = [
    path("notifications/", notices.notices, name="notices"),
    path("notifications/browser/", notices.browser, name="notices_browser"),
    path("notifications/browsers/<int:push_id>/end/", notices.browser_end, name="notices_end"),
    path("replies/", canned.replies, name="replies"),
    path("replies/<int:reply_id>/", canned.reply, name="reply"),
    path("replies/<int:reply_id>/file/", canned.reply_file, name="reply_file"),
    path("replies/<int:reply_id>/end/", canned.reply_end, name="reply_end"),
]
