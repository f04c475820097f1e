"""What the tests of cases are told in: Acme called after a refusal, and an officer opens a case on that."""

from datetime import UTC, datetime, timedelta

from compliance import case_decisions, cases
from compliance.models import Case, Violation
from registry.models import Company
from registry.periods import Moment
from tests.compliance.calls_made import audited, called, client, refused  # noqa: F401
from tests.conftest import ACME_CALLER, ANA
from tests.desk.house import member

#: Tuesday, 24 March 2026, ten in the morning in China: after the audit.
OPENED = datetime(2026, 3, 24, 2, tzinfo=UTC)


def officer():
    """Who works on cases."""
    return member("case_officer")


def chief(name: str = "chief@regulator.example"):
    """Who decides them."""
    return member("supervisor", name)


def found_against(acme: Company, count: int = 1) -> list[int]:
    """Violations of calls that Acme made without asking; their numbers."""
    for n in range(count):
        called(acme, f"1{n}:00", number=ANA + n, caller=ACME_CALLER)
    audited(acme)
    return sorted(Violation.objects.filter(code="no_check").values_list("pk", flat=True))


def opened(acme: Company, *, clock: datetime = OPENED, ids: list[int] | None = None, **given) -> Case:
    """A case on violations of Acme."""
    ids = found_against(acme) if ids is None else ids
    return cases.open_case(
        company=acme,
        gathered={"violation": ids},
        title="Calls without a check",
        user=officer(),
        moment=Moment.of(clock),
        **given,
    )


def answered(acme: Company, **given) -> Case:
    """A case that the company was told of, and answered."""
    row = opened(acme, **given)
    after = row.opened_at + timedelta(hours=1)
    cases.notify(case_id=row.pk, text="You called without asking.", user=officer(), clock=after)
    cases.respond(
        case_id=row.pk, company_id=acme.pk, text="A fault.", evidence=[], clock=after + timedelta(days=1)
    )
    row.refresh_from_db()
    return row


def proposed(acme: Company, action: str = "suspend_new_outbound", lasts: str = "P90D", **given) -> Case:
    """A case in which a penalty was proposed."""
    row = answered(acme, **given)
    case_decisions.propose(
        case_id=row.pk,
        action=action,
        lasts=lasts,
        text="It called on.",
        why_other="Hundreds of people were called.",
        user=officer(),
        clock=row.opened_at + timedelta(days=3),
    )
    row.refresh_from_db()
    return row


def decided(acme: Company, *, at: datetime | None = None, **given) -> Case:
    """A case that was decided."""
    row = proposed(acme, **given)
    at = at or row.opened_at + timedelta(days=4)
    case_decisions.decide(case_id=row.pk, text="So it is.", user=chief(), moment=Moment.of(at))
    row.refresh_from_db()
    return row
