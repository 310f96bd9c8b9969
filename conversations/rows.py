"""Rows of the list as HTML. A row is rendered once as long as nothing that it shows changes, whoever asks for it.

The same fifty rows are asked for again and again, and every change is pushed as a row in each language that is read:
that is most of what the inbox page and a push cost. So what a row shows is put together here, once, as values.
"""

from __future__ import annotations

from typing import Final, NamedTuple, Self

from django.template.loader import get_template
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from conversations import sorting
from conversations.models import Conversation
from conversations.words import KIND_ICONS
from events.kept import Kept

TEMPLATE: Final = "conversations/_row.html"

_kept = Kept(most=4000)  # about 6 MB


class Row(NamedTuple):
    """All that _row.html shows, but for its words in the viewer's language. Times are written as HTML has them.

    It is also the key under which the HTML is kept, so the template is given nothing else.
    """

    pk: int
    seq: int
    place: str  # in the order that the list begins with
    places: str  # in every order; some of it moves with the clock
    status: str
    priority: int
    inbound_count: int
    scheduled_count: int
    contact_id: int
    name: str  # masked, as the viewer may see it
    initials: str
    hue: int
    number_id: int
    number: str
    assignee_id: int | str
    assignee: str
    assignee_initials: str
    assignee_hue: int
    last_at: str
    last_kind: str
    last_icon: str
    last_text: str
    last_direction: str
    last_status: str
    last_error: int | None
    snoozed_until: str
    waiting_since: str
    closes_at: str
    labels: tuple[tuple[int, str, str], ...]  # id, name, colour

    @classmethod
    def of(cls, conversation: Conversation) -> Self:
        contact, assignee = conversation.contact, conversation.assignee
        standing = sorting.Standing.of(conversation)
        places = standing.places(at=timezone.now())
        snoozed_until, waiting_since = conversation.snoozed_until, standing.waiting_since
        closes_at = standing.window_closes_at
        return cls(
            pk=conversation.pk,
            seq=conversation.seq,
            place=places[sorting.DEFAULT],
            places=" ".join(places.values()),
            status=conversation.status,
            priority=conversation.priority,
            inbound_count=conversation.inbound_count,
            scheduled_count=conversation.scheduled_count,
            contact_id=conversation.contact_id,
            name=contact.shown_name,
            initials=contact.initials,
            hue=contact.hue,
            number_id=conversation.number_id,
            number=conversation.number.label,
            assignee_id=conversation.assignee_id or "",
            assignee=assignee.name if assignee else "",
            assignee_initials=assignee.initials if assignee else "",
            assignee_hue=assignee.hue if assignee else 0,
            last_at=conversation.last_at.isoformat(),
            last_kind=conversation.last_kind,
            last_icon=KIND_ICONS.get(conversation.last_kind, ""),
            last_text=conversation.last_text,
            last_direction=conversation.last_direction,
            last_status=conversation.last_status,
            last_error=conversation.last_error,
            snoozed_until=snoozed_until.isoformat() if snoozed_until else "",
            waiting_since=waiting_since.isoformat() if waiting_since else "",
            closes_at=closes_at.isoformat() if closes_at else "",
            labels=tuple((one.pk, one.name, one.colour) for one in conversation.labels.all()),
        )


def row(conversation: Conversation) -> SafeString:
    """As _row.html renders it, in the language and with the phone numbers of who looks."""
    shown = Row.of(conversation)
    return _kept.html((get_language(), shown), TEMPLATE, shown._asdict())


def anew(conversation: Conversation) -> SafeString:
    """For a change that has just happened: nobody can have asked for this row yet."""
    return SafeString(get_template(TEMPLATE).render(Row.of(conversation)._asdict()))
