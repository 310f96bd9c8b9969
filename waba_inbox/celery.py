"""The Celery application: every app's tasks, and what runs by the clock."""

from __future__ import annotations

import os

from celery import Celery

from waba_inbox.schedule import CLOCK

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "waba_inbox.settings")

app = Celery("waba_inbox")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.conf.beat_schedule = CLOCK
app.autodiscover_tasks()
