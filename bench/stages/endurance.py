"""Whether the worker's memory stays flat over very many messages."""

from __future__ import annotations

from accounts.models import PhoneNumber
from bench.figures import Figure
from bench.site import Standing
from bench.stages import drain

MESSAGES = 100_000


def measure(standing: Standing, numbers: list[PhoneNumber]) -> list[Figure]:
    """Growth between a tenth of the way and its end: what the first messages fill is not a leak."""
    standing.start("web", "worker-intake")
    sizes = []
    for _n in range(10):
        drain.once(standing, numbers, MESSAGES // 10)
        sizes.append(max(standing.memory("worker-intake")))
    growth = sizes[-1] - sizes[0]
    return [
        Figure(
            name=f"worker memory growth over {MESSAGES:,} messages",
            unit="MB",
            values=(growth,),
            bar="< 10 MB",
            is_met=growth < 10,
            notes={"largest_process_mb": sizes},
        )
    ]
