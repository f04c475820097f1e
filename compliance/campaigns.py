"""Special actions: plan one, write notes by week, close it with its figures."""

import re
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction

from compliance import campaign_progress
from compliance.errors import CampaignClosed
from compliance.models import Campaign, CampaignNote
from registry.codes import SECTORS
from registry.errors import InvalidInput, NotFound

#: The longest action, and the longest baseline.
LONGEST = timedelta(days=366)
MAX_TEXT = 20_000
_REGION = re.compile(r"[A-Z]{2}(-[A-Z0-9]{1,3})?")


def plan(
    *,
    name: str,
    first: date,
    last: date,
    baseline_first: date,
    baseline_last: date,
    user: Any,
    clock: datetime,
    aim: str = "",
    sectors: Sequence[str] = (),
    regions: Sequence[str] = (),
    departments: Sequence[str] = (),
    most_complaints: int | None = None,
    most_rate: Decimal | None = None,
    fewest_audits: int | None = None,
) -> Campaign:
    """Plan an action from `first` to `last` (days, UTC). Raises `InvalidInput` that points at what is wrong."""
    name = _text(name, "/name", most=200)
    for begins, ends, pointer in (
        (first, last, "/last"),
        (baseline_first, baseline_last, "/baseline_last"),
    ):
        if ends < begins:
            raise InvalidInput("The days end before they begin", pointer=pointer)
        if ends - begins >= LONGEST:
            raise InvalidInput("At most a year", pointer=pointer)
    if baseline_last >= first:
        raise InvalidInput("The baseline has to end before the action begins", pointer="/baseline_last")
    if unknown := sorted(set(sectors) - set(SECTORS)):
        raise InvalidInput(f"No such sector: {unknown[0]}", pointer="/sectors")
    if strange := [region for region in regions if not _REGION.fullmatch(region)]:
        raise InvalidInput(f"No such region: {strange[0][:10]}", pointer="/regions")
    if any(len(department) > 100 for department in departments):
        raise InvalidInput("At most 100 characters each", pointer="/departments")
    for value, pointer in (
        (most_complaints, "/most_complaints"), (most_rate, "/most_rate"), (fewest_audits, "/fewest_audits"),
    ):  # fmt: skip
        if value is not None and value < 0:
            raise InvalidInput("Not below zero", pointer=pointer)
    if most_rate is not None and most_rate > 100:
        raise InvalidInput("At most 100 per cent", pointer="/most_rate")
    return Campaign.objects.create(
        name=name,
        aim=aim.strip(),
        first=first,
        last=last,
        baseline_first=baseline_first,
        baseline_last=baseline_last,
        sectors=list(sectors),
        regions=list(regions),
        departments=list(departments),
        most_complaints=most_complaints,
        most_rate=most_rate,
        fewest_audits=fewest_audits,
        opened_at=clock,
        opened_by=user,
    )


@transaction.atomic
def note(*, campaign_id: int, week: date, text: str, user: Any, clock: datetime) -> CampaignNote:
    """Write a note of a week, named by its first day. Raises `NotFound`, `CampaignClosed`, `InvalidInput`."""
    row = _running(campaign_id)
    if week not in campaign_progress.weeks(row):
        raise InvalidInput("No week of the action begins on that day", pointer="/week")
    return CampaignNote.objects.create(
        campaign=row, week=week, text=_text(text, "/text"), user=user, at=clock
    )


@transaction.atomic
def close(*, campaign_id: int, outcome: str, user: Any, clock: datetime) -> Campaign:
    """End it, and keep its figures as counted now. Raises as `note`."""
    row = _running(campaign_id)
    row.outcome = _text(outcome, "/outcome")
    row.figures = campaign_progress.of(row, clock=clock)
    row.closed_at, row.closed_by = clock, user
    row.save(update_fields=["outcome", "figures", "closed_at", "closed_by"])
    return row


def _running(campaign_id: int) -> Campaign:
    row = Campaign.objects.select_for_update().filter(pk=campaign_id).first()
    if row is None:
        raise NotFound
    if row.closed_at is not None:
        raise CampaignClosed
    return row


def _text(text: str, pointer: str, *, most: int = MAX_TEXT) -> str:
    text = text.strip()
    if not text:
        raise InvalidInput("Say it in words", pointer=pointer)
    if len(text) > most:
        raise InvalidInput(f"At most {most:,} characters", pointer=pointer)
    return text
