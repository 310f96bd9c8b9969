"""Asks customers how it was once their conversation is resolved, and takes in what they answer.

The clock asks, not the act of resolving: so every way of resolving is asked about, somebody may reopen it meanwhile,
and a crash asks nobody twice (the row of a survey and its message are one transaction). What is asked leaves with the
next sweep of the outbox.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext, override

from accounts.models import PhoneNumber
from conversations import activity, automatic, lanes, live, rating
from conversations.models import (
    Conversation,
    ConversationStatus,
    Direction,
    Message,
    Survey,
    SurveyPlan,
    SurveyState,
)
from templates_app import contract, using
from templates_app.models import Template

SOURCE: Final = "survey"  # of a message that asks
THANKS: Final = "thanks"
LATE: Final = timedelta(
    hours=12
)  # what was missed for longer (a stop of the product) is not asked about any more
AT_ONCE: Final = 200
AGAIN, STOPPED, WINDOW, UNFIT = "again", "stopped", "window", "unfit"  # why nobody was asked


def ask_due(*, at: datetime) -> int:
    """Ask about what is due by now. How many conversations were looked at; each in a transaction of its own."""
    count = 0
    for plan in SurveyPlan.objects.filter(since__isnull=False).select_related("number"):
        due_at = at - timedelta(minutes=plan.wait_minutes)
        known = Survey.objects.filter(
            conversation=OuterRef("pk"), resolved_at=OuterRef("resolved_at")
        )
        rows = Conversation.objects.filter(
            number=plan.number,
            status=ConversationStatus.RESOLVED,
            resolved_at__gte=max(plan.since or at, due_at - LATE),
            resolved_at__lte=due_at,
        ).exclude(Exists(known))
        for pk in rows.order_by("resolved_at").values_list("pk", flat=True)[:AT_ONCE]:
            _ask(pk, plan, due_at=due_at, at=at)
            count += 1
    return count


@transaction.atomic
def _ask(conversation_id: int, plan: SurveyPlan, *, due_at: datetime, at: datetime) -> None:
    conversation = lanes.one(conversation_id)
    resolved_at = conversation.resolved_at
    if not conversation.is_resolved or resolved_at is None or resolved_at > due_at:
        return  # reopened or resolved anew meanwhile
    survey, is_new = Survey.objects.get_or_create(
        conversation=conversation,
        resolved_at=resolved_at,
        defaults={
            "workspace_id": conversation.workspace_id,
            "number_id": conversation.number_id,
            "agent_id": _resolver(conversation),
            "team_id": conversation.team_id,
            "state": SurveyState.SKIPPED,
            "asked_at": at,
        },
    )
    if not is_new:
        return
    asked = _reason_not_to(conversation, plan, survey, at=at) or _send(
        conversation, plan, survey, at=at
    )
    if isinstance(asked, str):
        survey.reason = asked
        survey.save(update_fields=["reason"])
        return
    survey.message, survey.state = asked, SurveyState.ASKED
    survey.save(update_fields=["message", "state"])
    live.publish("survey.asked", conversation, asked)


def _resolver(conversation: Conversation) -> int | None:
    lines = conversation.messages.filter(kind=activity.KIND, content__act="resolved")
    return lines.order_by("-at", "-pk").values_list("author_id", flat=True).first()


def _reason_not_to(
    conversation: Conversation, plan: SurveyPlan, survey: Survey, *, at: datetime
) -> str:
    contact = conversation.contact
    if contact.marketing_stopped_at is not None:
        return STOPPED  # who wants nothing unasked is not asked
    asked = Survey.objects.filter(
        conversation__contact=contact, asked_at__gt=at - timedelta(days=plan.pause_days)
    ).exclude(state=SurveyState.SKIPPED)
    return AGAIN if asked.exclude(pk=survey.pk).exists() else ""


def _send(
    conversation: Conversation, plan: SurveyPlan, survey: Survey, *, at: datetime
) -> Message | str:
    """The list inside of the window, the template outside of it."""
    if conversation.window.is_open(at):
        with override(conversation.workspace.language):
            words = score_words()
        content = rating.question(survey.token, body=plan.question, button=plan.button, words=words)
        return automatic.queue(
            conversation, source=SOURCE, at=at, text=plan.question, kind="interactive", content=content
        )  # fmt: skip
    if plan.template is None:
        return WINDOW
    for template in (
        using.in_language(plan.template, conversation.contact.language),
        plan.template,
    ):
        if ready := _ready(template):
            break
    else:
        return UNFIT
    content = ready.content
    buttons = rating.payloads(survey.token, buttons=quick_replies(template))
    content["components"] = [*content["components"], *buttons]
    return automatic.queue(
        conversation, source=SOURCE, at=at, text=ready.preview.body, kind="template", content=content,
        template=template,
    )  # fmt: skip


def score_words() -> dict[int, str]:
    """The rows of the list in the active language, up to 24 characters each."""
    return {
        5: "★★★★★ " + gettext("Excellent"),
        4: "★★★★ " + gettext("Good"),
        3: "★★★ " + gettext("So-so"),
        2: "★★ " + gettext("Poor"),
        1: "★ " + gettext("Very poor"),
    }


def is_fit(template: Template) -> bool:
    """Whether it asks by itself: nothing to fill in, and buttons to answer with."""
    return _ready(template) is not None


def _ready(template: Template) -> contract.Ready | None:
    ready = contract.weigh(template, {})
    return ready if isinstance(ready, contract.Ready) and quick_replies(template) else None


def quick_replies(template: Template) -> int:
    """How many quick replies could carry scores; 0 if the template cannot ask."""
    buttons = [
        str(button.get("type", "")).upper()
        for part in template.components
        if str(part.get("type", "")).upper() == "BUTTONS"
        for button in part.get("buttons", [])
    ]
    fits = buttons and set(buttons) == {"QUICK_REPLY"}
    return len(buttons) if fits and rating.FEWEST <= len(buttons) <= rating.BEST else 0


# --- the answer --------------------------------------------------------------------------------------


def rated(message: Message) -> tuple[UUID, int] | None:
    """The survey and the score that a customer answers with; None for any other message."""
    if message.direction != Direction.IN:
        return None
    return rating.read(message.kind, message.content)


def take(messages: Iterable[Message]) -> None:
    """Keep the scores that these messages give; the latest counts. Call in the transaction that stores them."""
    for message in messages:
        said = rated(message)
        if said is None:
            continue
        token, score = said
        survey = (
            Survey.objects.select_for_update(of=("self",))
            .filter(token=token, conversation_id=message.conversation_id)
            .first()
        )
        if survey is None or (survey.answered_at and survey.answered_at > message.at):
            continue
        survey.score, survey.answered_at = score, message.at
        survey.state = SurveyState.ANSWERED
        survey.save(update_fields=["score", "answered_at", "state"])


def thank_due(*, at: datetime) -> int:
    """Thank those who rated by now, once each, where the plan has words for it. How many."""
    rows = Survey.objects.filter(score__isnull=False, thanked_at=None)
    rows = rows.filter(answered_at__gt=at - LATE).exclude(number__survey_plan=None)
    found = rows.exclude(number__survey_plan__thanks="").values_list("pk", "conversation_id")
    ids = list(found.order_by("answered_at")[:AT_ONCE])
    for pk, conversation_id in ids:
        _thank(pk, conversation_id, at=at)
    return len(ids)


@transaction.atomic
def _thank(survey_id: int, conversation_id: int, *, at: datetime) -> None:
    conversation = lanes.one(conversation_id)
    survey = Survey.objects.select_for_update(of=("self",)).get(pk=survey_id)
    if survey.thanked_at is not None:
        return
    survey.thanked_at = at
    survey.save(update_fields=["thanked_at"])
    plan = SurveyPlan.objects.get(number_id=survey.number_id)
    said = automatic.queue(conversation, source=THANKS, at=at, text=plan.thanks)
    if isinstance(said, Message):
        live.publish("survey.thanked", conversation, said)


# --- the plan ----------------------------------------------------------------------------------------


@transaction.atomic
def keep(number: PhoneNumber, *, is_on: bool, at: datetime, **terms: Any) -> SurveyPlan:
    """Write the terms. Switched on, it asks about what is resolved from now on."""
    plan = SurveyPlan.objects.select_for_update().filter(number=number).first()
    plan = plan or SurveyPlan(number=number)
    for name, value in terms.items():
        setattr(plan, name, value)
    plan.since = (plan.since or at) if is_on else None
    plan.save()
    return plan
