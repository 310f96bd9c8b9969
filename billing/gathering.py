"""Takes over what conversations have done, as facts that can be priced: no words, no names, no constraint to a person.

Billing stands above conversations, which do not know of it; so this reads on from the last change it has seen. The
number of a change is the cursor (events/journal.py): nobody who commits late is missed, and reading twice changes
nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final

from django.db import transaction
from django.db.models import Min, Q
from django.utils import timezone

from accounts.models import Workspace
from billing import markets
from billing.facts import FREE_FORM, IN, MESSAGE, OUT, STATUSES, TEMPLATE
from billing.models import Campaign, LedgerState, Party, StoredFact
from conversations import statuses
from conversations.models import BulkRow, Contact, Direction, Message, Reaction
from events.models import Event

BATCH: Final = 2000
LAST: Final = 2**63 - 1
FREE_SOURCES: Final = frozenset({"phone", "history"})  # the phone app's own messages cost nothing
PRICED: Final = (
    "party_id", "account_id", "number_id", "at", "direction", "kind", "category", "status", "delivered_at", "referral",
)  # fmt: skip
COPIED: Final = (
    "message_id",
    "wamid",
    "agent_id",
    "template_id",
    "template_name",
    "campaign_id",
    "meta",
)
PLACE_DIGITS: Final = markets.LONGEST_PREFIX


@transaction.atomic
def gather(workspace_id: int) -> bool:
    """Take over the next changes and note from when on the books must be priced anew. True if there may be more."""
    state = locked_state(workspace_id)
    upto = Workspace.objects.values_list("last_seq", flat=True).get(pk=workspace_id)
    if upto <= state.seq and state.last_id == LAST:
        return False
    found = Message.objects.filter(workspace_id=workspace_id, seq__gte=state.seq, seq__lte=upto)
    found = found.filter(Q(seq__gt=state.seq) | Q(pk__gt=state.last_id))
    messages = list(
        found.select_related("conversation__contact", "number", "template")
        .defer("raw", "text", "error_details", "media")
        .order_by("seq", "pk")[:BATCH]
    )
    is_full = len(messages) == BATCH
    seq, last_id = (messages[-1].seq, messages[-1].pk) if is_full else (upto, LAST)
    _follow_mergers(workspace_id, after=state.seq, upto=seq, state=state)
    _take_over(workspace_id, messages, state=state)
    state.seq, state.last_id = seq, last_id
    state.save(update_fields=["seq", "last_id", "dirty_since", "behind_since"])
    return is_full


def before_erasing(workspace_id: int, _ids: frozenset[str]) -> None:
    """Take over all that a person's messages cost while their number still tells the market."""
    while gather(workspace_id):
        pass


def locked_state(workspace_id: int) -> LedgerState:
    """The one lock of a workspace's books. Call inside a transaction."""
    LedgerState.objects.get_or_create(workspace_id=workspace_id)
    return LedgerState.objects.select_for_update().get(workspace_id=workspace_id)


def mark_dirty(state: LedgerState, since: datetime) -> None:
    """From this fact on the books must be priced anew. The caller saves."""
    state.dirty_since = min(since, state.dirty_since or since)
    state.behind_since = state.behind_since or timezone.now()


def _take_over(workspace_id: int, messages: Sequence[Message], *, state: LedgerState) -> None:
    parties = _parties(workspace_id, messages, state=state)
    facts = [fact for one in messages if (fact := fact_of(one, parties[one.conversation_id]))]
    _name_campaigns(workspace_id, messages, facts)
    facts += _reactions(messages, parties)
    keys = {fact.key for fact in facts} | {f"m{message.pk}" for message in messages}
    known = {
        fact.key: fact
        for fact in StoredFact.objects.filter(workspace_id=workspace_id, key__in=keys)
    }
    told = {fact.key for fact in facts}
    for key, fact in known.items():
        if key not in told:  # it is being sent again: what was, has failed
            fact.status = statuses.FAILED
            facts.append(fact)
            mark_dirty(state, fact.at)
    new, changed = [], []
    for fact in facts:
        before = known.get(fact.key)
        if before is None:
            new.append(fact)
            mark_dirty(state, fact.at)
        elif before is fact:
            changed.append(fact)
        elif _copy(fact, before, state):
            changed.append(before)
    StoredFact.objects.bulk_create(new)
    StoredFact.objects.bulk_update(changed, [*PRICED_COLUMNS, *COPIED], batch_size=500)


PRICED_COLUMNS: Final = tuple(name.removesuffix("_id") for name in PRICED)


def _copy(fact: StoredFact, stored: StoredFact, state: LedgerState) -> bool:
    """Bring the stored fact up to date; False if it says the same already."""
    fact.campaign_id = fact.campaign_id or stored.campaign_id  # its job may be gone
    moved = [name for name in PRICED if getattr(fact, name) != getattr(stored, name)]
    if moved or (_told_price(fact) and not _told_price(stored)):
        mark_dirty(state, min(fact.at, stored.at))
    moved += [name for name in COPIED if getattr(fact, name) != getattr(stored, name)]
    for name in moved:
        setattr(stored, name, getattr(fact, name))
    return bool(moved)


def _told_price(fact: StoredFact) -> bool:
    return bool(fact.meta and fact.meta.get("pricing"))


def fact_of(message: Message, party: Party) -> StoredFact | None:
    """None for what can neither cost nor open anything (yet)."""
    times = [time for time in (message.delivered_at, message.read_at) if time]
    if message.direction == Direction.IN and message.source != "history":
        at = message.at
        direction, kind, status = IN, MESSAGE, statuses.SENT
    elif message.direction == Direction.OUT and message.source not in FREE_SOURCES:
        if message.status not in STATUSES:
            return None
        at = message.sent_at or min(times, default=None) or message.failed_at or message.at
        kind = TEMPLATE if message.kind == "template" else FREE_FORM
        direction, status = OUT, message.status
    else:
        return None
    return StoredFact(
        workspace_id=message.workspace_id,
        account_id=message.number.account_id,
        number_id=message.number_id,
        party=party,
        key=f"m{message.pk}",
        at=at,
        direction=direction,
        kind=kind,
        category=str(message.content.get("category", "")).lower() if kind == TEMPLATE else "",
        status=status,
        delivered_at=min(times, default=None),
        referral=direction == IN and bool(message.referral),
        message_id=message.pk,
        wamid=message.wamid,
        agent_id=message.author_id,
        team_id=message.conversation.team_id,
        template_id=message.template_id,
        template_name=str(message.content.get("name", "")) if kind == TEMPLATE else "",
        meta=message.pricing,
    )


def _name_campaigns(
    workspace_id: int, messages: Sequence[Message], facts: Sequence[StoredFact]
) -> None:
    """A message that was sent to many carries the token of its row there."""
    sent = {one.token: one for one in messages if one.kind == "template" and one.author_id}
    rows = BulkRow.objects.filter(
        conversation_id__in={one.conversation_id for one in sent.values()}, token__in=sent
    ).select_related("job__owner")
    found = {sent[row.token].pk: row.job for row in rows}
    jobs = {job.pk: job for job in found.values()}
    Campaign.objects.bulk_create(
        (
            Campaign(pk=job.pk, workspace_id=workspace_id, name=job.title, by=job.owner.name, at=job.created_at)
            for job in jobs.values()
        ),
        ignore_conflicts=True,
    )  # fmt: skip
    for fact in facts:
        if fact.message_id in found:
            fact.campaign_id = found[fact.message_id].pk


def _reactions(messages: Sequence[Message], parties: dict[int, Party]) -> list[StoredFact]:
    """A contact's reaction opens the window as a message does; each time they react is a fact of its own."""
    of = {message.pk: message for message in messages}
    found = Reaction.objects.filter(message__in=of, is_ours=False).exclude(emoji="")
    return [
        StoredFact(
            workspace_id=message.workspace_id,
            account_id=message.number.account_id,
            number_id=message.number_id,
            party=parties[message.conversation_id],
            key=f"r{reaction.pk}.{int(reaction.at.timestamp())}",
            at=reaction.at,
            direction=IN,
            kind=MESSAGE,
            status=statuses.SENT,
        )
        for reaction in found
        for message in [of[reaction.message_id]]
    ]


# --- who it was ------------------------------------------------------------------------------------


def _parties(
    workspace_id: int, messages: Iterable[Message], *, state: LedgerState
) -> dict[int, Party]:
    """Of each conversation. Where we come to know of a contact more than we did, their facts are priced anew."""
    contacts = {one.conversation_id: one.conversation.contact for one in messages}
    known = {
        party.conversation_id: party for party in Party.objects.filter(conversation_id__in=contacts)
    }
    for pk, contact in contacts.items():
        place = place_of(contact)
        if (party := known.get(pk)) and len(place) > len(party.place):
            party.place, party.country = place, markets.country_of(contact.phone, contact.user_id)
            party.save(update_fields=["place", "country"])
            if first := party.facts.aggregate(at=Min("at"))["at"]:
                mark_dirty(state, first)
    new = [
        Party(
            workspace_id=workspace_id,
            conversation_id=pk,
            place=place_of(contact),
            country=markets.country_of(contact.phone, contact.user_id),
        )
        for pk, contact in contacts.items()
        if pk not in known
    ]
    Party.objects.bulk_create(new)
    return known | {party.conversation_id: party for party in new}


def place_of(contact: Contact) -> str:
    """As `Party.place`: no more of a number than tells its market."""
    if contact.phone:
        return f"+{contact.phone[:PLACE_DIGITS]}"
    found = markets.place_of(contact.user_id)
    return contact.user_id[:3] if found else ""


def _follow_mergers(workspace_id: int, *, after: int, upto: int, state: LedgerState) -> None:
    """Two threads became one: what was said in either opens and joins in the other."""
    events = Event.objects.filter(
        workspace_id=workspace_id, seq__gt=after, seq__lte=upto, kind="conversation.merged"
    )
    for facts in events.order_by("seq").values_list("facts", flat=True):
        gone = Party.objects.filter(conversation_id=facts["gone"]).first()
        if gone is None:
            continue
        into = Party.objects.filter(conversation_id=facts["into"]).first()
        if into is None:
            gone.conversation_id = facts["into"]
            gone.save(update_fields=["conversation_id"])
        elif first := gone.facts.aggregate(at=Min("at"))["at"]:
            gone.facts.update(party=into)
            mark_dirty(state, first)
