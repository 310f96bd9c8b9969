"""Draws the sample of a week, and keeps what reviewers find. Nobody judges a conversation of their own."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext

from accounts import audit
from accounts.models import Agent, Workspace
from coaching import sampling
from coaching.models import Plan, Remark, Review
from coaching.sampling import Criterion
from conversations import access
from conversations.models import Message
from reports import spans
from reports.models import Span


class Refused(Exception):
    """With words for whoever asked."""


class OwnConversation(Refused):
    def __init__(self) -> None:
        super().__init__(gettext("This is your own conversation: a colleague has to look at it."))


class AlreadyDone(Refused):
    def __init__(self) -> None:
        super().__init__(gettext("This review is finished, and stays as it is."))


class TakenByAnother(Refused):
    def __init__(self, name: str) -> None:
        words = gettext("%(name)s has begun this review. What you wrote was not kept.")
        super().__init__(words % {"name": name})


def plan_of(workspace: Workspace) -> Plan:
    """As kept, or as it would be: off, with a card that most teams can begin with."""
    return Plan.objects.filter(workspace=workspace).first() or Plan(
        workspace=workspace, card=sampling.as_json(usual_card())
    )


def usual_card() -> list[Criterion]:
    return [
        Criterion("understood", gettext("Understood what the customer wanted"), 3, 2),
        Criterion("right", gettext("The answer was right and complete"), 3, 2),
        Criterion("tone", gettext("Friendly, clear words without mistakes"), 2, 2),
        Criterion("care", gettext("Led the matter to its end"), 2, 2),
        Criterion("records", gettext("Labels, notes and fields are in order"), 1, 2),
    ]


@transaction.atomic
def keep_plan(plan: Plan, *, by: Agent, address: str | None) -> None:
    plan.save()
    audit.record(
        by, "coaching.plan", plan.workspace.name, address,
        is_on=plan.is_on, percent=plan.percent, least=plan.least, seed=plan.seed,
    )  # fmt: skip


@transaction.atomic
def draw(plan: Plan, *, week: date, at: datetime) -> int:
    """The sample of this week (a Monday). Drawn again, it only adds what was not there: how many."""
    rows = Span.objects.filter(
        workspace=plan.workspace, kind=spans.RESOLUTION, agent__isnull=False,
        day__gte=week, day__lt=week + timedelta(days=7),
    )  # fmt: skip
    of: dict[int, set[int]] = defaultdict(set)
    for agent, conversation in rows.values_list("agent_id", "conversation_id"):
        of[agent].add(conversation)
    known = set(
        Review.objects.filter(workspace=plan.workspace, week=week).values_list(
            "agent_id", "conversation_id"
        )
    )
    new = [
        Review(
            workspace=plan.workspace, conversation_id=conversation, agent_id=agent, week=week, card=plan.card,
            drawn_at=at,
        )
        for agent, found in sorted(of.items())
        for conversation in sampling.sample(
            found, agent=agent, week=week, seed=plan.seed, percent=plan.percent, least=plan.least
        )
        if (agent, conversation) not in known
    ]  # fmt: skip
    Review.objects.bulk_create(new, ignore_conflicts=True)
    return len(new)


def draw_due(*, at: datetime) -> None:
    """Last week's sample of every workspace that wants one. May run any number of times."""
    for plan in Plan.objects.filter(is_on=True).select_related("workspace"):
        today = at.astimezone(ZoneInfo(plan.workspace.time_zone)).date()
        draw(plan, week=sampling.week_of(today) - timedelta(days=7), at=at)


# --- reviewers ---------------------------------------------------------------------------------------


def open_to(reviewer: Agent) -> QuerySet[Review]:
    """What this person may judge or read as a reviewer: conversations that they see, not their own."""
    seen = access.conversations(reviewer).order_by().values("pk")
    return Review.objects.filter(workspace_id=reviewer.workspace_id, conversation__in=seen).exclude(
        agent=reviewer
    )


def waiting(reviewer: Agent) -> QuerySet[Review]:
    """What nobody has begun, and what this person has."""
    mine = Q(reviewer=None) | Q(reviewer=reviewer)
    return open_to(reviewer).filter(mine, done_at=None)


@transaction.atomic
def finish(
    review: Review,
    *,
    by: Agent,
    answers: Mapping[str, int | None],
    summary: str,
    at: datetime,
) -> Review:
    """The result, once and for all. Raises Refused; ValueError on points the card lacks."""
    row = _mine(review, by)
    row.answers = dict(answers)
    row.score = sampling.score(sampling.card_of(row.card), answers)
    row.summary, row.done_at = summary, at
    row.save(update_fields=["reviewer", "answers", "score", "summary", "done_at"])
    return row


@transaction.atomic
def remark(review: Review, message: Message, *, by: Agent, text: str, at: datetime) -> Remark:
    """Words about one message. Whoever writes the first takes the review."""
    row = _mine(review, by)
    row.save(update_fields=["reviewer"])
    return Remark.objects.create(review=row, message=message, text=text, at=at)


@transaction.atomic
def second_look(review: Review, *, by: Agent, at: datetime) -> Review:
    """The same conversation for another reviewer, who does not see the first result: that is calibration.

    What nobody has finished yet is judged as it is.
    """
    if review.done_at is None:
        return review
    if review.agent_id == by.pk:
        raise OwnConversation
    row, _is_new = Review.objects.get_or_create(
        conversation_id=review.conversation_id,
        agent_id=review.agent_id,
        week=review.week,
        reviewer=by,
        defaults={"workspace_id": review.workspace_id, "card": review.card, "drawn_at": at},
    )
    return row


def _mine(review: Review, by: Agent) -> Review:
    rows = Review.objects.select_for_update(of=("self",)).select_related("reviewer")
    row = rows.get(pk=review.pk)
    if row.agent_id == by.pk:
        raise OwnConversation
    if row.done_at is not None:
        raise AlreadyDone
    if row.reviewer is not None and row.reviewer != by:
        raise TakenByAnother(row.reviewer.name)
    row.reviewer = by
    return row


def see(reviews: Sequence[Review], *, agent: Agent, at: datetime) -> None:
    """The agent has read what was found."""
    ids = [row.pk for row in reviews if row.agent_id == agent.pk]
    Review.objects.filter(pk__in=ids, seen_at=None).update(seen_at=at)


def follow_merger(kept: int, gone: int) -> None:
    """Two conversations became one. Where both have a review of the same week by the same person, that of `kept`."""
    known = set(
        Review.objects.filter(conversation_id=kept).values_list("agent_id", "week", "reviewer_id")
    )
    for row in Review.objects.filter(conversation_id=gone):
        if (row.agent_id, row.week, row.reviewer_id) not in known:
            row.conversation_id = kept
            row.save(update_fields=["conversation"])
