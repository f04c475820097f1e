"""`opt_out`: a person says no, and the next check must say no: how many did not, and how soon the first that did.

Each pair is about a number of its own, which a company may call: a consent carries the call. The company relays the
person's refusal; at the same time, on other connections, it asks about that number, and somebody asks about another.
As soon as the opt-out is answered with 201, the number is asked about again, on a connection that may end at another
process of the server. That answer must be a denial for this refusal; a denial for anything else would prove nothing,
and counts as one that had not seen it.
"""

import multiprocessing
import time
from collections import Counter
from datetime import UTC, datetime
from typing import Any, NamedTuple

import msgspec

from benchmarks import clients, data, project
from benchmarks.clients import Post
from benchmarks.figures import Figure, Measured, Ratio, Rung
from benchmarks.population import COMPANIES, SECTORS, SUSPENDED, Asked, caller, number
from benchmarks.stage import Stage
from registry.models import Notice
from registry.sql import read

#: Each with four connections: for the opt-out, for the two checks beside it, and for the one after it.
PROCESSES = 4
#: Places of people nobody else has anything to do with; each run takes others.
PLACES = 6_000_000_000
LICENSED = [place for place in range(COMPANIES) if place not in SUSPENDED]
REFUSED = "opted_out_of_company"
OPT_OUT, CHECK = "opt-outs, until the 201", "the check after it"


class Run(NamedTuple):
    """What one process saw: milliseconds of each opt-out and of the check after it, and how often what happened."""

    opt_outs: list[float]
    checks: list[float]
    counts: dict[str, int]
    seconds: float


def measure(stage: Stage) -> Figure:
    """All pairs, shared among the processes. Raises if no check beside an opt-out was allowed: nothing was at stake."""
    first = stage.population.people + time.time_ns() // 1000 % PLACES
    agree(stage, first)
    with stage.web() as port, multiprocessing.get_context("spawn").Pool(PROCESSES, project.load) as pool:
        runs = pool.starmap(
            pairs, [(port, stage.manifest, first, place, stage.pairs) for place in range(PROCESSES)]
        )
    counts: Counter[str] = Counter()
    for run in runs:
        counts.update(run.counts)
    if not counts["beside: allow"]:
        raise RuntimeError(f"nobody was allowed before the opt-out: {dict(counts)}")
    seconds = max(run.seconds for run in runs)
    return Figure(
        "opt_out",
        f"from the 201 of an opt-out to the first refused check, {stage.pairs:,} pairs, {PROCESSES} at a time",
        [
            rung(OPT_OUT, [ms for run in runs for ms in run.opt_outs], seconds),
            rung(CHECK, [ms for run in runs for ms in run.checks], seconds),
        ],
        [
            Ratio("pairs", counts["pairs"]),
            Ratio("stale allows", counts["after: allow"], 0, at_most=True),
            Ratio("checks that had not seen the refusal", counts["after: unseen"], 0, at_most=True),
            Ratio("answers other than 201 and 200", counts["errors"], 0, at_most=True),
        ],
        {"answers": dict(sorted(counts.items()))},
    )


def agree(stage: Stage, first: int) -> None:
    """A consent for each pair, on record for a month."""
    with stage.connect() as connection:
        data.make_functions(connection)
        connection.execute(
            read(data.HERE / "sql" / "opt_out_consents.sql"),
            {
                "first": first,
                "count": stage.pairs,
                "first_company": stage.manifest.first_company,
                "first_notice": Notice.objects.get(company_id=stage.manifest.first_company).pk,
                "companies": LICENSED,
                "sectors": SECTORS,
                "clock": datetime.now(UTC),
            },
        )


def rung(name: str, taken: list[float], seconds: float) -> Rung:
    """The figures of one kind of request."""
    taken = sorted(taken)
    return Rung(
        name,
        "pairs",
        (Measured(len(taken) / seconds, taken[len(taken) // 2], taken[len(taken) * 99 // 100]),),
    )


def pairs(port: int, manifest: data.Manifest, first: int, mine: int, count: int) -> Run:
    """Every pair of one process."""
    run = Run([], [], Counter(), 0.0)
    begin = time.monotonic()
    with (
        clients.connection(port) as telling,
        clients.connection(port) as beside,
        clients.connection(port) as others,
        clients.connection(port) as after,
    ):
        for place in range(mine, count, PROCESSES):
            asked = asked_at(first, place)
            question = clients.single(asked, manifest)
            sent = time.monotonic()
            clients.send(telling, "/api/v1/opt-outs", refusal(asked, manifest))
            clients.send(beside, "/api/v1/checks", question)
            clients.send(
                others, "/api/v1/checks", clients.single(asked_at(first, place + len(LICENSED)), manifest)
            )
            status, _ = clients.receive(telling)
            answered = time.monotonic()
            status_after, body = clients.post(after, "/api/v1/checks", question)
            run.opt_outs.append((answered - sent) * 1000)
            run.checks.append((time.monotonic() - answered) * 1000)
            count_answers(
                run.counts, status, clients.receive(beside), clients.receive(others), (status_after, body)
            )
    return run._replace(seconds=time.monotonic() - begin)


def asked_at(first: int, place: int) -> Asked:
    """The question of a pair; companies take turns, and each asks about its main sector."""
    company = LICENSED[place % len(LICENSED)]
    return Asked(number(first + place), company, caller(company), company % SECTORS)


def refusal(asked: Asked, manifest: data.Manifest) -> Post:
    """A company relays that it shall not call again; said just now."""
    body = {
        "number": f"+{asked.number}",
        "scope": "company",
        "source": "call",
        "said_at": datetime.now(UTC),
    }
    return Post(manifest.keys[asked.company], msgspec.json.encode(body))


def count_answers(
    counts: dict[str, int],
    told: int,
    beside: tuple[int, bytes],
    other: tuple[int, bytes],
    after: tuple[int, bytes],
) -> None:
    """Add one pair."""
    counts["pairs"] += 1
    if told != 201 or {beside[0], other[0], after[0]} != {200}:
        counts["errors"] += 1
        return
    allowed, reason = verdict(beside[1])
    counts[f"beside: {'allow' if allowed else reason}"] += 1
    allowed, reason = verdict(after[1])
    if allowed:
        counts["after: allow"] += 1
    elif reason != REFUSED:
        counts["after: unseen"] += 1
    else:
        counts[f"after: {reason}"] += 1


def verdict(body: bytes) -> tuple[bool, str]:
    """Whether a check allows, and its first reason."""
    answer: dict[str, Any] = msgspec.json.decode(body)
    return answer["verdict"] == "allow", answer["reasons"][0]["code"]
