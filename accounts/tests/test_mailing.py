"""A mail goes to one person; a mail server that is down is no accident."""

from __future__ import annotations

from typing import Any

import pytest
from django.core import mail

from accounts import mailing
from accounts.models import Agent

pytestmark = pytest.mark.django_db


def test_a_subject_is_one_line(ana: Agent):
    assert mailing.post("Late:\n sale (ru)", "Look.", to=ana)
    assert (mail.outbox[0].subject, mail.outbox[0].to) == ("Late: sale (ru)", [ana.email])


def test_a_mail_server_that_is_down_is_told_and_stops_nothing(ana: Agent, settings: Any):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
    assert not mailing.post("Late", "Look.", to=ana)
