"""`replay_policy` asks a period again under a draft, and prints what would turn."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from compliance.models import Replay
from compliance.replay import draft
from tests.compliance.calls_made import DAY, asked

pytestmark = pytest.mark.django_db


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "cn.toml"
    text = draft.text_in_force("cn")
    path.write_text(
        text.replace('[[basis]]\nvalue = "consent_required"', '[[basis]]\nvalue = "opt_out"'), "utf-8"
    )
    return path


def said(*words: str) -> str:
    out = StringIO()
    call_command("replay_policy", *words, stdout=out)
    return out.getvalue()


def test_it_prints_what_turns(acme, file):
    asked(acme, "10:00")
    answer = json.loads(said(str(file), "--from", str(DAY), "--to", str(DAY), "--json"))
    assert answer["figures"]["to_allow"] == {"call": 0, "check": 1}
    assert Replay.objects.get().state == "completed"


def test_it_speaks_to_people(acme, file):
    asked(acme, "10:00")
    words = said(
        str(file),
        "--from",
        str(DAY),
        "--to",
        str(DAY),
        "--sector",
        "insurance",
        "--company",
        "Acme Insurance",
    )
    assert "differs in" in words
    assert "basis" in words
    assert "reason consent_missing: to deny 0 checks, 0 calls; to allow 1 checks, 0 calls" in words


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("cn.toml", "id = ", "refused at"),
        ("atlantis.toml", "", "no policy pack"),
        (None, "", "cannot be read"),
    ],
)
def test_it_says_what_is_wrong(db, tmp_path, name, text, says):
    path = tmp_path / (name or "missing.toml")
    if name:
        path.write_text(text)
    with pytest.raises(CommandError, match=says):
        said(str(path), "--from", str(DAY), "--to", str(DAY))
    assert not Replay.objects.exists()
