"""The project: puts the parts together and may import all of them."""

from waba_inbox.celery import app as celery_app

__all__ = ["celery_app"]
