"""A person sees every question about their number by day and company, with the answer and its grounds."""

from datetime import timedelta

import pytest

from registry import opt_outs
from registry.periods import Moment
from registry.predial.check import check
from registry.predial.facts import Question
from tests.conftest import ACME_CALLER, ANA


def ask(company, at, number=ANA, seller=None, **more):
    question = Question(company.pk, (seller or company).pk, number, ACME_CALLER, 0, 0, **more)
    return check([question], Moment.of(at))


def text(answer) -> str:
    return answer.content.decode()


def test_it_shows_who_asked_with_answer_and_grounds(ana_at_home, acme, bolt, clock, moment):
    for minutes in (90, 80):
        ask(acme, clock - timedelta(minutes=minutes))
    opt_outs.register(
        number=ANA, scope="all", source="portal", moment=Moment.of(clock - timedelta(minutes=70))
    )
    ask(acme, clock - timedelta(minutes=60))
    ask(acme, clock - timedelta(minutes=50), number=ANA + 1)
    page = text(ana_at_home.get("/my/asked/"))
    assert page.count("Acme Insurance</h3>") == 1
    assert "3 no" in page
    assert "It holds no consent of yours." in page
    assert "You refused all sales calls." in page
    assert "08:30:00" in page  # in China's time
    assert "Bolt" not in page


def test_it_keeps_days_and_companies_apart(ana_at_home, acme, bolt, clock):
    ask(acme, clock - timedelta(days=1))
    ask(bolt, clock - timedelta(days=1))
    ask(acme, clock - timedelta(minutes=1), seller=bolt)
    page = text(ana_at_home.get("/my/asked/"))
    assert page.index("10 March 2026</h2>") < page.index("9 March 2026</h2>")
    assert "on behalf of Bolt Homes" in page
    assert page.count("Acme Insurance</h3>") == 2


def test_it_puts_a_late_evening_on_the_day_it_was_there(ana_at_home, acme, clock):
    # 17:00 UTC on 8 March is one in the morning of the 9th in China.
    ask(acme, clock - timedelta(days=1, hours=9))
    page = text(ana_at_home.get("/my/asked/"))
    assert "9 March 2026</h2>" in page
    assert "8 March 2026</h2>" not in page


def test_it_goes_back_in_time(ana_at_home, acme, clock):
    ask(acme, clock - timedelta(days=45))
    latest = text(ana_at_home.get("/my/asked/"))
    assert "Nobody asked about your number in these days" in latest
    assert "?until=2026-02-09" in latest
    earlier = text(ana_at_home.get("/my/asked/?until=2026-02-09"))
    assert "24 January 2026</h2>" in earlier
    assert "?until=" not in earlier


@pytest.mark.parametrize("until", ["nonsense", "2026-02-31", "9999-01-01", ""])
def test_it_shows_the_latest_where_the_day_is_none(ana_at_home, acme, clock, until):
    ask(acme, clock - timedelta(minutes=1))
    assert "Acme Insurance" in text(ana_at_home.get(f"/my/asked/?until={until}"))


def test_it_says_when_there_is_more_than_a_page(ana_at_home, acme, clock, monkeypatch):
    from registry.portal import checks

    monkeypatch.setattr(checks, "MOST", 2)
    for minutes in range(3):
        ask(acme, clock - timedelta(minutes=minutes + 1))
    assert "more questions than fit" in text(ana_at_home.get("/my/asked/"))
