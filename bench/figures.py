"""What is measured: one figure with its spread, what it is compared with, and the bar that it should clear."""

from __future__ import annotations

import json
import os
import platform
import statistics
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """`values`: one of each round. The median counts; `ratio` is to the yardstick where there is one."""

    name: str
    unit: str
    values: tuple[float, ...]
    yardstick: str = ""
    ratio: float | None = None
    bar: str = ""
    is_met: bool | None = None
    notes: dict[str, Any] = field(default_factory=dict)

    @property
    def value(self) -> float:
        return statistics.median(self.values)


def at_least(name: str, unit: str, values: Sequence[float], bar: float, **more: Any) -> Figure:
    middle = statistics.median(values)
    words = f"≥ {bar:,.10g} {unit}"
    return Figure(
        name=name, unit=unit, values=tuple(values), bar=words, is_met=middle >= bar, **more
    )


def below(name: str, unit: str, values: Sequence[float], bar: float, **more: Any) -> Figure:
    middle = statistics.median(values)
    words = f"< {bar:,.10g} {unit}"
    return Figure(
        name=name, unit=unit, values=tuple(values), bar=words, is_met=middle < bar, **more
    )


def growing(name: str, unit: str, curve: Mapping[int, float], most: float) -> Figure:
    """How a cost grows with a size. The ratio is that of the largest to the smallest; it may be at most `most`."""
    small, large = curve[min(curve)], curve[max(curve)]
    steps = " → ".join(f"{size:,}: {_short(curve[size])}" for size in sorted(curve))
    return Figure(
        name=name,
        unit=unit,
        values=(large,),
        yardstick=steps,
        ratio=large / small if small else None,
        bar=f"≤ {most:g} ×",
        is_met=large <= small * most,
        notes={"curve": {str(size): curve[size] for size in sorted(curve)}},
    )


def share(sorted_values: Sequence[float], part: float) -> float:
    """The value that this part of all stay under: 0.95 for p95."""
    return sorted_values[min(len(sorted_values) - 1, int(len(sorted_values) * part))]


def machine() -> dict[str, Any]:
    cpu = platform.processor() or platform.machine()
    memory = 0.0
    with open("/proc/cpuinfo") as lines:
        cpu = next((line.split(":")[1].strip() for line in lines if "model name" in line), cpu)
    with open("/proc/meminfo") as lines:
        memory = int(next(line for line in lines if "MemTotal" in line).split()[1]) / 2**20
    return {
        "cpu": cpu,
        "cores": os.cpu_count(),
        "memory_gb": round(memory, 1),
        "system": platform.platform(),
        "python": platform.python_version(),
        "load_before": [round(load, 2) for load in os.getloadavg()],
    }


def table(figures: Iterable[Figure]) -> str:
    rows = [("figure", "median", "spread", "yardstick", "ratio", "bar", "")]
    for one in figures:
        low, high = min(one.values), max(one.values)
        rows.append(
            (
                one.name,
                f"{_short(one.value)} {one.unit}",
                f"{_short(low)} … {_short(high)}" if len(one.values) > 1 else "",
                one.yardstick,
                f"{one.ratio:.2f}" if one.ratio is not None else "",
                one.bar,
                {None: "", True: "met", False: "missed"}[one.is_met],
            )
        )
    widths = [max(len(row[n]) for row in rows) for n in range(len(rows[0]))]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]
    return "\n".join([lines[0], "  ".join("-" * width for width in widths), *lines[1:]])


def _short(value: float) -> str:
    return (
        f"{value:,.0f}"
        if abs(value) >= 100
        else f"{value:.2f}"
        if abs(value) < 10
        else f"{value:.1f}"
    )


def write(file: Path, about: dict[str, Any], figures: Iterable[Figure]) -> None:
    found = [asdict(one) | {"median": one.value} for one in figures]
    file.write_text(
        json.dumps({"machine": about, "figures": found}, indent=1, ensure_ascii=False) + "\n"
    )
