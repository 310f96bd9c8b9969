"""One mail to one person. A mail server that is down stops nothing: what the mail says is shown in the product too."""

from __future__ import annotations

import structlog
from django.conf import settings
from django.core.mail import send_mail

from accounts.models import Agent

logger = structlog.get_logger(__name__)


def post(subject: str, text: str, *, to: Agent) -> bool:
    """Whether the mail server took it. If not, the log says why."""
    line = " ".join(subject.split())
    try:
        send_mail(line, text, settings.DEFAULT_FROM_EMAIL, [to.email])
    except OSError as problem:  # all of smtplib's are among them
        logger.warning("mail not sent", agent=to.pk, subject=line, problem=str(problem))
        return False
    return True
