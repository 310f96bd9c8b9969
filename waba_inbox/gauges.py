"""What /metrics tells of the whole site, read when asked: from PostgreSQL, so that it is true over all hosts.

A lag is measured by PostgreSQL's clock alone. Every question is answered by an index or by the newest rows only.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import redis
import structlog
from django.conf import settings
from django.db import DatabaseError, connection
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    REGISTRY,
    CollectorRegistry,
    generate_latest,
    multiprocess,
)
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from waba_inbox import health

CONTENT_TYPE: Final = CONTENT_TYPE_LATEST
QUEUES: Final = ("intake", "delivery", "default")
LIVE_FILE: Final = re.compile(r"gauge_live\w*_(\d+)\.db$")

logger = structlog.get_logger(__name__)

# name, what it says, its label if it has one, and the question: one row of one value, or rows of (label, value).
QUESTIONS: Final = (
    ("waba_intake_waiting", "Webhooks that are stored and not processed", "",
     "SELECT count(*) FROM webhooks_envelope WHERE processed_at IS NULL"),
    ("waba_intake_lag_seconds", "How long the oldest unprocessed webhook has waited", "",
     """SELECT coalesce(extract(epoch FROM clock_timestamp() - min(received_at)), 0)
        FROM webhooks_envelope WHERE processed_at IS NULL"""),
    ("waba_drain_lag_seconds", "The longest that a webhook of the last minute took until it was processed", "",
     """SELECT coalesce(max(extract(epoch FROM processed_at - received_at)), 0) FROM (
            SELECT processed_at, received_at FROM webhooks_envelope ORDER BY id DESC LIMIT 20000) AS newest
         WHERE processed_at > clock_timestamp() - interval '1 minute'"""),
    ("waba_months_ahead", "Months to come whose partition for raw webhooks is there", "",
     r"""SELECT count(*) FROM pg_inherits JOIN pg_class AS part ON part.oid = inhrelid
         WHERE inhparent = 'webhooks_envelope'::regclass AND part.relname ~ '_\d{4}_\d\d$'
         AND part.relname > 'webhooks_envelope_' || to_char(now() AT TIME ZONE 'UTC', 'YYYY_MM')"""),
    ("waba_posts_astray", "Raw webhooks whose month has no partition, 10,000 at most", "",
     "SELECT count(*) FROM (SELECT FROM webhooks_envelope_default LIMIT 10000) AS astray"),
    ("waba_quarantined", "Items of webhooks that are held back", "",
     "SELECT count(*) FROM webhooks_quarantined WHERE resolved_at IS NULL"),
    ("waba_outbox_waiting", "Messages that have not left, by state", "state",
     """SELECT status, count(*) FROM conversations_message
        WHERE direction = 'out' AND status IN ('queued', 'sending') GROUP BY status"""),
    ("waba_outbox_age_seconds", "How long the oldest message that could leave now has waited", "",
     """SELECT coalesce(extract(epoch FROM clock_timestamp() - min(greatest(at, retry_at))), 0)
        FROM conversations_message WHERE direction = 'out' AND status IN ('queued', 'sending')
        AND (retry_at IS NULL OR retry_at < clock_timestamp())"""),
    ("waba_sends_last_minute", "Calls to send a message in the last minute, by result", "result",
     """SELECT outcome, count(*) FROM (
            SELECT outcome, started_at FROM conversations_attempt ORDER BY id DESC LIMIT 20000) AS newest
         WHERE started_at > clock_timestamp() - interval '1 minute' GROUP BY outcome"""),
    ("waba_files_waiting", "Files of customers that are not fetched yet", "",
     "SELECT count(*) FROM conversations_mediafile WHERE state = 'wanted'"),
    ("waba_numbers_held", "Numbers that can send nothing until somebody helps", "",
     """SELECT count(*) FROM accounts_phonenumber AS number JOIN accounts_businessaccount AS account
        ON account.id = number.account_id WHERE number.is_active
        AND (number.held_reason <> '' OR account.token_problem <> '')"""),
    ("waba_alerts_open", "Open alerts about numbers and templates, by severity", "severity",
     "SELECT severity, count(*) FROM quality_alert WHERE closed_at IS NULL GROUP BY severity"),
    ("waba_ledger_lag_seconds", "How long the books of the workspace that waits longest have not been true", "",
     """SELECT coalesce(max(extract(epoch FROM clock_timestamp() - behind_since)), 0)
        FROM billing_ledgerstate WHERE dirty_since IS NOT NULL"""),
    ("waba_ledger_changes_behind", "Changes that the books have not read yet", "",
     """SELECT coalesce(sum(workspace.last_seq - coalesce(state.seq, 0)), 0) FROM accounts_workspace AS workspace
        LEFT JOIN billing_ledgerstate AS state ON state.workspace_id = workspace.id"""),
)  # fmt: skip


class SiteCollector(Collector):
    """Asks when it is scraped. What cannot be answered is left out, and `waba_database_up` says so."""

    def describe(self) -> list[GaugeMetricFamily]:
        """Nothing is asked at the time of registration."""
        return []

    def collect(self) -> Iterator[GaugeMetricFamily]:
        # A dead server is told at once: the pool waits for it as long as Prometheus waits for us.
        is_up = float(health.database() == health.OK)
        try:
            for name, words, label, question in QUESTIONS if is_up else ():
                yield _family(name, words, label, _answered(question))
        except DatabaseError as problem:
            logger.warning("gauges not read", problem=str(problem))
            is_up = 0.0
        yield GaugeMetricFamily("waba_database_up", "Whether PostgreSQL answered", value=is_up)
        if is_up:
            yield _family("waba_worker_silent_seconds", "Since a worker last said that it lives", "",
                          [(health.silence(),)])  # fmt: skip
        yield from _guarded(_queues)


def _answered(question: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(question)
        return list(cursor.fetchall())


def _family(name: str, words: str, label: str, rows: list[tuple[Any, ...]]) -> GaugeMetricFamily:
    family = GaugeMetricFamily(name, words, labels=[label] if label else [])
    for row in rows:
        *labels, value = row
        family.add_metric([str(one) for one in labels], float(value))
    return family


def _guarded(
    read: Callable[[], Iterator[GaugeMetricFamily]],
) -> Iterator[GaugeMetricFamily]:
    is_up = 1.0
    try:
        yield from read()
    except (redis.RedisError, OSError, ValueError) as problem:
        logger.warning("queues not read", problem=str(problem))
        is_up = 0.0
    yield GaugeMetricFamily("waba_redis_up", "Whether Redis answered", value=is_up)


def _queues() -> Iterator[GaugeMetricFamily]:
    """Rings that no worker has heard yet. Where RabbitMQ carries them, it has metrics of its own."""
    with redis.Redis.from_url(
        settings.REDIS_URL, socket_connect_timeout=1, socket_timeout=1
    ) as client:
        client.ping()
        if not settings.CELERY_BROKER_URL.startswith("redis"):
            return
        with redis.Redis.from_url(
            settings.CELERY_BROKER_URL, socket_connect_timeout=1, socket_timeout=1
        ) as broker:
            rows: list[tuple[Any, ...]] = [(name, broker.llen(name)) for name in QUEUES]
    yield _family("waba_queue_length", "Tasks that no worker has taken, by queue", "queue", rows)


def exposed() -> bytes:
    """The page of /metrics: what this host's processes have counted, then the site's own gauges."""
    ours = CollectorRegistry()
    ours.register(SiteCollector())
    counted: Any = REGISTRY
    if folder := os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        _bury(Path(folder))
        counted = CollectorRegistry()
        multiprocess.MultiProcessCollector(counted)  # type: ignore[no-untyped-call]
    return generate_latest(counted) + generate_latest(ours)


def _bury(folder: Path) -> None:
    """What a killed process held open, it holds no more: its sockets would be counted for ever."""
    for file in folder.glob("gauge_live*.db"):
        found = LIVE_FILE.search(file.name)
        if found and not _lives(int(found[1])):
            multiprocess.mark_process_dead(int(found[1]))  # type: ignore[no-untyped-call]


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
