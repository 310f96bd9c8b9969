"""How many webhooks a second are answered durably, against what this disk can store row by row."""

from __future__ import annotations

import json
import re
import statistics
import subprocess
from urllib.parse import parse_qs, urlsplit

from django.db import connection
from psycopg import sql

from accounts.models import PhoneNumber
from bench import company
from bench.figures import Figure, at_least, below
from bench.site import Standing, load
from simulator import defaults
from waba_inbox.local import embedded
from webhooks import partitions
from webhooks.models import Envelope

CONNECTIONS = 64
MOST = 60_000
BUSY_BACKLOG, BUSY_RATE, BUSY_SECONDS = 3_000, 100.0, 4.0


def measure(
    standing: Standing, numbers: list[PhoneNumber], *, rounds: int, seconds: float
) -> list[Figure]:
    """The rounds take turns with pgbench, so both see the same machine. No worker runs."""
    standing.start("web")
    _make_rows()
    post(standing, numbers, seconds=1, start=10**9)  # warm
    inserts, answers, p99 = [], [], []
    for n in range(rounds):
        inserts.append(_pgbench(standing, seconds=seconds))
        told = post(standing, numbers, seconds=seconds, start=(n + 1) * MOST)
        answers.append(told["per_second"])
        p99.append(told["p99_ms"])
    company.wipe()
    ratios = [answer / insert for answer, insert in zip(answers, inserts, strict=True)]
    yardstick = f"pgbench {statistics.median(inserts):,.0f}/s"
    return [
        at_least(
            "durable webhook answers ÷ pgbench inserts",
            "×",
            ratios,
            0.8,
            yardstick=yardstick,
            ratio=statistics.median(ratios),
        ),
        Figure(
            name="durable webhook answers", unit="/s", values=tuple(answers), yardstick=yardstick
        ),
        Figure(name="webhook answer p99, 64 connections", unit="ms", values=tuple(p99)),
    ]


def while_busy(standing: Standing, numbers: list[PhoneNumber], *, rounds: int) -> list[Figure]:
    """100 posts a second while the workers drain a backlog."""
    standing.start("web", "worker-intake")
    found = []
    for n in range(rounds):
        company.put_envelopes(numbers, BUSY_BACKLOG, start=10**10 + n * BUSY_BACKLOG)
        told = post(
            standing,
            numbers,
            seconds=BUSY_SECONDS,
            start=10**11 + n * MOST,
            rate=BUSY_RATE,
            connections=16,
        )
        found.append(told["p99_ms"])
        standing.until(lambda: not Envelope.objects.filter(processed_at=None).exists(), "the drain")
    company.wipe()
    return [below("webhook answer p99 while the worker is busy", "ms", found, 250)]


def post(
    standing: Standing,
    numbers: list[PhoneNumber],
    *,
    seconds: float,
    start: int,
    rate: float = 0,
    connections: int = CONNECTIONS,
) -> dict[str, float]:
    asked = {
        "port": standing.site.port,
        "secret": defaults.APP_SECRET,
        "numbers": [number.phone_number_id for number in numbers],
        "connections": connections,
        "seconds": seconds,
        "rate": rate,
        "start": start,
        "most": MOST,
    }
    told: dict[str, float] = json.loads(load("bench.posting", json.dumps(asked)))
    if told["failures"]:
        raise RuntimeError(f"{told['failures']} of the posts were not answered with 200")
    return told


def _make_rows() -> None:
    """The envelopes' own table again, for pgbench: the same row, the same indexes, the same partitions."""
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TABLE bench_row (LIKE webhooks_envelope INCLUDING ALL) PARTITION BY RANGE (month)"
        )
        cursor.execute("CREATE SEQUENCE bench_row_id")
        cursor.execute("ALTER TABLE bench_row ALTER id SET DEFAULT nextval('bench_row_id')")
        cursor.execute("CREATE TABLE bench_row_default PARTITION OF bench_row DEFAULT")
        for part in partitions.layout():
            cursor.execute(
                sql.SQL(
                    "CREATE TABLE {} PARTITION OF bench_row FOR VALUES FROM ({}) TO ({})"
                ).format(
                    sql.Identifier(part.name.replace(partitions.TABLE, "bench_row")),
                    sql.SQL("MINVALUE") if part.start is None else sql.Literal(part.start),
                    sql.Literal(part.end),
                )
            )


def _pgbench(standing: Standing, *, seconds: float) -> float:
    """One row a transaction, prepared, over the socket: what a quick program without a group commit would do."""
    script = standing.site.folder / "insert.sql"
    script.write_text(
        "INSERT INTO bench_row (app_id, digest, body, received_at, tries) "
        f"VALUES (1, sha256(uuid_send(gen_random_uuid())), '{'x' * 1000}', now(), 0);\n"
    )
    database = urlsplit(standing.site.env["DATABASE_URL"])
    command = [
        _program(),
        "-n",
        "-M",
        "prepared",
        "-f",
        str(script),
        "-c",
        str(CONNECTIONS),
        "-j",
        "2",
    ]
    command += ["-T", str(max(1, round(seconds))), "-U", "postgres"]
    command += ["-h", parse_qs(database.query)["host"][0], database.path.strip("/")]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    found = re.search(r"tps = ([\d.]+)", done.stdout)
    assert found, done.stdout
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE bench_row")
    return float(found[1])


def _program() -> str:
    return str(embedded.postgres_programs() / "pgbench")
