"""Clients of the API for the tests of the register, and what its processes keep in memory, forgotten between tests."""

from datetime import timedelta

import pytest
import time_machine

from registry import companies
from registry.api import access, check_answers, throttles
from registry.codes import CHANNELS
from registry.models import Company
from registry.periods import Moment
from tests.registry.api import Api

ALL_SCOPES = ("check", "consent", "calls", "optout", "read")


@pytest.fixture(autouse=True)
def fresh_memory():
    """A web process that has just been started: no keys, no counts."""
    access.forget_all()
    check_answers.sources.forget()
    throttles.counters.forget()


@pytest.fixture
def now(clock):
    """The faces' clock, standing still at the tests' present; `now.shift(…)` moves it."""
    with time_machine.travel(clock, tick=False) as traveller:
        yield traveller


@pytest.fixture
def key_of(now, moment):
    """Issues a key of a company: `key_of(acme, "check", test=True)`."""

    def issue(company: Company, *scopes: str, test: bool = False, expires_in: timedelta | None = None) -> str:
        expires_at = moment.at + expires_in if expires_in is not None else None
        return companies.issue_key(
            company=company, moment=moment, scopes=scopes or ALL_SCOPES, test=test, expires_at=expires_at
        )[1]

    return issue


@pytest.fixture
def committed_acme(committed, moment) -> Company:
    """Acme in a database whose rows other threads see."""
    company = companies.enter(name="Acme Insurance", moment=moment)
    companies.license(company=company, sectors=["insurance"], moment=moment)
    return company


@pytest.fixture
def api(acme, key_of) -> Api:
    """Acme's program, with every scope but `read`."""
    return Api(key_of(acme, "check", "consent", "calls", "optout"))


@pytest.fixture
def reader(acme, key_of) -> Api:
    """Acme's program, with every scope."""
    return Api(key_of(acme))


@pytest.fixture
def other_api(bolt, key_of) -> Api:
    """Another company's program."""
    return Api(key_of(bolt))


@pytest.fixture
def carrier_api(carrier, key_of) -> Api:
    """A carrier's program."""
    return Api(key_of(carrier))


@pytest.fixture
def test_api(acme, key_of) -> Api:
    """Acme's program with a test key."""
    return Api(key_of(acme, test=True))


@pytest.fixture
def nobody(db, now) -> Api:
    """A program without a key."""
    return Api()


@pytest.fixture
def question() -> dict[str, str]:
    """What Acme asks about Ana."""
    return {
        "number": "+8613800138000",
        "caller": "+861065551234",
        "sector": "insurance",
        "channel": "live",
        "reference": "lead-1",
    }


@pytest.fixture
def agreed(acme, ana, moment):
    """Ana agreed to Acme's calls about insurance last month; the consent's number."""
    from registry import consents

    given = Moment.of(moment.at - timedelta(days=30))
    row, _ = consents.record(
        company=acme,
        number=ana,
        sectors=["insurance"],
        channels=CHANNELS,
        given_at=given.at,
        method="web_form",
        notice_text="We may call you about insurance.",
        evidence=[{"type": "screenshot", "sha256": "0" * 64}],
        reference="form-1",
        moment=given,
    )
    return row.record_id
