"""The pages about calls have words for every code."""

from compliance.complaint_steps import CLOCKS, STATES, STEPS
from compliance.models.complaints import CATEGORIES, GROUNDS, OUTCOMES, VOICES
from compliance.portal import words
from registry.portal.words import CARER_ACTS


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
    # What a carer did here is told to whom they did it for.
    assert "complain" in CARER_ACTS
