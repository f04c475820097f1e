"""Who asked about me: every time a company put my number to the register, with the answer and its grounds."""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.functional import Promise

from registry import ids
from registry.models import Check, Decision
from registry.portal import words
from registry.portal.page import ProvenPage

#: Days that one page looks back, and the most questions it shows; a number that is asked about more often is rare.
DAYS = 30
MOST = 1000


@dataclass
class Asked:
    """What one company asked on one day."""

    company: str
    company_id: str
    seller: str
    """For whom it asked, if not for itself."""
    allowed: int = 0
    denied: int = 0
    cleaned: int = 0
    """Of these, questions about a whole list, before anybody was dialled."""
    times: list[tuple[datetime, bool, str | Promise]] = field(default_factory=list)
    grounds: list[str] = field(default_factory=list)

    def add(self, row: Check, reason: str) -> None:
        """Count one question with the reason that decided it."""
        self.allowed += row.allowed
        self.denied += not row.allowed
        self.cleaned += row.kind == "scrub"
        sentence = words.REASONS[reason]
        self.times.append((row.checked_at, row.allowed, sentence))
        if (text := str(sentence)) not in self.grounds:
            self.grounds.append(text)


class WhoAsked(ProvenPage):
    """By day and company, the newest first."""

    template = "registry/portal/who_asked.html"
    for_carers = ("everything",)

    def get(self, request: HttpRequest) -> HttpResponse:
        until = self._until(request.GET.get("until", ""))
        since = until - timedelta(days=DAYS)
        mine = Check.objects.filter(number=self.person.number, checked_at__gte=self.held_since)
        rows = mine.filter(checked_at__gte=_midnight(since), checked_at__lt=_midnight(until))
        found = list(rows.select_related("company", "seller").order_by("-checked_at", "-id")[:MOST])
        earlier = mine.filter(checked_at__lt=_midnight(since)).exists()
        return self.show(
            days=by_day(found),
            first=since,
            last=until - timedelta(days=1),
            earlier=since.isoformat() if earlier else "",
            later=request.GET.get("until", "") != "",
            cut=len(found) == MOST,
        )

    def _until(self, text: str) -> date:
        """The day after the last one shown: the one asked for, or tomorrow."""
        tomorrow = timezone.localtime(self.moment.at).date() + timedelta(days=1)
        try:
            return min(parse_date(text) or tomorrow, tomorrow)
        except ValueError:
            return tomorrow


def _midnight(day: date) -> datetime:
    """The instant a day begins where the number is."""
    return datetime.combine(day, time(), timezone.get_current_timezone())


def by_day(rows: list[Check]) -> list[tuple[date, list[Asked]]]:
    """Questions, the newest first, as days of companies."""
    reasons = dict(
        Decision.objects.filter(pk__in={row.decision_id for row in rows}).values_list("pk", "reasons")
    )
    days: dict[date, dict[tuple[int, int], Asked]] = {}
    for row in rows:
        companies = days.setdefault(timezone.localtime(row.checked_at).date(), {})
        asked = companies.setdefault(
            (row.company_id, row.seller_id),
            Asked(
                company=row.company.name,
                company_id=ids.public("com", row.company_id),
                seller=row.seller.name if row.seller_id != row.company_id else "",
            ),
        )
        asked.add(row, reasons[row.decision_id][0])
    return [(day, list(companies.values())) for day, companies in days.items()]
