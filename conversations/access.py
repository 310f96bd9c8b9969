"""Who may see which conversation, message and file: decided here once, for pages, sockets, media, search and exports.

The rule itself is pure and stands in accounts/seats.py; this is its SQL. A test proves that they agree.
"""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.models import Agent, PhoneNumber
from accounts.seats import ALL, TEAM, SeatAt, can_see, is_open_to
from conversations.models import Contact, Conversation, MediaFile, Message
from conversations.models.messages import MessageQuerySet
from conversations.models.threads import ConversationQuerySet

NOTHING = Q(pk__in=[])


def _visible(agent: Agent) -> Q:
    allowed = NOTHING
    for seat in agent.seats_at():
        here = _opened(seat)
        if seat.sight != ALL:
            mine = Q(assignee_id=seat.agent)
            here &= mine | Q(team_id__in=seat.teams) if seat.sight == TEAM else mine
        allowed |= here
    return allowed


def _opened(seat: SeatAt) -> Q:
    here = Q(workspace_id=seat.workspace)
    if seat.number is not None:
        here &= Q(number_id=seat.number)
    if seat.team is not None:
        here &= Q(team_id=seat.team) | Q(team_id=None)
    return here


def conversations(agent: Agent) -> ConversationQuerySet:
    return Conversation.objects.filter(_visible(agent))


def takeable(agent: Agent) -> ConversationQuerySet:
    """What may be given to the agent: all that the seats open, also beyond a narrower sight."""
    allowed = NOTHING
    for seat in agent.seats_at():
        allowed |= _opened(seat)
    return Conversation.objects.filter(allowed)


def contacts(agent: Agent) -> QuerySet[Contact]:
    """People with a conversation that the agent sees; those without any belong to who added them and who lead."""
    parts = _known_by(agent)
    found = Contact.objects.filter(workspace_id=agent.workspace_id)
    return found.filter(parts[0] | parts[1]) if len(parts) == 2 else found.filter(*parts)


def contacts_apart(agent: Agent) -> list[QuerySet[Contact]]:
    """The same people, each in one of these: a page of each is found by its index, of both at once by none."""
    found = Contact.objects.filter(workspace_id=agent.workspace_id)
    return [found.filter(part) for part in _known_by(agent)]


def _known_by(agent: Agent) -> list[Q]:
    seats = agent.seats_at()
    if not seats:
        return [NOTHING]
    if any(seat.sight == ALL and seat.number is None and seat.team is None for seat in seats):
        return [Q()]
    seen = Exists(conversations(agent).filter(contact=OuterRef("pk")))
    silent = ~Exists(Conversation.objects.filter(contact=OuterRef("pk")))
    by_hand = Q(added_by__isnull=False) if agent.leads else Q(added_by=agent)
    return [Q(seen), by_hand & Q(silent)]


def messages(agent: Agent) -> MessageQuerySet:
    return Message.objects.filter(conversation__in=conversations(agent))


def files(agent: Agent) -> QuerySet[MediaFile]:
    """Files that hang on a message the agent sees, or that this agent has uploaded and not sent yet."""
    return MediaFile.objects.filter(
        Q(messages__conversation__in=conversations(agent)) | Q(messages=None, uploaded_by=agent)
    ).distinct()


def colleagues(conversation: Conversation) -> list[Agent]:
    """Everybody who sees this conversation: to name in a note."""
    place = conversation.place
    return [agent for agent in staff(conversation) if can_see(agent.seats_at(), place)]


def takers(conversation: Conversation) -> list[Agent]:
    """Everybody to whom it may be given; once it is theirs they see it, however narrow their sight."""
    place = conversation.place
    return [agent for agent in staff(conversation) if is_open_to(agent.seats_at(), place)]


def staff(conversation: Conversation) -> list[Agent]:
    found = Agent.objects.filter(workspace_id=conversation.workspace_id, is_active=True)
    rows = found.select_related("workspace").prefetch_related("seats", "teams")
    return list(rows.order_by("name", "pk"))


def numbers(agent: Agent) -> list[PhoneNumber]:
    """The numbers whose conversations the agent may see, for filters and “new conversation”."""
    seats = agent.seats_at()
    found = PhoneNumber.objects.filter(workspace_id=agent.workspace_id).select_related("account")
    if any(seat.number is None for seat in seats):
        return list(found)
    return list(found.filter(pk__in={seat.number for seat in seats if seat.number is not None}))
