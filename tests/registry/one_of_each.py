"""A row on record of each two-clock table, for the tests of what may happen to it."""

from datetime import UTC, datetime

from registry import consents, opt_outs, reassignments, relationships
from registry.models import Caller, Consent, Licence, OptOut, Policy, Reassignment, Relationship
from registry.periods import Moment
from registry.predial.facts import Question
from tests.conftest import ACME_CALLER


def when(text: str) -> datetime:
    """An instant of 10 March 2026, or of another day if it is given, in UTC."""
    return datetime.fromisoformat(text if "-" in text else f"2026-03-10 {text}").replace(tzinfo=UTC)


def agree(company, number, reference, *, given="2026-02-01 09:00", recorded=None, expires=None):
    """The person agreed to the company's live calls about insurance."""
    row, _ = consents.record(
        company=company,
        number=number,
        sectors=["insurance"],
        channels=["live"],
        given_at=when(given),
        expires_at=when(expires) if expires else None,
        method="web_form",
        notice_text="We may call you about insurance.",
        evidence=[{"type": "screenshot", "sha256": "0" * 64}],
        reference=reference,
        moment=Moment.of(when(recorded or given)),
    )
    return row


def question(company, number) -> Question:
    """May the company call the number live, about insurance?"""
    return Question(company.pk, company.pk, number, ACME_CALLER, sector=0, channel=0)


def one_of_each(acme, ana):
    """A row on record of each two-clock table."""
    before = Moment.of(when("2026-03-01 09:00"))
    relation, _ = relationships.record(
        company=acme,
        number=ana,
        kind="purchase",
        last_at=before.at,
        reference="order-1",
        moment=before,
        sector="insurance",
    )
    return {
        Licence: acme.licences.order_by("id").first(),
        Caller: acme.callers.get(),
        OptOut: opt_outs.register(number=ana, scope="all", source="portal", moment=before),
        Consent: agree(acme, ana, "form-1"),
        Relationship: relation,
        Reassignment: reassignments.record(
            number=ana, changed_at=when("2020-01-01 00:00"), source="Telco", moment=before
        ),
        Policy: Policy.objects.current().order_by("id").first(),
    }
