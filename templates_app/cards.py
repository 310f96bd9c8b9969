"""Cards of the board as HTML. One is rendered once as long as nothing that it shows changes, whoever asks for it.

The same ninety cards are asked for again and again, and rendering them is half of what the board costs.
"""

from __future__ import annotations

from operator import attrgetter
from typing import Final

from django.utils.safestring import SafeString
from django.utils.timezone import get_current_timezone_name
from django.utils.translation import get_language

from events.kept import Kept
from templates_app.models import Draft, Template

# All that a card shows: what board.py fetches.
OF_TEMPLATE: Final = (
    "name", "language", "category", "status", "quality", "seq", "rejected_reason", "paused_until", "category_due",
    "category_due_at", "drifted_at", "asked_category", "account.name",
)  # fmt: skip
OF_DRAFT: Final = (
    "name", "language", "category", "state", "seq", "template_id", "updated_at", "needed_at", "reminded",
    "author.name",
)  # fmt: skip
_of_template, _of_draft = attrgetter("pk", *OF_TEMPLATE), attrgetter("pk", *OF_DRAFT)
_kept = Kept(most=2000)  # about 2 MB


def card(row: Template | Draft) -> SafeString:
    """As _card.html or _draft_card.html renders it, in the language and zone of who looks."""
    is_draft = isinstance(row, Draft)
    shown = _of_draft(row) if is_draft else _of_template(row)
    key = (is_draft, get_language(), get_current_timezone_name(), shown)
    name, kind = ("_draft_card", "draft") if is_draft else ("_card", "template")
    return _kept.html(key, f"templates_app/{name}.html", {kind: row})
