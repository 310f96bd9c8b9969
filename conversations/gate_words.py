"""What a closed or warning gate says to the agent: what is held back, and what to do."""

from __future__ import annotations

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from conversations.gates import Reason

WORDS: Final[dict[Reason, tuple[str | Promise, str | Promise]]] = {
    Reason.LOW_QUALITY: (
        _("Marketing from this number is stopped: its quality at Meta is low."),
        _("Send a utility template, or wait until the rating recovers. Administrators can let it pass."),
    ),
    Reason.MEDIUM_QUALITY: (
        _("The quality of this number fell to medium: more marketing may lower it further."),
        _("Send it only to people who expect it."),
    ),
    Reason.RESTRICTED: (
        _("Meta restricts this number: it may not begin conversations now."),
        _("Answers to customers go on. Administrators see the reason on the quality page."),
    ),
    Reason.SPAM_LIMIT: (
        _("Meta’s spam limit was hit (131048): marketing from this number rests for some hours."),
        _("Look at what was sent last and to whom. Administrators can let it pass."),
    ),
    Reason.LIMIT_FULL: (
        _("The limit of people to write to first in 24 hours is used up."),
        _("Try again later: places come free hour by hour. Answers to customers do not count."),
    ),
}  # fmt: skip
