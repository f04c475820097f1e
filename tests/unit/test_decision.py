"""The rule by itself: total, ordered, and with reasons that stop where another rule would decide otherwise."""

import pytest

from registry.decision import (
    ALLOW_CODES,
    COMBINATIONS,
    DECISIONS,
    DENY_CODES,
    DOMAINS,
    RULES,
    TIMING_CODES,
    Facts,
    decide,
)
from registry.reasons import REASONS

#: A licensed company with consent, inside the hours: the plainest allow.
WELCOME = Facts(
    standing="licensed",
    caller_registered=True,
    refused=False,
    out_of_all=False,
    out_of_sector=False,
    out_of_channel=False,
    ground="consent",
    regime="consent_required",
    hours="open",
    attempts_exceeded=False,
)


def test_it_answers_every_combination():
    size = 1
    for values in DOMAINS:
        size *= len(values)
    assert len(DECISIONS) == len(COMBINATIONS) == size


def test_it_gives_a_reason_for_every_answer_and_all_on_its_own_side():
    for decision in set(DECISIONS.values()):
        assert decision.reasons
        codes = ALLOW_CODES if decision.allowed else DENY_CODES
        assert set(decision.reasons) <= set(codes)


def test_it_allows_only_with_standing_and_caller_and_no_refusal_and_within_hours():
    for facts, decision in DECISIONS.items():
        if decision.allowed:
            assert facts.standing == "licensed"
            assert facts.caller_registered
            assert not facts.refused
            assert facts.hours == "open"
            assert not facts.attempts_exceeded


def test_it_allows_over_a_standing_general_opt_out_only_for_an_exempt_purpose():
    for facts, decision in DECISIONS.items():
        if decision.allowed and (facts.out_of_all or facts.out_of_sector or facts.out_of_channel):
            assert facts.regime == "exempt"


def test_it_needs_a_ground_where_consent_is_required():
    for facts, decision in DECISIONS.items():
        if decision.allowed and facts.regime == "consent_required":
            assert facts.ground in ("consent", "relationship")


@pytest.mark.parametrize("regime", ["consent_required", "opt_out"])
@pytest.mark.parametrize("ground", ["revoked", "disputed"])
def test_it_takes_a_revoked_or_disputed_consent_for_a_no_in_every_regime(regime, ground):
    decision = decide(WELCOME._replace(ground=ground, regime=regime))
    assert (decision.verdict, decision.reasons) == ("deny", (f"consent_{ground}",))


def test_it_lists_every_denial_that_holds():
    facts = WELCOME._replace(
        refused=True, out_of_all=True, ground="missing", hours="closed_day", attempts_exceeded=True
    )
    assert decide(facts).reasons == (
        "opted_out_of_company",
        "opted_out_of_all",
        "consent_missing",
        "closed_day",
        "attempts_exceeded",
    )


def test_it_does_not_tell_a_consented_caller_that_it_needed_none():
    assert decide(WELCOME._replace(regime="opt_out")).reasons == ("consent_on_record",)


def test_it_says_when_time_alone_is_in_the_way():
    assert decide(WELCOME._replace(hours="outside_calling_hours")).only_timing
    assert not decide(WELCOME._replace(hours="outside_calling_hours", ground="missing")).only_timing
    assert not decide(WELCOME).only_timing


def test_it_has_a_sentence_for_every_code():
    codes = {rule.code for rule in RULES}
    assert codes <= set(REASONS)
    assert {code for code, reason in REASONS.items() if reason.verdict != "audit"} == codes
    assert set(DENY_CODES) >= TIMING_CODES
    for rule in RULES:
        assert REASONS[rule.code].verdict == rule.verdict


def test_it_uses_every_rule():
    used = {code for decision in DECISIONS.values() for code in decision.reasons}
    assert used == {rule.code for rule in RULES}
