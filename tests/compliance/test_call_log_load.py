"""Loading a call log: what becomes a call, and what is left behind."""

import csv
from datetime import UTC, datetime, timedelta

import pytest
from django.core.files.storage import default_storage

from compliance import calls
from compliance.models import Call, CallLog
from registry import companies, partitions
from tests.compliance.call_logs import NUMBER, accept, line, native

pytestmark = pytest.mark.usefixtures("files")


def rejected_rows(log: CallLog) -> list[dict[str, str]]:
    with default_storage.open(log.rejected_file, "r") as file:
        return list(csv.DictReader(file))


def test_it_turns_a_row_into_a_call(acme, ana, clock):
    log = accept(
        acme,
        native(
            "c1,+8613800138000,+861065551234,2026-03-09T10:00:00+08:00,2026-03-09T10:00:05+08:00,"
            "2026-03-09T10:01:05+08:00,60,answered,autodialed,finance,chk_77,false,spring,agent 7,abc@pbx"
        ),
    )
    counts = calls.load(log.pk, clock=clock)
    assert counts == {"state": "completed", "accepted": 1, "duplicates": 0, "rejected": 0, "opt_outs": 0}
    call = Call.objects.get()
    assert (call.company_id, call.call_log_id) == (acme.pk, log.pk)
    assert (call.call_id, call.natural_key) == ("c1", "c1")
    assert (call.number, call.caller) == (ana, 861065551234)
    assert call.started_at == datetime(2026, 3, 9, 2, 0, tzinfo=UTC)
    assert call.answered_at == datetime(2026, 3, 9, 2, 0, 5, tzinfo=UTC)
    assert call.ended_at == datetime(2026, 3, 9, 2, 1, 5, tzinfo=UTC)
    assert (call.duration_s, call.disposition) == (60, "answered")
    assert (call.channel, call.sector, call.check_id) == ("autodialed", "finance", 77)
    assert call.opt_out_requested is False
    assert (call.campaign, call.agent, call.sip_call_id) == ("spring", "agent 7", "abc@pbx")
    assert call.received_at == log.created_at


def test_it_keeps_what_a_row_does_not_say_as_unknown(acme, clock):
    calls.load(accept(acme, native(line())).pk, clock=clock)
    call = Call.objects.get()
    assert (call.caller, call.answered_at, call.ended_at, call.duration_s) == (None, None, None, None)
    assert (call.campaign, call.agent, call.sip_call_id, call.check_id) == (None, None, None, None)
    assert call.disposition == "unknown"


def test_it_says_what_became_of_the_file(acme, clock):
    log = accept(acme, native(line("c1"), line("c2"), line("c3", number="nonsense"), line("c2")))
    assert log.rows_total == 5  # an estimate: the line ends of the file
    heard = []
    calls.load(log.pk, clock=clock, progress=lambda done, total: heard.append((done, total)))
    log.refresh_from_db()
    assert (log.state, log.format) == ("completed", "native")
    assert (log.accepted, log.duplicates, log.rejected) == (2, 1, 1)
    assert (log.rows_done, log.rows_total) == (4, 4)
    assert log.started_at == clock
    assert clock <= log.beat_at <= log.finished_at
    assert heard == [(4, 5)]


def test_it_reads_a_file_in_blocks(acme, clock):
    rows = [line(f"c{n}", number="" if n == 3 else NUMBER, campaign="x" * 60) for n in range(12_000)]
    log = accept(acme, native(*rows))
    heard = []
    counts = calls.load(log.pk, clock=clock, progress=lambda done, total: heard.append(done))
    assert (counts["accepted"], counts["rejected"]) == (11_999, 1)
    assert len(heard) > 1
    assert (heard, heard[-1]) == (sorted(heard), 12_000)


def test_it_gives_rejected_rows_back(acme, clock, files):
    log = accept(acme, native(line("c1"), line("c2", number="12"), line("c3")))
    calls.load(log.pk, clock=clock)
    log.refresh_from_db()
    (row,) = rejected_rows(log)
    assert row["row"] == "3"
    assert row["value"] == line("c2", number="12")
    assert row["error_code"] == "number_not_possible"
    assert row["error_message"]
    assert (files / log.rejected_file).stat().st_mode & 0o777 == 0o600


def test_it_makes_no_file_of_no_rejected_rows(acme, clock, files):
    log = accept(acme, native(line()))
    calls.load(log.pk, clock=clock)
    log.refresh_from_db()
    assert log.rejected_file == ""
    assert [path.name for path in files.rglob("*.csv")] == []


def test_it_rejects_a_call_in_the_future(acme, clock):
    soon = (clock + timedelta(minutes=5)).isoformat()
    later = (clock + timedelta(minutes=5, seconds=1)).isoformat()
    log = accept(acme, native(line("c1", started_at=soon), line("c2", started_at=later)))
    calls.load(log.pk, clock=clock)
    log.refresh_from_db()
    assert Call.objects.get().call_id == "c1"
    (row,) = rejected_rows(log)
    assert (row["row"], row["error_code"]) == ("3", "started_in_future")


def test_it_takes_a_call_without_a_check_or_with_an_id_that_is_none(acme, clock):
    ids = {"a": "", "b": "chk_12", "c": "12", "d": "con_12", "e": "chk_0", "f": "chk_99999999999999999999"}
    log = accept(acme, native(*(line(name, check_id=check) for name, check in ids.items())))
    assert calls.load(log.pk, clock=clock)["accepted"] == 6
    found = dict(Call.objects.values_list("call_id", "check_id"))
    assert found == {"a": None, "b": 12, "c": None, "d": None, "e": None, "f": None}


def test_it_takes_the_sector_the_log_was_sent_for(acme, clock):
    log = accept(acme, native(line("c1"), line("c2", sector="travel")), sector="food")
    calls.load(log.pk, clock=clock)
    assert dict(Call.objects.values_list("call_id", "sector")) == {"c1": "food", "c2": "travel"}


def test_it_takes_the_first_licensed_sector_where_nothing_names_one(acme, bolt, moment, clock):
    nobody = companies.enter(name="Nobody", moment=moment)
    for company in (acme, bolt, nobody):
        calls.load(accept(company, native(line())).pk, clock=clock)
    found = dict(Call.objects.values_list("company_id", "sector"))
    assert found == {acme.pk: "insurance", bolt.pk: "real_estate", nobody.pk: "other"}


def test_it_takes_the_channel_the_log_was_sent_for(acme, clock):
    log = accept(acme, native(line("c1"), line("c2", channel="sms")), channel="prerecorded")
    calls.load(log.pk, clock=clock)
    assert dict(Call.objects.values_list("call_id", "channel")) == {"c1": "prerecorded", "c2": "sms"}


def test_it_takes_calls_of_any_month(acme, clock):
    starts = ["2024-12-31T23:59:59Z", "2025-01-01T00:00:00Z", "2026-03-10T01:00:00Z"]
    log = accept(acme, native(*(line(f"c{n}", started_at=start) for n, start in enumerate(starts))))
    assert calls.load(log.pk, clock=clock)["accepted"] == 3
    log = accept(acme, native(line("c9", started_at="2024-12-01T00:00:00Z")))
    assert calls.load(log.pk, clock=clock)["accepted"] == 1


@pytest.mark.parametrize("rest", ["", ',"quoted"'])
def test_it_rejects_calls_that_started_too_long_ago_and_opens_no_month_for_them(acme, clock, settings, rest):
    settings.CALL_LOG_MAX_AGE_DAYS = 100
    begins = clock - timedelta(days=100)
    starts = [begins, begins - timedelta(seconds=1), datetime(1991, 1, 1, tzinfo=UTC)]
    rows = [f"c{n},{NUMBER},{start.isoformat()}{rest}" for n, start in enumerate(starts)]
    log = accept(acme, "\n".join(["call_id,number,started_at,campaign", *rows]).encode())
    assert calls.load(log.pk, clock=clock)["accepted"] == 1
    log.refresh_from_db()
    assert [(row["row"], row["error_code"]) for row in rejected_rows(log)] == [
        ("3", "started_too_long_ago"),
        ("4", "started_too_long_ago"),
    ]
    assert "100 days" in rejected_rows(log)[0]["error_message"]
    assert not partitions.exists("compliance_call", (1991, 1))


def test_it_reads_national_numbers_and_wall_time_as_it_was_told(acme, ana, clock):
    log = accept(
        acme,
        native(line(number="13800138000", started_at="2026-03-09 10:00:00")),
        zone="Asia/Shanghai",
        region="CN",
    )
    calls.load(log.pk, clock=clock)
    call = Call.objects.get()
    assert (call.number, call.started_at) == (ana, datetime(2026, 3, 9, 2, 0, tzinfo=UTC))


def test_it_loads_a_file_without_rows(acme, clock):
    log = accept(acme, native())
    assert calls.load(log.pk, clock=clock) == {
        "state": "completed",
        "accepted": 0,
        "duplicates": 0,
        "rejected": 0,
        "opt_outs": 0,
    }


def test_it_takes_texts_that_mean_something_to_csv_or_sql(acme, clock):
    agent = "O'Neil; \\N \\. \t %s 王"
    log = accept(acme, native(line(agent=f'"{agent}, ""x"""')))
    calls.load(log.pk, clock=clock)
    assert Call.objects.get().agent == f'{agent}, "x"'
