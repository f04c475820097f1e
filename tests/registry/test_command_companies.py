"""`add_company`, `issue_key`, `revoke_key`: what they print, and the rows they leave."""

import io
import json
from datetime import UTC, datetime

import pytest
import time_machine
from django.core.management import CommandError, call_command

from registry import companies
from registry.models import ApiKey, Caller, Company, Licence
from registry.periods import Moment


def run(*words: str) -> str:
    out = io.StringIO()
    call_command(*words, stdout=out)
    return out.getvalue()


def run_json(*words: str) -> dict:
    return json.loads(run(*words, "--json"))


@pytest.fixture(autouse=True)
def now(clock):
    with time_machine.travel(clock, tick=False):
        yield clock


def test_it_enters_licenses_and_gives_a_key(db, clock):
    answer = run_json(
        "add_company", "Delta 保险", "--sector", "insurance", "--sector", "finance",
        "--caller", "+861065550001", "--caller", "+8695588", "--registration", "9111",
    )  # fmt: skip
    company = Company.objects.get()
    assert answer == {"id": f"com_{company.pk}", "name": "Delta 保险", "key": answer["key"]}
    assert (company.name, company.kind, company.registration) == ("Delta 保险", "company", "9111")
    assert company.created_at == clock
    licences = Licence.objects.as_of(Moment.of(clock)).filter(company=company)
    assert sorted(licences.values_list("sector", flat=True)) == ["finance", "insurance"]
    callers = Caller.objects.as_of(Moment.of(clock)).filter(company=company)
    assert sorted(callers.values_list("number", flat=True)) == [8695588, 861065550001]
    key = ApiKey.objects.get(company=company)
    assert answer["key"].startswith("live_")
    assert key.digest == companies.digest(answer["key"])
    assert key.scopes == ["calls", "check", "consent", "optout"]
    assert key.livemode


@pytest.mark.parametrize(
    "scopes",
    [["--scope", "optout", "read"], ["--scope", "optout,read"], ["--scope", "optout", "--scope", "read"]],
)
def test_it_takes_kind_and_several_scopes(scopes, db):
    run_json("add_company", "Telco", "--kind", "carrier", *scopes)
    assert Company.objects.get().kind == "carrier"
    assert ApiKey.objects.get().scopes == ["optout", "read"]


def test_it_prints_the_key_whole_for_people(db):
    shown = run("add_company", "Delta", "--sector", "food", "--caller", "+861065550001")
    company = Company.objects.get()
    words = shown.split()
    assert f"com_{company.pk}" in words
    assert (
        companies.digest(next(word for word in words if word.startswith("live_")))
        == ApiKey.objects.get().digest
    )


@pytest.mark.parametrize(
    "words",
    [
        ["--sector", "insurance", "--caller", "+861065551234"],  # Acme's
        ["--sector", "insurance", "--caller", "+861065550001", "+86"],
        ["--sector", "gambling"],
        ["--scope", "everything"],
    ],
)
def test_it_leaves_nothing_of_a_company_it_cannot_enter(acme, words):
    with pytest.raises(CommandError):
        run("add_company", "Echo", *words)
    assert not Company.objects.filter(name="Echo").exists()
    assert not ApiKey.objects.exists()


def test_it_masks_the_calling_number_it_refuses(db):
    with pytest.raises(CommandError) as caught:
        run("add_company", "Echo", "--caller", "+861381234567899")
    assert "1234" not in str(caught.value)


@pytest.mark.parametrize("by", ["id", "name"])
def test_it_issues_a_key_to_a_company_named_by(by, acme):
    answer = run_json(
        "issue_key", f"com_{acme.pk}" if by == "id" else "acme insurance", "--scope", "check", "--scope", "read",
        "--test", "--expires", "2026-04-01",
    )  # fmt: skip
    assert list(answer) == ["key"]
    key = ApiKey.objects.get(digest=companies.digest(answer["key"]))
    assert (key.company, key.scopes, key.livemode) == (acme, ["check", "read"], False)
    assert key.expires_at == datetime(2026, 4, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    "words",
    [
        ["nobody"],
        ["com_999999"],
        ["Twin"],
        ["Acme Insurance", "--expires", "2026-03-10"],
        ["Acme Insurance", "--expires", "soon"],
        ["Acme Insurance", "--expires", "2026-04-01T00:00:00"],
    ],
)
def test_it_issues_no_key_where_it_is_not_clear_to_whom_or_how_long(words, acme, moment):
    for _ in range(2):
        companies.enter(name="Twin", moment=moment)
    with pytest.raises(CommandError):
        run("issue_key", *words)
    assert not ApiKey.objects.exists()


@pytest.mark.parametrize("by", ["id", "whole", "prefix"])
def test_it_revokes_a_key_named_by(by, acme, moment, clock):
    key, secret = companies.issue_key(company=acme, moment=moment)
    other, _ = companies.issue_key(company=acme, moment=moment)
    name = {"id": f"key_{key.pk}", "whole": secret, "prefix": key.prefix}[by]
    answer = run_json("revoke_key", name)
    assert answer == {"id": f"key_{key.pk}", "revoked_at": clock.isoformat()}
    key.refresh_from_db()
    other.refresh_from_db()
    assert not key.works(clock)
    assert other.works(clock)


def test_it_revokes_no_key_that_is_not_there(db):
    with pytest.raises(CommandError, match="no such key"):
        run("revoke_key", "key_12")
