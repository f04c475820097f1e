"""Several workers at one list: each does parts, one holds the list, and the results stand in the list's order."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import OperationalError, connection

from registry import claims, companies, scrub_parts, scrubs
from registry.errors import RuleNotLoaded, Undecidable
from registry.models import Check, Scrub, ScrubPart
from registry.periods import Moment
from registry.tasks import help_scrub, run_scrub
from tests.conftest import CLOCK
from tests.registry.scrub_lists import accept, done, many
from tests.registry.test_scrub_killed import READ, ROWS, small_chunks, stored, whole  # noqa: F401  (a fixture)

pytestmark = pytest.mark.usefixtures("files")


def began(scrub):
    """The list, read and held by a worker that has done nothing yet."""
    claim = claims.take(Scrub, scrub.pk, clock=CLOCK)
    scrubs._read(claim)
    return claim


def help_once(scrub):
    return scrubs.help_with(scrub.pk, clock=CLOCK)


def test_it_is_done_by_all_that_are_called(acme, files):
    scrub = accept(acme, many(ROWS))
    called, helped = [], []

    def call(parts):
        called.append(parts)
        helped.extend(help_once(scrub) for _ in range(4))
        scrub.refresh_from_db()
        assert (scrub.state, scrub.rows_done) == ("running", sum(helped))

    assert scrubs.run(scrub.pk, clock=CLOCK, call=call)["state"] == "completed"
    assert called == [READ - 1]
    assert all(helped)
    whole(scrub, files)
    assert help_once(scrub) == 0


def test_it_calls_nobody_for_one_part(acme):
    scrub = accept(acme)
    scrubs.run(scrub.pk, clock=CLOCK, call=lambda parts: pytest.fail(f"{parts} parts"))


def test_it_takes_the_first_part_that_nobody_does(acme):
    scrub = accept(acme, many(ROWS))
    with began(scrub).held(broke=Undecidable()):
        ScrubPart.objects.filter(scrub=scrub, first_row=0).update(token="done")
        rows = help_once(scrub)
    assert rows
    assert list(scrub.parts.exclude(token__in=["", "done"]).values_list("rows", flat=True)) == [rows]
    second = scrub.parts.all()[1]
    assert second.token
    assert Check.objects.count() == second.rows == second.denied


@pytest.mark.parametrize("state", ["queued", "completed", "failed", "cancelled"])
def test_nobody_helps_with_a_list_that_is_not_running(acme, state):
    scrub = accept(acme, many(ROWS))
    began(scrub)
    Scrub.objects.update(state=state)
    assert help_once(scrub) == 0
    assert not Check.objects.exists()


def test_a_helper_leaves_nothing_when_the_list_is_stopped(acme, files, monkeypatch):
    scrub = accept(acme, many(ROWS))
    began(scrub)

    def stopped(*args, **values):
        # As another session's cancel would be seen, which this transaction does not undo.
        raise claims.Lost

    monkeypatch.setattr(claims.Share, "beat", stopped)
    files_before = stored(files)
    assert help_once(scrub) == 0
    assert not Check.objects.exists()
    assert not scrub.parts.exclude(token="").exists()
    assert stored(files) == files_before


def test_the_last_helper_of_a_stopped_list_tidies_up(acme, files, monkeypatch):
    scrub = accept(acme, many(ROWS))
    began(scrub)
    running = Scrub.objects.get(pk=scrub.pk)
    Scrub.objects.update(state="cancelled")
    # It looked before the list was stopped.
    with monkeypatch.context() as patch:
        patch.setattr(Scrub.objects, "get", lambda **_: running)
        assert help_once(scrub) == 0
    assert not Check.objects.exists()
    assert stored(files) == []


@pytest.mark.parametrize("error", [RuleNotLoaded(), Undecidable()])
def test_a_helper_leaves_what_is_wrong_to_who_holds_the_list(acme, monkeypatch, error):
    scrub = accept(acme, many(ROWS))
    began(scrub)

    def fail(*args):
        raise error

    monkeypatch.setattr(scrubs, "answers", fail)
    assert help_once(scrub) == 0
    scrub.refresh_from_db()
    assert (scrub.state, scrub.rows_done) == ("running", 0)


def test_a_helper_says_when_the_database_went_away(acme, monkeypatch):
    scrub = accept(acme, many(ROWS))
    began(scrub)

    def fail(*args):
        raise Undecidable from OperationalError("gone")

    monkeypatch.setattr(scrubs, "answers", fail)
    with pytest.raises(OperationalError):
        help_once(scrub)


def test_two_workers_are_at_it_at_one_time(committed, files, monkeypatch):
    """While one has a part in hand, another does the next, and whoever stops the list need not wait for either."""
    since = Moment.of(CLOCK - timedelta(days=100))
    company = companies.enter(name="Acme Insurance", moment=since)
    scrub = accept(company, many(ROWS))
    claim = began(scrub)
    original = scrubs.answers
    monkeypatch.setattr(scrubs, "answers", lambda *args: others.append(meanwhile()) or original(*args))
    others = []

    def meanwhile():
        monkeypatch.setattr(scrubs, "answers", original)
        with ThreadPoolExecutor(1) as pool:
            return pool.submit(help_and_stop).result(timeout=30)

    def help_and_stop():
        try:
            with connection.cursor() as cursor:
                cursor.execute("SET lock_timeout = '5s'")
            rows = help_once(scrub)
            scrubs.cancel(scrub=scrub, moment=Moment.of(CLOCK))
            return rows
        finally:
            connection.close()

    with claim.held(broke=Undecidable()):
        scrubs._do(claim, wait=False)
        pytest.fail("the list was stopped")
    assert others == [scrub.parts.all()[1].rows]
    assert list(scrub.parts.exclude(token="").values_list("first_row", flat=True)) == [
        scrub.parts.all()[1].first_row
    ]
    assert Check.objects.count() == others[0]


def test_the_rows_of_a_part_are_what_was_read(acme, monkeypatch):
    """Rows of several lines, refused ones and their lines come back from the file as they went in."""
    scrub = accept(acme, b'name,number\n"Ana\nB.",+8613800138000\n\nCao,none\nD,"\n')
    monkeypatch.setattr(scrub_parts, "sweep", lambda scrub: None)
    read = []
    original = scrub_parts.keep
    monkeypatch.setattr(
        scrub_parts, "keep", lambda scrub, name, chunk: read.append(chunk) or original(scrub, name, chunk)
    )
    scrubs.run(scrub.pk, clock=CLOCK)
    (chunk,) = read
    assert chunk.rejected
    assert scrub_parts.kept(scrub, scrub.parts.get().source) == chunk


def test_the_task_sends_a_message_for_each_part_of_others(acme, files, monkeypatch):
    sent = []
    monkeypatch.setattr(help_scrub, "apply_async", lambda args, **options: sent.append(args))
    scrub = accept(acme, many(ROWS))
    run_scrub.apply([scrub.pk]).get()
    assert sent == [[scrub.pk]] * (READ - 1)
    whole(scrub, files)
    assert help_scrub.apply([scrub.pk]).get() == 0


def test_the_task_does_it_alone_when_the_broker_is_away(acme, files, monkeypatch):
    def away(*args, **options):
        raise ConnectionError

    monkeypatch.setattr(help_scrub, "apply_async", away)
    scrub = accept(acme, many(ROWS))
    assert run_scrub.apply([scrub.pk]).get()["state"] == "completed"
    whole(scrub, files)


def test_only_results_are_kept(acme, files):
    done(acme, many(ROWS))
    assert {path.suffix for path in stored(files)} == {".csv"}
