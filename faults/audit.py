"""The end: Meta's truth against ours. Every finding says whether something was lost, doubled, or is plainly wrong."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.db import connection

from billing import reconciling
from billing.models import LedgerEntry
from conversations import statuses
from conversations.models import Attempt, Direction, MediaFile, MediaState, Message, Outcome
from events.models import Event
from faults.company import Company
from faults.load import Line
from faults.screens import Watcher
from webhooks.models import Quarantined

LOST, DOUBLED, WRONG = "lost", "doubled", "wrong"
CUSTOMERS: Final = frozenset({"text", "image", "document"})
FIRM: Final = (statuses.ACCEPTED, statuses.SENT, statuses.DELIVERED, statuses.READ)

WATCH_LADDER: Final = """
    CREATE TABLE faults_climb (message bigint, was text, is_now text);
    CREATE FUNCTION faults_climbed() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        INSERT INTO faults_climb VALUES (NEW.id, OLD.status, NEW.status);
        RETURN NULL;
    END $$;
    CREATE TRIGGER faults_climbs AFTER UPDATE OF status ON conversations_message FOR EACH ROW
        WHEN (OLD.status IS DISTINCT FROM NEW.status) EXECUTE FUNCTION faults_climbed();
"""
LEAVE_LADDER: Final = """
    DROP TRIGGER IF EXISTS faults_climbs ON conversations_message;
    DROP FUNCTION IF EXISTS faults_climbed;
    DROP TABLE IF EXISTS faults_climb;
"""


@dataclass(frozen=True, slots=True)
class Finding:
    """`kind`: LOST, DOUBLED or WRONG."""

    kind: str
    words: str


def watch_ladder() -> None:
    """Every step of every message's status is written down by PostgreSQL itself from now on."""
    with connection.cursor() as cursor:
        cursor.execute(LEAVE_LADDER + WATCH_LADDER)


def leave_ladder() -> None:
    with connection.cursor() as cursor:
        cursor.execute(LEAVE_LADDER)


def audit(
    company: Company,
    truth: dict[str, Any],
    *,
    accepted: Sequence[Line],
    watchers: Sequence[Watcher],
) -> list[Finding]:
    """Everything must have come to rest before."""
    spoken = [
        one for one in truth["messages"] if one["number_id"] == company.number.phone_number_id
    ]
    came = [one for one in spoken if one["direction"] == "in" and one["type"] in CUSTOMERS]
    went = [one for one in spoken if one["direction"] == "out"]
    return [
        *_customers(company, came),
        *_sends(went, accepted),
        *_statuses(company, went),
        *_ladder(),
        *_media(company, came),
        *_ledger(company, went),
        *_leftovers(company),
        *(
            Finding(WRONG, f"screen of {one.address}: {words}")
            for one in watchers
            for words in one.differences()
        ),
    ]


def said_by(message: dict[str, Any]) -> str:
    """The words by which load.py knows its own lines."""
    content = message["content"]
    if message["type"] == "template":
        parts = content["components"][0]["parameters"]
        return str(parts[0]["text"])
    return str(content.get("body") or content.get("caption") or "")


def _customers(company: Company, came: list[dict[str, Any]]) -> Iterator[Finding]:
    """Once each: by Meta's id, and by what it says."""
    ours = Message.objects.filter(conversation__number=company.number, direction=Direction.IN)
    kept = Counter(ours.values_list("wamid", flat=True))
    for one in came:
        count = kept.pop(one["id"], 0)
        if count != 1:
            kind = DOUBLED if count else LOST
            yield Finding(kind, f"customer’s message {said_by(one)} is here {count} times")
    for wamid in kept:
        yield Finding(DOUBLED, f"message {wamid} is here, and no customer wrote it")
    marked = company.number.conversations.values_list("pk", "inbound_count")
    counted = Counter(ours.values_list("conversation_id", flat=True))
    for pk, count in marked:
        if counted[pk] != count:
            yield Finding(WRONG, f"conversation {pk} counts {count} of {counted[pk]} messages")


def _sends(went: list[dict[str, Any]], accepted: Sequence[Line]) -> Iterator[Finding]:
    """What the page said yes to reached the customer once."""
    reached = Counter(said_by(one) for one in went)
    for line in accepted:
        count = reached.pop(line.text, 0)
        if count != 1:
            kind = DOUBLED if count else LOST
            yield Finding(kind, f"{line.kind} {line.text} reached Meta {count} times")
    for text, count in reached.items():
        yield Finding(DOUBLED, f"{text} reached Meta {count} times, and no page had said yes")


def _statuses(company: Company, went: list[dict[str, Any]]) -> Iterator[Finding]:
    ours = Message.objects.filter(conversation__number=company.number, direction=Direction.OUT)
    known = dict(ours.values_list("wamid", "status"))
    for one in went:
        if known.get(one["id"]) != one["status"]:
            here = known.get(one["id"], "not known")
            yield Finding(WRONG, f"{said_by(one)} is {one['status']} at Meta and {here} here")


def _ladder() -> Iterator[Finding]:
    rank = statuses.LADDER.index
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT message, was, is_now FROM faults_climb WHERE was = ANY(%s)", [[*FIRM]]
        )
        for message, was, is_now in cursor.fetchall():
            if rank(is_now) < rank(was):
                yield Finding(WRONG, f"message {message} went down from {was} to {is_now}")


def climbs() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM faults_climb")
        return int(cursor.fetchone()[0])


def _media(company: Company, came: list[dict[str, Any]]) -> Iterator[Finding]:
    """Every file is on our disk, byte for byte."""
    files = MediaFile.objects.filter(number=company.number).in_bulk(field_name="pk")
    of = dict(
        Message.objects.filter(conversation__number=company.number)
        .exclude(media=None)
        .values_list("wamid", "media_id")
    )
    for one in came:
        if one["type"] == "text":
            continue
        file = files.get(of.get(one["id"], 0))
        if file is None or file.state != MediaState.STORED:
            state = f"{file.state} ({file.problem})" if file else "not known"
            yield Finding(LOST, f"the file of {said_by(one)} is {state}")
            continue
        with file.file.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
        if digest != file.sha256:
            yield Finding(LOST, f"the file of {said_by(one)} is damaged on our disk")


def _ledger(company: Company, went: list[dict[str, Any]]) -> Iterator[Finding]:
    """Meta's bill: one line for every message that it put a price on, and that price."""
    ours = Message.objects.filter(conversation__number=company.number, direction=Direction.OUT)
    wamids = dict(ours.values_list("pk", "wamid"))
    lines = LedgerEntry.objects.filter(workspace=company.workspace).standing()
    booked = Counter(
        wamids.get(pk or 0, "nothing") for pk in lines.values_list("message_id", flat=True)
    )
    billed = {one["id"]: one for one in went if one.get("pricing") and one["type"] != "reaction"}
    for wamid, one in billed.items():
        count = booked.pop(wamid, 0)
        if count != 1:
            kind = DOUBLED if count else LOST
            yield Finding(kind, f"{said_by(one)} stands {count} times in the ledger")
    for wamid in booked:
        yield Finding(DOUBLED, f"the ledger charges {wamid}, and Meta does not")
    for line in lines.filter(is_estimated=True):
        yield Finding(WRONG, f"the ledger still only estimates {line}")
    for month in set(lines.values_list("month", flat=True)):
        found = reconciling.reconcile(company.workspace.pk, month=month)
        for row in found.rows:
            yield Finding(WRONG, f"{row.line}: {row.difference} (Meta: {row.meta_type})")
        if found.silent:
            yield Finding(WRONG, f"{found.silent} lines of {month} without Meta’s price")


def _leftovers(company: Company) -> Iterator[Finding]:
    for held in Quarantined.objects.filter(resolved_at=None):
        yield Finding(LOST, f"set aside: {held}")
    for attempt in Attempt.objects.filter(
        message__conversation__number=company.number, outcome=Outcome.CALLING
    ):
        yield Finding(WRONG, f"attempt {attempt.pk} never ended")
    numbers = list(
        Event.objects.filter(workspace=company.workspace)
        .order_by("seq")
        .values_list("seq", flat=True)
    )
    if numbers != list(range(1, len(numbers) + 1)):
        yield Finding(WRONG, "the journal has gaps")
