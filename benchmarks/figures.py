"""A figure: what was measured side by side, and the ratios that count, held against their goals."""

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Any

from rich.console import Console
from rich.table import Table


@dataclass(frozen=True)
class Measured:
    """One run of one rung."""

    per_second: float
    p50_ms: float | None = None
    p99_ms: float | None = None
    #: Answers other than 2xx, and requests without an answer.
    errors: int = 0


@dataclass(frozen=True)
class Rung:
    """The medians of one rung over all rounds, with the rounds."""

    name: str
    unit: str
    rounds: tuple[Measured, ...]

    @property
    def per_second(self) -> float:
        return median(run.per_second for run in self.rounds)

    @property
    def p50_ms(self) -> float | None:
        return _median([run.p50_ms for run in self.rounds])

    @property
    def p99_ms(self) -> float | None:
        return _median([run.p99_ms for run in self.rounds])

    @property
    def errors(self) -> int:
        return sum(run.errors for run in self.rounds)


@dataclass(frozen=True)
class Ratio:
    """A number that counts. `goal` is at least that, or at most with `at_most`; None for a number to know."""

    name: str
    value: float
    goal: float | None = None
    at_most: bool = False

    @property
    def reached(self) -> bool | None:
        """Whether the goal is; None without a goal."""
        if self.goal is None:
            return None
        return self.value <= self.goal if self.at_most else self.value >= self.goal


@dataclass
class Figure:
    """All that one benchmark says."""

    name: str
    about: str
    rungs: list[Rung] = field(default_factory=list)
    ratios: list[Ratio] = field(default_factory=list)
    #: What else to know about the run: versions, load generator, mix of the answers.
    notes: dict[str, Any] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """For machines."""
        return {
            "figure": self.name,
            "rungs": [
                {
                    "name": rung.name,
                    "unit": rung.unit,
                    "per_second": rung.per_second,
                    "p50_ms": rung.p50_ms,
                    "p99_ms": rung.p99_ms,
                    "errors": rung.errors,
                    "rounds": [run.per_second for run in rung.rounds],
                }
                for rung in self.rungs
            ],
            "ratios": [
                {"name": ratio.name, "value": ratio.value, "goal": ratio.goal, "reached": ratio.reached}
                for ratio in self.ratios
            ],
            "notes": self.notes,
        }


def interleave(
    rungs: Sequence[tuple[str, str, Callable[[], Measured]]], rounds: int, say: Callable[[str], None]
) -> dict[str, Rung]:
    """Run every rung in turn, `rounds` times over, so that what drifts on the machine drifts for all of them."""
    runs: dict[str, list[Measured]] = {name: [] for name, _, _ in rungs}
    for turn in range(rounds):
        for name, unit, measure in rungs:
            run = measure()
            runs[name].append(run)
            say(f"  round {turn + 1}: {name} {run.per_second:,.0f} {unit}" + _trouble(run))
    return {name: Rung(name, unit, tuple(runs[name])) for name, unit, _ in rungs}


def against(ours: Rung, other: Rung) -> float:
    """How many times as fast ours was: the median of the rounds' ratios, each taken within one round."""
    return median(a.per_second / b.per_second for a, b in zip(ours.rounds, other.rounds, strict=True))


def show(figure: Figure, console: Console) -> None:
    """Print a figure for people."""
    console.print(f"\n{figure.name}: {figure.about}")
    table = Table("measured", "per second", "p50 ms", "p99 ms", "errors")
    for column in table.columns[1:]:
        column.justify = "right"
    for rung in figure.rungs:
        table.add_row(
            f"{rung.name} ({rung.unit})",
            f"{rung.per_second:,.0f}",
            _ms(rung.p50_ms),
            _ms(rung.p99_ms),
            str(rung.errors or ""),
        )
    console.print(table)
    table = Table("ratio", "value", "goal", "")
    for ratio in figure.ratios:
        goal = "" if ratio.goal is None else f"{'≤' if ratio.at_most else '≥'} {ratio.goal:,g}"
        reached = {True: "reached", False: "missed", None: ""}[ratio.reached]
        table.add_row(
            ratio.name, f"{ratio.value:,.3g}" if ratio.value < 1000 else f"{ratio.value:,.0f}", goal, reached
        )
    console.print(table)
    for name, value in figure.notes.items():
        console.print(f"{name}: {value}")


def machine() -> dict[str, Any]:
    """What the run had to itself, or not."""
    return {"cores": os.cpu_count(), "load average at the end": round(os.getloadavg()[0], 1)}


def _median(values: list[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return median(known) if known else None


def _ms(value: float | None) -> str:
    return "" if value is None else f"{value:.2f}"


def _trouble(run: Measured) -> str:
    return f", {run.errors} errors" if run.errors else ""
