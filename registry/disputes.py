"""Disputes: a company answers for a consent that the person denies, and the person accepts that or objects.

The dispute itself is a stretch of the consent (`consents.dispute`), and so is its end (`confirm`, `revoke`, `settle`).
It carries no call from the one to the other, whoever is late.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.db import transaction

from registry import places, policies, working_days
from registry.codes import SECTORS
from registry.errors import ConsentNotOpen, InvalidInput, NotFound
from registry.models import Consent, DisputeStep
from registry.periods import Moment

#: Calendar days in which a person may object to an answer. No law known here says how long; the operator's choice.
OBJECT_WITHIN_DAYS = 30
MAX_TEXT = 5_000


class Dispute(NamedTuple):
    """A dispute that is going on: since when, and until when the company may answer (None: no clock)."""

    since: datetime
    answer_by: datetime | None
    steps: Sequence[DisputeStep]

    @property
    def answers(self) -> list[DisputeStep]:
        """What the company answered, oldest first."""
        return [step for step in self.steps if step.step == "answer"]

    @property
    def objected(self) -> bool:
        """Whether the person objected to that, so that an officer decides."""
        return any(step.step == "object" for step in self.steps)

    @property
    def object_by(self) -> datetime | None:
        """The instant by which the person may object; None while there is nothing to object to."""
        if not self.answers or self.objected:
            return None
        return self.answers[-1].at + timedelta(days=OBJECT_WITHIN_DAYS)

    def may_object(self, at: datetime) -> bool:
        """Whether the person may."""
        return self.object_by is not None and at < self.object_by


def of(row: Consent, moment: Moment) -> Dispute:
    """The dispute that a consent's disputed stretch is."""
    begun = row.valid.lower
    steps = DisputeStep.objects.filter(consent=row.record_id, disputed_at=begun, at__lte=moment.known_at)
    return Dispute(begun, answer_by(row, moment), list(steps))


def answer_by(row: Consent, moment: Moment) -> datetime | None:
    """The end of the company's time to answer for a disputed consent.

    Its clock is the policy's for answers to complaints; None where the policy has none.
    """
    sector = min(row.sectors, key=SECTORS.index)
    place = places.of(row.number)
    clock = policies.for_number(row.number, sector, moment).terms.get("complaint_clock") or {}
    zone = place.zone_key.partition(",")[0]
    if days := clock.get("answer_working_days"):
        return working_days.end_after(place.calendar, zone, row.valid.lower, days)
    if days := clock.get("act_within_days"):
        return working_days.end_of_day_after(zone, row.valid.lower, days)
    return None


@transaction.atomic
def answer(
    *, record_id: int, company_id: int, text: str, evidence: list[dict[str, Any]], moment: Moment
) -> DisputeStep:
    """The company's answer; it may add to it until the person has objected or the dispute is over.

    Raises `NotFound`, `ConsentNotOpen`, `InvalidInput`.
    """
    if not text.strip() or len(text) > MAX_TEXT:
        raise InvalidInput(f"An answer has a text of at most {MAX_TEXT:,} characters", pointer="/text")
    row = _disputed(moment, record_id=record_id, company_id=company_id)
    dispute = of(row, moment)
    if dispute.objected:
        raise ConsentNotOpen("The person has objected to the answer; the regulator decides")
    return DisputeStep.objects.create(
        consent=record_id,
        company_id=company_id,
        step="answer",
        disputed_at=dispute.since,
        text=text,
        evidence=evidence,
        at=moment.known_at,
        due_at=dispute.answer_by,
    )


@transaction.atomic
def object_to(*, record_id: int, number: int, text: str, moment: Moment) -> DisputeStep:
    """The person stands by their word: an officer decides. Raises `NotFound`, `ConsentNotOpen`, `InvalidInput`."""
    if len(text) > MAX_TEXT:
        raise InvalidInput(f"At most {MAX_TEXT:,} characters", pointer="/text")
    row = _disputed(moment, record_id=record_id, number=number)
    dispute = of(row, moment)
    if not dispute.may_object(moment.known_at):
        raise ConsentNotOpen("There is no answer to object to, or the time for it is over")
    return DisputeStep.objects.create(
        consent=record_id,
        company_id=row.company_id,
        step="object",
        disputed_at=dispute.since,
        text=text.strip(),
        at=moment.known_at,
        due_at=dispute.object_by,
    )


def _disputed(moment: Moment, **which: Any) -> Consent:
    """The disputed stretch of a consent, locked. Raises `NotFound`, and `ConsentNotOpen` if it is not disputed."""
    rows = Consent.objects.current().select_for_update().filter(**which)
    last = rows.order_by("-valid").first()
    if last is None:
        raise NotFound("No such consent is on record")
    if last.status != "disputed" or (last.valid.upper is not None and last.valid.upper <= moment.at):
        raise ConsentNotOpen(f"The consent is {last.status}, and no dispute is going on")
    return last
