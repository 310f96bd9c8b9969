"""Draws how cost grows: one small chart a figure, sizes to the right by their logarithm, cost upwards from zero."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from html import escape
from typing import Final

from bench.figures import Figure

WIDTH, HEIGHT, LEFT, TOP, BOTTOM = 330, 190, 32, 46, 34
COLUMNS: Final = 3
INK, FAINT, LINE = "#3f3f46", "#d4d4d8", "#4f46e5"


def drawn(figures: Sequence[Figure]) -> str:
    """One SVG with every figure that has a curve; empty if none has."""
    charts = [one for one in figures if "curve" in one.notes]
    if not charts:
        return ""
    rows = math.ceil(len(charts) / COLUMNS)
    parts = [
        f'<g transform="translate({n % COLUMNS * WIDTH} {n // COLUMNS * HEIGHT})">{_chart(one)}</g>'
        for n, one in enumerate(charts)
    ]
    size = f'viewBox="0 0 {COLUMNS * WIDTH} {rows * HEIGHT}"'
    style = f'font-family="system-ui, sans-serif" font-size="11" fill="{INK}"'
    back = '<rect width="100%" height="100%" fill="#fff"/>'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size} {style}>{back}{"".join(parts)}</svg>\n'


def _chart(figure: Figure) -> str:
    curve = {int(size): float(cost) for size, cost in figure.notes["curve"].items()}
    points = _places(curve)
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    title, _comma, by = figure.name.rpartition(", by ")
    floor, right = HEIGHT - BOTTOM, WIDTH - 24
    said = [
        f'<text x="{LEFT}" y="18" font-weight="600">{escape(title)}</text>',
        f'<text x="{LEFT}" y="33" opacity=".7">by {escape(by)}; {figure.ratio or 0:.2f} × in all</text>',
        f'<path d="M{LEFT} {TOP}V{floor}H{right}" fill="none" stroke="{FAINT}"/>',
        f'<polyline points="{line}" fill="none" stroke="{LINE}" stroke-width="2"/>',
    ]
    for (x, y), (size, cost) in zip(points, sorted(curve.items()), strict=True):
        said += [
            f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{LINE}"/>',
            f'<text x="{x:.1f}" y="{y - 8:.1f}" text-anchor="middle">{cost:.3g} {figure.unit}</text>',
            f'<text x="{x:.1f}" y="{floor + 15}" text-anchor="middle" opacity=".7">{size:,}</text>',
        ]
    return "".join(said)


def _places(curve: Mapping[int, float]) -> list[tuple[float, float]]:
    """Where each point stands, from the smallest size to the largest."""
    low, high, top = math.log(min(curve)), math.log(max(curve)), max(curve.values()) * 1.25
    floor, room = HEIGHT - BOTTOM, WIDTH - LEFT - 64
    return [
        (
            LEFT + 24 + room * (math.log(size) - low) / ((high - low) or 1),
            floor - (floor - TOP) * cost / (top or 1),
        )
        for size, cost in sorted(curve.items())
    ]
