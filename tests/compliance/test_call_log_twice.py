"""The same calls sent again: nothing is added."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier, Event

import pytest
from django.db import connection, transaction

from compliance import calls, staging
from compliance.models import Call, CallLog
from tests.compliance.call_logs import accept, enter, line, native

pytestmark = pytest.mark.usefixtures("files")

ASTERISK = (
    '"","{caller}","{number}","context","""Test"" <test>","SIP/test","","Hangup","","{start}","{start}",'
    '"2026-03-09 23:51:20",5,5,"ANSWERED","DOCUMENTATION","1231977075.0",""\n'
)


def asterisk(number: str, start: str) -> bytes:
    return ASTERISK.format(caller="01065551234", number=number, start=start).encode()


def load(company, content, clock, **options):
    return calls.load(accept(company, content, **options).pk, clock=clock)


def test_it_adds_nothing_the_second_time(acme, clock):
    content = native(line("c1"), line("c2"), line("c3", number="nonsense"))
    assert load(acme, content, clock)["accepted"] == 2
    again = load(acme, content, clock + timedelta(days=1))
    assert (again["accepted"], again["duplicates"], again["rejected"]) == (0, 2, 1)
    assert Call.objects.count() == 2


def test_it_has_a_call_from_the_first_row_that_tells_it(acme, clock):
    counts = load(acme, native(line("c1", agent="first"), line("c1", agent="second")), clock)
    assert (counts["accepted"], counts["duplicates"]) == (1, 1)
    assert Call.objects.get().agent == "first"


@pytest.mark.parametrize("other_start", ["2026-03-09T11:00:00+08:00", "2025-06-01T11:00:00+08:00"])
def test_it_knows_a_call_by_its_id_whenever_it_is_said_to_have_started(acme, clock, other_start):
    load(acme, native(line("c1")), clock)
    counts = load(acme, native(line("c1", started_at=other_start), line("c2")), clock)
    assert (counts["accepted"], counts["duplicates"]) == (1, 1)
    assert set(Call.objects.values_list("call_id", flat=True)) == {"c1", "c2"}


def test_it_knows_a_call_by_its_id_within_one_file(acme, clock):
    counts = load(acme, native(line("c1"), line("c1", started_at="2025-06-01T11:00:00+08:00")), clock)
    assert (counts["accepted"], counts["duplicates"]) == (1, 1)


def test_it_takes_another_companys_call_of_the_same_id(acme, bolt, clock):
    load(acme, native(line("c1")), clock)
    assert load(bolt, native(line("c1")), clock)["accepted"] == 1
    assert Call.objects.count() == 2


def test_it_does_not_trust_the_ids_of_an_exchange(acme, clock):
    first = asterisk("13800138000", "2026-03-09 23:51:15")
    others = asterisk("13800138001", "2026-03-09 23:51:15") + asterisk("13800138000", "2026-03-09 23:51:16")
    options = {"zone": "Asia/Shanghai", "region": "CN", "format": "asterisk"}
    assert load(acme, first, clock, **options)["accepted"] == 1
    counts = load(acme, first + others, clock, **options)
    assert (counts["accepted"], counts["duplicates"], counts["rejected"]) == (2, 1, 0)


def test_it_does_not_load_a_log_that_is_loaded(acme, clock):
    log = accept(acme, native(line("c1")))
    first = calls.load(log.pk, clock=clock)
    assert calls.load(log.pk, clock=clock + timedelta(days=1)) == first
    log.refresh_from_db()
    assert log.started_at == clock


def in_threads(work, count):
    """Run `work(n)` in so many threads, each with a connection of its own; what each came to."""

    def run(n):
        try:
            return work(n)
        finally:
            connection.close()

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(run, range(count)))


def test_it_has_each_call_once_when_two_load_the_same_calls_at_once(committed, clock, monkeypatch):
    company = enter()
    content = native(*(line(f"c{n}") for n in range(50)))
    shifted = native(*(line(f"c{n}", started_at="2026-03-08T10:00:00Z") for n in reversed(range(50))))
    logs = [accept(company, content), accept(company, shifted)]
    ready = Barrier(2, timeout=20)
    months = staging.months

    def together():
        found = months()
        ready.wait()
        return found

    monkeypatch.setattr(staging, "months", together)
    found = in_threads(lambda n: calls.load(logs[n].pk, clock=clock), 2)
    assert sorted((counts["accepted"], counts["duplicates"]) for counts in found) == [(0, 50), (50, 0)]
    assert Call.objects.count() == 50


def test_it_is_loaded_by_one_worker_when_two_are_told(committed, clock, monkeypatch):
    log = accept(enter(), native(line("c1")))
    begun, refused = Event(), Event()
    months = staging.months

    def slowly():
        begun.set()
        assert refused.wait(20)
        return months()

    monkeypatch.setattr(staging, "months", slowly)

    def work(n):
        if n == 0:
            return calls.load(log.pk, clock=clock)
        assert begun.wait(20)
        try:
            # The first one lives: its session holds the lock, and its last sign of life is not old.
            return calls.load(log.pk, clock=clock + timedelta(minutes=10))
        finally:
            refused.set()

    first, second = in_threads(work, 2)
    assert (first["state"], first["accepted"]) == ("completed", 1)
    assert (second["state"], second["accepted"]) == ("running", 0)
    assert CallLog.objects.get().started_at == clock


def test_it_waits_for_a_loader_that_is_about_to_commit(committed, clock):
    company = enter()
    inside, settled = Event(), Event()

    def work(n):
        if n == 0:
            with transaction.atomic():
                staging.wait_for_others(company.pk)
                inside.set()
                return settled.wait(0.2)
        assert inside.wait(20)
        calls.settle(company_id=company.pk)
        settled.set()
        return None

    assert in_threads(work, 2)[0] is False
