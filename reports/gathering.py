"""Reads on in the journal and brings spans, tallies and volumes of what changed up to date.

A conversation that changed is reckoned anew from its acts, so late and repeated webhooks give what tidy ones would;
`seconds` of a span that stands stay as they were, though the business hours may have changed since. Tallies and
volumes of the days touched are made anew from their rows: nothing is ever added up twice.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final, TypeAlias
from zoneinfo import ZoneInfo

from django.db import connection, transaction
from django.db.models import Q, Sum
from django.utils import timezone

from accounts import hours, months
from accounts.models import PhoneNumber, Team, Workspace
from accounts.zones import midnight
from conversations import activity, rating, statuses
from conversations.models import Conversation, Direction, Message
from reports import buckets, spans
from reports.models import ReportState, Span, Tally, Volume
from reports.periods import DAY, MONTH

BATCH: Final = 2000
LAST: Final = 2**63 - 1
LOOKS_BACK: Final = timedelta(days=400)  # a year of reports, and what began before it
BY_PEOPLE: Final = frozenset({"agent", "phone"})
SAID_BY_LINES: Final = {
    "resolved": spans.RESOLVED,
    "reopened": spans.REOPENED_BY_HAND,
    "waiting": spans.CALLED_FOR,
    "not_waiting": spans.EXCUSED,
}
Day: TypeAlias = "tuple[int, date]"  # of a number


@transaction.atomic
def gather(workspace_id: int, *, at: datetime | None = None) -> bool:
    """Take over the next changes of this workspace. True if there may be more. Safe to run twice, also at once."""
    ReportState.objects.get_or_create(workspace_id=workspace_id)
    state = ReportState.objects.select_for_update().get(workspace_id=workspace_id)
    workspace = Workspace.objects.get(pk=workspace_id)
    upto = workspace.last_seq
    if upto <= state.seq and state.last_id == LAST:
        return False
    found = Message.objects.filter(workspace_id=workspace_id, seq__gte=state.seq, seq__lte=upto)
    found = found.filter(Q(seq__gt=state.seq) | Q(pk__gt=state.last_id)).order_by("seq", "pk")
    rows = list(
        found.values_list("seq", "pk", "conversation_id", "number_id", "at", "direction")[:BATCH]
    )
    is_full = len(rows) == BATCH
    zone = ZoneInfo(workspace.time_zone)
    since = (at or timezone.now()) - LOOKS_BACK
    touched = _renew_spans({row[2] for row in rows}, workspace, zone=zone, since=since)
    tally(workspace_id, touched)
    written = {
        (number, said_at.astimezone(zone).date())
        for _seq, _pk, _thread, number, said_at, direction in rows
        if direction != Direction.SYSTEM and said_at >= since
    }
    count_volumes(workspace_id, written, zone=zone)
    state.seq, state.last_id = (rows[-1][0], rows[-1][1]) if is_full else (upto, LAST)
    state.save(update_fields=["seq", "last_id"])
    return is_full


@transaction.atomic
def rebuild(workspace_id: int) -> None:
    """Forget all figures and make them anew from what was said and done, by the business hours as they are now."""
    for model in (Tally, Volume, Span, ReportState):
        model.objects.filter(workspace_id=workspace_id).delete()
    while gather(workspace_id):
        pass


def follow_merger(kept: int, gone: int) -> None:
    """Two conversations became one: it is reckoned anew at once with the next change, which the merger is."""
    Span.objects.filter(conversation_id=gone).update(conversation_id=kept)


# --- spans -------------------------------------------------------------------------------------------


def _renew_spans(
    ids: set[int], workspace: Workspace, *, zone: ZoneInfo, since: datetime
) -> set[Day]:
    """Bring the spans of these conversations up to date. The days whose sums are no longer true."""
    threads = {
        pk: (number, team)
        for pk, number, team in Conversation.objects.filter(pk__in=ids).values_list(
            "pk", "number_id", "team_id"
        )
    }
    wanted: dict[tuple[int, str], Span] = {}
    for thread, acts in acts_of(threads, workspace_id=workspace.pk, since=since).items():
        number, team = threads[thread]
        has_moved = any(act.kind == spans.MOVED for act in acts)
        for one in spans.spans_of(acts):
            wanted[one.id, one.kind] = Span(
                workspace=workspace,
                conversation_id=thread,
                number_id=number,
                team_id=one.team if has_moved else team,
                agent_id=one.agent,
                kind=one.kind,
                message_id=one.id,
                began_at=one.began_at,
                ended_at=one.ended_at,
                day=one.ended_at.astimezone(zone).date(),
            )
    known = Span.objects.filter(conversation_id__in=ids, ended_at__gte=since)
    return _bring_to(known, wanted)


FACTS: Final = (
    "conversation_id",
    "number_id",
    "team_id",
    "agent_id",
    "began_at",
    "ended_at",
    "day",
)


def _bring_to(known: Iterable[Span], wanted: dict[tuple[int, str], Span]) -> set[Day]:
    """Write what differs. Open hours are reckoned for what is new only: most of a thread stands as it was."""
    changed: set[Day] = set()
    gone, moved, untimed = [], [], []
    for row in known:
        new = wanted.pop((row.message_id, row.kind), None)
        if new is not None and all(getattr(row, name) == getattr(new, name) for name in FACTS):
            continue
        changed.add((row.number_id, row.day))
        if new is None:
            gone.append(row.pk)
            continue
        changed.add((new.number_id, new.day))
        new.pk = row.pk
        if (row.began_at, row.ended_at) == (new.began_at, new.ended_at):
            new.seconds = row.seconds
        else:
            untimed.append(new)
        moved.append(new)
    _time([*untimed, *wanted.values()])
    Span.objects.filter(pk__in=gone).delete()
    Span.objects.bulk_update(moved, [name.removesuffix("_id") for name in FACTS] + ["seconds"])
    # A merge may have brought the message from a conversation that is not in this batch: its row moves over.
    Span.objects.bulk_create(
        wanted.values(),
        update_conflicts=True,
        unique_fields=["message_id", "kind"],
        update_fields=[name.removesuffix("_id") for name in FACTS] + ["seconds"],
    )
    return changed | {(row.number_id, row.day) for row in wanted.values()}


def _time(rows: Sequence[Span]) -> None:
    numbers = PhoneNumber.objects.filter(pk__in={row.number_id for row in rows})
    open_hours = {pk: hours.read(kept) for pk, kept in numbers.values_list("pk", "hours")}
    for row in rows:
        row.seconds = seconds_open(open_hours[row.number_id], row.began_at, row.ended_at)


def seconds_open(when: hours.Hours | None, began_at: datetime, ended_at: datetime) -> int:
    """Whole seconds between them in which the number was open; all of them for a number without hours."""
    if when is None:
        return max(0, round((ended_at - began_at).total_seconds()))
    return round(when.open_between(began_at, ended_at).total_seconds())


def acts_of(
    threads: Iterable[int], *, workspace_id: int, since: datetime
) -> dict[int, list[spans.Act]]:
    """What happened in these conversations, in one query."""
    teams = dict(Team.objects.filter(workspace_id=workspace_id).values_list("name", "pk"))
    rows = (
        Message.objects.filter(conversation_id__in=threads, at__gte=since)
        .filter(~Q(direction=Direction.SYSTEM) | Q(kind=activity.KIND))
        .exclude(source="history")
        .order_by()
        .values_list(
            "conversation_id", "pk", "at", "direction", "kind", "source", "author_id", "status", "content__act",
            "content__to_id", "content__team", "wamid", "revoked_at", "content__id", "content__payload",
        )
    )  # fmt: skip
    found: dict[int, list[spans.Act]] = defaultdict(list)
    for thread, *row in rows.iterator(chunk_size=BATCH):
        if act := _act(row, teams):
            found[thread].append(act)
    return found


def _act(row: Sequence[Any], teams: dict[str, int]) -> spans.Act | None:
    (
        pk,
        at,
        direction,
        kind,
        source,
        author,
        status,
        act,
        to_id,
        team,
        wamid,
        revoked_at,
        chosen,
        payload,
    ) = row
    if direction == Direction.IN:
        rates = rating.read(kind, {"id": chosen, "payload": payload}) is not None
        return None if rates else spans.Act(at, pk, spans.ASKED)
    if direction == Direction.OUT:
        never_sent = status == statuses.FAILED or (revoked_at is not None and not wamid)
        if source not in BY_PEOPLE or kind == "reaction" or never_sent:
            return None
        return spans.Act(at, pk, spans.ANSWERED, author)
    if act == "moved":
        return spans.Act(at, pk, spans.MOVED, team=to_id)
    if act == "rule" and team in teams:
        return spans.Act(at, pk, spans.MOVED, team=teams[team])
    said = SAID_BY_LINES.get(act)
    return spans.Act(at, pk, said, author) if said else None


# --- sums --------------------------------------------------------------------------------------------


def tally(workspace_id: int, days: Iterable[Day]) -> None:
    """Make the sums of these days anew from their spans, and those of their months from the days."""
    touched = sorted(days)
    for number, day in touched:
        sums: dict[tuple[Any, ...], list[int]] = defaultdict(lambda: [0, 0])
        rows = Span.objects.filter(number_id=number, day=day)
        for *what, seconds in rows.values_list("team_id", "agent_id", "kind", "seconds"):
            found = sums[(*what, buckets.bucket_of(seconds))]
            found[0] += 1
            found[1] += seconds
        _keep(workspace_id, DAY, number, day, [(*what, *sums[what]) for what in sums])
    for number, first in sorted({(number, day.replace(day=1)) for number, day in touched}):
        month = Tally.objects.filter(
            number_id=number, period=DAY, since__gte=first, since__lt=months.moved(first, 1)
        )
        sums_of = month.order_by().values_list("team_id", "agent_id", "kind", "bucket")
        _keep(
            workspace_id,
            MONTH,
            number,
            first,
            sums_of.annotate(all_counts=Sum("count"), all_seconds=Sum("seconds")),
        )


def _keep(
    workspace_id: int, period: str, number: int, since: date, sums: Iterable[tuple[Any, ...]]
) -> None:
    Tally.objects.filter(number_id=number, period=period, since=since).delete()
    Tally.objects.bulk_create(
        Tally(
            workspace_id=workspace_id, period=period, since=since, number_id=number, team_id=team, agent_id=agent,
            kind=kind, bucket=bucket, count=count, seconds=seconds,
        )
        for team, agent, kind, bucket, count, seconds in sums
    )  # fmt: skip


def count_volumes(workspace_id: int, days: Iterable[Day], *, zone: ZoneInfo) -> None:
    """Count the messages of these days anew. Lines and what came with the phone app's history are none."""
    for number, day in sorted(days):
        start, end = midnight(day, zone), midnight(day + timedelta(days=1), zone)
        Volume.objects.filter(number_id=number, day=day).delete()
        with connection.cursor() as cursor:
            cursor.execute(
                """
                INSERT INTO reports_volume (workspace_id, number_id, day, hour, inbound, outbound)
                SELECT %s, %s, %s, extract(hour FROM at AT TIME ZONE %s),
                       count(*) FILTER (WHERE direction = 'in'), count(*) FILTER (WHERE direction = 'out')
                FROM conversations_message
                WHERE number_id = %s AND at >= %s AND at < %s AND direction IN ('in', 'out') AND source <> 'history'
                GROUP BY 4
                """,
                [workspace_id, number, day, zone.key, number, start, end],
            )
