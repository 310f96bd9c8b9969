"""Sends an issued invoice to the buyer, as PDF, in the language of the invoice."""

from __future__ import annotations

from datetime import datetime
from smtplib import SMTPException

from django.conf import settings
from django.core.mail import EmailMessage
from django.utils import translation
from django.utils.translation import gettext

from accounts import audit
from accounts.models import Agent
from billing.invoices import sheets, words
from billing.invoices.issuing import WrongState
from billing.invoices.pdf import pdf
from billing.models import Invoice


class NoAddress(Exception):
    """The buyer has no e-mail address on this invoice."""


class NotSent(Exception):
    """The mail server's words."""


def mail(invoice: Invoice, *, by: Agent, at: datetime, address: str) -> str:
    """Gives the address it went to. Raises NoAddress, NotSent, WrongState (a draft is not mailed)."""
    if not invoice.is_frozen:
        raise WrongState
    paper = invoice.as_paper
    if not paper.buyer.email:
        raise NoAddress
    with translation.override(paper.language):
        text = gettext("Attached: %(title)s, %(total)s.") % {
            "title": words.title(paper),
            "total": words.money(paper.total, paper.currency, paper.language),
        }
    letter = EmailMessage(
        words.title(paper), text, settings.DEFAULT_FROM_EMAIL, [paper.buyer.email]
    )
    letter.attach(f"{sheets.file_name(invoice)}.pdf", pdf(paper), "application/pdf")
    try:
        letter.send()
    except (SMTPException, OSError) as problem:
        raise NotSent(str(problem)) from problem
    invoice.mailed_at = at
    invoice.save(update_fields=["mailed_at"])
    audit.record(by, "invoice.mailed", str(invoice), address, to=paper.buyer.email)
    return paper.buyer.email
