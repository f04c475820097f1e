"""The pages about calls speak Chinese to the last word, and name every code."""

import re
from pathlib import Path

from compliance.complaint_steps import CLOCKS, STATES, STEPS
from compliance.models.complaints import CATEGORIES, GROUNDS, OUTCOMES, VOICES
from compliance.portal import words

COMPLIANCE = Path(__file__).parents[2] / "compliance"
CATALOGUE = COMPLIANCE / "locale/zh_Hans/LC_MESSAGES/django.po"


def test_it_has_words_for_every_code():
    for codes, shown in (
        (CATEGORIES, words.CATEGORIES),
        (VOICES, words.VOICES),
        (STATES, words.STATES),
        (STEPS, words.STEPS),
        (CLOCKS, words.CLOCKS),
        (OUTCOMES, words.OUTCOMES),
        (GROUNDS, words.GROUNDS),
    ):
        assert set(codes) == set(shown)


def test_it_has_a_translation_of_every_text_in_its_templates():
    catalogue = CATALOGUE.read_text(encoding="utf-8")
    known = set(re.findall(r'^msgid "(.+)"$', catalogue, re.MULTILINE))
    for template in (COMPLIANCE / "templates").rglob("*.html"):
        for text in re.findall(r'{% translate "([^"]+)" %}', template.read_text(encoding="utf-8")):
            assert text in known, f"{template.name}: {text}"


def test_it_leaves_no_text_without_its_translation():
    catalogue = CATALOGUE.read_text(encoding="utf-8")
    assert not re.findall(
        r'^msgid "(.+)"\n(?:msgid_plural .*\n)?msgstr(?:\[0\])? ""\n', catalogue, re.MULTILINE
    )
    assert "#, fuzzy" not in catalogue
    # What is compiled is what is written.
    assert CATALOGUE.with_suffix(".mo").stat().st_size > 5_000
