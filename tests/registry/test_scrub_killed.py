"""A worker that dies, one that is overtaken, a scrub that is stopped: every row is done once, or not at all."""

from collections import Counter
from datetime import timedelta

import pytest
from django.db import OperationalError, connection

from registry import claims, companies, scrub_parts, scrubs
from registry.claims import Claim, Share
from registry.errors import RuleNotLoaded, ScrubEnded, ScrubGaveUp
from registry.models import Check, Scrub, ScrubPart
from registry.periods import Moment
from tests.conftest import ACME_CALLER, CLOCK
from tests.registry.scrub_lists import accept, done, many, rows, text

pytestmark = pytest.mark.usefixtures("files")

ROWS = 95
#: The parts these rows are read into.
READ = 9


class Killed(BaseException):
    """What no `except Exception` sees, as a kill is not seen."""


@pytest.fixture(autouse=True)
def small_chunks(monkeypatch):
    """Ten rows or so in a chunk."""
    monkeypatch.setattr(scrubs, "CHUNK", 10)
    monkeypatch.setattr("registry.lists.blocks.BLOCK_CHARS", 150)


def disturb(monkeypatch, module, function, happen, at=3):
    """Have something else happen at the third call of a function."""
    original = getattr(module, function)
    times = Counter()

    def disturbed(*args, **kwargs):
        times["calls"] += 1
        if times["calls"] == at:
            happen()
        return original(*args, **kwargs)

    monkeypatch.setattr(module, function, disturbed)


def kill():
    raise Killed


def stored(files):
    return [path for path in files.rglob("*") if path.is_file()]


def whole(scrub: Scrub, files) -> None:
    """Every row has been done once, and nothing lies about."""
    scrub.refresh_from_db()
    assert (scrub.state, scrub.rows_done, scrub.rows_total, scrub.denied) == ("completed", ROWS, ROWS, ROWS)
    numbers = Counter(Check.objects.values_list("number", flat=True))
    assert set(numbers.values()) == {1}
    assert len(numbers) == ROWS
    found = rows(scrub)
    assert [row["number"] for row in found] == [f"+86138001{n:05d}" for n in range(ROWS)]
    assert {int(row["check_id"][4:]) for row in found} == set(Check.objects.values_list("pk", flat=True))
    parts = ScrubPart.objects.filter(scrub=scrub)
    assert len(stored(files)) == 2 * len(parts)  # all and denied


@pytest.mark.parametrize(
    ("module", "function"),
    [(scrub_parts, "keep"), (ScrubPart.objects, "create"), (Claim, "beat")],
    ids=["read", "written", "counted"],
)
def test_the_next_worker_reads_on_wherever_the_first_was_killed(acme, files, monkeypatch, module, function):
    scrub = accept(acme, many(ROWS))
    with monkeypatch.context() as patch:
        disturb(patch, module, function, kill)
        with pytest.raises(Killed):
            scrubs.run(scrub.pk, clock=CLOCK)
    scrub.refresh_from_db()
    assert (scrub.state, scrub.rows_done) == ("running", 0)
    assert scrub.parts.count() == 2
    assert not Check.objects.exists()
    scrubs.run(scrub.pk, clock=CLOCK + timedelta(seconds=1))
    whole(scrub, files)


@pytest.mark.parametrize(
    ("module", "function"),
    [
        (scrubs, "answers"),
        (scrub_parts.Part, "write"),
        (ScrubPart, "save"),
        (Share, "beat"),
        (scrub_parts, "discard"),
    ],
    ids=["before", "written", "counted", "beat", "cleaning"],
)
def test_the_next_worker_goes_on_wherever_the_first_was_killed(acme, files, monkeypatch, module, function):
    scrub = accept(acme, many(ROWS))
    # A beat for each part that is read, too, and one when all are.
    third = {"beat": READ + 1 + 3, "save": READ + 3}.get(function, 3)
    with monkeypatch.context() as patch:
        if function == "discard":
            # Killed hard while it writes: nothing is tidied up.
            patch.setattr(module, function, lambda *_: None)
            disturb(patch, Share, "beat", kill, READ + 1 + 3)
        else:
            disturb(patch, module, function, kill, third)
        with pytest.raises(Killed):
            scrubs.run(scrub.pk, clock=CLOCK)
    scrub.refresh_from_db()
    assert scrub.state == "running"
    assert scrub.parts.count() == READ
    assert 0 < scrub.rows_done < ROWS
    assert Check.objects.count() == scrub.rows_done
    before = scrub.rows_done
    # The first session is gone, and its lock with it: the next worker need not wait for the lease.
    scrubs.run(scrub.pk, clock=CLOCK + timedelta(seconds=1))
    whole(scrub, files)
    assert scrub.rows_before == before


@pytest.mark.parametrize("function", ["complete", "sweep", "_drop_list"])
def test_it_is_completed_once_when_it_is_killed_at_the_end(acme, files, monkeypatch, function):
    scrub = accept(acme, many(ROWS))
    module = {"complete": Claim, "sweep": scrub_parts, "_drop_list": scrubs}[function]
    with monkeypatch.context() as patch:
        patch.setattr(module, function, lambda *_, **__: kill())
        with pytest.raises(Killed):
            scrubs.run(scrub.pk, clock=CLOCK)
    scrubs.run(scrub.pk, clock=CLOCK + timedelta(seconds=1))
    if function == "complete":
        whole(scrub, files)
    assert Check.objects.count() == ROWS
    scrubs.forget(CLOCK + timedelta(days=40))
    assert stored(files) == []


def test_it_does_nothing_twice(acme, files):
    scrub = accept(acme, many(ROWS))
    first = scrubs.run(scrub.pk, clock=CLOCK)
    assert scrubs.run(scrub.pk, clock=CLOCK + timedelta(hours=1)) == first
    whole(scrub, files)


def test_it_is_not_taken_over_while_its_worker_gives_signs_of_life(acme, files, monkeypatch):
    scrub = accept(acme, many(ROWS))
    Scrub.objects.update(state="running", started_at=CLOCK, beat_at=CLOCK)
    monkeypatch.setattr(claims, "_session_lock", lambda *args: False)  # another session holds it
    assert scrubs.run(scrub.pk, clock=CLOCK + claims.LEASE)["state"] == "running"
    assert scrubs.run(scrub.pk, clock=CLOCK + claims.LEASE + timedelta(seconds=1))["state"] == "completed"
    whole(scrub, files)


def test_it_leaves_nothing_of_a_worker_that_was_overtaken(acme, files, monkeypatch):
    scrub = accept(acme, many(ROWS))
    later = CLOCK + timedelta(hours=1)
    with monkeypatch.context() as patch:
        disturb(patch, scrubs, "answers", lambda: Scrub.objects.update(started_at=later))
        assert scrubs.run(scrub.pk, clock=CLOCK)["state"] == "running"
    scrub.refresh_from_db()
    assert Check.objects.count() == scrub.rows_done > 0
    done = scrub.parts.exclude(token="").count()
    assert len(stored(files)) == 1 + scrub.parts.count() + 2 * done
    scrubs.run(scrub.pk, clock=later + timedelta(seconds=1))
    whole(scrub, files)


def test_it_is_put_back_when_the_database_fails(acme, files, monkeypatch):
    def fail():
        raise OperationalError("deadlock detected")

    scrub = accept(acme, many(ROWS))
    with monkeypatch.context() as patch:
        disturb(patch, ScrubPart, "save", fail, READ + 3)
        with pytest.raises(OperationalError):
            scrubs.run(scrub.pk, clock=CLOCK)
    scrub.refresh_from_db()
    assert scrub.state == "queued"
    scrubs.run(scrub.pk, clock=CLOCK + timedelta(seconds=1))
    whole(scrub, files)


def test_it_is_put_back_while_the_rule_is_not_loaded(acme, files, monkeypatch):
    def another_rule():
        raise RuleNotLoaded

    scrub = accept(acme, many(ROWS))
    with monkeypatch.context() as patch:
        disturb(patch, scrubs, "answers", another_rule)
        assert scrubs.run(scrub.pk, clock=CLOCK)["state"] == "queued"
    scrubs.run(scrub.pk, clock=CLOCK + timedelta(seconds=1))
    whole(scrub, files)


def test_it_goes_on_when_the_connection_broke(committed, files, monkeypatch):
    since = Moment.of(CLOCK - timedelta(days=100))
    company = companies.enter(name="Acme Insurance", moment=since)
    companies.license(company=company, sectors=["insurance"], moment=since)
    companies.add_caller(company=company, number=ACME_CALLER, moment=since)
    scrub = accept(company, many(ROWS))
    with monkeypatch.context() as patch:
        # As seen from the statement that decides: it says that nothing can be decided.
        disturb(patch, scrubs, "answers", connection.connection.close)
        with pytest.raises(OperationalError):
            scrubs.run(scrub.pk, clock=CLOCK)
    scrub.refresh_from_db()
    assert scrub.state == "queued"
    assert 0 < scrub.rows_done < ROWS
    scrubs.run(scrub.pk, clock=CLOCK + timedelta(seconds=1))
    whole(scrub, files)


def test_it_fails_where_someone_sees_it_when_the_register_has_a_defect(acme, files, monkeypatch):
    scrub = accept(acme, many(ROWS))

    def break_down():
        raise ZeroDivisionError

    disturb(monkeypatch, scrubs, "answers", break_down)
    with pytest.raises(ZeroDivisionError):
        scrubs.run(scrub.pk, clock=CLOCK)
    scrub.refresh_from_db()
    assert (scrub.state, scrub.problem["code"], scrub.problem["status"]) == ("failed", "scrub_broke", 500)
    assert Check.objects.count() == scrub.rows_done > 0


def test_it_fails_when_its_list_is_lost(acme, files):
    scrub = accept(acme)
    (files / scrub.file).unlink()
    assert scrubs.run(scrub.pk, clock=CLOCK)["state"] == "failed"
    scrub.refresh_from_db()
    assert scrub.problem["code"] == "file_lost"


# --- stopped ----------------------------------------------------------------------------------------------------------


def test_it_is_stopped_before_it_begins(acme, files, moment, django_capture_on_commit_callbacks):
    scrub = accept(acme, many(ROWS))
    with django_capture_on_commit_callbacks(execute=True):
        scrubs.cancel(scrub=scrub, moment=moment)
    assert scrubs.run(scrub.pk, clock=CLOCK)["state"] == "cancelled"
    assert not Check.objects.exists()
    assert stored(files) == []


def test_it_is_stopped_between_two_chunks(acme, files, moment):
    scrub = accept(acme, many(ROWS))
    counts = scrubs.run(scrub.pk, clock=CLOCK, progress=lambda *_: scrubs.cancel(scrub=scrub, moment=moment))
    assert counts["state"] == "cancelled"
    scrub.refresh_from_db()
    assert Check.objects.count() == scrub.rows_done == scrub.denied > 0
    assert stored(files) == []


def test_it_cannot_be_stopped_when_it_is_completed(acme, moment):
    scrub = done(acme, many(ROWS))
    with pytest.raises(ScrubEnded):
        scrubs.cancel(scrub=scrub, moment=moment)
    assert text(scrub)


# --- found again ------------------------------------------------------------------------------------------------------


def found(clock):
    return claims.forgotten(Scrub, clock=clock, gave_up=ScrubGaveUp())


def test_it_is_found_when_nobody_was_told_of_it(acme):
    scrub = accept(acme)
    assert found(CLOCK + claims.SILENCE) == []
    late = CLOCK + claims.SILENCE + timedelta(seconds=1)
    assert found(late) == [scrub.pk]
    assert found(late + timedelta(seconds=1)) == []


def test_it_is_found_when_its_worker_fell_silent(acme):
    scrub = accept(acme)
    Scrub.objects.update(state="running", started_at=CLOCK, beat_at=CLOCK)
    assert found(CLOCK + timedelta(minutes=1)) == []
    assert found(CLOCK + timedelta(minutes=3)) == [scrub.pk]


def test_it_is_given_up_after_a_day_of_killed_workers(acme):
    scrub = accept(acme)
    Scrub.objects.update(state="running", started_at=CLOCK, beat_at=CLOCK)
    assert found(CLOCK + timedelta(days=2)) == []
    scrub.refresh_from_db()
    assert (scrub.state, scrub.problem["code"]) == ("failed", "scrub_gave_up")
