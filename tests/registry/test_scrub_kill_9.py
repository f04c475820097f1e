"""Workers killed by the system in the middle of a list: others do the rest, and each row is done once, in its place."""

import subprocess
import sys
from collections import Counter
from datetime import timedelta

import pytest
from django.conf import settings
from django.db import connection

from config.embedded.processes import wait_until
from registry import companies, scrubs
from registry.models import Check, Scrub
from registry.periods import Moment
from tests.conftest import ACME_CALLER, CLOCK
from tests.registry.scrub_lists import accept, many, rows

ROWS = 4000

#: A worker with parts so small that it is in the middle for long: the one that holds the list, or a helper.
WORKER = """
import sys
from datetime import datetime
import django
django.setup()
from django.conf import settings
from django.db import connection
from registry import scrubs
from registry.lists import blocks
from registry.models import Scrub
role, name, folder, scrub, clock = sys.argv[1:]
connection.settings_dict["NAME"] = name
settings.MEDIA_ROOT = folder
scrubs.CHUNK, blocks.BLOCK_CHARS = 10, 150
clock = datetime.fromisoformat(clock)
if role == "holder":
    scrubs.run(int(scrub), clock=clock)
while role == "helper" and Scrub.objects.get().state in ("queued", "running"):
    scrubs.help_with(int(scrub), clock=clock)
"""


@pytest.fixture
def acme(committed):
    """Acme, on record for every process."""
    since = Moment.of(CLOCK - timedelta(days=100))
    company = companies.enter(name="Acme Insurance", moment=since)
    companies.license(company=company, sectors=["insurance"], moment=since)
    companies.add_caller(company=company, number=ACME_CALLER, moment=since)
    return company


def start(role, scrub, files):
    """A worker process."""
    name = str(connection.settings_dict["NAME"])
    words = [sys.executable, "-c", WORKER, role, name, str(files), str(scrub.pk), CLOCK.isoformat()]
    return subprocess.Popen(words, cwd=settings.BASE_DIR)


def rows_done():
    return Scrub.objects.get().rows_done


def finish(scrub):
    """The next worker does the rest: the dead one's lock is gone as soon as the server notices."""
    later = CLOCK + timedelta(seconds=1)
    assert wait_until(lambda: scrubs.run(scrub.pk, clock=later)["state"] == "completed", seconds=60)
    scrub.refresh_from_db()


def each_row_once(scrub, files):
    assert (scrub.rows_done, scrub.denied) == (ROWS, ROWS)
    times = Counter(Check.objects.values_list("number", flat=True))
    assert (len(times), set(times.values())) == (ROWS, {1})
    found = rows(scrub)
    assert [row["number"] for row in found] == [f"+86138001{n:05d}" for n in range(ROWS)]
    assert len({row["check_id"] for row in found}) == ROWS
    parts = {part.token for part in scrub.parts.all()}
    assert {path.name.partition(".")[0] for path in files.rglob("*") if path.is_file()} == parts


def test_each_row_is_done_once(acme, files):
    scrub = accept(acme, many(ROWS))
    with start("holder", scrub, files) as worker:
        begun = wait_until(lambda: worker.poll() is not None or rows_done() > 0, seconds=60)
        worker.kill()
    assert begun
    scrub.refresh_from_db()
    assert scrub.state == "running"
    before = scrub.rows_done
    assert 0 < before < ROWS
    # What the dying session had not committed is not there.
    assert Check.objects.count() == before
    finish(scrub)
    assert scrub.rows_before == before
    each_row_once(scrub, files)


def test_each_row_is_done_once_when_helpers_are_killed_and_then_who_holds_the_list(acme, files):
    scrub = accept(acme, many(ROWS))
    with (
        start("holder", scrub, files) as holder,
        start("helper", scrub, files) as first,
        start("helper", scrub, files) as second,
    ):
        try:
            assert wait_until(lambda: rows_done() > ROWS // 20, seconds=60)
            first.kill()
            assert wait_until(lambda: rows_done() > ROWS // 10, seconds=60)
            holder.kill()
            holder.wait()
            before = rows_done()
            assert before < ROWS
            # The other helper goes on, and one that comes now takes the list over and waits for what is begun.
            assert wait_until(lambda: rows_done() > before, seconds=60)
            finish(scrub)
            assert second.wait(timeout=60) == 0
        finally:
            for worker in (holder, first, second):
                worker.kill()
    each_row_once(scrub, files)
