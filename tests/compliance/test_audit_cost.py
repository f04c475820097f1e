"""What an audit reads is in proportion to the calls of its day: it reads no table of the register whole."""

import pytest
from django.db import connection

from registry import partitions
from registry.models import Notice
from tests.compliance.calls_made import agreed, asked, at, audited, called, client, refused
from tests.story import ANA

OTHERS = 20_000
TABLES = (
    "registry_optout",
    "registry_consent",
    "registry_relationship",
    "registry_reassignment",
    "registry_check%",
    "compliance_call%",
)
#: People who have nothing to do with the calls, in all tables, in the months that the audit looks at.
FILL = """
INSERT INTO registry_optout (number, scope, channels, said_at, source, valid, recorded)
SELECT %(first)s + n, 0, 15, said_at, 0, tstzrange(said_at, NULL), tstzrange(said_at, NULL)
FROM generate_series(1, %(others)s) AS n, (VALUES ('2026-01-01Z'::timestamptz)) AS said (said_at);

INSERT INTO registry_consent (
    number, company_id, sectors, channels, status, given_at, on_record_since, late, superseded, method, notice_id,
    evidence, source_url, reference, valid, recorded)
SELECT %(first)s + n, %(company)s, 1, 15, 0, given_at, given_at, false, false, 0, %(notice)s, '[]', '', 'o-' || n,
    tstzrange(given_at, NULL), tstzrange(given_at, NULL)
FROM generate_series(1, %(others)s) AS n, (VALUES ('2026-01-01Z'::timestamptz)) AS given (given_at);

INSERT INTO registry_relationship (number, company_id, kind, last_at, on_record_since, reference, valid, recorded)
SELECT %(first)s + n, %(company)s, 0, last_at, last_at, 'o-' || n, tstzrange(last_at, NULL), tstzrange(last_at, NULL)
FROM generate_series(1, %(others)s) AS n, (VALUES ('2026-01-01Z'::timestamptz)) AS last (last_at);

INSERT INTO registry_reassignment (number, source, valid, recorded)
SELECT %(first)s + n, 'carrier', tstzrange(at, NULL), tstzrange(at, NULL)
FROM generate_series(1, %(others)s) AS n, (VALUES ('2026-01-01Z'::timestamptz)) AS changed (at);

INSERT INTO registry_check (
    checked_at, number, company_id, seller_id, caller, decision_id, policy_id, sector, channel, purpose, kind, allowed)
SELECT '2026-03-05Z'::timestamptz + n * interval '1 second', %(first)s + n, company, company, 1, 0, 0, 0, 0, 0, 0, false
FROM generate_series(1, %(others)s) AS n, unnest(ARRAY[%(company)s, %(other)s]::bigint[]) AS company;

INSERT INTO compliance_call (
    started_at, received_at, company_id, number, call_log_id, disposition, channel, sector, opt_out_requested, call_id,
    natural_key)
SELECT '2026-03-05Z'::timestamptz + n * interval '1 second', '2026-03-06Z', company, %(first)s + n, 1, 0, 0, 0, false,
    'o-' || n, 'o-' || n
FROM generate_series(1, %(others)s) AS n, unnest(ARRAY[%(company)s, %(other)s]::bigint[]) AS company
"""

#: Calls of the day, many enough for the planner to think of reading whole tables; half name a check that is none.
CALL = """
INSERT INTO compliance_call (
    started_at, received_at, company_id, number, caller, check_id, call_log_id, disposition, channel, sector,
    opt_out_requested, call_id, natural_key)
SELECT '2026-03-10 03:00Z'::timestamptz + n * interval '1 second', '2026-03-11Z', %(company)s, %(first)s - n, 1,
    CASE WHEN n %% 2 = 0 THEN 1000000000 + n END, 1, 0, 0, 0, false, 'd-' || n, 'd-' || n
FROM generate_series(1, %(calls)s) AS n
"""
CALLS = 4000


def read_whole(tables: tuple[str, ...] = TABLES) -> dict[str, int]:
    """Rows read by scans of whole tables in this transaction, for each of the tables."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname, seq_tup_read FROM pg_stat_xact_user_tables WHERE relname LIKE ANY (%s)",
            [list(tables)],
        )
        return dict(cursor.fetchall())


@pytest.fixture
def others(acme):
    months = [(2026, 1), (2026, 2), (2026, 3)]
    partitions.ensure("registry_check", months)
    partitions.ensure("compliance_call", months)
    notice = Notice.objects.create(company=acme, sha256="0" * 64, text="?", created_at=at("2026-01-01 00:00"))
    values = {
        "first": ANA + 10**6,
        "others": OTHERS,
        "company": acme.pk,
        "other": client().pk,
        "notice": notice.pk,
    }
    with connection.cursor() as cursor:
        cursor.execute(FILL, values)
        cursor.execute(CALL, values | {"first": ANA, "calls": CALLS})
        cursor.execute("ANALYZE")


def test_it_reads_no_table_whole(acme, others):
    for n in range(30):
        agreed(acme, number=ANA + n)
        check = asked(acme, f"10:{n:02}", number=ANA + n) if n % 3 else None
        called(acme, f"11:{n:02}", number=ANA + n, check_id=check if n % 2 else None)
        called(acme, f"12:{n:02}", number=ANA + n)
    refused(acme, "09:00", number=ANA)
    before = read_whole()
    outcome = audited(acme)
    assert (outcome["state"], outcome["calls"], outcome["incidents"]) == ("completed", CALLS + 60, 0)
    # Tables so small that an index would be no help do not count: each of ours holds thousands.
    grown = {
        table: rows - before[table] for table, rows in read_whole().items() if rows - before[table] > 1000
    }
    assert grown == {}
