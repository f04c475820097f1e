"""Companies at the desk: the list, and a company's page with all that is on record of it."""

from typing import Any, ClassVar

from django import forms
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from django_filters import CharFilter, ChoiceFilter, FilterSet

from compliance.desk.act import offered
from compliance.desk.company_acts import ACTS, by_id
from compliance.desk.company_fields import sector_choices
from compliance.desk.lists import ListPage
from compliance.desk.page import DeskPage
from compliance.models import Complaint, Violation
from registry import caller_ranges, ids, phone, suspensions, uploads
from registry.errors import FileLost, NotFound
from registry.models import Caller, Company, Document, Licence
from registry.periods import Moment
from registry.phone import BadNumber

STATES = (
    ("licensed", _("Licensed")),
    ("suspended", _("Suspended")),
    ("lapsed", _("Without a licence")),
)
#: Calling numbers of a company that its page joins to ranges.
MOST_CALLERS = 50_000
#: Rows of each list on a company's page, and how far complaints and violations are counted.
MOST_ROWS, MOST_COUNTED = 200, 1000


class CompanyFilters(FilterSet):
    """What companies are looked for by."""

    q = CharFilter(label=_("Name, id, registration or calling number"), method="search")
    sector = ChoiceFilter(label=_("Licensed for"), choices=sector_choices, method="by_sector")
    state = ChoiceFilter(label=_("State"), choices=STATES, method="by_state")
    region = CharFilter(
        label=_("Region of register"),
        method="by_region",
        widget=forms.TextInput(attrs={"placeholder": "CN-SH", "maxlength": 8}),
    )

    class Meta:
        model = Company
        fields = ()

    @property
    def _moment(self) -> Moment:
        return Moment.of(self.request.clock)

    def search(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """By id, by calling number, or by a part of name or registration."""
        term = value.strip()
        try:
            return rows.filter(pk=ids.number("com", term))
        except NotFound:
            pass
        try:
            number = phone.parse_caller(term)
        except BadNumber:
            return rows.filter(Q(name__icontains=term) | Q(registration__icontains=term))
        holds = Caller.objects.as_of(self._moment).filter(company=OuterRef("pk"), number=number)
        return rows.filter(Exists(holds) | Q(registration=term))

    def by_sector(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Licensed for a sector now."""
        return rows.filter(
            Exists(Licence.objects.as_of(self._moment).filter(company=OuterRef("pk"), sector=value))
        )

    def by_state(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Licensed, suspended, or neither."""
        holds = Exists(Licence.objects.as_of(self._moment).filter(company=OuterRef("pk")))
        if value == "licensed":
            return rows.filter(holds)
        lost = Exists(_suspensions().filter(company=OuterRef("pk")))
        return rows.filter(~holds, lost) if value == "suspended" else rows.filter(~holds, ~lost)

    def by_region(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Of a country, or of a part of one."""
        wanted = value.strip().upper()
        return rows.filter(region=wanted) if "-" in wanted else rows.filter(region__startswith=wanted)


def _suspensions() -> QuerySet[Licence]:
    """Licences that ended earlier than they were given for."""
    before = Licence.objects.filter(record_id=OuterRef("record_id"), recorded__upper_inf=False)
    longer = before.filter(Q(valid__upper_inf=True) | Q(valid__endswith__gt=OuterRef("valid__endswith")))
    return Licence.objects.current().filter(Exists(longer), valid__upper_inf=False)


class Companies(ListPage):
    """All companies, newest first."""

    section: ClassVar[str] = "companies"
    template: ClassVar[str] = "compliance/desk/companies.html"
    filters: ClassVar[type[FilterSet]] = CompanyFilters
    columns: ClassVar[tuple[str, ...]] = (
        "id",
        "name",
        "registration",
        "region",
        "state",
        "sectors",
        "entered",
    )
    file_name: ClassVar[str] = "companies"

    def rows(self) -> QuerySet[Company]:
        """Companies; carriers and the regulator have no licence to look after."""
        held = Licence.objects.as_of(self.moment).filter(company=OuterRef("pk"))
        lost = _suspensions().filter(company=OuterRef("pk"))
        return Company.objects.filter(kind="company").annotate(licensed=Exists(held), suspended=Exists(lost))

    def more(self, rows: list[Any]) -> dict[str, Any]:
        """The sectors each is licensed for."""
        held = Licence.objects.as_of(self.moment).filter(company__in=rows).order_by("sector")
        sectors: dict[int, list[str]] = {}
        for licence in held:
            sectors.setdefault(licence.company_id, []).append(licence.sector)
        for row in rows:
            row.sectors = sectors.get(row.pk, [])
        return {}

    def cells(self, row: Any) -> tuple[Any, ...]:
        """A row of the CSV."""
        held = Licence.objects.as_of(self.moment).filter(company=row).order_by("sector")
        state = "licensed" if row.licensed else "suspended" if row.suspended else "without a licence"
        sectors = "|".join(licence.sector for licence in held)
        entered = row.created_at.isoformat()
        return (ids.public("com", row.pk), row.name, row.registration, row.region, state, sectors, entered)


class CompanyById(DeskPage):
    """One company."""

    section: ClassVar[str] = "companies"
    template: ClassVar[str] = "compliance/desk/company.html"

    def get(self, request: HttpRequest, key: str) -> HttpResponse:
        """The page."""
        row = by_id(key)
        versions = list(Licence.objects.filter(company=row).order_by("-recorded", "-pk")[:MOST_ROWS])
        current = [version for version in versions if version.recorded.upper is None]
        lost = suspensions.suspended(company=row, moment=self.moment)
        return self.show(
            company=row,
            public_id=key,
            licences=[(licence, _state(licence, lost, self.moment)) for licence in current],
            licensed=any(_state(licence, lost, self.moment) == "in_effect" for licence in current),
            lost=lost,
            versions=versions,
            callers=list(_ranges(row, self.moment))[:MOST_ROWS],
            members=row.members.select_related("user").order_by("pk")[:MOST_ROWS],
            keys=[(held, held.works(self.moment.at)) for held in row.keys.all()[:MOST_ROWS]],
            documents=row.documents.order_by("-pk")[:MOST_ROWS],
            changes=row.changes.select_related("user")[:MOST_ROWS],
            applications=row.applications.all()[:MOST_ROWS],
            complaints=_counted(Complaint.objects.filter(company=row)),
            violations=_counted(Violation.objects.filter(company=row)),
            most_counted=MOST_COUNTED,
            acts=offered(self, ACTS, row),
        )


def _state(licence: Licence, lost: dict[str, Licence], moment: Moment) -> str:
    """What a licence on record is now: `in_effect`, `to_come`, `suspended` or `ended`."""
    begins, ends = licence.valid.lower, licence.valid.upper
    if ends is not None and ends <= moment.at:
        held = lost.get(licence.sector)
        return "suspended" if held is not None and held.record_id == licence.record_id else "ended"
    return "to_come" if begins is not None and begins > moment.at else "in_effect"


def _ranges(row: Company, moment: Moment) -> Any:
    """The numbers a company calls from, as ranges with their series, first row, proof and beginning."""
    held = Caller.objects.as_of(moment).filter(company=row).select_related("proof").order_by("number")
    callers = list(held[:MOST_CALLERS])
    start = 0
    while start < len(callers):
        first, stop = callers[start], start + 1
        while (
            stop < len(callers)
            and callers[stop].number == callers[stop - 1].number + 1
            and callers[stop].proof_id == first.proof_id
            and callers[stop].valid.lower == first.valid.lower
        ):
            stop += 1
        yield first, callers[stop - 1], stop - start, caller_ranges.series(first.number)
        start = stop


def _counted(rows: QuerySet[Any]) -> int:
    """How many, counted no further than `MOST_COUNTED`."""
    return rows.order_by()[: MOST_COUNTED + 1].count()


class DocumentById(DeskPage):
    """A document, as a download that no browser opens by itself."""

    section: ClassVar[str] = "companies"

    def get(self, request: HttpRequest, pk: int) -> FileResponse:
        """The file."""
        held = Document.objects.filter(pk=pk).first()
        if held is None:
            raise Http404
        try:
            file = uploads.open_stored(held.file)
        except FileLost as error:
            raise Http404 from error
        name = f"document-{held.pk}.{held.media_type.partition('/')[2]}"
        return FileResponse(file, as_attachment=True, filename=name, content_type=held.media_type)
