"""Every text of the pages is there in every language of the settings, and what is compiled is what is written."""

import gettext
import os
import re
import shutil
from io import StringIO
from pathlib import Path

import pytest
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from django.conf import settings
from django.core.management import call_command
from django.utils.translation import to_locale

ROOT = Path(__file__).parents[2]
#: Every catalogue of ours: an application's folder and a language other than the one texts are written in.
CATALOGUES = [
    (folder.parent.name, to_locale(code))
    for folder in sorted(ROOT.glob("*/locale"))
    for code, _ in settings.LANGUAGES
    if code != settings.LANGUAGE_CODE
]
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|</?\w+[^>]*>")


def path(app: str, locale: str, ending: str) -> Path:
    return ROOT / app / "locale" / locale / "LC_MESSAGES" / f"django.{ending}"


def catalogue(file: Path):
    with file.open("rb") as opened:
        return read_po(opened)


def forms(string) -> list[str]:
    return [string] if isinstance(string, str) else list(string)


def test_it_has_a_catalogue():
    assert ("registry", "zh_Hans") in CATALOGUES


@pytest.mark.parametrize(("app", "locale"), CATALOGUES)
def test_it_translates_everything(app, locale):
    read = catalogue(path(app, locale, "po"))
    assert not [message.id for message in read if message.id and message.fuzzy]
    assert not [message.id for message in read if message.id and not all(forms(message.string))]
    assert not read.obsolete


@pytest.mark.parametrize(("app", "locale"), CATALOGUES)
def test_it_keeps_placeholders_and_tags(app, locale):
    for message in catalogue(path(app, locale, "po")):
        if not message.id:
            continue
        # The last form of a plural is the general one.
        wanted = sorted(PLACEHOLDER.findall(forms(message.id)[-1]))
        for string in forms(message.string):
            assert sorted(PLACEHOLDER.findall(string)) == wanted, message.id


@pytest.mark.parametrize(("app", "locale"), CATALOGUES)
def test_it_is_compiled_from_what_is_written(app, locale, tmp_path):
    """Compare what the two say; the bytes depend on the program that compiles."""
    again = tmp_path / "django.mo"
    with again.open("wb") as opened:
        write_mo(opened, catalogue(path(app, locale, "po")))
    says = []
    for file in (again, path(app, locale, "mo")):
        with file.open("rb") as opened:
            said = gettext.GNUTranslations(opened)._catalog
        says.append({key: text for key, text in said.items() if key})
    assert says[0] == says[1]


@pytest.mark.skipif(
    shutil.which("xgettext") is None, reason="gettext is not installed (apt-get install gettext)"
)
@pytest.mark.parametrize(("app", "locale"), CATALOGUES)
def test_it_forgets_no_text_of_the_pages(app, locale, tmp_path):
    """`makemessages` on a copy finds no text that the catalogue lacks, and none that nobody uses any more."""
    copy = tmp_path / app
    shutil.copytree(
        ROOT / app,
        copy,
        ignore=shutil.ignore_patterns("__pycache__", "*.pyc", "*.mo", "static", "migrations"),
    )
    # A directory of its own: the command looks for sources where it stands.
    here = Path.cwd()
    os.chdir(copy)
    try:
        call_command("makemessages", locale=[locale], no_location=True, no_obsolete=True, stdout=StringIO())
    finally:
        os.chdir(here)
    found = catalogue(copy / "locale" / locale / "LC_MESSAGES" / "django.po")
    held = catalogue(path(app, locale, "po"))

    def texts(read):
        return {
            message.id if isinstance(message.id, str) else message.id[0] for message in read if message.id
        }

    assert texts(found) == texts(held)
