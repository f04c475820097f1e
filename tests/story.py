"""The words a case is told in: what happened before the question, each an event that a verb carries out.

Times are written as people say them, `2026-03-10 10:00`, and are Chinese wall time unless they carry an offset.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from registry import companies, consents, opt_outs, reassignments, relationships, suspensions
from registry.codes import CHANNELS, PURPOSES, SECTORS
from registry.models import Company
from registry.periods import Moment
from registry.predial.check import check
from registry.predial.facts import Question

ANA = 8613800138000
ACME_CALLER = 861065551234
SELLER_CALLER = 861065559999
CHINA = ZoneInfo("Asia/Shanghai")


def when(text: str) -> datetime:
    """The instant that a case's words name."""
    at = datetime.fromisoformat(text)
    return (at if at.tzinfo else at.replace(tzinfo=CHINA)).astimezone(UTC)


@dataclass
class Stage:
    """Who is in a story, and what was put on record so far."""

    acme: Company
    seller: Company
    number: int
    records: dict[str, int] = field(default_factory=dict)

    def company(self, name: str) -> Company:
        return {"acme": self.acme, "seller": self.seller}[name]


Event = Callable[[Stage], None]


def opted_out(
    scope: str = "all",
    at: str = "2026-03-01 09:00",
    *,
    sector: str | None = None,
    company: str | None = None,
    channels: tuple[str, ...] = CHANNELS,
    days: list[str] | None = None,
    hours: tuple[int, int] | None = None,
    recorded: str | None = None,
    name: str = "opt_out",
) -> Event:
    """The person said no at `at`; it came on record then, or at `recorded`."""

    def happen(stage: Stage) -> None:
        row = opt_outs.register(
            number=stage.number,
            scope=scope,
            sector=sector,
            company=stage.company(company) if company else None,
            channels=channels,
            days=days,
            hours=hours,
            said_at=when(at),
            source="portal",
            moment=Moment.of(when(recorded or at)),
        )
        stage.records[name] = row.record_id

    return happen


def withdrew(at: str, name: str = "opt_out") -> Event:
    """The person took an opt-out back."""
    return lambda stage: opt_outs.withdraw(record_id=stage.records[name], moment=Moment.of(when(at))) and None


def consented(
    given: str = "2026-02-01 09:00",
    *,
    recorded: str | None = None,
    sectors: tuple[str, ...] = ("insurance",),
    channels: tuple[str, ...] = ("live",),
    expires: str | None = None,
    company: str = "acme",
    name: str = "consent",
) -> Event:
    """A company put a consent on record: given at `given`, recorded then or later."""

    def happen(stage: Stage) -> None:
        row, _ = consents.record(
            company=stage.company(company),
            number=stage.number,
            sectors=sectors,
            channels=channels,
            given_at=when(given),
            expires_at=when(expires) if expires else None,
            method="web_form",
            notice_text="We may call you about insurance.",
            evidence=[{"type": "screenshot", "sha256": "0" * 64}],
            reference=f"{name}-{stage.number}",
            moment=Moment.of(when(recorded or given)),
        )
        stage.records[name] = row.record_id

    return happen


def confirmed(at: str, name: str = "consent") -> Event:
    """The person confirmed a consent."""
    return lambda stage: consents.confirm(record_id=stage.records[name], moment=Moment.of(when(at))) and None


def disputed(at: str, name: str = "consent") -> Event:
    """The person disputed a consent."""
    return lambda stage: consents.dispute(record_id=stage.records[name], moment=Moment.of(when(at))) and None


def revoked(at: str, name: str = "consent", recorded: str | None = None) -> Event:
    """The person took a consent back, from `at` on; the register learnt of it then, or at `recorded`."""
    return lambda stage: (
        consents.revoke(record_id=stage.records[name], moment=Moment(when(at), when(recorded or at))) and None
    )


def related(
    kind: str = "purchase",
    last: str = "2026-02-01 09:00",
    *,
    recorded: str | None = None,
    company: str = "acme",
) -> Event:
    """A company put a relationship on record."""

    def happen(stage: Stage) -> None:
        relationships.record(
            company=stage.company(company),
            number=stage.number,
            kind=kind,
            last_at=when(last),
            reference=f"order-{kind}-{last}",
            moment=Moment.of(when(recorded or last)),
            sector="insurance",
        )

    return happen


def changed_hands(at: str, recorded: str | None = None) -> Event:
    """The number went to a new holder."""

    def happen(stage: Stage) -> None:
        reassignments.record(
            number=stage.number, changed_at=when(at), source="Telco", moment=Moment.of(when(recorded or at))
        )

    return happen


def suspended(at: str, company: str = "acme", sectors: tuple[str, ...] | None = None) -> Event:
    """A company's licences ended."""
    return lambda stage: (
        suspensions.suspend(company=stage.company(company), moment=Moment.of(when(at)), sectors=sectors)
        and None
    )


def reinstated(at: str, sectors: tuple[str, ...] = ("insurance",)) -> Event:
    """The company was licensed again."""
    return lambda stage: (
        companies.license(company=stage.acme, sectors=sectors, moment=Moment.of(when(at))) and None
    )


def gave_up_caller(at: str) -> Event:
    """The company no longer calls from its number."""
    return lambda stage: companies.remove_caller(
        company=stage.acme, number=ACME_CALLER, moment=Moment.of(when(at))
    )


def attempted(at: str, *, channel: str = "live", sector: str = "insurance") -> Event:
    """The company asked and was allowed, so an attempt was made."""

    def happen(stage: Stage) -> None:
        question = Ask(sector=sector, channel=channel).question(stage)
        (answer,) = check([question], Moment.of(when(at)))
        assert answer.decision.allowed, f"the attempt at {at} was denied: {answer.decision.reasons}"

    return happen


@dataclass(frozen=True)
class Ask:
    """The question at the end of a story."""

    at: str = "2026-03-10 10:00"
    known_at: str | None = None
    sector: str = "insurance"
    channel: str = "live"
    caller: int = ACME_CALLER
    seller: str = "acme"
    purpose: str = "marketing"

    def question(self, stage: Stage) -> Question:
        """The same question as the register's own words."""
        return Question(
            company_id=stage.acme.pk,
            seller_id=stage.company(self.seller).pk,
            number=stage.number,
            caller=self.caller,
            sector=SECTORS.index(self.sector),
            channel=CHANNELS.index(self.channel),
            purpose=PURPOSES.index(self.purpose),
        )

    @property
    def moment(self) -> Moment:
        return Moment(when(self.at), when(self.known_at or self.at))


@dataclass(frozen=True)
class Case:
    """A story, the question at its end, and the answer it must have from every asker."""

    name: str
    story: list[Event]
    reasons: list[str]
    verdict: str = "deny"
    ask: Ask = field(default_factory=Ask)
    number: int = ANA
    next_allowed: str | None = None

    def __str__(self) -> str:
        return self.name.replace(" ", "-")


def told(case: Case, acme: Company, seller: Company) -> Stage:
    """Let a case's story happen."""
    stage = Stage(acme, seller, case.number)
    for event in case.story:
        event(stage)
    return stage
