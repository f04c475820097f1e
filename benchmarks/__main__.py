"""One figure in a process of its own, whose DATA_DIR is a folder of the benchmarks (see the command `benchmark`)."""

import argparse
import importlib
import json
import os
import sys
import time

FIGURES = {
    "check": "the whole check over HTTP, against a bare Django view, pgbench and the naive way",
    "batch": "a thousand numbers in one request, against as many single checks",
    "opt_out": "from the answer to an opt-out to the first refused check: how many checks still allowed",
    "scrub": "a list of a million numbers from CSV to CSV, against DuckDB's bare anti-join of the same files",
    "ingest": "a call log of two million rows from upload to indexed, against a raw COPY of the same file",
    "audit": "company-days of calls by two workers, against an ORM loop and DuckDB on the like question",
    "month": "a month of a whole country with every offence planted in known numbers: what the audit finds of it",
}
#: Opt-outs, each with the check after it, of the figure `opt_out`; fewer where a figure shall take minutes.
PAIRS, SMALL_PAIRS = 100_000, 20_000


def main() -> None:
    """Parse, stage, measure, print."""
    options = parse()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    import django
    from rich.console import Console

    django.setup()
    from benchmarks.figures import machine, show
    from benchmarks.population import Population
    from benchmarks.stage import stage

    begin = time.monotonic()
    console = Console(stderr=options.json, highlight=False, markup=False, soft_wrap=True)
    module = importlib.import_module(f"benchmarks.{options.name}")
    with stage(
        Population.of(options.scale),
        fresh=options.fresh,
        rounds=options.rounds,
        seconds=options.seconds,
        pairs=options.pairs or (SMALL_PAIRS if options.scale == "small" else PAIRS),
        say=console.print,
    ) as made:
        figure = module.measure(made)
    figure.notes |= machine() | {"took": f"{time.monotonic() - begin:.0f} s"}
    show(figure, console)
    if options.json:
        sys.stdout.write(json.dumps(figure.as_dict(), ensure_ascii=False, default=str) + "\n")


def parse() -> argparse.Namespace:
    """The words of the command line."""
    parser = argparse.ArgumentParser(prog="benchmark", description=__doc__)
    parser.add_argument("name", choices=FIGURES)
    parser.add_argument("--scale", default="small")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--pairs", type=int)
    parser.add_argument("--fresh", action="store_true")
    parser.add_argument("--json", action="store_true")
    return parser.parse_args()


if __name__ == "__main__":
    main()
