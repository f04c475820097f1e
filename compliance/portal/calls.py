"""Who called me, on what grounds, and who asked and did not call; from each, one tap to complain, refuse or dispute."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from compliance.complaint_matching import CHECK_LOOK_BACK, FoundCall, FoundCheck, rest_on
from compliance.models import Call, ComplaintMatch
from registry import ids, phone
from registry.models import Check, Company, Consent, Decision, OptOut
from registry.periods import Moment
from registry.portal import words as register_words
from registry.portal.page import ProvenPage

#: Days that one page looks back, and the most calls and questions it shows; a number with more is rare.
DAYS = 30
MOST = 500
#: A company that asked and has not called so long after is one that asked and did not call.
CALLS_WITHIN = timedelta(hours=24)

VERDICTS: dict[str | None, Promise] = {
    "allow": _("It had asked this register, which allowed the call."),
    "deny": _("It had asked this register, which had said no."),
    "expired": _("It had asked this register, but the answer had expired."),
    None: _("It had not asked this register before."),
}


@dataclass
class ShownCall:
    """A call as its company reported it, and what it rested on."""

    at: datetime
    caller: str
    seconds: int | None
    answered: bool
    channel: Promise
    verdict: str | None
    sentence: Promise
    reason: Promise | None = None
    consent: str = ""
    """The public id of the consent it rested on, if that can still be disputed."""
    complain: str = ""
    """The address of the form, with what is known of the call."""


@dataclass
class CompanyDay:
    """What one company did about the number on one day."""

    company: str
    id: str
    calls: list[ShownCall] = field(default_factory=list)
    allowed: int = 0
    denied: int = 0
    grounds: list[Promise] = field(default_factory=list)
    """Why this register answered its questions as it did."""
    called: bool = False
    """Whether a call followed one of its questions, that day or the next."""
    may_call: bool = False
    """Whether one may still follow."""
    refused: bool = False

    @property
    def asked(self) -> int:
        """How often it asked."""
        return self.allowed + self.denied

    @property
    def asked_only(self) -> bool:
        """Whether it asked and did not call."""
        return bool(self.asked) and not (self.calls or self.called or self.may_call)


class CallsAboutMe(ProvenPage):
    """By day and company, the newest first."""

    template = "compliance/portal/calls.html"
    for_carers = ("everything",)

    def get(self, request: HttpRequest) -> HttpResponse:
        until = self._until(request.GET.get("until", ""))
        since = until - timedelta(days=DAYS)
        first, last = max(_midnight(since), self.held_since), _midnight(until)
        number = self.person.number
        made = list(
            Call.objects.filter(number=number, started_at__gte=first, started_at__lt=last).order_by(
                "-started_at", "-id"
            )[:MOST]
        )
        asked = list(
            Check.objects.filter(
                number=number,
                checked_at__gte=max(first - CHECK_LOOK_BACK, self.held_since),
                checked_at__lt=last,
            ).order_by("-checked_at", "-id")[: 2 * MOST]
        )
        return self.show(
            days=_Days(number, made, asked, first, self.moment).listed(),
            unreported=self._unreported(first, last),
            first=since,
            last=until - timedelta(days=1),
            earlier=since.isoformat() if self._before(first) else "",
            later=request.GET.get("until", "") != "",
            cut=len(made) == MOST or len(asked) == 2 * MOST,
        )

    def _until(self, text: str) -> date:
        """The day after the last one shown: the one asked for, or tomorrow."""
        tomorrow = timezone.localtime(self.moment.at).date() + timedelta(days=1)
        try:
            asked = parse_date(text) or tomorrow
        except ValueError:
            return tomorrow
        # Nothing is older than the register; and a year 1 would leave no room for what comes before it.
        return asked if date(2000, 1, 1) < asked < tomorrow else tomorrow

    def _before(self, first: datetime) -> bool:
        """Whether anything lies before what is shown."""
        number, since = self.person.number, self.held_since
        return (
            Call.objects.filter(number=number, started_at__gte=since, started_at__lt=first).exists()
            or Check.objects.filter(number=number, checked_at__gte=since, checked_at__lt=first).exists()
        )

    def _unreported(self, first: datetime, last: datetime) -> list[ComplaintMatch]:
        """Calls the person complained of, and that the calling number's company has not reported."""
        rows = ComplaintMatch.objects.filter(
            ground="call_unreported",
            complaint__number=self.person.number,
            complaint__proven=True,
            complaint__called_at__gte=first,
            complaint__called_at__lt=last,
        ).exclude(complaint__state="withdrawn")
        return list(rows.select_related("complaint", "company").order_by("-complaint__called_at")[:MOST])


def _midnight(day: date) -> datetime:
    """The instant a day begins where the number is."""
    return datetime.combine(day, time(), timezone.get_current_timezone())


def _day(at: datetime) -> date:
    return timezone.localtime(at).date()


class _Days:
    """Calls and questions of one number, sorted into days and companies."""

    def __init__(
        self, number: int, calls: list[Call], checks: list[Check], first: datetime, moment: Moment
    ) -> None:
        self.calls = calls
        self.first = first
        self.moment = moment
        self.checks = {row.pk: row for row in checks}
        self.in_order = sorted(checks, key=lambda row: (row.checked_at, row.pk))
        companies = {row.company_id for row in (*calls, *checks)}
        self.names = dict(Company.objects.filter(pk__in=companies).values_list("pk", "name"))
        decisions = {row.decision_id for row in checks}
        self.reasons = dict(Decision.objects.filter(pk__in=decisions).values_list("pk", "reasons"))
        standing = OptOut.objects.current().filter(number=number, scope="company", valid__upper_inf=True)
        self.refused = set(standing.values_list("company_id", flat=True))
        held = {row.consent for row in checks if row.consent is not None}
        self.disputable = set(
            Consent.objects.as_of(moment)
            .filter(number=number, record_id__in=held, status__in=("recorded", "confirmed"))
            .values_list("record_id", flat=True)
        )
        self.days: dict[date, dict[int, CompanyDay]] = {}

    def listed(self) -> list[tuple[date, list[CompanyDay]]]:
        """The days, the newest first, each with its companies."""
        for row, found in zip(self.calls, self._resting(), strict=True):
            self._of(row.started_at, row.company_id).calls.append(self._shown(row, found))
        starts: dict[int, list[datetime]] = {}
        for row in self.calls:
            starts.setdefault(row.company_id, []).append(row.started_at)
        for row in self.in_order:
            if row.checked_at >= self.first:
                self._count(row, starts.get(row.company_id, ()))
        return [(day, list(self.days[day].values())) for day in sorted(self.days, reverse=True)]

    def _of(self, at: datetime, company_id: int) -> CompanyDay:
        companies = self.days.setdefault(_day(at), {})
        if company_id not in companies:
            companies[company_id] = CompanyDay(
                self.names.get(company_id, ""),
                ids.public("com", company_id),
                refused=company_id in self.refused,
            )
        return companies[company_id]

    def _resting(self) -> list[FoundCall]:
        """The calls, each with the check it rests on."""
        return rest_on(
            [FoundCall(row.pk, row.started_at, row.company_id, row.caller) for row in self.calls],
            [FoundCheck(row.pk, row.checked_at, row.company_id, row.valid_until) for row in self.in_order],
            {row.pk: row.check_id for row in self.calls if row.check_id is not None},
        )

    def _shown(self, row: Call, found: FoundCall) -> ShownCall:
        check = self.checks.get(found.check_id) if found.check_id is not None else None
        consent = check.consent if check is not None and check.consent in self.disputable else None
        about = {"at": row.started_at.isoformat(), "sector": row.sector}
        if row.caller is not None:
            about["caller"] = phone.e164(row.caller)
        return ShownCall(
            at=row.started_at,
            caller=about.get("caller", ""),
            seconds=row.duration_s,
            answered=row.disposition == "answered",
            channel=register_words.CHANNELS[row.channel],
            verdict=found.verdict,
            sentence=VERDICTS[found.verdict],
            reason=self._reason(check) if check is not None else None,
            consent=ids.public("con", consent) if consent is not None else "",
            complain=f"{reverse('complain')}?{urlencode(about)}",
        )

    def _reason(self, check: Check) -> Promise:
        return register_words.REASONS[self.reasons[check.decision_id][0]]

    def _count(self, row: Check, calls: Iterable[datetime]) -> None:
        entry = self._of(row.checked_at, row.company_id)
        entry.allowed += row.allowed
        entry.denied += not row.allowed
        if (reason := self._reason(row)) not in entry.grounds:
            entry.grounds.append(reason)
        entry.called |= any(row.checked_at <= at <= row.checked_at + CALLS_WITHIN for at in calls)
        entry.may_call |= row.checked_at + CALLS_WITHIN >= self.moment.at
