"""Counts for the public: cheap however large the register is.

A table is counted up to `EXACT_UP_TO` rows; beyond, PostgreSQL's own estimate is near enough.
"""

from typing import NamedTuple

from django.db import connection

from registry.models import Licence
from registry.periods import Moment

EXACT_UP_TO = 100_000


class Counts(NamedTuple):
    """What the landing page tells: opt-outs on record, companies with a licence, questions asked before a call."""

    opt_outs: int
    companies: int
    checks: int


def public(moment: Moment) -> Counts:
    """The counts at a moment; the large ones rounded down to what is certain to two digits."""
    return Counts(
        opt_outs=_count("registry_optout", "upper_inf(recorded) AND upper_inf(valid)"),
        companies=Licence.objects.as_of(moment).values("company").distinct().count(),
        checks=_count("registry_check", "true"),
    )


def _count(table: str, where: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT count(*) FROM (SELECT FROM {table} WHERE {where} LIMIT %s) AS counted", [EXACT_UP_TO]
        )
        (found,) = cursor.fetchone()
        if found < EXACT_UP_TO:
            return found
        cursor.execute(
            "SELECT coalesce(sum(greatest(reltuples, 0)), 0)::bigint FROM pg_class "
            "WHERE oid = %s::regclass OR oid IN (SELECT inhrelid FROM pg_inherits WHERE inhparent = %s::regclass)",
            [table, table],
        )
        (estimate,) = cursor.fetchone()
    return max(found, _rounded(estimate))


def _rounded(number: int) -> int:
    """Two digits of an estimate, the rest nought."""
    scale = 10 ** max(0, len(str(number)) - 2)
    return number // scale * scale
