"""Rows of the list as HTML. A row is rendered once as long as nothing that it shows changes, whoever asks for it.

The same fifty rows are asked for again and again, and rendering them is most of what the inbox page costs.
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import Final

from django.template.loader import get_template
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from conversations.models import Conversation
from events.kept import Kept

TEMPLATE: Final = "conversations/_row.html"
COLUMNS: Final = tuple(field.attname for field in Conversation._meta.concrete_fields)

_kept = Kept(most=4000)  # about 6 MB


def row(conversation: Conversation) -> SafeString:
    """As _row.html renders it, in the language and with the phone numbers of who looks."""
    return _kept.html(_shown(conversation), TEMPLATE, {"conversation": conversation})


def anew(conversation: Conversation) -> SafeString:
    """For a change that has just happened: nobody can have asked for this row yet."""
    return SafeString(get_template(TEMPLATE).render({"conversation": conversation}))


def _shown(conversation: Conversation) -> Hashable:
    """All that the HTML follows from. Names come masked or not, as the viewer may see them."""
    contact, assignee = conversation.contact, conversation.assignee
    return (
        get_language(),
        tuple(getattr(conversation, column) for column in COLUMNS),
        conversation.list_positions,  # some of it moves with the clock
        contact.shown_name,
        contact.initials,
        assignee and assignee.name,
        conversation.number.label,
        conversation.number.account.pricing_plan,
        tuple((label.pk, label.name, label.colour) for label in conversation.labels.all()),
    )
