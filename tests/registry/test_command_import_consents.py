"""`import_consents`: a file of consents has the outcome that recording them one by one would have."""

import csv
import io
import json
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from unittest.mock import patch

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from registry import companies, consents
from registry.errors import RegistryError
from registry.lists import consents as consent_files
from registry.lists import loading
from registry.lists.text import Source
from registry.models import Consent, Notice
from registry.periods import Moment
from tests.conftest import ANA, CLOCK

SHA = "ab" * 32
ROW = {
    "number": f"+{ANA}",
    "sectors": "insurance|finance",
    "channels": "live",
    "given_at": "2026-03-01T10:00:00+08:00",
    "expires_at": "",
    "method": "web_form",
    "notice": "同意接收保险产品电话",
    "evidence_sha256": SHA,
    "evidence_uri": "",
    "source_url": "https://example.com/form",
    "reference": "r-1",
}


def as_csv(*rows: dict, columns=consent_files.COLUMNS) -> str:
    out = io.StringIO()
    writer = csv.DictWriter(out, columns, extrasaction="ignore")
    writer.writeheader()
    writer.writerows({**ROW, **row} for row in rows)
    return out.getvalue()


@pytest.fixture
def run(tmp_path, acme, clock):
    def run(content: str | bytes, *words: str) -> dict:
        path = tmp_path / "consents.csv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        out = io.StringIO()
        with time_machine.travel(clock, tick=False):
            call_command("import_consents", str(path), "--company", acme.name, *words, "--json", stdout=out)
        return json.loads(out.getvalue())

    return run


@pytest.fixture
def refused(tmp_path):
    def refused() -> list[tuple[str, str]]:
        with (tmp_path / "consents.rejected.csv").open(newline="") as file:
            return [(row["row"], row["error_code"]) for row in csv.DictReader(file)]

    return refused


def test_it_puts_a_consent_on_record(run, acme, clock):
    assert run(as_csv({"evidence_uri": "https://example.com/1.png"})) == {
        "accepted": 1,
        "duplicates": 0,
        "rejected": 0,
    }
    row = Consent.objects.get()
    assert (row.number, row.company, row.status, row.record_id) == (ANA, acme, "recorded", row.pk)
    assert (row.sectors, row.channels, row.method) == (["insurance", "finance"], ["live"], "web_form")
    assert row.given_at == row.valid.lower == datetime(2026, 3, 1, 2, tzinfo=UTC)
    assert row.on_record_since == row.recorded.lower == clock
    assert row.evidence == [{"type": "web_form", "sha256": SHA, "uri": "https://example.com/1.png"}]
    assert row.notice.text == ROW["notice"]
    assert (row.source_url, row.reference) == ("https://example.com/form", "r-1")


def test_it_adds_nothing_when_loaded_twice(run):
    text = as_csv({}, {"number": "+8613800138001", "reference": "r-2"}, {"reference": "r-1"})
    assert run(text) == {"accepted": 2, "duplicates": 1, "rejected": 0}
    assert run(text) == {"accepted": 0, "duplicates": 3, "rejected": 0}
    assert Consent.objects.count() == 2
    assert Notice.objects.count() == 1


def test_it_supersedes_an_earlier_consent_on_record_and_one_of_the_same_file(run, acme):
    long_ago = Moment.of(datetime(2026, 1, 5, tzinfo=UTC))
    consents.record(
        company=acme, number=ANA, sectors=["insurance", "finance"], channels=["live"], given_at=long_ago.at,
        method="paper", notice_text="Old.", evidence=[], reference="r-0", moment=long_ago,
    )  # fmt: skip
    later = {"reference": "r-2", "given_at": "2026-03-05T10:00:00+08:00"}
    assert run(as_csv({}, later))["accepted"] == 2
    held = {row.reference: row for row in Consent.objects.current()}
    assert {name: row.superseded for name, row in held.items()} == {"r-0": True, "r-1": True, "r-2": False}
    assert held["r-0"].valid.upper == held["r-1"].valid.lower
    assert held["r-1"].valid.upper == held["r-2"].valid.lower
    assert held["r-0"].notice.text == "Old."


def test_it_says_why_rows_are_refused(run, refused):
    answer = run(
        as_csv(
            {},
            {"reference": "r-2", "given_at": "2026-02-01T00:00:00Z"},
            {"reference": "r-3", "number": "12"},
            {"reference": "r-4", "given_at": "2026-03-10T02:00:01Z"},
            {"reference": "r-5", "given_at": "2026-03-01 10:00"},
            {"reference": "r-6", "expires_at": "2026-03-01T10:00:00+08:00"},
            {"reference": "r-7", "sectors": "insurance|gambling"},
            {"reference": "r-8", "channels": ""},
            {"reference": "r-9", "method": "telepathy"},
            {"reference": "r-10", "notice": " "},
            {"reference": "r-11", "evidence_sha256": "abc"},
            {"reference": "r-12", "evidence_sha256": ""},
            {"reference": " "},
            {"reference": "x" * 101},
            {"reference": "r-15", "source_url": "javascript:alert(1)"},
            {"reference": "r-16", "notice": "not_999999", "number": "+8613800138001"},
        )
    )
    assert answer == {"accepted": 1, "duplicates": 0, "rejected": 15}
    assert sorted(refused(), key=lambda row: int(row[0])) == [
        ("3", "consent_overlaps"),
        ("4", "number_not_possible"),
        ("5", "given_at_in_future"),
        ("6", "given_at_without_offset"),
        ("7", "expires_at_before_given_at"),
        ("8", "sectors_unknown"),
        ("9", "channels_missing"),
        ("10", "method_unknown"),
        ("11", "notice_missing"),
        ("12", "evidence_sha256_malformed"),
        ("13", "evidence_missing"),
        ("14", "reference_missing"),
        ("15", "reference_too_long"),
        ("16", "source_url_malformed"),
        ("17", "notice_unknown"),
    ]
    assert Consent.objects.count() == 1
    assert Notice.objects.count() == 1


def test_it_takes_a_notice_by_its_id_and_only_the_companys_own(run, acme, bolt, clock, refused):
    mine = consents.notice(company=acme, text="Mine.", clock=clock)
    theirs = consents.notice(company=bolt, text="Theirs.", clock=clock)
    rows = [
        {"notice": f"not_{mine.pk}"},
        {"notice": f"not_{theirs.pk}", "number": "+8613800138001", "reference": "r-2"},
    ]
    assert run(as_csv(*rows)) == {"accepted": 1, "duplicates": 0, "rejected": 1}
    assert Consent.objects.get().notice == mine
    assert refused() == [("3", "notice_unknown")]


def test_it_keeps_a_notice_of_several_lines_as_it_stands(run):
    run(as_csv({"notice": 'First line,\r\n"second" line.'}))
    assert Notice.objects.get().text == 'First line,\r\n"second" line.'


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "gb18030"])
def test_it_reads_other_encodings(run, encoding):
    assert run(as_csv({}).encode(encoding))["accepted"] == 1
    assert Notice.objects.get().text == ROW["notice"]


def test_it_reads_latin_1(run):
    run(as_csv({"notice": "Einwilligung für Anrufe über Möbel"}).encode("latin-1"))
    assert Notice.objects.get().text == "Einwilligung für Anrufe über Möbel"


def test_it_accepts_an_empty_file_and_a_bare_header(run):
    nothing = {"accepted": 0, "duplicates": 0, "rejected": 0}
    assert run("") == run(as_csv()) == nothing


def test_it_refuses_a_header_that_lacks_columns(run):
    with pytest.raises(CommandError, match="lacks given_at, reference"):
        run(
            as_csv(
                {}, columns=[name for name in consent_files.COLUMNS if name not in ("given_at", "reference")]
            )
        )
    assert not Consent.objects.exists()


def test_it_reads_national_numbers_with_their_region(run):
    assert run(as_csv({"number": "13800138009"}), "--region", "CN")["accepted"] == 1
    assert Consent.objects.get().number == 8613800138009


def one_by_one(company, rows: list[dict], moment: Moment) -> list[str]:
    """What `consents.record` makes of the rows, a microsecond apart, since one reading of the clock is one row's."""
    outcomes = []
    for place, row in enumerate(rows):
        then = Moment(moment.at, moment.known_at + timedelta(microseconds=10 * place))
        try:
            with transaction.atomic():
                _, new = consents.record(
                    company=company, evidence=[{"type": "paper", "sha256": SHA}], moment=then, **row
                )
        except RegistryError as error:
            outcomes.append(error.code())
        else:
            outcomes.append("accepted" if new else "duplicate")
    return outcomes


def shape(company) -> list[tuple]:
    """A company's consents on record, but for the times at which they were recorded."""
    return sorted(
        (
            row.number, row.reference, tuple(row.sectors), tuple(row.channels), row.status, row.given_at,
            row.expires_at, row.late, row.superseded, row.method, row.notice.text, row.valid.lower, row.valid.upper,
        )
        for row in Consent.objects.current().filter(company=company).select_related("notice")
    )  # fmt: skip


def test_a_stretch_that_begins_after_the_newer_consent_gives_way_whole(run, acme):
    long_ago = Moment.of(datetime(2025, 10, 5, tzinfo=UTC))
    old, _ = consents.record(
        company=acme, number=ANA, sectors=["insurance", "finance"], channels=["live"], given_at=long_ago.at,
        method="paper", notice_text="Old.", evidence=[], reference="r-0", moment=long_ago,
    )  # fmt: skip
    consents.confirm(record_id=old.record_id, moment=Moment.of(datetime(2026, 2, 1, tzinfo=UTC)))
    assert run(as_csv({"given_at": "2026-01-15T00:00:00Z"}))["accepted"] == 1
    held = Consent.objects.current().filter(record_id=old.record_id)
    assert [(row.status, row.valid.upper, row.superseded) for row in held] == [
        ("recorded", datetime(2026, 1, 15, tzinfo=UTC), True)
    ]
    # It is closed, and stays in history.
    assert Consent.objects.filter(record_id=old.record_id, status="confirmed").count() == 1


ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "number": st.sampled_from([ANA, 8613800138001]),
            "sectors": st.sampled_from([["insurance"], ["finance", "insurance"]]),
            "channels": st.sampled_from([["live"], ["live", "sms"]]),
            "given_at": st.integers(0, 6).map(lambda weeks: CLOCK - timedelta(weeks=20 * weeks)),
            "expires_at": st.sampled_from([None, CLOCK - timedelta(days=1), CLOCK + timedelta(days=400)]),
            "method": st.just("paper"),
            "notice_text": st.sampled_from(["One.", "Two."]),
            "reference": st.integers(0, 5).map(str),
        }
    ).filter(lambda row: row["expires_at"] is None or row["given_at"] < row["expires_at"]),
    max_size=12,
)


STEPS = st.lists(
    st.tuples(st.integers(0, 5).map(str), st.sampled_from(["confirm", "dispute", "revoke"])), max_size=3
)


@given(before=ROWS, steps=STEPS, rows=ROWS, size=st.sampled_from([1, 4, 50]))
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)  # the fixtures hold nothing that an example changes: each runs in a savepoint
def test_it_has_the_outcome_of_recording_one_by_one(db, before, steps, rows, size):
    known = Moment.of(CLOCK - timedelta(minutes=1))
    now = Moment.of(CLOCK)
    with transaction.atomic():
        twins = [companies.enter(name=name, moment=known) for name in ("Single", "Bulk")]
        for twin in twins:
            one_by_one(twin, before, known)
            # The person's word a month ago: for an older consent, a stretch that begins after a newer was given.
            for reference, step in steps:
                held = Consent.objects.current().filter(company=twin, reference=reference).first()
                with suppress(RegistryError):
                    getattr(consents, step)(
                        record_id=held.record_id if held else 0,
                        moment=Moment(CLOCK - timedelta(days=30), CLOCK - timedelta(seconds=30)),
                    )
        expected = one_by_one(twins[0], rows, now)
        text = as_csv(
            *(
                row
                | {
                    "number": f"+{row['number']}",
                    "sectors": "|".join(row["sectors"]),
                    "channels": "|".join(row["channels"]),
                    "given_at": row["given_at"].isoformat(),
                    "expires_at": row["expires_at"].isoformat() if row["expires_at"] else "",
                    "notice": row["notice_text"],
                    "source_url": "",
                }
                for row in rows
            )
        )
        with patch.object(loading.chunks, "__defaults__", (size,)):
            counts = consent_files.load(
                Source(io.BytesIO(text.encode())), company=twins[1], moment=now, on_reject=lambda _: None
            )
        assert counts == loading.Counts(
            expected.count("accepted"), expected.count("duplicate"), expected.count("consent_overlaps")
        )
        assert shape(twins[1]) == shape(twins[0])
        transaction.set_rollback(True)
