"""What a reconciliation reads is in proportion to the calls of its day: it reads no table of the register whole."""

from datetime import timedelta

import pytest
from django.db import connection

from registry import partitions
from registry.models import Notice
from tests.compliance.calls_made import LATER, agreed, asked, at, called, client
from tests.compliance.carried import carried, covers, reconciled
from tests.compliance.test_audit_cost import CALL, CALLS, FILL, OTHERS, TABLES, read_whole
from tests.story import ACME_CALLER, ANA

#: The calls as the carriers have them, and carried calls of many other callers, on another day of the month.
FILL_CARRIED = """
INSERT INTO compliance_carriercall (
    started_at, received_at, company_id, number, caller, carrier_record_id, disposition, duration_s, call_id)
SELECT '2026-03-05Z'::timestamptz + n * interval '1 second', '2026-03-06Z', %(company)s, %(first)s + n, caller,
    1, 0, 30, 'o-' || n
FROM generate_series(1, %(others)s) AS n, unnest(ARRAY[%(caller)s, 861060000000 + n %% 700]::bigint[]) AS caller
ON CONFLICT DO NOTHING;

INSERT INTO compliance_carriercall (
    started_at, received_at, company_id, number, caller, carrier_record_id, disposition, duration_s, call_id)
SELECT '2026-03-10 03:00Z'::timestamptz + n * interval '1 second', '2026-03-11Z', %(company)s, %(number)s - n,
    %(caller)s, 1, 0, 30, 'd-' || n
FROM generate_series(1, %(calls)s) AS n;

INSERT INTO compliance_carriercoverage (carrier_record_id, company_id, caller, valid, recorded_at)
SELECT %(record)s, %(company)s, 861060000000 + n, tstzrange('2026-03-05Z', '2026-03-06Z'), '2026-03-06Z'
FROM generate_series(1, %(others)s) AS n
"""
OURS = (*TABLES, "compliance_carriercall%", "compliance_carriercoverage", "compliance_discrepancy")


@pytest.fixture
def others(acme, carrier):
    months = [(2026, 1), (2026, 2), (2026, 3)]
    for table in ("registry_check", "compliance_call", "compliance_carriercall"):
        partitions.ensure(table, months)
    notice = Notice.objects.create(company=acme, sha256="0" * 64, text="?", created_at=at("2026-01-01 00:00"))
    covers(carrier)
    with connection.cursor() as cursor:
        cursor.execute("SELECT max(id) FROM compliance_carrierrecord")
        (record,) = cursor.fetchone()
        values = {
            "others": OTHERS,
            "calls": CALLS,
            "first": ANA + 10**6,
            "notice": notice.pk,
            "record": record,
        }
        cursor.execute(FILL, values | {"company": acme.pk, "other": client().pk})
        cursor.execute(CALL, values | {"first": ANA, "company": acme.pk})
        cursor.execute(FILL_CARRIED, values | {"company": carrier.pk, "caller": ACME_CALLER, "number": ANA})
        cursor.execute("ANALYZE")


def grown(before: dict[str, int]) -> dict[str, int]:
    """Rows read by scans of whole tables since; tables so small that an index would be no help do not count."""
    return {
        table: rows - before.get(table, 0)
        for table, rows in read_whole(OURS).items()
        if rows - before.get(table, 0) > 1000
    }


def test_it_reads_no_table_whole(acme, carrier, others):
    for n in range(30):
        agreed(acme, number=ANA + n)
        asked(acme, f"10:{n:02}", number=ANA + n)
        called(acme, f"12:{n:02}", number=ANA + n)
        carried(carrier, at(f"12:{n:02}") + timedelta(seconds=2), number=ANA + n)
    before = read_whole(OURS)
    outcome = reconciled(acme)
    assert (outcome["state"], outcome["reported"], outcome["carried"]) == (
        "completed",
        CALLS + 30,
        CALLS + 30,
    )
    assert (outcome["matched"], outcome["missing"], outcome["found"].get("not_carried", 0)) == (
        CALLS + 30,
        0,
        0,
    )
    assert grown(before) == {}


def test_it_looks_for_strangers_in_one_day_only(acme, carrier, others):
    for n in range(400):
        carried(carrier, at("12:00") + timedelta(seconds=n), number=ANA + n, caller=861069999999, seconds=2)
    before = read_whole(OURS)
    assert reconciled(None, clock=LATER)["found"] == {"unlicensed_caller": 1}
    assert grown(before) == {}
