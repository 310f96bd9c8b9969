"""One act on many conversations, as a job: asked for, done some at a time, followed, stopped, undone.

Each row is done and noted in one transaction: after a crash the next worker goes on with the rows that are left, and
does none twice. Some rows share a transaction; their conversations are locked first, in the order of their ids.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any, Final

import structlog
from django.core.exceptions import ObjectDoesNotExist
from django.db import OperationalError, connection, transaction
from django.db.models import Count, Exists, OuterRef, Q
from django.http import QueryDict
from django.utils import timezone, translation
from django.utils.translation import gettext

from accounts import audit, masking
from accounts.models import Agent
from conversations import access, jobs, lanes, listing
from conversations.listing import Filters
from conversations.many_acts import ACTS, Act, Deed
from conversations.models import BulkRow, Conversation, Job, JobKind, JobState, RowState
from conversations.models.threads import ConversationQuerySet
from conversations.refusals import Refusal

AT_ONCE: Final = (
    10  # rows a transaction: others wait for the workspace's number no longer than that takes
)
UNDO: Final = "undo"

logger = structlog.get_logger(__name__)


class CannotUndo(Exception):
    """It sent something, is not over, or is undone already."""


def chosen(
    agent: Agent, *, ids: Iterable[int] = (), view: str | None = None
) -> ConversationQuerySet:
    """What was selected: these conversations, or with `view` (the list's query) all that it holds. What they see."""
    if view is not None:
        return listing.filtered(agent, Filters.from_query(QueryDict(view)))
    return access.conversations(agent).filter(pk__in=list(ids))


@transaction.atomic
def ask(
    found: ConversationQuerySet,
    *,
    agent: Agent,
    act: str,
    what: Mapping[str, Any],
    title: str,
    address: str | None = None,
) -> Job:
    """Write down what is to be done to whom. The caller wakes the worker on commit. `what`: see many_acts."""
    request = {"act": act, "what": dict(what), "rights": jobs.rights_of(agent)}
    job = jobs.ask(agent=agent, kind=JobKind.BULK, title=title, request=request)
    job.total = _take(job, found)
    job.save(update_fields=["total"])
    audit.record(agent, "bulk.asked", title, address, did=act, count=job.total)
    return job


def _take(job: Job, found: ConversationQuerySet) -> int:
    """A row for each, by one statement: a view may hold all there is."""
    sql, params = found.order_by().values_list("pk").query.sql_with_params()
    table = connection.ops.quote_name(BulkRow._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} (job_id, conversation_id, token, state, words) "  # noqa: S608  our own names
            f"SELECT %s, found.id, gen_random_uuid(), %s, '' FROM ({sql}) AS found (id) ON CONFLICT DO NOTHING",
            [job.pk, RowState.WAITING.value, *params],
        )
        return int(cursor.rowcount)


def run(job: Job) -> None:
    """Do what is left of it. Raises jobs.Stopped when its owner stopped it."""
    agent, is_undo = job.owner, job.request["act"] == UNDO
    with translation.override(agent.language), masking.shown(agent.phones):
        for _rows in _some_at_a_time(job):
            counts = _counts(job)
            failed = counts.get(RowState.FAILED, 0)
            done = sum(counts.values()) - counts.get(RowState.WAITING, 0)
            jobs.progress(job, done=done, failed=failed)
    counts = _counts(job)
    job.done_count, job.failed_count = sum(counts.values()), counts.get(RowState.FAILED, 0)
    can_undo = not is_undo and ACTS[job.request["act"]].restore and counts.get(RowState.DONE)
    jobs.finish(job, result=counts, undo={} if can_undo else None)
    if is_undo:
        Job.objects.filter(pk=job.request["of"]).update(state=JobState.UNDONE)


def _counts(job: Job) -> dict[str, int]:
    found = BulkRow.objects.filter(job=job).order_by().values_list("state").annotate(n=Count("pk"))
    return {str(state): n for state, n in found}


def _some_at_a_time(job: Job) -> Iterator[list[BulkRow]]:
    while True:
        with transaction.atomic():
            waiting = BulkRow.objects.select_for_update(skip_locked=True)
            rows = list(
                waiting.filter(job=job, state=RowState.WAITING).order_by("conversation_id")[
                    :AT_ONCE
                ]
            )
            if not rows:
                return
            _work(job, rows)
            BulkRow.objects.bulk_update(rows, ["state", "words", "before", "after"])
        yield rows


def _work(job: Job, rows: list[BulkRow]) -> None:
    """Rights are those of this moment: somebody may have lost a seat since they asked."""
    agent = Agent.objects.select_related("workspace").get(pk=job.owner_id)
    lanes.locked(row.conversation_id for row in rows)
    wanted = [row.conversation_id for row in rows]
    seen = access.conversations(agent).filter(pk__in=wanted)
    conversations = seen.select_related("contact", "number__account", "assignee").in_bulk()
    deed, asked = Deed(agent, job.request.get("what", {}), timezone.now()), job.request["act"]
    earlier = _earlier(job, wanted) if asked == UNDO else {}
    for row in rows:
        conversation = conversations.get(row.conversation_id)
        if conversation is None:
            _skip(row, gettext("You no longer see this conversation."))
        elif asked == UNDO:
            _guard(row, lambda c=conversation, r=row: _undo(c, r, earlier[c.pk], job, deed))
        else:
            _guard(row, lambda c=conversation, r=row: _do(c, r, ACTS[asked], deed))


def _guard(row: BulkRow, work: Any) -> None:
    """A refusal, or something deleted meanwhile, is this row's alone."""
    try:
        with transaction.atomic():
            work()
    except Refusal as refusal:
        row.state, row.words = RowState.FAILED, refusal.words[:400]
    except ObjectDoesNotExist:
        row.state, row.words = RowState.FAILED, gettext("What was asked for is there no longer.")
    except OperationalError:
        raise  # no fault of this row: the job goes on later
    except Exception:
        logger.exception("row of a job failed", job=row.job_id, conversation=row.conversation_id)
        row.state, row.words = RowState.FAILED, gettext("Something went wrong on our side.")


def _skip(row: BulkRow, words: str) -> None:
    row.state, row.words = RowState.SKIPPED, words


def _do(conversation: Conversation, row: BulkRow, act: Act, deed: Deed) -> None:
    before = act.stand(conversation, deed)
    act.do(conversation, row, deed)
    after = act.stand(_fresh(conversation), deed)
    if before and before == after:
        _skip(row, gettext("It was so already."))
        return
    row.state, row.before, row.after = RowState.DONE, before, after


def _fresh(conversation: Conversation) -> Conversation:
    return Conversation.objects.select_related("number__account", "assignee").get(
        pk=conversation.pk
    )


# --- undo -------------------------------------------------------------------------------------------------


@transaction.atomic
def undo(job: Job, *, agent: Agent, address: str | None = None) -> Job:
    """Take it back, by a job of its own: rows that somebody has changed since stay as they are."""
    job = Job.objects.select_for_update().get(pk=job.pk)
    if job.undo is None or job.state != JobState.DONE:
        raise CannotUndo
    job.undo = None
    job.save(update_fields=["undo"])
    request = {**job.request, "act": UNDO, "did": job.request["act"], "of": job.pk}
    request["rights"] = jobs.rights_of(agent)
    title = gettext("Undo: %(what)s") % {"what": job.title}
    back = jobs.ask(agent=agent, kind=JobKind.BULK, title=title, request=request)
    done = BulkRow.objects.filter(job=job, state=RowState.DONE, conversation_id=OuterRef("pk"))
    back.total = _take(back, Conversation.objects.filter(Exists(done)))
    back.save(update_fields=["total"])
    audit.record(agent, "bulk.undone", job.title, address, count=back.total)
    return back


def _earlier(job: Job, wanted: list[int]) -> dict[int, BulkRow]:
    rows = BulkRow.objects.filter(job_id=job.request["of"], conversation_id__in=wanted)
    return {row.conversation_id: row for row in rows}


def _undo(conversation: Conversation, row: BulkRow, earlier: BulkRow, job: Job, deed: Deed) -> None:
    act = ACTS[job.request["did"]]
    assert act.restore is not None
    assert earlier.before is not None
    now, left = act.stand(conversation, deed), earlier.after or {}
    if any(now[key] != left.get(key) for key in now.keys() - act.ignored):
        _skip(row, gettext("It has been changed since; it stays as it is."))
        return
    act.restore(conversation, earlier.before, deed)
    row.state, row.before, row.after = RowState.DONE, now, earlier.before


def may_read(job: Job, agent: Agent) -> bool:
    """Whether the agent gets the result row by row: only under the rights it was asked for with."""
    return bool(job.request.get("rights") == jobs.rights_of(agent))


def of(agent: Agent, *, since: datetime) -> list[Job]:
    """What is under way for this agent, and what ended lately: for the tray of the page."""
    shown = Q(finished_at=None) | Q(finished_at__gte=since)
    return list(jobs.of(agent, JobKind.BULK).filter(shown)[:5])
