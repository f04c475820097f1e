"""`scrub`: a list is checked by the command itself, and its results lie in a folder."""

import csv
import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError

from registry import scrubs
from registry.errors import FileLost
from registry.models import Check, Scrub
from tests.registry.one_of_each import agree
from tests.registry.scrub_lists import ANA, LIST

pytestmark = pytest.mark.usefixtures("files", "now")

ASKED = ("--company", "Acme Insurance", "--sector", "insurance", "--caller", "+861065551234")


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "leads.csv"
    path.write_bytes(LIST)
    return path


def run(path, folder, *options, asked=ASKED):
    out = StringIO()
    call_command("scrub", str(path), *asked, "--out", str(folder), *options, stdout=out)
    return out.getvalue()


def rows(path):
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def test_it_puts_the_results_into_the_folder(acme, path, tmp_path):
    agree(acme, ANA, "form-1")
    out = run(path, tmp_path / "new" / "answers")
    scrub = Scrub.objects.get()
    folder = tmp_path / "new" / "answers"
    assert sorted(file.name for file in folder.iterdir()) == [
        *("all.csv", "allowed.csv", "denied.csv", "rejected.csv")
    ]
    assert [row["verdict"] for row in rows(folder / "all.csv")] == ["allow", "deny", "rejected", "deny"]
    assert [row["name"] for row in rows(folder / "allowed.csv")] == ["Ana"]
    assert [row["row"] for row in rows(folder / "rejected.csv")] == ["4"]
    assert {file.stat().st_mode & 0o777 for file in folder.iterdir()} == {0o600}
    assert Check.objects.count() == 2
    for words in (f"scr_{scrub.pk}", "allowed", "denied", "rejected", str(folder)):
        assert words in out
    assert "8613800138000" not in out
    assert (scrub.state, scrub.key, scrub.livemode) == ("completed", None, True)


def test_it_prints_counts_for_machines(acme, path, tmp_path):
    found = json.loads(run(path, tmp_path, "--json"))
    assert found == {"id": f"scr_{Scrub.objects.get().pk}", "allowed": 0, "denied": 3, "rejected": 1}


def test_it_asks_as_it_is_told(acme, bolt, path, tmp_path):
    run(
        *(path, tmp_path, "--channel", "sms", "--purpose", "survey", "--seller", f"com_{bolt.pk}"),
        *("--campaign", "spring", "--reference", "list-7", "--column", "number", "--region", "CN"),
    )
    check = Check.objects.first()
    assert (check.channel, check.purpose, check.seller) == ("sms", "survey", bolt)
    assert (check.campaign, check.reference) == ("spring", "list-7")
    scrub = Scrub.objects.get()
    assert (scrub.column, scrub.region) == ("number", "CN")


@pytest.mark.parametrize(
    "asked",
    [
        ("--company", "Nobody", *ASKED[2:]),
        ("--company", "Acme Insurance", "--sector", "gambling", *ASKED[4:]),
        (*ASKED[:4], "--caller", "nobody"),
        (*ASKED, "--column", "fax"),
        (*ASKED, "--region", "XX"),
        (*ASKED, "--seller", "com_999999"),
    ],
)
def test_it_fails_with_a_sentence_where_it_is_told_nonsense(acme, path, tmp_path, asked):
    with pytest.raises(CommandError) as failed:
        run(path, tmp_path, asked=asked)
    assert str(failed.value)
    assert not Scrub.objects.exists()


def test_it_fails_where_there_is_no_list(acme, path, tmp_path):
    with pytest.raises(CommandError):
        run(tmp_path / "none.csv", tmp_path)
    path.write_bytes(b"")
    with pytest.raises(CommandError, match="no rows"):
        run(path, tmp_path)


def test_it_does_not_write_over_the_list(acme, path, tmp_path):
    path = path.rename(tmp_path / "all.csv")
    with pytest.raises(CommandError):
        run(path, tmp_path)
    assert path.read_bytes() == LIST


def test_it_leaves_nothing_to_a_worker_when_it_is_cut_short(
    acme, path, tmp_path, files, monkeypatch, django_capture_on_commit_callbacks
):
    def fail(*args):
        raise OperationalError("the database went away")

    monkeypatch.setattr(scrubs, "answers", fail)
    with django_capture_on_commit_callbacks(execute=True), pytest.raises(OperationalError):
        run(path, tmp_path)
    assert Scrub.objects.get().state == "cancelled"
    assert not [path for path in files.rglob("*") if path.is_file()]


def test_it_says_why_the_list_was_not_checked(acme, path, tmp_path, monkeypatch):
    def lose(*args):
        raise FileLost("The disk is gone")

    monkeypatch.setattr(scrubs, "_run", lose)
    with pytest.raises(CommandError, match="The disk is gone"):
        run(path, tmp_path)
    assert Scrub.objects.get().state == "failed"
    assert not (tmp_path / "all.csv").exists()
