"""What each kind of message is called where it cannot be shown: in the list, in a quote, in a notification."""

from __future__ import annotations

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

REVOKED: Final = "revoked"
KIND_LABELS: Final[dict[str, Promise]] = {
    "image": _("Photo"),
    "video": _("Video"),
    "audio": _("Voice message"),
    "document": _("File"),
    "sticker": _("Sticker"),
    "location": _("Location"),
    "contacts": _("Contact card"),
    "template": _("Template"),
    "button": _("Button"),
    "interactive": _("Choice"),
    "order": _("Order"),
    "reaction": _("Reaction"),
    "unsupported": _("Message that WhatsApp does not pass on"),
    "request_welcome": _("Opened the chat"),
    "system": _("Notice from WhatsApp"),
    "activity": _("Activity"),
    "note": _("Note"),
    REVOKED: _("Deleted message"),
}
KIND_ICONS: Final[dict[str, str]] = {
    "image": "image",
    "video": "video",
    "audio": "mic",
    "document": "file",
    "sticker": "sticker",
    "location": "map-pin",
    "contacts": "user",
    "template": "file-text",
    "interactive": "list",
    "order": "shopping-bag",
    REVOKED: "ban",
    "unsupported": "message-circle-question-mark",
}


def kind_label(kind: str) -> str:
    """“Photo”, “Voice message”; for a kind newer than this file, that it is not shown here."""
    if kind == "text":
        return ""
    return str(KIND_LABELS.get(kind, KIND_LABELS["unsupported"]))


def column_words(column: str) -> str:
    """What a person types of a contact."""
    return {
        "name": gettext("Name"),
        "company": gettext("Company"),
        "email": gettext("E-mail"),
        "language": gettext("Language"),
    }[column]
