"""The table of cases through the fourth asker: the audit, years later, of the call that followed the question."""

from datetime import UTC

import pytest

from registry.decision import DENY_CODES
from registry.predial.check import check
from tests.cases import CASES
from tests.compliance.calls_made import audited, called, client, found
from tests.story import Case, Stage, told


@pytest.fixture(params=[case for case in CASES if case.ask.known_at is None], ids=str)
def case(request) -> Case:
    return request.param


@pytest.fixture
def stage(case, acme) -> Stage:
    return told(case, acme, client())


def test_it_judges_the_call_as_the_check_was_answered(case, stage):
    ask = case.ask
    (answer,) = check([ask.question(stage)], ask.moment)
    call = called(
        stage.acme,
        ask.moment.at,
        number=case.number,
        caller=ask.caller,
        check_id=answer.check_id,
        sector=ask.sector,
        channel=ask.channel,
    )
    said = audited(stage.acme, ask.moment.at.astimezone(UTC).date())
    assert said["state"] == "completed"
    assert said["incidents"] == 0
    as_of_the_call = [code for code in DENY_CODES if code in found(call)]
    assert as_of_the_call == (case.reasons if case.verdict == "deny" else [])
    assert ("called_after_deny" in found(call)) == (case.verdict == "deny")
    if case.verdict == "allow":
        assert found(call) == []
