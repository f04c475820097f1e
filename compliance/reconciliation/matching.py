"""Which carried call is which reported one: one to one, the nearest first, each used once for each carrier.

Two carriers that record one call are two views of it, so each carrier's records are matched by themselves. Taking the
nearest first can leave a call over where another pairing leaves none (somebody is called twice within minutes, by a
clock that is off): there `augment` moves pairs until as many calls as can be have one. Nobody is accused by an accident
of the order.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import NamedTuple

from django.db import connection

from compliance.reconciliation.statements import run

#: Rounds of the nearest first: each matches at least one pair. More than any number is called in a chain of minutes.
MOST_ROUNDS = 1000


class Pair(NamedTuple):
    """A carried call and a reported one that may be the same."""

    carried: int
    reported: int


def match() -> None:
    """Fill `recon_match` from `recon_pair`."""
    run("pairs.sql")
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO recon_open SELECT * FROM recon_pair")
    _analyze("recon_pair, recon_open")
    for _ in range(MOST_ROUNDS):
        if not run("match.sql"):
            break
    _analyze("recon_match")
    _move()
    for _ in range(MOST_ROUNDS):
        if not run("transfers.sql"):
            break
    run("retries.sql")
    _analyze("recon_match, recon_leg")


def _analyze(tables: str) -> None:
    """Tell the planner how large the working tables have become."""
    with connection.cursor() as cursor:
        cursor.execute(f"ANALYZE {tables}")


def _move() -> None:
    """Pair those calls again of which one had a pair that others took, where more of them find one so."""
    with connection.cursor() as cursor:
        found = run("crowded.sql", fetch=True)
        if not found:
            return
        cursor.execute(
            "SELECT carried, reported FROM recon_match WHERE carried = ANY (%s)", [[row[2] for row in found]]
        )
        held = dict(cursor.fetchall())
        for (carrier_id, _number), rows in groupby(found, key=lambda row: row[:2]):
            pairs = [Pair(row[2], row[3]) for row in rows]
            ours = {pair.carried: held[pair.carried] for pair in pairs if pair.carried in held}
            better = augment(pairs, ours)
            if len(better) == len(ours):
                continue
            cursor.execute("DELETE FROM recon_match WHERE carried = ANY (%s)", [list(ours)])
            cursor.executemany(
                "INSERT INTO recon_match (carried, reported, carrier_id) VALUES (%s, %s, %s)",
                [(carried, reported, carrier_id) for carried, reported in better.items()],
            )


def augment(pairs: Sequence[Pair], matched: dict[int, int]) -> dict[int, int]:
    """A matching of as many carried calls as can be, reached from `matched` by moving as few as need be.

    `pairs` are in the order of preference. The augmenting paths of Kuhn's algorithm; groups hold a handful of calls.
    """
    options: dict[int, list[int]] = defaultdict(list)
    for carried, reported in pairs:
        options[carried].append(reported)
    holder = {reported: carried for carried, reported in matched.items()}

    def place(carried: int, tried: set[int]) -> bool:
        for reported in options[carried]:
            if reported in tried:
                continue
            tried.add(reported)
            if reported not in holder or place(holder[reported], tried):
                holder[reported] = carried
                return True
        return False

    for carried in _unmatched(options, matched):
        place(carried, set())
    return {carried: reported for reported, carried in holder.items()}


def _unmatched(options: Iterable[int], matched: dict[int, int]) -> list[int]:
    return sorted(carried for carried in options if carried not in matched)
