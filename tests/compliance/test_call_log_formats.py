"""Call logs of every source on their way into the register: loaded once, however often they are sent."""

from pathlib import Path

import pytest

from compliance import calls
from compliance.models import Call, CallLog
from registry.models import OptOut
from tests.compliance.call_logs import accept

pytestmark = pytest.mark.usefixtures("files")

FIXTURES = Path(__file__).parents[1] / "fixtures" / "call_logs"


@pytest.fixture
def after(clock):
    """The fixtures' calls are of September 2026."""
    return clock.replace(year=2026, month=9, day=2)


def load(company, name, after, **options):
    log = accept(
        company, (FIXTURES / name).read_bytes(), clock=after, zone="Asia/Shanghai", region="CN", **options
    )
    calls.load(log.pk, clock=after)
    log.refresh_from_db()
    return log


@pytest.mark.parametrize(
    ("name", "format_", "accepted", "rejected"),
    [
        ("asterisk_cdr-csv_18.csv", "asterisk", 4, 2),
        ("vicidial_export.txt", "vicidial", 4, 1),
        ("twilio_api.csv", "twilio", 2, 2),
        ("cisco_cdr.csv", "cisco", 3, 2),
        ("native.parquet", "parquet", 2, 1),
        ("native.ndjson", "native", 2, 4),
    ],
)
def test_it_loads_a_file_of_each_source_once(acme, after, name, format_, accepted, rejected):
    first, named = load(acme, name, after), load(acme, name, after, format=format_)
    assert (first.state, first.format) == ("completed", format_)
    assert (first.accepted, first.duplicates, first.rejected) == (accepted, 0, rejected)
    assert (named.accepted, named.duplicates, named.rejected) == (0, accepted, rejected)
    assert Call.objects.count() == accepted


def test_it_hears_the_refusal_that_a_vicidial_agent_wrote_down(acme, after):
    log = load(acme, "vicidial_export.txt", after)
    assert log.opt_outs == 1
    assert OptOut.objects.get(company=acme).number == 8613800138002


def test_it_takes_nothing_of_a_parquet_file_that_is_damaged_in_its_middle(acme, after):
    data = bytearray((FIXTURES / "native.parquet").read_bytes())
    data[4:200] = bytes(196)
    log = accept(acme, bytes(data), clock=after)
    assert calls.load(log.pk, clock=after)["state"] == "failed"
    assert CallLog.objects.get().problem["code"] == "unknown_format"
    assert Call.objects.count() == 0
