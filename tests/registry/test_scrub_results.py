"""A list is checked: every row has its answer, every number its check, whatever the file looks like."""

import gzip
import io
import zipfile
from datetime import timedelta

import pytest

from registry import opt_outs, scrubs
from registry.codes import CHANNELS
from registry.errors import FileLost, FileTooLarge, InvalidInput
from registry.lists.numbers import UnknownLayout
from registry.lists.text import UnreadableFile
from registry.models import Check, Policy, Scrub
from registry.periods import since
from registry.predial.facts import ask
from tests.registry import scrub_lists
from tests.registry.one_of_each import agree
from tests.registry.scrub_lists import ANA, BEN, LIST, accept, done, many, question, rows, text

pytestmark = pytest.mark.usefixtures("files")


@pytest.fixture
def consent(acme):
    """Ana agreed to Acme's calls; the consent's number."""
    return agree(acme, ANA, "form-1").record_id


def test_it_answers_every_row_and_leaves_every_number_its_check(acme, consent, moment):
    scrub = done(acme)

    checks = {check.number: check for check in Check.objects.all()}
    assert set(checks) == {ANA, BEN}
    ana, ben = checks[ANA], checks[BEN]
    assert text(scrub) == (
        "name,number,verdict,reasons,check_id\r\n"
        f"Ana,+8613800138000,allow,consent_on_record,chk_{ana.pk}\r\n"
        f"Ben,+8613800138001,deny,consent_missing,chk_{ben.pk}\r\n"
        "Cao,none,rejected,number_malformed,\r\n"
        f"Ben again,8613800138001,deny,consent_missing,chk_{ben.pk}\r\n"
    )
    assert [row["name"] for row in rows(scrub, "allowed")] == ["Ana"]
    assert [row["name"] for row in rows(scrub, "denied")] == ["Ben", "Ben again"]
    (rejected,) = rows(scrub, "rejected")
    assert (rejected["row"], rejected["value"], rejected["error_code"]) == ("4", "none", "number_malformed")
    assert rejected["error_message"]
    assert (scrub.rows_total, scrub.rows_done) == (4, 4)
    assert (scrub.allowed, scrub.denied, scrub.rejected) == (1, 2, 1)
    assert (ana.kind, ana.company_id, ana.checked_at, ana.allowed) == ("scrub", acme.pk, ana.checked_at, True)
    (answer,) = ask([question(acme, number=ANA)], moment)
    assert (ana.decision_id, ana.consent, ana.policy_id) == (answer.decision_id, consent, answer.policy_id)


def test_it_keeps_campaign_and_reference_with_each_check(acme):
    done(acme, asked=question(acme, campaign="spring", reference="list-7", channel=CHANNELS.index("sms")))
    kept = set(Check.objects.values_list("campaign", "reference", "channel"))
    assert kept == {("spring", "list-7", "sms")}


def zipped(content: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("list.csv", content)
    return packed.getvalue()


NDJSON = '{"name":"安娜","number":"+8613800138000"}\n{"name":"Ben","number":8613800138001}\n'
TABLE = "姓名,手机号\n安娜,+8613800138000\nBen,+8613800138001\n"


@pytest.mark.parametrize(
    ("content", "options"),
    [
        (TABLE.encode(), {}),
        (TABLE.encode("utf-8-sig"), {}),
        (TABLE.encode("utf-16"), {}),
        (TABLE.encode("gb18030"), {}),
        (TABLE.replace(",", "\t").encode(), {}),
        (TABLE.replace(",", ";").encode(), {}),
        (NDJSON.encode(), {}),
        (b"+8613800138000\n+8613800138001\n", {}),
        (b"138 0013 8000\n138-0013-8001\n", {"region": "CN"}),
        (b"13800138009,13800138000\n13800138009,13800138001\n", {"region": "CN", "column": "2"}),
        (b"number,second\n+8613800138009,+8613800138000\n,+8613800138001\n", {"column": "second"}),
        (gzip.compress(TABLE.encode()), {}),
        (zipped(TABLE.encode("gb18030")), {}),
    ],
    ids=[
        "utf-8",
        "bom",
        "utf-16",
        "gb18030",
        "tsv",
        "semicolon",
        "ndjson",
        "plain",
        "national",
        "place",
        "named",
        "gzip",
        "zip",
    ],
)
def test_it_reads_whatever_a_customer_database_writes(acme, consent, content, options):
    scrub = done(acme, content, **options)
    assert [row["verdict"] for row in rows(scrub)] == ["allow", "deny"]
    assert set(Check.objects.values_list("number", flat=True)) == {ANA, BEN}


@pytest.mark.parametrize(
    ("content", "error", "pointer"),
    [
        (b"", UnreadableFile, "/file"),
        (b"\n\n", UnreadableFile, "/file"),
        (b"%PDF-1.4 and so on", UnreadableFile, "/file"),
        (b"\x01\x02\x03\x80\xff" * 1000, UnreadableFile, "/file"),
        (gzip.compress(b"1" * 50_000_000), UnreadableFile, "/file"),
        (zipped(LIST)[:-40], UnreadableFile, "/file"),
        (b"name,city\nAna,Xian\n", UnknownLayout, "/column"),
    ],
    ids=["empty", "blank", "pdf", "binary", "bomb", "damaged", "no-number"],
)
def test_it_refuses_a_file_that_is_no_list_and_keeps_nothing(acme, files, content, error, pointer):
    with pytest.raises(error) as refused:
        accept(acme, content)
    assert refused.value.detail
    assert refused.value.pointer == pointer
    assert not Scrub.objects.exists()
    assert not [path for path in files.rglob("*") if path.is_file()]


def test_it_refuses_a_region_that_is_none(acme, files):
    with pytest.raises(InvalidInput) as refused:
        accept(acme, region="XX")
    assert refused.value.pointer == "/region"


def test_it_refuses_a_list_that_unpacks_to_more_than_is_taken(acme, files, settings):
    settings.UPLOAD_MAX_BYTES = 100
    with pytest.raises(FileTooLarge):
        accept(acme, gzip.compress(many(100)))
    assert not [path for path in files.rglob("*") if path.is_file()]


def test_it_takes_a_header_alone_for_an_empty_list(acme):
    scrub = done(acme, b"number,name\n")
    assert text(scrub) == "number,name,verdict,reasons,check_id\r\n"
    assert text(scrub, "rejected") == "row,value,error_code,error_message\r\n"
    assert scrub.rows_total == 0


def test_it_rejects_a_number_about_which_nothing_can_be_decided(acme):
    scrub = done(acme, b"name,number\nAna,+8613800138000\nSat,+881612345678\n")
    (row,) = rows(scrub, "rejected")
    assert (row["row"], row["error_code"]) == ("3", "number_not_geographic")


def test_it_rejects_a_number_without_a_policy(acme, clock):
    Policy.objects.filter(jurisdiction="CN", sector="insurance").update(recorded=since(None, clock))
    scrub = done(acme, b"name,number\nAnn,+12125550100\nAna,+8613800138000\n")
    (row,) = rows(scrub, "rejected")
    assert (row["row"], row["value"], row["error_code"]) == ("3", "+8613800138000", "policy_gap")
    assert [row["verdict"] for row in rows(scrub)] == ["deny", "rejected"]
    assert Check.objects.get().number == 12125550100


def test_it_shows_no_formula_in_the_rejected_rows(acme):
    scrub = done(acme, b"number\n+8613800138000\n=cmd()\n")
    assert rows(scrub, "rejected")[0]["value"] == "'=cmd()"


def test_it_keeps_cells_of_several_lines(acme):
    scrub = done(acme, b'note,number\n"one\ntwo, ""three""",+8613800138000\n')
    assert rows(scrub)[0]["note"] == 'one\ntwo, "three"'


def test_it_works_in_chunks_and_joins_their_results(acme, consent, monkeypatch):
    monkeypatch.setattr(scrubs, "CHUNK", 10)
    monkeypatch.setattr("registry.lists.blocks.BLOCK_CHARS", 150)
    seen = []
    scrub = accept(acme, many(95) + b"none\n")
    scrubs.run(scrub.pk, clock=scrub_lists.CLOCK, progress=lambda *far: seen.append(far))
    scrub.refresh_from_db()
    assert scrub.parts.count() > 5
    assert [done for done, _ in seen] == sorted({done for done, _ in seen})
    assert seen[-1][0] == 96
    assert [row["number"] for row in rows(scrub)] == [f"+86138001{n:05d}" for n in range(95)] + ["none"]
    assert len(rows(scrub, "denied")) == 95
    assert [row["row"] for row in rows(scrub, "rejected")] == ["97"]
    assert Check.objects.count() == 95


def test_it_minds_a_no_that_is_said_while_it_works(acme, consent, monkeypatch, clock):
    """Each chunk is asked at its own moment."""
    monkeypatch.setattr(scrubs, "CHUNK", 1)
    monkeypatch.setattr("registry.lists.blocks.BLOCK_CHARS", 40)
    content = b"number\n" + b"+8613800138000\n" * 12
    scrub = accept(acme, content)

    def says_no(rows_done, total):
        if Check.objects.count() == 2:
            at = Check.objects.order_by("-checked_at").first().checked_at
            opt_outs.register(
                number=ANA, scope="company", company=acme, source="phone", moment=scrub_lists.Moment.of(at)
            )

    scrubs.run(scrub.pk, clock=clock, progress=says_no)
    verdicts = [row["verdict"] for row in rows(scrub)]
    assert verdicts[0] == "allow"
    assert verdicts[-1] == "deny"
    assert verdicts == sorted(verdicts)


def test_it_removes_the_list_when_it_is_done_with(acme, files):
    scrub = done(acme)
    assert scrub.file == ""
    stored = {path.name.split(".", 1)[1] for path in files.rglob("*") if path.is_file()}
    assert stored == {"all.csv", "allowed.csv", "denied.csv", "rejected.csv"} - {"allowed.csv"}


def test_it_says_when_a_part_of_a_result_is_lost(acme, files):
    scrub = done(acme)
    next(files.rglob("*.denied.csv")).unlink()
    with pytest.raises(FileLost):
        text(scrub, "denied")
    assert text(scrub, "all")


def test_it_forgets_results_after_a_month_and_keeps_the_checks(acme, files, clock):
    scrub = done(acme)
    assert scrubs.forget(clock + timedelta(days=29)) == 0
    assert scrubs.forget(clock + timedelta(days=31)) == 1
    assert scrubs.forget(clock + timedelta(days=31)) == 0
    scrub.refresh_from_db()
    assert scrub.forgotten_at == clock + timedelta(days=31)
    assert not [path for path in files.rglob("*") if path.is_file()]
    assert Check.objects.count() == 2
