"""What `up` prints can be read in a log file and pasted into a shell."""

import io
import json
import shlex
from dataclasses import dataclass, field

from config.screen import Screen, curl


@dataclass
class Demo:
    staff: str = "regulator"
    password: str = "correct horse"
    key: str = "test_abc"
    check: dict = field(default_factory=lambda: {"number": "+8613800138000", "note": "it's"})


def test_it_prints_a_command_that_a_shell_reads_back():
    words = shlex.split(curl("http://127.0.0.1:8000", Demo()))
    assert words[0] == "curl"
    assert "http://127.0.0.1:8000/api/v1/checks" in words
    assert "Authorization: Bearer test_abc" in words
    assert json.loads(words[words.index("-d") + 1]) == {"number": "+8613800138000", "note": "it's"}


def test_it_prints_plainly_into_a_pipe():
    out = io.StringIO()
    screen = Screen(out)
    with screen.phase("PostgreSQL"):
        pass
    screen.summary(url="http://127.0.0.1:8000", logs="/data/logs", demo=Demo())
    said = out.getvalue()
    assert "\x1b" not in said
    lines = [line.strip() for line in said.splitlines()]
    assert lines[0].startswith("PostgreSQL")
    assert lines[0].endswith(" s")
    assert curl("http://127.0.0.1:8000", Demo()) in lines  # on one line, whatever the width
    for words in ("http://127.0.0.1:8000/admin/", "regulator", "correct horse", "test_abc", "/data/logs"):
        assert any(line.endswith(words) for line in lines), words


def test_it_says_nothing_of_a_demo_that_was_not_loaded():
    out = io.StringIO()
    Screen(out).summary(url="http://127.0.0.1:8000", logs="/data/logs", demo=None)
    assert "password" not in out.getvalue()
    assert "curl" not in out.getvalue()
    assert "http://127.0.0.1:8000/docs" in out.getvalue()


def test_it_does_not_report_a_phase_that_failed():
    out = io.StringIO()
    try:
        with Screen(out).phase("Policies"):
            raise LookupError
    except LookupError:
        pass
    assert out.getvalue() == ""
