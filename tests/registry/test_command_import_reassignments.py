"""`import_reassignments`: numbers that changed hands end what their last holders agreed to."""

import io
import json
from datetime import UTC, datetime

import pytest
import time_machine
from django.core.management import CommandError, call_command

from registry import consents
from registry.models import Reassignment
from registry.periods import Moment
from registry.predial import check
from registry.predial.facts import Question
from tests.conftest import ACME_CALLER, ANA


@pytest.fixture(autouse=True)
def now(clock):
    with time_machine.travel(clock, tick=False):
        yield clock


@pytest.fixture
def run(tmp_path):
    def run(text: str, *words: str) -> dict:
        path = tmp_path / "list.csv"
        path.write_text(text)
        out = io.StringIO()
        call_command("import_reassignments", str(path), "--source", "Telco", *words, "--json", stdout=out)
        return json.loads(out.getvalue())

    return run


def test_it_puts_a_list_on_record_and_twice_adds_nothing(db, run, clock):
    text = f"number,changed_at\n+{ANA},2026-02-01T00:00:00+08:00\n+{ANA},2026-02-01T00:00:00+08:00\n"
    assert run(text) == {"accepted": 1, "duplicates": 1, "rejected": 0}
    assert run(text) == {"accepted": 0, "duplicates": 2, "rejected": 0}
    row = Reassignment.objects.get()
    assert (row.number, row.source, row.record_id) == (ANA, "Telco", row.pk)
    assert row.valid.lower == datetime(2026, 1, 31, 16, tzinfo=UTC)
    assert row.recorded.lower == clock


def test_it_ends_the_consent_of_the_last_holder(acme, run, moment):
    then = Moment.of(datetime(2026, 1, 5, tzinfo=UTC))
    consents.record(
        company=acme, number=ANA, sectors=["finance"], channels=["live"], given_at=then.at, method="paper",
        notice_text="Calls about loans.", evidence=[], reference="1", moment=then,
    )  # fmt: skip
    question = Question(acme.pk, acme.pk, ANA, ACME_CALLER, 1, 0)
    assert check.check([question], moment)[0].decision.allowed
    run(f"+{ANA}\n", "--changed-at", "2026-02-01")
    assert "number_reassigned" in check.check([question], moment)[0].decision.reasons


def test_it_refuses_a_row_without_a_day(db, run):
    assert run(f"+{ANA}\n") == {"accepted": 0, "duplicates": 0, "rejected": 1}
    assert not Reassignment.objects.exists()


def test_it_refuses_the_future(db, run):
    assert run(f"number,changed_at\n+{ANA},2027-01-01T00:00:00Z\n")["rejected"] == 1
    with pytest.raises(CommandError):
        run(f"+{ANA}\n", "--changed-at", "2027-01-01")
    assert not Reassignment.objects.exists()
