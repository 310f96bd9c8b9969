"""What machines ask us: are you alive (/healthz), can you work (/readyz), how are you doing (/metrics)."""

from __future__ import annotations

import hmac
import ipaddress
import time
from typing import Any

import psycopg
import redis
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.cache import cache
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from events.tasks import HEARTBEAT_KEY
from waba_inbox import env

STALE_AFTER = 45.0  # seconds; a worker is asked every ten
OK = "ok"


def database() -> str:
    """A connection of its own, so that a dead server is told in two seconds and not after the pool's patience."""
    params: dict[str, Any] = {**connection.get_connection_params(), "connect_timeout": 2}
    for name in ("pool", "cursor_factory", "context"):
        params.pop(name, None)
    try:
        with psycopg.connect(**params) as probe:
            probe.execute("SELECT 1")
    except psycopg.Error as problem:
        return f"does not answer ({type(problem).__name__})"
    return OK


def redis_server() -> str:
    try:
        with redis.Redis.from_url(
            settings.REDIS_URL, socket_connect_timeout=1, socket_timeout=1
        ) as client:
            client.ping()
    except (redis.RedisError, OSError, ValueError) as problem:
        return f"does not answer ({type(problem).__name__})"
    return OK


def silence() -> float:
    """Seconds since a worker last said that it lives; infinite if none ever has."""
    beat = cache.get(HEARTBEAT_KEY)
    return time.time() - beat if isinstance(beat, int | float) else float("inf")


def worker() -> str:
    try:
        age = silence()
    except DatabaseError:  # where its word is kept: the database is away, or new and not migrated
        return "not known: the database did not tell"
    if age == float("inf"):
        return "no worker has said that it lives"
    return OK if age < STALE_AFTER else f"silent for {age:.0f} seconds"


_migrated = False  # once applied, they stay so for this process


def migrations() -> str:
    global _migrated
    if not _migrated:
        executor = MigrationExecutor(connection)
        plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
        if plan:
            return f"{len(plan)} not applied"
        _migrated = True
    return OK


def checks() -> dict[str, str]:
    """What this process needs, each `ok` or in words. What stands on a dead server is not asked."""
    found = {"database": database(), "redis": redis_server()}
    found["migrations"] = migrations() if found["database"] == OK else "not known"
    grounds = {
        found["database"],
        found["redis"],
    }  # its beat is kept in the one and rung by the other
    found["worker"] = worker() if grounds == {OK} else "not known"
    return found


@login_not_required
@never_cache
@require_safe
def alive(request: HttpRequest) -> JsonResponse:
    return JsonResponse({"status": OK})


@login_not_required
@never_cache
@require_safe
def ready(request: HttpRequest) -> JsonResponse:
    found = checks()
    is_ready = all(words == OK for words in found.values())
    body = {"status": OK if is_ready else "not ready", "checks": found}
    return JsonResponse(body, status=200 if is_ready else 503)


@login_not_required
@never_cache
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    if not _may_see_metrics(request):
        return HttpResponse("For this machine, or with METRICS_TOKEN.\n", status=403)
    from waba_inbox import gauges  # which stands on this module

    return HttpResponse(gauges.exposed(), content_type=gauges.CONTENT_TYPE)


def _may_see_metrics(request: HttpRequest) -> bool:
    """The token, or a caller on this machine that no proxy speaks for."""
    token = env.text("METRICS_TOKEN")
    given = request.headers.get("Authorization", "")
    if token and hmac.compare_digest(given.encode(), f"Bearer {token}".encode()):
        return True
    if "X-Forwarded-For" in request.headers or "Forwarded" in request.headers:
        return False
    try:
        return ipaddress.ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False
