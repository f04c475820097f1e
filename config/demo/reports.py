"""The day of the demo in figures: its counts and a report; an application that waits, and where a company is told."""

from datetime import datetime
from typing import Any

from compliance import counts
from compliance.models import Report
from compliance.reports import reports
from config.demo import cast
from config.demo.cast import INSURER
from registry import applications, webhooks
from registry.caller_ranges import Range
from registry.models import Application, Company, Webhook
from registry.models.changes import EVENTS
from registry.periods import Moment

APPLICANT = "Anxin Cars 安信汽车 (demo)"


def finish(*, day: datetime, clock: datetime, user: Any) -> None:
    """Count, sum up, and leave something to do, unless that was done."""
    _apply(cast.since(day, clock, 0.5))
    _be_told(cast.since(day, clock, 0.2))
    while due := counts.due():
        for company_id, each in due:
            counts.count_day(company_id, each)
    counts.count_checks(clock=clock)
    if not Report.objects.exists():
        question = reports.ask(
            kind="national-month",
            first=day.date().replace(day=1),
            last=day.date(),
            clock=clock,
            as_of=cast.since(day, clock, 0.95),
        )
        reports.make(reports.request(question, user=user, clock=clock).pk, clock=clock)


def _apply(at: datetime) -> None:
    """A company that would like to call, and waits for a decision."""
    if not Application.objects.exists():
        applications.file(
            name=APPLICANT,
            sectors=["other"],
            callers=[Range(862555550141, 862555550144)],
            registration=cast.REGISTRATION,
            region="CN-JS",
            contact_name="陈静",
            contact="chenjing@demo.example",
            moment=Moment.of(at),
        )


def _be_told(at: datetime) -> None:
    """The insurer's webhook, switched off: nobody listens at that address."""
    insurer = Company.objects.filter(name=INSURER.name).earliest("id")
    if not Webhook.objects.filter(company=insurer).exists():
        row, _secret = webhooks.make(
            company=insurer,
            url="https://demo.example/register-events",
            events=EVENTS,
            description="Demo",
            clock=at,
        )
        webhooks.change(row=row, enabled=False, clock=at)
