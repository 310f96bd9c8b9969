"""The Celery application: every app's tasks, and what runs by the clock."""

from __future__ import annotations

import logging.config
import os

from celery import Celery, signals
from django_structlog.celery.steps import DjangoStructLogInitStep

from waba_inbox.schedule import CLOCK

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "waba_inbox.settings")

app = Celery("waba_inbox")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.conf.beat_schedule = CLOCK
app.autodiscover_tasks()
app.steps["worker"].add(
    DjangoStructLogInitStep
)  # a task says in its log which request asked for it


@signals.setup_logging.connect
def _as_the_web_logs(**_said: object) -> None:
    """Celery would set up a log of its own: other lines, and with secrets in them."""
    from django.conf import settings

    logging.config.dictConfig(settings.LOGGING)
