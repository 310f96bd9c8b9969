"""`python -m bench`: starts the throw-away site, runs the stages in turn, prints the table, writes bench.json."""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import django

from bench import curves, figures, site
from waba_inbox.local.folder import ROOT
from waba_inbox.local.services import closing

STAGES = (
    "intake",
    "busy",
    "drain",
    "sends",
    "live",
    "memory",
    "endurance",
    "switching",
    "prices",
    "crowds",
    "desk",
    "growth",
    "pages",
    "report",
)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bin/bench", description=__doc__)
    parser.add_argument(
        "--quick", action="store_true", help="about two minutes: fewer rounds, smaller tables"
    )
    parser.add_argument("--only", default=",".join(STAGES), help=f"some of {','.join(STAGES)}")
    parser.add_argument(
        "--json", type=Path, default=ROOT / "bench.json", help="where the figures go"
    )
    return parser.parse_args()


def stages(
    standing: site.Standing, *, is_quick: bool
) -> dict[str, Callable[[], list[figures.Figure]]]:
    from bench import company
    from bench.stages import (
        desk,
        drain,
        endurance,
        growth,
        intake,
        live,
        pages,
        prices,
        report,
        sends,
        switching,
    )

    numbers = company.make(standing)
    rounds = 3 if is_quick else 5
    seconds = 2.0 if is_quick else 6.0
    size = (20_000, 200_000) if is_quick else (200_000, 2_000_000)
    found: dict[str, Callable[[], list[figures.Figure]]] = {
        "intake": lambda: intake.measure(standing, numbers, rounds=rounds, seconds=seconds),
        "busy": lambda: intake.while_busy(standing, numbers, rounds=rounds),
        "drain": lambda: drain.measure(standing, numbers, rounds=2 if is_quick else 5),
        "sends": lambda: sends.measure(
            standing, numbers, rounds=2 if is_quick else 3, each=5 if is_quick else 40
        ),
        "live": lambda: live.measure(
            standing, numbers, rounds=rounds, seconds=3 if is_quick else 10
        ),
        "memory": lambda: live.memory(standing, numbers),
        "endurance": lambda: endurance.measure(standing, numbers),
        "switching": lambda: switching.measure(standing, rounds=2 if is_quick else 3),
        "prices": prices.measure,
        "crowds": lambda: growth.of_people(
            standing, numbers, sockets=(10, 100) if is_quick else (10, 100, 500)
        ),
        "desk": lambda: desk.measure(standing, requests=40 if is_quick else 200, rounds=rounds),
        "growth": lambda: growth.of_tables(
            standing,
            sizes=((2_000, 20_000), (20_000, 200_000), (200_000, 2_000_000))[
                : 2 if is_quick else 3
            ],
            requests=40 if is_quick else 100,
        ),
        "pages": lambda: pages.measure(
            standing,
            conversations=size[0],
            messages=size[1],
            requests=40 if is_quick else 200,
            rounds=rounds,
        ),
        "report": lambda: report.measure(requests=10 if is_quick else 40, rounds=rounds),
    }
    if is_quick:
        del found["endurance"]
    return found


def measure(asked: argparse.Namespace) -> int:
    machine: dict[str, Any] = figures.machine()
    say(
        f"{machine['cores']} × {machine['cpu']}, {machine['memory_gb']} GB, load {machine['load_before'][0]}"
    )
    done: list[figures.Figure] = []
    with site.standing() as standing:
        os.environ.update(standing.site.env)
        django.setup()
        work = stages(standing, is_quick=asked.quick)
        for name in asked.only.split(","):
            if name not in work:
                continue
            began = time.monotonic()
            new = work[name]()
            done += new
            say(f"\n{name} ({time.monotonic() - began:.0f} s)\n{figures.table(new)}")
        machine |= _versions()
    machine["load_after"] = [round(load, 2) for load in os.getloadavg()]
    figures.write(asked.json, machine | {"quick": asked.quick}, done)
    say(
        f"\n{machine['postgresql']}; load {machine['load_before'][0]} before, {machine['load_after'][0]} after\n"
    )
    say(figures.table(done))
    say(f"\nWritten to {asked.json}")
    if picture := curves.drawn(done):
        asked.json.with_suffix(".svg").write_text(picture)
        say(f"Curves drawn in {asked.json.with_suffix('.svg')}")
    return 0


def _versions() -> dict[str, str]:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version")
        version = f"PostgreSQL {cursor.fetchone()[0]}"
    connection.close()
    return {"postgresql": version, "django": django.get_version()}


def say(words: str) -> None:
    sys.stdout.write(words + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(closing(lambda: measure(arguments())))
