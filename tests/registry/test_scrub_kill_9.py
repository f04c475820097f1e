"""A worker killed by the system in the middle of a list: the next one does the rest, and each row is done once."""

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

ROWS = 20_000

#: A worker with chunks so small that it is in the middle for long.
WORKER = """
import sys
from datetime import datetime
import django
django.setup()
from django.conf import settings
from django.db import connection
from registry import scrubs
from registry.lists import blocks
name, folder, scrub, clock = sys.argv[1:]
connection.settings_dict["NAME"] = name
settings.MEDIA_ROOT = folder
scrubs.CHUNK, blocks.BLOCK_CHARS = 10, 150
scrubs.run(int(scrub), clock=datetime.fromisoformat(clock))
"""


@pytest.fixture
def acme(committed):
    """Acme, on record for every process."""
    since = Moment.of(CLOCK - timedelta(days=100))
    company = companies.enter(name="Acme Insurance", moment=since)
    companies.license(company=company, sectors=["insurance"], moment=since)
    companies.add_caller(company=company, number=ACME_CALLER, moment=since)
    return company


def test_each_row_is_done_once(acme, files):
    scrub = accept(acme, many(ROWS))
    name = str(connection.settings_dict["NAME"])
    words = [sys.executable, "-c", WORKER, name, str(files), str(scrub.pk), CLOCK.isoformat()]
    with subprocess.Popen(words, cwd=settings.BASE_DIR) as worker:
        begun = wait_until(lambda: worker.poll() is not None or Scrub.objects.get().rows_done > 0, seconds=60)
        worker.kill()
    assert begun
    scrub.refresh_from_db()
    assert scrub.state == "running"
    before = scrub.rows_done
    assert 0 < before < ROWS
    # What the dying session had not committed is not there; its lock is gone with it, as soon as the server notices.
    assert Check.objects.count() == before
    later = CLOCK + timedelta(seconds=1)
    assert wait_until(lambda: scrubs.run(scrub.pk, clock=later)["state"] == "completed", seconds=60)

    scrub.refresh_from_db()
    assert (scrub.rows_before, scrub.rows_done, scrub.denied) == (before, ROWS, ROWS)
    times = Counter(Check.objects.values_list("number", flat=True))
    assert (len(times), set(times.values())) == (ROWS, {1})
    found = rows(scrub)
    assert [row["number"] for row in found] == [f"+86138001{n:05d}" for n in range(ROWS)]
    assert len({row["check_id"] for row in found}) == ROWS
    parts = {part.token for part in scrub.parts.all()}
    assert {path.name.partition(".")[0] for path in files.rglob("*") if path.is_file()} == parts
