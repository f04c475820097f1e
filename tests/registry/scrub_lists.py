"""Lists of people to call, for the tests: sent in, worked through, and what came of them read back."""

import csv
import io
from datetime import datetime

from registry import scrub_parts, scrubs
from registry.models import Company, Scrub
from registry.periods import Moment
from registry.predial.facts import Question
from tests.conftest import ACME_CALLER, CLOCK

ANA, BEN, CAO = 8613800138000, 8613800138001, 8613800138002
#: Ana, Ben twice, and a row that holds no number.
LIST = b"name,number\nAna,+8613800138000\nBen,+8613800138001\nCao,none\nBen again,8613800138001\n"


def question(company: Company, **others) -> Question:
    """May the company call a number live, about insurance?"""
    return Question(company.pk, company.pk, 0, ACME_CALLER, sector=0, channel=0)._replace(**others)


def accept(
    company: Company, content: bytes = LIST, *, clock: datetime = CLOCK, asked=None, **options
) -> Scrub:
    """The scrub, stored and queued."""
    return scrubs.accept(
        question=asked or question(company), file=io.BytesIO(content), moment=Moment.of(clock), **options
    )


def done(company: Company, content: bytes = LIST, *, clock: datetime = CLOCK, **options) -> Scrub:
    """The scrub, worked through."""
    scrub = accept(company, content, clock=clock, **options)
    assert scrubs.run(scrub.pk, clock=clock)["state"] == "completed"
    scrub.refresh_from_db()
    return scrub


def text(scrub: Scrub, kind: str = "all") -> str:
    """A result as it is sent."""
    return b"".join(scrub_parts.read(scrub, kind)).decode()


def rows(scrub: Scrub, kind: str = "all") -> list[dict[str, str]]:
    """The rows of a result by their columns."""
    return list(csv.DictReader(io.StringIO(text(scrub, kind), newline="")))


def many(count: int) -> bytes:
    """A list of `count` numbers, each another."""
    return b"number\n" + b"".join(b"+86138001%05d\n" % n for n in range(count))
