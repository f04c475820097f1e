"""What people ask for during calls: not to be called by this company again."""

from datetime import UTC, datetime, timedelta

import pytest

from compliance import calls
from compliance.models import Call
from registry import claims, opt_outs
from registry.models import OptOut
from registry.periods import Moment
from tests.compliance.call_logs import accept, line, native

pytestmark = pytest.mark.usefixtures("files")

STARTED = datetime(2026, 3, 9, 2, 0, tzinfo=UTC)


def refusing(call_id="c1", **others):
    return line(call_id, opt_out_requested="true", **others)


def load(company, clock, *lines):
    return calls.load(accept(company, native(*lines)).pk, clock=clock)


def test_it_puts_the_refusal_on_record_with_the_call(acme, ana, clock):
    counts = load(
        acme, clock, refusing(ended_at="2026-03-09T10:01:00+08:00"), line("c2", number="+8613800138001")
    )
    assert counts["opt_outs"] == 1
    row = OptOut.objects.get()
    assert (row.number, row.scope, row.company, row.source) == (ana, "company", acme, "call")
    assert (row.reporter, row.channels) == (acme, ["live", "autodialed", "prerecorded", "sms"])
    assert row.said_at == row.valid.lower == STARTED + timedelta(minutes=1)
    assert clock <= row.recorded.lower < clock + timedelta(minutes=1)


def test_it_was_said_at_the_start_of_a_call_whose_end_is_unknown(acme, clock):
    load(acme, clock, refusing())
    assert OptOut.objects.get().said_at == STARTED


def test_it_was_not_said_in_the_future(acme, clock):
    load(acme, clock, refusing(ended_at="2026-03-17T10:00:00+08:00"))
    assert clock <= OptOut.objects.get().said_at < clock + timedelta(minutes=1)


def test_it_counts_a_refusal_that_stands_once(acme, clock):
    counts = load(acme, clock, refusing("c1"), refusing("c2"))
    assert counts["opt_outs"] == 1
    assert OptOut.objects.get().said_at == STARTED
    assert load(acme, clock, refusing("c3"))["opt_outs"] == 0
    assert OptOut.objects.count() == 1


def test_it_hears_a_refusal_that_was_said_again(acme, clock):
    """What was agreed between two refusals does not outlast the second."""
    counts = load(acme, clock, refusing("c1"), refusing("c2", started_at="2026-03-09T12:00:00+08:00"))
    assert counts["opt_outs"] == 2
    first, again = OptOut.objects.current().order_by("valid")
    assert first.said_at == STARTED
    assert first.valid.upper == again.valid.lower == again.said_at > STARTED
    assert again.valid.upper is None


def test_it_hears_a_refusal_in_a_call_that_was_sent_before_without_it(acme, clock):
    load(acme, clock, line("c1"))
    counts = load(acme, clock, refusing("c1"))
    assert (counts["accepted"], counts["duplicates"], counts["opt_outs"]) == (0, 1, 1)
    assert Call.objects.get().opt_out_requested is False


def test_it_does_not_revive_what_the_person_took_back(acme, clock):
    load(acme, clock, refusing("c1"))
    later = Moment.of(clock + timedelta(hours=1))
    opt_outs.withdraw(record_id=OptOut.objects.get().record_id, moment=later)
    again = clock + timedelta(hours=2)
    assert (
        load(acme, again, refusing("c1"), refusing("c0", started_at="2026-03-09T01:00:00Z"))["opt_outs"] == 0
    )
    assert not OptOut.objects.as_of(Moment.of(again + timedelta(hours=1))).exists()
    new = refusing("c2", started_at=(clock + timedelta(minutes=90)).isoformat())
    assert load(acme, again, new)["opt_outs"] == 1


def test_it_is_a_refusal_of_the_company_that_called(acme, bolt, clock):
    load(acme, clock, refusing())
    assert load(bolt, clock, refusing())["opt_outs"] == 1
    assert {row.company_id for row in OptOut.objects.all()} == {acme.pk, bolt.pk}


def test_it_is_not_on_record_when_the_calls_are_not(acme, clock, monkeypatch):
    def cancelled(*args, **kwargs):
        assert OptOut.objects.exists()
        raise claims.Lost

    monkeypatch.setattr(claims.Claim, "complete", cancelled)
    load(acme, clock, refusing())
    assert not OptOut.objects.exists()
    assert not Call.objects.exists()
