"""`benchmark`: one figure, measured against something that runs beside it."""

import os
import subprocess
import sys
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management import CommandError
from django.core.management.base import BaseCommand

from benchmarks.__main__ import FIGURES, PAIRS, SMALL_PAIRS


class Command(BaseCommand):
    """Run a figure in a process of its own, on a data folder of its own below DATA_DIR."""

    help = "Measures a figure and prints it with what it was measured against. `benchmark list` names the figures."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument("name", nargs="?", default="list", choices=["list", "all", *FIGURES])
        parser.add_argument("--scale", default="small", help="small, 10m, 100m (small)")
        parser.add_argument("--rounds", type=int, default=3, help="interleaved rounds; the medians count (3)")
        parser.add_argument("--seconds", type=float, default=5, help="seconds a round of one rung (5)")
        parser.add_argument(
            "--pairs", type=int, help=f"pairs of opt_out ({PAIRS:,}; at the scale small {SMALL_PAIRS:,})"
        )
        parser.add_argument("--fresh", action="store_true", help="make the data anew")
        parser.add_argument("--json", action="store_true", help="the figure as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run; exit code 1 when a figure could not be measured."""
        if options["name"] == "list":
            for name, meaning in FIGURES.items():
                self.stdout.write(f"{name:10} {meaning}")
            return
        for name in FIGURES if options["name"] == "all" else [options["name"]]:
            self._measure(name, options)

    def _measure(self, name: str, options: dict[str, Any]) -> None:
        folder = settings.DATA_DIR / f"bench-{options['scale']}"
        words = [sys.executable, "-m", "benchmarks", name, "--scale", options["scale"]]
        words += ["--rounds", str(options["rounds"]), "--seconds", str(options["seconds"])]
        words += ["--pairs", str(options["pairs"])] if options["pairs"] else []
        words += [f"--{flag}" for flag in ("fresh", "json") if options[flag]]
        done = subprocess.run(
            words, cwd=settings.BASE_DIR, env=os.environ | {"DATA_DIR": str(folder)}, check=False
        )
        if done.returncode:
            raise CommandError(f"The figure {name} could not be measured.")
