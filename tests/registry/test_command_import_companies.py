"""`import_companies` and `import_callers`: what they enter, refuse, and find on record."""

import csv
import io
import json

import pytest
import time_machine
from django.core.management import CommandError, call_command

from registry.models import Caller, Company, Licence
from registry.periods import Moment
from tests.conftest import ACME_CALLER

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def now(clock):
    with time_machine.travel(clock, tick=False):
        yield clock


@pytest.fixture
def run(tmp_path):
    def run(command: str, text: str, *words: str) -> dict:
        path = tmp_path / "list.csv"
        path.write_text(text, encoding="utf-8")
        out = io.StringIO()
        call_command(command, str(path), *words, "--json", stdout=out)
        return json.loads(out.getvalue())

    return run


def refused(tmp_path) -> list[tuple[str, str]]:
    with (tmp_path / "list.rejected.csv").open(encoding="utf-8", newline="") as file:
        return [(row["row"], row["error_code"]) for row in csv.DictReader(file)]


COMPANIES = """name,registration,region,sectors,callers,ends,conditions
Delta 保险,9111,cn-sh,insurance|finance,95588|400812000X,2027-01-01,Recordings are kept for five years
Echo,,CN-BJ,travel,,,
,9113,,,,,
Foxtrot,9114,Shanghai,,,,
Golf,9115,,banking,,,
Hotel,9116,,food,12,,
"""


def test_it_enters_companies_with_licences_and_numbers(run, moment, tmp_path):
    assert run("import_companies", COMPANIES, "--region", "CN") == {
        "accepted": 2, "duplicates": 0, "rejected": 4,
    }  # fmt: skip
    delta, echo = Company.objects.order_by("pk")
    assert (delta.name, delta.registration, delta.region) == ("Delta 保险", "9111", "CN-SH")
    licences = Licence.objects.as_of(moment).filter(company=delta)
    assert sorted(licences.values_list("sector", flat=True)) == ["finance", "insurance"]
    assert {row.valid.upper.isoformat() for row in licences} == {"2027-01-01T00:00:00+00:00"}
    assert {row.conditions for row in licences} == {"Recordings are kept for five years"}
    assert Caller.objects.as_of(moment).filter(company=delta).count() == 11
    assert Licence.objects.get(company=echo).sector == "travel"
    assert refused(tmp_path) == [
        ("4", "name_malformed"),
        ("5", "invalid_input"),
        ("6", "sectors_unknown"),
        ("7", "number_not_possible"),
    ]


def test_twice_adds_nothing(run):
    run("import_companies", COMPANIES, "--region", "CN")
    counts = run("import_companies", COMPANIES, "--region", "CN")
    assert counts == {"accepted": 0, "duplicates": 2, "rejected": 4}
    assert Company.objects.count() == 2


@pytest.mark.parametrize("command", ["import_companies", "import_callers"])
def test_a_preview_counts_and_leaves_nothing(run, acme, command):
    text = {"import_companies": COMPANIES, "import_callers": f"company,number\ncom_{acme.pk},95588\n"}[
        command
    ]
    before = Company.objects.count(), Caller.objects.count()
    assert run(command, text, "--region", "CN", "--preview")["accepted"] > 0
    assert (Company.objects.count(), Caller.objects.count()) == before
    assert run(command, text, "--region", "CN")["accepted"] > 0


def test_it_reads_chinese_headers(run, acme, moment):
    assert (
        run("import_companies", "企业名称,统一社会信用代码,行业\n申城保险,9131,insurance\n")["accepted"] == 1
    )
    text = "统一社会信用代码,起始号码,结束号码\n9131,4008123000,4008123099\n"
    assert run("import_callers", text, "--region", "CN") == {"accepted": 100, "duplicates": 0, "rejected": 0}
    assert Caller.objects.as_of(moment).filter(company__name="申城保险").count() == 100


def test_it_registers_numbers_and_ranges(run, acme, bolt, moment, tmp_path):
    text = (
        "company,number,first,last\n"
        f"com_{acme.pk},1600123XXX,,\n"
        f"Acme Insurance,,1401230000,1401230009\n"
        f"Acme Insurance,+{ACME_CALLER},,\n"
        f"{bolt.name},+{ACME_CALLER},,\n"
        "Nobody,95588,,\n"
        f"com_{acme.pk},1600XXXXXX,,\n"
        f"com_{acme.pk},,1401230009,1401230000\n"
        f"com_{acme.pk},,,\n"
    )
    assert run("import_callers", text, "--region", "IN") == {
        "accepted": 1010, "duplicates": 1, "rejected": 5,
    }  # fmt: skip
    assert refused(tmp_path) == [
        ("5", "caller_taken"),
        ("6", "company_unknown"),
        ("7", "range_too_long"),
        ("8", "range_malformed"),
        ("9", "number_missing"),
    ]
    assert Caller.objects.as_of(moment).filter(company=acme).count() == 1011


@pytest.mark.parametrize(
    ("command", "text"), [("import_companies", "registration\n1\n"), ("import_callers", "")]
)
def test_it_needs_a_header(run, command, text):
    with pytest.raises(CommandError, match="lacks"):
        run(command, text)


def test_a_list_in_use_finds_companies_by_the_moment(run, moment):
    run("import_companies", "name,sectors\nDelta,insurance\n")
    assert Licence.objects.as_of(Moment.of(moment.at)).count() == 1
