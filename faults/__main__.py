"""`python -m faults`: a throw-away site, a plan for each seed, and what was lost and doubled in the end."""

from __future__ import annotations

import argparse
import os
import random
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

from faults import plan
from faults.site import say, standing
from waba_inbox.local.folder import ROOT
from waba_inbox.local.services import closing

PATIENCE = 300.0
SHOWN = 30


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bin/faults", description=__doc__)
    parser.add_argument(
        "--seed", type=int, action="append", help="repeat this run; may be given several times"
    )
    parser.add_argument(
        "--seconds", type=float, default=180.0, help="how long there is traffic (180)"
    )
    parser.add_argument("--only", default="", help=f"some of {','.join(plan.BY_NAME)}")
    return parser.parse_args()


def one(seed: int, *, seconds: float, only: frozenset[str]) -> bool:
    """Whether nothing was lost, doubled or wrong."""
    folder = Path(os.environ.get("FAULTS_DATA_DIR") or ROOT / ".data" / "faults").resolve()
    say(f"\nseed {seed}, {seconds:.0f} s of traffic, {len(only)} kinds of faults")
    began = time.monotonic()
    with standing(folder, say=lambda words: say(f"         {words}"), patience=PATIENCE) as site:
        os.environ.update({**site.site.env, "CLOCK_FILE": ""})
        import django

        django.setup()
        from django.db import connections

        from faults.run import FULL, Run

        size = replace(FULL, seconds=seconds, sends=int(FULL.sends * seconds / FULL.seconds))
        try:
            report = Run(site, seed=seed, size=size, say=say).go(may_mount=True, only=only)
        finally:
            connections.close_all()
    for name, what in report.notes.items():
        say(f"{name:>28}: {what}")
    say(f"{'injected':>28}: {len(report.struck)}")
    for kind in ("lost", "doubled", "wrong"):
        say(f"{kind:>28}: {report.count(kind)}")
    for finding in report.findings[:SHOWN]:
        say(f"    {finding.kind}: {finding.words}")
    say(f"{'seed':>28}: {seed} ({time.monotonic() - began:.0f} s)")
    return not report.findings


def main() -> int:
    asked = arguments()
    only = frozenset(asked.only.split(",") if asked.only else plan.BY_NAME)
    if strange := only - plan.BY_NAME.keys():
        say(f"There is no fault {', '.join(sorted(strange))}; there are {', '.join(plan.BY_NAME)}.")
        return 2
    seeds = asked.seed or [random.randrange(10**6)]
    if len(seeds) == 1:
        return 0 if one(seeds[0], seconds=asked.seconds, only=only) else 1
    words = [
        sys.executable,
        "-m",
        "faults",
        "--seconds",
        str(asked.seconds),
        "--only",
        ",".join(only),
    ]
    codes = [subprocess.call([*words, "--seed", str(seed)], cwd=ROOT) for seed in seeds]
    return max(codes)  # a process each: settings are read once in the life of one


if __name__ == "__main__":
    sys.exit(closing(main))
