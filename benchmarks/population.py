"""Who has what, as arithmetic: the same formulas in SQL, in Python and in pgbench's scripts, from one seedless rule.

A person is a place in `0 … people`; `number` spreads the places over China's mobile numbers without repeating one.
With N opt-outs (rows), the people are 1.2 N:

    0 … 0.8 N       one opt-out each that stands: of all calls mostly, of a sector, of a company, of hours, of channels
    every 5th row   15 % more rows are refusals of one company by some of these people, so numbers repeat;
                    5 % are opt-outs withdrawn since, two rows each, of people with and without another
    0.75 … 0.85 N   one or two consents each, from different companies, half of these people opted out as well
    0.78 … 0.93 N   a relationship for every third
    0.76 … 0.86 N   a reassignment for every 20th

"""

import math
import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

COMPANIES = 100
SECTORS = 10
#: Two companies whose licence was suspended.
SUSPENDED = (13, 77)
FIRST_NUMBER = 8_613_000_000_000
NUMBERS = 7_000_000_000
#: Odd and divisible by neither 5 nor 7, so that multiplying by it permutes the numbers.
SPREAD = 1_234_567_891
FIRST_CALLER = 861_065_550_000
#: A consent's status, by percent: what stays as recorded or has expired is one row, what changed is three.
RECORDED, EXPIRED, CONFIRMED, REVOKED = 70, 74, 87, 95
ROWS_PER_CONSENT = 1.52
#: Steps that visit every place once (primes).
STEP = 7919

SCALES = {"small": 1_000_000, "10m": 10_000_000, "100m": 100_000_000}


@dataclass(frozen=True)
class Population:
    """The people of one scale; `opt_outs` is the number of rows, a multiple of 10,000."""

    opt_outs: int

    def __post_init__(self) -> None:
        if self.opt_outs < 10_000 or self.opt_outs % 10_000:
            raise ValueError("opt-outs come in multiples of 10,000")
        if math.gcd(STEP, self.refusers) != 1:
            raise ValueError(f"not a multiple of {STEP}, please")

    @classmethod
    def of(cls, scale: str) -> "Population":
        """A scale by name, or its number of opt-outs (`250000`, `1m`)."""
        text = scale.lower().replace("_", "").replace(",", "")
        if text in SCALES:
            return cls(SCALES[text])
        factor = {"k": 1_000, "m": 1_000_000}.get(text[-1:], 1)
        return cls(int(text.rstrip("km")) * factor)

    @property
    def name(self) -> str:
        """What its folder is called."""
        for name, rows in SCALES.items():
            if rows == self.opt_outs:
                return name
        return str(self.opt_outs)

    @property
    def people(self) -> int:
        """All there are."""
        return self.opt_outs * 12 // 10

    @property
    def refusers(self) -> int:
        """People with an opt-out that stands: the first of all."""
        return self.opt_outs * 8 // 10

    @property
    def company_refusals(self) -> int:
        """Rows that are a second opt-out of the same person."""
        return self.opt_outs * 15 // 100

    @property
    def withdrawn(self) -> int:
        """Opt-outs that were withdrawn, two rows each."""
        return (self.opt_outs - self.refusers - self.company_refusals) // 2

    @property
    def consents(self) -> int:
        """Consents; with their history they are a fifth of the opt-outs in rows."""
        return int(self.opt_outs / 5 / ROWS_PER_CONSENT)

    @property
    def consenters(self) -> int:
        """People whom companies hold consents of."""
        return self.opt_outs // 10

    @property
    def first_consenter(self) -> int:
        """The first of them; they follow one another."""
        return self.opt_outs * 75 // 100

    @property
    def relationships(self) -> int:
        """Rows of them, one a person."""
        return self.opt_outs // 20

    @property
    def reassignments(self) -> int:
        """Numbers that changed hands."""
        return self.opt_outs // 200

    @property
    def checks(self) -> int:
        """Checks asked in the last two months."""
        return self.opt_outs // 5

    def consenter(self, consent: int) -> tuple[int, int]:
        """Person and company of a consent; SQL says the same in `data.py`."""
        person = self.first_consenter + consent % self.consenters
        return person, (consent * 31 + consent // self.consenters * 37) % COMPANIES

    def questions(self, count: int, seed: int) -> Iterator["Asked"]:
        """What companies ask: half about people they hold a consent of, half about anybody. Repeats happen."""
        chance = random.Random(seed)
        for _ in range(count):
            if chance.random() < 0.5:
                person, company = self.consenter(chance.randrange(self.consents))
            else:
                person, company = chance.randrange(self.people), chance.randrange(COMPANIES)
            yield Asked(number(person), company, caller(company), company % SECTORS)


class Asked(NamedTuple):
    """One question. Company and sector are places."""

    number: int
    company: int
    caller: int
    sector: int


def number(person: int) -> int:
    """The phone number of a person."""
    return FIRST_NUMBER + person * SPREAD % NUMBERS


def number_sql(person: str) -> str:
    """The same, of a SQL expression of type bigint; pgbench reads it too."""
    return f"{FIRST_NUMBER} + ({person}) * {SPREAD} % {NUMBERS}"


def caller(company: int, line: int = 0) -> int:
    """A number a company calls from; each has two."""
    return FIRST_CALLER + company * 10 + line


def sectors(company: int) -> list[int]:
    """What a company is licensed for: its main sector, and for two thirds of them a second."""
    second = (company * 3 + 1) % SECTORS
    return sorted({company % SECTORS, second} if company % 3 else {company % SECTORS})
