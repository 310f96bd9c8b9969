"""The short form of bin/faults: the whole product under load, struck by a seeded plan; nothing lost, nothing doubled.

FAULTS_SEED repeats a run; CI always has the same. PostgreSQL belongs to the other tests: its sessions are cut, but it
is not killed here.
"""

from __future__ import annotations

import os
import random
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from faults import plan
from faults.run import Run, Size
from faults.site import say, standing
from tests.test_survival import database_url

SHORT = Size(seconds=8, haste=0.15, customers=6, rate=6, sends=24, browsers=2, screens=1)
# A call to Meta that is never answered takes twenty seconds to give up; kills are what test_survival.py does, and every
# process that starts anew costs seconds of two cores. The full form leaves out nothing.
LEFT_OUT = {
    "postgres-killed",
    "graph-mute",
    "web-killed",
    "intake-killed",
    "delivery-killed",
    "two-workers",
}


@given(seed=st.integers(0, 10**6), seconds=st.floats(5, 600))
def test_a_plan_is_the_same_for_its_seed_and_has_every_fault_once(seed: int, seconds: float):
    made = plan.make(seed=seed, seconds=seconds)
    assert made == plan.make(seed=seed, seconds=seconds)
    assert sorted(one.kind.name for one in made) == sorted(plan.BY_NAME)
    assert all(0 <= one.at <= seconds for one in made)
    assert [one.at for one in made] == sorted(one.at for one in made)


def test_a_plan_can_be_of_some_faults_only():
    made = plan.make(seed=1, seconds=60, haste=0.5, only={"redis-frozen", "web-killed"})
    assert {one.kind.name: one.seconds for one in made} == {"redis-frozen": 15, "web-killed": 0}


@pytest.fixture
def _signals() -> Iterator[None]:
    kept = {n: signal.getsignal(n) for n in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    yield
    for number, handler in kept.items():
        signal.signal(number, handler)


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("_signals")
def test_a_struck_site_loses_and_doubles_nothing(tmp_path: Path, settings: Any):
    seed = int(
        os.environ.get("FAULTS_SEED") or (1 if os.environ.get("CI") else random.randrange(10**6))
    )
    say(f"FAULTS_SEED={seed}")  # shown when it fails
    only = frozenset(plan.BY_NAME) - LEFT_OUT
    with standing(tmp_path / "site", database=database_url(), say=say, patience=300) as site:
        settings.GRAPH_URL, settings.MEDIA_ROOT = site.site.env["GRAPH_URL"], site.media
        report = Run(site, seed=seed, size=SHORT, say=say).go(may_mount=False, only=only)
    assert report.findings == []
    assert len(report.struck) == len(only)
    assert report.notes["customers’ messages"] > SHORT.customers
    assert report.notes["sends accepted by the page"] > 0
