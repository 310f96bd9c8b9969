"""What the team report costs on the server: fifty agents and a year, beside the page of a company without a past."""

from __future__ import annotations

import time
from datetime import date
from typing import Any, Final

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Agent, BusinessAccount, MetaApp, PhoneNumber, Role, Team, Workspace
from bench.figures import Figure, below, share
from reports.periods import DAY, MONTH

AGENTS, TEAMS, NUMBERS, DAYS = 50, 5, 2, 366
BAR: Final = 1000  # ms
WARM: Final = 2
PEOPLE: Final = "@report.example"
# Of each agent and day: so many classes of time of each kind, drawn without chance.
CLASSES: Final = (("reply", 14), ("first_reply", 9), ("resolution", 9), ("reopened", 1))
FILL: Final = """
    INSERT INTO reports_tally (workspace_id, period, since, number_id, team_id, agent_id, kind, bucket, count, seconds)
    SELECT %(workspace)s, %(day)s, %(today)s::date - d, (%(numbers)s)[1 + (a.id + d) %% %(many)s], a.team_id, a.id,
           k.kind, 15 + (a.id * 7 + d * 3 + b * 2) %% 45, 1 + (a.id + d + b) %% 5, 60 * (1 + (a.id + d + b) %% 5)
    FROM unnest(%(agents)s::bigint[], %(teams)s::bigint[]) AS a(id, team_id),
         generate_series(0, %(last)s) AS d,
         unnest(%(kinds)s::text[], %(classes)s::int[]) AS k(kind, classes),
         LATERAL generate_series(1, k.classes) AS b
"""
MONTHS: Final = """
    INSERT INTO reports_tally (workspace_id, period, since, number_id, team_id, agent_id, kind, bucket, count, seconds)
    SELECT workspace_id, %(month)s, date_trunc('month', since)::date, number_id, team_id, agent_id, kind, bucket,
           sum(count), sum(seconds)
    FROM reports_tally WHERE workspace_id = %(workspace)s AND period = %(day)s
    GROUP BY 1, 3, 4, 5, 6, 7, 8
"""
VOLUMES: Final = """
    INSERT INTO reports_volume (workspace_id, number_id, day, hour, inbound, outbound)
    SELECT %(workspace)s, n, %(today)s::date - d, h, h * 3, h * 2
    FROM unnest(%(numbers)s::bigint[]) AS n, generate_series(0, %(last)s) AS d, generate_series(0, 23) AS h
"""


def measure(*, requests: int, rounds: int) -> list[Figure]:
    """A year and a month, by agent, team and number. The ratio is to the empty company’s page in the same round."""
    full, empty = _company("Year", is_full=True), _company("Beginner", is_full=False)
    found = []
    for days in (365, 30):
        for dimension in ("agent", "team", "number"):
            path = f"/reports/?period={days}&by={dimension}"
            late, bare, cpu = [], [], []
            for _ in range(rounds):
                wall, spent = _tried(full, path, requests=requests)
                late.append(share(sorted(wall), 0.95))
                cpu.append(sum(spent) / len(spent))
                bare.append(share(sorted(_tried(empty, path, requests=requests)[0]), 0.95))
            ratios = sorted(a / b for a, b in zip(late, bare, strict=True))
            with CaptureQueriesContext(connection) as queries:
                full.get(path)
            found.append(
                below(
                    f"team report p95, {days} days of {AGENTS} agents, by {dimension}", "ms", late, BAR,
                    ratio=ratios[len(ratios) // 2],
                    yardstick=f"an empty report; {len(queries)} queries, processor {min(cpu):.0f} ms",
                    notes={"empty_ms": bare, "cpu_ms": cpu, "queries": len(queries)},
                )
            )  # fmt: skip
    return found


def _tried(client: Client, path: str, *, requests: int) -> tuple[list[float], list[float]]:
    """Milliseconds of each request: by the clock, and of this process's processor."""
    wall, spent = [], []
    for n in range(WARM + requests):
        began, cpu = time.perf_counter(), time.process_time()
        answer = client.get(path)
        took = (time.perf_counter() - began) * 1000, (time.process_time() - cpu) * 1000
        if answer.status_code != 200:
            raise RuntimeError(f"{path} answered {answer.status_code}")
        if n >= WARM:
            wall.append(took[0])
            spent.append(took[1])
    return wall, spent


def _company(name: str, *, is_full: bool) -> Client:
    """Signed in as its manager. Made once; a second stage finds it."""
    workspace, is_new = Workspace.objects.get_or_create(
        name=f"Report of a {name}", defaults={"time_zone": "Europe/Moscow"}
    )
    boss, _ = Agent.objects.get_or_create(
        email=f"{name.lower()}{PEOPLE}",
        defaults={"workspace": workspace, "name": "Boss", "role": Role.MANAGER},
    )
    if is_new and is_full:
        _fill(workspace, today=timezone.now().date())
    client = Client()
    client.force_login(boss)
    return client


def _fill(workspace: Workspace, *, today: date) -> None:
    app = MetaApp.objects.create(workspace=workspace, app_id="report", secret="x")
    account = BusinessAccount.objects.create(
        workspace=workspace, app=app, waba_id="report", name="Report"
    )
    numbers = [
        PhoneNumber.objects.create(
            workspace=workspace, account=account, label=f"Shop {n}", phone_number_id=f"report{n}",
            display_phone_number=f"+7 812 555-000{n}", digits=f"7812555000{n}",
        )
        for n in range(NUMBERS)
    ]  # fmt: skip
    teams = [Team.objects.create(workspace=workspace, name=f"Team {n}") for n in range(TEAMS)]
    agents = Agent.objects.bulk_create(
        Agent(workspace=workspace, email=f"agent{n}{PEOPLE}", name=f"Agent {n}", role=Role.AGENT)
        for n in range(AGENTS)
    )
    terms: dict[str, Any] = {
        "workspace": workspace.pk,
        "day": DAY,
        "month": MONTH,
        "today": today,
        "last": DAYS - 1,
        "numbers": [number.pk for number in numbers],
        "many": NUMBERS,
        "agents": [agent.pk for agent in agents],
        "teams": [teams[n % TEAMS].pk for n in range(AGENTS)],
        "kinds": [kind for kind, _ in CLASSES],
        "classes": [classes for _, classes in CLASSES],
    }
    with connection.cursor() as cursor:
        for statement in (FILL, MONTHS, VOLUMES):
            cursor.execute(statement, terms)
        cursor.execute("ANALYZE reports_tally, reports_volume")
