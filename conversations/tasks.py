"""What the workers are asked to do. Each task is one call and may run twice."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from celery import shared_task
from django.conf import settings
from django.utils import timezone

from conversations import (
    block_calls,
    delivery,
    digest,
    erasing,
    exporting,
    handing_out,
    holding,
    jobs,
    media,
    pushing,
    receipts,
    rule_running,
    settling,
    surveying,
    telling,
    waking,
)
from conversations.gathering import Pacing
from conversations.models import JobKind

SWEEP_SECONDS = 5
NEWS_SECONDS = 120  # later, an alarm would only frighten


@shared_task
def deliver(conversation_id: int) -> None:
    delivery.deliver(conversation_id)


@shared_task
def sweep_outbox() -> None:
    """What no worker got to before the next sweep expires: else a slow hour would fill the queue with repeats."""
    for conversation_id in delivery.due():
        deliver.apply_async((conversation_id,), expires=SWEEP_SECONDS)


@shared_task
def probe_held_numbers() -> None:
    """What waited for those that are let go is found by the next sweep of the outbox."""
    holding.probe_held()


@shared_task
def ask_surveys() -> None:
    surveying.ask_due(at=timezone.now())
    surveying.thank_due(at=timezone.now())


@shared_task
def show_read(conversation_id: int, *, typing: bool = False) -> None:
    receipts.show_read(conversation_id, typing=typing)


@shared_task
def fetch_media(media_id: int) -> None:
    media.fetch(media_id)


@shared_task
def sweep_media() -> None:
    for media_id in media.due():
        fetch_media.delay(media_id)


@shared_task
def sweep_parked() -> None:
    settling.sweep()


@shared_task
def wake_snoozed() -> None:
    waking.wake_due(at=timezone.now())


@shared_task
def hand_out(workspace_id: int) -> None:
    for given in handing_out.hand_out(workspace_id, at=timezone.now()):
        tell_assignment.apply_async((given.conversation, given.to), expires=NEWS_SECONDS)


@shared_task
def sweep_waiting() -> None:
    """Somebody came online, or has room again: no verb needs to know who waits for that."""
    for workspace_id in handing_out.due():
        hand_out.apply_async((workspace_id,), expires=SWEEP_SECONDS)


@shared_task
def settle_block(block_id: int) -> None:
    block_calls.settle(block_id)


@shared_task
def sweep_blocks() -> None:
    for block_id in block_calls.due(at=timezone.now()):
        settle_block.apply_async((block_id,), expires=SWEEP_SECONDS)


RUNS = {JobKind.ERASE.value: erasing.run, JobKind.EXPORT.value: exporting.run}


@shared_task
def run_job(job_id: int) -> None:
    jobs.run(job_id, RUNS)


@shared_task
def sweep_jobs() -> None:
    now = timezone.now()
    for job_id in jobs.due(kinds=RUNS, at=now):
        run_job.delay(job_id)
    jobs.tidy(at=now)


@shared_task
def run_rules(run_id: int) -> None:
    """What they queued goes out, what they gave to a team is handed out, who was given it is told."""
    asked = rule_running.run(run_id, at=timezone.now())
    if asked is None:
        return
    deliver.delay(asked.conversation.pk)
    hand_out.delay(asked.conversation.workspace_id)
    if asked.given_to is not None:
        tell_assignment.apply_async((asked.conversation.pk, asked.given_to), expires=NEWS_SECONDS)


@shared_task
def sweep_rules() -> None:
    for run_id in rule_running.due(at=timezone.now()):
        run_rules.apply_async((run_id,), expires=SWEEP_SECONDS)


@shared_task
def tell_messages(message_ids: list[int]) -> None:
    """Fifty messages a second need not ring fifty times at every page of every colleague."""
    _news.bring(message_ids)


@shared_task
def tell_mention(message_id: int, to: list[int]) -> None:
    _send(telling.of_mention(message_id, to=to))


@shared_task
def tell_assignment(conversation_id: int, to: int, by: int | None = None) -> None:
    """`by`: the colleague; None where handing out or a rule did it."""
    _send(telling.of_assignment(conversation_id, to=to, by=by))


def _tell(message_ids: Sequence[int]) -> None:
    _send(telling.of_messages(message_ids, at=timezone.now()))


_news: Pacing[int] = Pacing(_tell, rest=lambda: float(settings.NEWS_REST))


def _send(letters: Iterable[telling.Letter]) -> None:
    """Each push is a call of its own: a slow service keeps nobody else waiting."""
    for letter in letters:
        push.apply_async((letter.subscription, letter.words), expires=NEWS_SECONDS)


@shared_task
def push(subscription_id: int, words: dict[str, object]) -> None:
    pushing.push(subscription_id, words)


@shared_task
def mail_missed_mentions() -> None:
    digest.send_due(at=timezone.now())
