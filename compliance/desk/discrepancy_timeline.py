"""Both sides of a discrepancy on one line of time: carriers, call logs, the register's checks and consents, people."""

from datetime import datetime, timedelta
from typing import NamedTuple

from django.db.models import Model, Q
from django.utils.translation import gettext as _

from compliance.models import Call, CarrierCall, Complaint, Discrepancy
from registry import ids
from registry.models import Check, Consent

#: How far around the call the line reaches, and how far back a check is of interest.
AROUND = timedelta(minutes=30)
BEFORE = timedelta(days=1)
#: The most of one side.
MOST = 50


class Entry(NamedTuple):
    """One thing on the line. `side`: carrier, log, register or person; `subject`: what the discrepancy is about."""

    at: datetime
    side: str
    says: str
    row: Model | None = None
    subject: bool = False
    known_at: datetime | None = None


def timeline(row: Discrepancy) -> list[Entry]:
    """What every side has about the call of a discrepancy, in order of time; empty for what is about no one call."""
    if row.number is None:
        return []
    entries = [*_carried(row), *_reported(row), *_checks(row), *_consents(row), *_complaints(row)]
    return sorted(entries, key=lambda entry: (entry.at, entry.side))


def _span(row: Discrepancy) -> dict[str, datetime]:
    return {"started_at__gte": row.at - AROUND, "started_at__lte": row.at + AROUND}


def _carried(row: Discrepancy) -> list[Entry]:
    calls = CarrierCall.objects.filter(caller=row.caller, number=row.number, **_span(row)).select_related(
        "company"
    )
    return [
        Entry(
            call.started_at,
            "carrier",
            _("%(carrier)s carried a call: %(outcome)s")
            % {"carrier": call.company, "outcome": _outcome(call)},
            call,
            row.evidence.get("carrier_call") == call.pk,
            call.received_at,
        )
        for call in calls.order_by("started_at", "id")[:MOST]
    ]


def _reported(row: Discrepancy) -> list[Entry]:
    calls = Call.objects.filter(
        Q(company=row.company) | Q(caller=row.caller), number=row.number, **_span(row)
    )
    return [
        Entry(
            call.started_at,
            "log",
            _("%(company)s reported a call: %(outcome)s")
            % {"company": call.company, "outcome": _outcome(call)},
            call,
            row.evidence.get("call") == call.pk,
            call.received_at,
        )
        for call in calls.select_related("company").order_by("started_at", "id")[:MOST]
    ]


def _outcome(call: Call | CarrierCall) -> str:
    if call.disposition != "answered":
        return _("not answered (%(disposition)s)") % {"disposition": call.get_disposition_display()}
    return _("answered, %(seconds)d s") % {"seconds": call.duration_s or 0}


def _checks(row: Discrepancy) -> list[Entry]:
    checks = Check.objects.filter(
        number=row.number,
        company=row.company,
        checked_at__gte=row.at - BEFORE,
        checked_at__lte=row.at + AROUND,
    )
    return [
        Entry(
            check.checked_at,
            "register",
            (_("%(check)s allowed a call") if check.allowed else _("%(check)s denied a call"))
            % {"check": ids.public("chk", check.pk)},
            check,
        )
        for check in checks.order_by("-checked_at", "-id")[:MOST]
    ]


def _consents(row: Discrepancy) -> list[Entry]:
    if row.kind != "consent_after_call":
        return []
    record = ids.number("con", row.evidence["consent"])
    consent = Consent.objects.filter(record_id=record).order_by("id").first()
    if consent is None:
        return []
    name = {"consent": row.evidence["consent"]}
    return [
        Entry(consent.given_at, "register", _("%(consent)s was given, as the company says") % name, consent),
        Entry(
            consent.on_record_since, "register", _("%(consent)s was recorded") % name, consent, subject=True
        ),
    ]


def _complaints(row: Discrepancy) -> list[Entry]:
    complaints = Complaint.objects.filter(
        number=row.number, called_at__gte=row.at - AROUND, called_at__lte=row.at + AROUND
    )
    return [
        Entry(
            complaint.called_at,
            "person",
            _("%(complaint)s: the time a person remembers the call")
            % {"complaint": ids.public("cmp", complaint.pk)},
            complaint,
            row.evidence.get("complaint") == ids.public("cmp", complaint.pk),
            complaint.received_at,
        )
        for complaint in complaints.order_by("-id")[:MOST]
    ]
