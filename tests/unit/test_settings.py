"""Settings are read from the environment, with their types, and wrong ones are refused."""

import base64
import hashlib
import re

import pytest
from django.conf import settings as active
from django.template.loader import get_template

from config import settings
from config.checks import secret_key_is_given
from config.embedded.home import Home


@pytest.mark.parametrize(
    ("given", "meant"), [("1", True), ("yes", True), ("Off", False), ("false", False), ("", True)]
)
def test_it_reads_a_flag(monkeypatch, given, meant):
    monkeypatch.setenv("SOME_FLAG", given)
    assert settings.flag("SOME_FLAG", True) is meant


def test_it_refuses_a_flag_that_is_neither_yes_nor_no(monkeypatch):
    monkeypatch.setenv("SOME_FLAG", "maybe")
    with pytest.raises(ValueError, match="SOME_FLAG must be 1 or 0, not 'maybe'"):
        settings.flag("SOME_FLAG", False)


def test_it_reads_a_number(monkeypatch):
    assert settings.number("SOME_NUMBER", 7) == 7
    monkeypatch.setenv("SOME_NUMBER", "-3")
    assert settings.number("SOME_NUMBER", 7) == -3
    monkeypatch.setenv("SOME_NUMBER", "3 or 4")
    with pytest.raises(ValueError, match="SOME_NUMBER must be a whole number"):
        settings.number("SOME_NUMBER", 7)


def test_it_reads_a_value_from_the_file_that_is_named(monkeypatch, tmp_path):
    (tmp_path / "secret").write_text("from the file\n")
    monkeypatch.setenv("SOME_TEXT_FILE", str(tmp_path / "secret"))
    assert settings.text("SOME_TEXT", "default") == "from the file"
    monkeypatch.setenv("SOME_TEXT", "from the variable")
    assert settings.text("SOME_TEXT", "default") == "from the variable"


def test_it_makes_a_secret_once_on_the_embedded_stack_and_never_with_a_real_database(monkeypatch, tmp_path):
    home = Home(tmp_path / "data")
    assert settings.secret("SOME_SECRET", home) == ""
    monkeypatch.delenv("DATABASE_URL")
    made = settings.secret("SOME_SECRET", home)
    assert len(made) > 40
    assert settings.secret("SOME_SECRET", home) == made
    assert (home.data / "secrets" / "some_secret").stat().st_mode & 0o777 == 0o600
    monkeypatch.setenv("SOME_SECRET", "given")
    assert settings.secret("SOME_SECRET", home) == "given"


def test_it_reads_a_database_address():
    found = settings.database(
        "postgresql://who:p%40ss@db.example:6543/register?sslmode=require&application_name=web"
    )
    assert found == {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": "register",
        "USER": "who",
        "PASSWORD": "p@ss",
        "HOST": "db.example",
        "PORT": "6543",
        "OPTIONS": {"sslmode": "require", "application_name": "web"},
    }


def test_it_takes_the_version_from_the_changelog():
    first = re.search(r"^## (.*)$", (settings.BASE_DIR / "CHANGELOG.md").read_text(), re.MULTILINE).group(1)
    assert re.fullmatch(r"\d+\.\d+\.\d+", active.VERSION)
    assert first.startswith(active.VERSION)


def test_it_stops_without_a_secret_key(settings):
    assert secret_key_is_given() == []
    settings.SECRET_KEY_GIVEN = False
    (error,) = secret_key_is_given()
    assert error.id == "config.E001"
    assert "SECRET_KEY_FILE" in error.hint


def test_it_allows_the_one_style_inside_the_documentation_page():
    source = get_template("drf_spectacular/swagger_ui.html").template.source
    style = re.search(r"<style>(.*?)</style>", source, re.DOTALL).group(1)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert f"'sha256-{digest}'" in active.CONTENT_SECURITY_POLICY["DIRECTIVES"]["style-src"]


def test_it_allows_no_inline_script():
    rules = active.CONTENT_SECURITY_POLICY["DIRECTIVES"]
    assert rules["script-src"] == ["'self'"]
    assert not any("unsafe" in source for sources in rules.values() for source in sources)
