"""Charts: bars or lines over labels, as coordinates that a page draws as SVG and a paper as lines. Pure.

A chart shows few series over at most some sixty labels; it always stands beside its table, which says the same.
"""

from dataclasses import dataclass
from math import ceil, floor, log10
from typing import Literal, NamedTuple

#: The size that coordinates are given in; whoever draws scales.
WIDTH, HEIGHT = 720, 260
_LEFT, _RIGHT, _TOP, _BOTTOM = 56, 8, 12, 34
#: So many labels fit below the axis.
_LABELS = 12
#: Colours that a series may have: `.series-1` and so on.
MOST_SERIES = 6


@dataclass(frozen=True)
class Chart:
    """What is to be shown. `values` of a series are as many as `labels`; None is a gap."""

    title: str
    labels: tuple[str, ...]
    series: tuple[tuple[str, tuple[float | None, ...]], ...]
    kind: Literal["bars", "lines"] = "bars"
    #: Written after each value: ` %`, ` days`.
    unit: str = ""

    def rows(self) -> list[tuple[str, list[str]]]:
        """The table: a label, and the value of each series."""
        return [
            (label, [written(values[at], self.unit) for _name, values in self.series])
            for at, label in enumerate(self.labels)
        ]


class Bar(NamedTuple):
    """A rectangle, of which series, and what it says."""

    x: float
    y: float
    width: float
    height: float
    series: int
    says: str


class Line(NamedTuple):
    """The points of a series that are joined, and which series."""

    points: str
    series: int


class Tick(NamedTuple):
    """A line across the chart, or a label below it: where, and what it says."""

    at: float
    says: str


class Drawing(NamedTuple):
    """A chart in coordinates of `WIDTH` by `HEIGHT`."""

    bars: list[Bar]
    lines: list[Line]
    across: list[Tick]
    below: list[Tick]
    left: float
    right: float
    floor: float
    width: int
    height: int


def written(value: float | None, unit: str = "") -> str:
    """A value as people read it: `1,234`, `0.8 %`, a dash for none."""
    if value is None:
        return "–"
    text = f"{value:,.0f}" if value == round(value) else f"{value:,.2f}".rstrip("0").rstrip(".")
    return f"{text}{unit}"


def draw(chart: Chart) -> Drawing:
    """Lay a chart out."""
    held = [value for _name, values in chart.series for value in values if value is not None]
    step = _step(max([*held, 0]))
    top = max(step, ceil(max([*held, 0]) / step) * step)
    low, right = HEIGHT - _BOTTOM, WIDTH - _RIGHT

    def height(value: float) -> float:
        return round((low - _TOP) * value / top, 1)

    slot = (right - _LEFT) / max(1, len(chart.labels))
    bars, lines = [], []
    for number, (name, values) in enumerate(chart.series[:MOST_SERIES]):
        middle = [(_LEFT + slot * (at + 0.5), value) for at, value in enumerate(values)]
        if chart.kind == "lines":
            lines += [
                Line(" ".join(f"{x:.1f},{low - height(value):.1f}" for x, value in run), number + 1)
                for run in _runs(middle)
            ]
            continue
        width = slot * 0.72 / len(chart.series)
        for at, value in enumerate(values):
            if value is not None:
                x = _LEFT + slot * (at + 0.14) + width * number
                says = f"{chart.labels[at]}, {name}: {written(value, chart.unit)}"
                tall = height(value)
                bars.append(Bar(round(x, 1), round(low - tall, 1), round(width, 1), tall, number + 1, says))
    every = max(1, ceil(len(chart.labels) / _LABELS))
    below = [
        Tick(round(_LEFT + slot * (at + 0.5), 1), label)
        for at, label in enumerate(chart.labels)
        if at % every == 0
    ]
    across = [
        Tick(round(low - height(step * at), 1), written(step * at, chart.unit))
        for at in range(round(top / step) + 1)
    ]
    return Drawing(bars, lines, across, below, _LEFT, right, low, WIDTH, HEIGHT)


def _step(most: float) -> float:
    """A round distance between the lines across, so that there are three to six."""
    if most <= 0:
        return 1
    rough = most / 4
    power = 10 ** floor(log10(rough))
    return next(power * factor for factor in (1, 2, 5, 10) if power * factor >= rough)


def _runs(points: list[tuple[float, float | None]]) -> list[list[tuple[float, float]]]:
    """The points that are joined: a gap parts them."""
    runs: list[list[tuple[float, float]]] = [[]]
    for x, value in points:
        if value is None:
            runs.append([])
        else:
            runs[-1].append((x, value))
    return [run if len(run) > 1 else _dash(*run[0]) for run in runs if run]


def _dash(x: float, value: float) -> list[tuple[float, float]]:
    """A point that stands alone, as a stroke that is seen."""
    return [(x - 4, value), (x + 4, value)]
