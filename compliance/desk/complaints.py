"""Complaints at the desk: the queue, each with what is known of its call and what is attached, and callers by count."""

from datetime import timedelta
from typing import Any, ClassVar

from django import forms
from django.core import signing
from django.db import transaction
from django.db.models import Count, Max, Q, QuerySet
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from django_filters import CharFilter, ChoiceFilter, FilterSet

from compliance import case_items
from compliance.desk.act import offered
from compliance.desk.company_fields import sector_choices
from compliance.desk.complaint_acts import ACTS, by_id
from compliance.desk.lists import ListPage
from compliance.desk.page import DeskPage
from compliance.desk.unmask import ReasonForm
from compliance.models import Complaint, ComplaintEvidence
from compliance.models.complaints import CATEGORIES, SOURCES
from registry import access_records, ids, uploads
from registry.errors import FileLost, NotFound
from registry.models import Caller, Company

STATES = (
    ("filed", _("Filed")),
    ("joined", _("Joined")),
    ("relayed", _("Relayed")),
    ("answered", _("Answered")),
    ("notified", _("Person told")),
    ("referred", _("Handed on")),
    ("closed", _("Closed")),
    ("withdrawn", _("Withdrawn")),
)
CLASSES = dict(zip(CATEGORIES, (_("Commercial"), _("Malicious"), _("Illegal")), strict=True))
CLOCKS = (("overdue", _("Overdue")), ("soon", _("Runs out within two days")), ("running", _("Running")))
SOURCE_WORDS = dict(zip(SOURCES, (_("Portal"), "12321", "FTC"), strict=True))
#: A clock that runs out within so long is about to.
SOON = timedelta(days=2)
#: How long the address of an attached file works, in seconds.
FILE_SECONDS = 600
_SALT = "compliance.desk.complaints"
#: Days that callers may be counted over, and how many of them are shown.
DAYS = (1, 7, 10, 30, 90)
MOST_CALLERS = 50


class ComplaintFilters(FilterSet):
    """What complaints are looked for by."""

    state = ChoiceFilter(label=_("State"), choices=STATES)
    category = ChoiceFilter(label=_("Class"), choices=list(CLASSES.items()))
    clock = ChoiceFilter(label=_("Clock"), choices=CLOCKS, method="by_clock")
    sector = ChoiceFilter(label=_("Sector"), choices=sector_choices)
    source = ChoiceFilter(label=_("Source"), choices=list(SOURCE_WORDS.items()))
    company = CharFilter(label=_("Company (com_…)"), method="by_company")

    class Meta:
        model = Complaint
        fields = ()

    def by_clock(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """By how much time is left."""
        now = self.request.clock
        if value == "overdue":
            return rows.filter(due_at__lt=now)
        if value == "soon":
            return rows.filter(due_at__gte=now, due_at__lt=now + SOON)
        return rows.filter(due_at__gte=now)

    def by_company(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Of one company, by its id or its whole name."""
        try:
            return rows.filter(company_id=ids.number("com", value.strip()))
        except NotFound:
            named = Company.objects.filter(name__iexact=value.strip()).values("pk")[:20]
            return rows.filter(company_id__in=[row["pk"] for row in named])


class Complaints(ListPage):
    """The queue, newest first."""

    section: ClassVar[str] = "complaints"
    template: ClassVar[str] = "compliance/desk/complaints.html"
    filters: ClassVar[type[FilterSet]] = ComplaintFilters
    columns: ClassVar[tuple[str, ...]] = (
        "id", "state", "class", "sector", "company", "source", "filed_at", "received_at", "clock", "due_at", "outcome",
    )  # fmt: skip
    file_name: ClassVar[str] = "complaints"

    def rows(self) -> QuerySet[Complaint]:
        """All of them."""
        return Complaint.objects.select_related("company")

    def cells(self, row: Complaint) -> tuple[Any, ...]:
        """A row of the CSV."""
        company = "" if row.company_id is None else ids.public("com", row.company_id)
        due = "" if row.due_at is None else row.due_at.isoformat()
        return (
            ids.public("cmp", row.pk), row.state, row.category, row.sector, company, row.source,
            row.filed_at.isoformat(), row.received_at.isoformat(), row.clock, due, row.outcome,
        )  # fmt: skip


class ComplaintById(DeskPage):
    """One complaint."""

    section: ClassVar[str] = "complaints"
    template: ClassVar[str] = "compliance/desk/complaint.html"

    def get(self, request: HttpRequest, key: str) -> HttpResponse:
        """The page."""
        row = by_id(key)
        return self.show(
            complaint=row,
            free=row.company_id is not None
            and case_items.free(row.company_id, "complaint").filter(pk=row.pk).exists(),
            public_id=key,
            steps=row.steps.select_related("user", "company"),
            matches=row.matches.select_related("company"),
            evidence=list(row.evidence.all()),
            cases=case_items.holding("complaint", row.pk),
            joined=row.joined.order_by("pk")[:50],
            alike=_alike(row),
            overdue=row.due_at is not None and row.due_at < self.moment.at,
            acts=offered(self, ACTS, row),
        )


def _alike(row: Complaint) -> list[Complaint]:
    """Complaints that may be of the same call: of the same numbers, within a day."""
    same = Q()
    if row.number is not None:
        same |= Q(number=row.number)
    if row.caller is not None and row.number is None:
        same |= Q(caller=row.caller)
    if not same:
        return []
    around = (row.called_at - timedelta(days=1), row.called_at + timedelta(days=1))
    others = Complaint.objects.filter(same, called_at__range=around).exclude(pk=row.pk)
    return list(others.order_by("-id")[:10])


class Evidence(DeskPage):
    """What is attached to a complaint, against a reason."""

    section: ClassVar[str] = "complaints"
    permission: ClassVar[str] = "unmask_numbers"
    template: ClassVar[str] = "compliance/desk/complaint_evidence.html"

    def get(self, request: HttpRequest, key: str) -> HttpResponse:
        """The question."""
        return self.show(complaint=by_id(key), public_id=key, form=ReasonForm())

    def post(self, request: HttpRequest, key: str) -> HttpResponse:
        """Write down who fetches it and why, and give addresses that work for them, for a while."""
        row = by_id(key)
        form = ReasonForm(request.POST)
        if not form.is_valid():
            return self.show(status=400, complaint=row, public_id=key, form=form)
        with transaction.atomic():
            access_records.record(
                user=request.user,
                kind="complaint evidence",
                object_ids=[key],
                reason=form.cleaned_data["reason"],
                moment=self.moment,
            )
            held = list(row.evidence.all())
        files = [(file, signing.dumps([file.pk, request.user.pk], salt=_SALT)) for file in held]
        return self.show(complaint=row, public_id=key, form=form, files=files)


class EvidenceFile(DeskPage):
    """An attached file, for who was given its address, as a download that no browser opens by itself."""

    permission: ClassVar[str] = "unmask_numbers"

    def get(self, request: HttpRequest, token: str) -> FileResponse:
        """The file."""
        try:
            held_id, user_id = signing.loads(token, salt=_SALT, max_age=FILE_SECONDS)
            if user_id != request.user.pk:
                raise Http404
            held = ComplaintEvidence.objects.get(pk=held_id)
            file = uploads.open_stored(held.file)
        except (signing.BadSignature, ComplaintEvidence.DoesNotExist, FileLost) as error:
            raise Http404 from error
        name = f"{ids.public('cmp', held.complaint_id)}-{held.pk}.{held.media_type.partition('/')[2]}"
        return FileResponse(file, as_attachment=True, filename=name, content_type=held.media_type)


class DaysForm(forms.Form):
    """Over how many days."""

    days = forms.TypedChoiceField(
        label=_("Received in the last days"), choices=[(days, str(days)) for days in DAYS], coerce=int
    )


class MostComplainedOf(DeskPage):
    """The calling numbers most complained of in some days, as of now."""

    section: ClassVar[str] = "complaints"
    template: ClassVar[str] = "compliance/desk/complaint_callers.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        """The list."""
        form = DaysForm(request.GET if "days" in request.GET else {"days": 10})
        if not form.is_valid():
            return self.show(status=400, filters=form, rows=[])
        days = form.cleaned_data["days"]
        since = self.moment.at - timedelta(days=days)
        counted = Complaint.objects.filter(caller__isnull=False, received_at__gt=since)
        counted = counted.filter(received_at__lte=self.moment.at).exclude(state__in=("joined", "withdrawn"))
        grouped = counted.order_by().values("caller")
        rows = list(
            grouped.annotate(count=Count("pk"), last=Max("received_at"), row=Max("pk")).order_by(
                "-count", "-last"
            )[:MOST_CALLERS]
        )
        held = Caller.objects.as_of(self.moment).filter(number__in=[row["caller"] for row in rows])
        owners = {caller.number: caller.company for caller in held.select_related("company")}
        for row in rows:
            row["owner"] = owners.get(row["caller"])
        latest = Complaint.objects.in_bulk([row["row"] for row in rows])
        for row in rows:
            row["complaint"] = latest[row["row"]]
        return self.show(filters=form, rows=rows, since=since, days=days)
