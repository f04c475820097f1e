"""Companies: find one, refuse it, or let it alone call."""

from dataclasses import dataclass

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from registry import consents, ids
from registry.codes import CHANNELS, SECTORS
from registry.errors import NotFound
from registry.models import Company, Consent, Licence
from registry.portal import words
from registry.portal.forms import CompanySearchForm, PermissionForm
from registry.portal.opt_outs import OptOutPage
from registry.portal.opt_outs_shown import listed

PAGE = 20


@dataclass
class Entry:
    """A company in the list, and where the person stands with it."""

    id: str
    name: str
    sectors: str
    refusal: str = ""
    """The public id of the person's refusal of it, if one stands."""
    permitted: bool = False


class CompanyPage(OptOutPage):
    """What the pages about companies share."""

    def company(self, company: str) -> Company:
        """A company that calls people, by its public id. Raises `NotFound`."""
        row = Company.objects.filter(kind="company", pk=ids.number("com", company)).first()
        if row is None:
            raise NotFound
        return row

    def licensed(self, companies: list[Company]) -> dict[int, list[str]]:
        """The sectors each company is licensed for now."""
        found: dict[int, list[str]] = {company.pk: [] for company in companies}
        for row in Licence.objects.as_of(self.moment).filter(company__in=companies):
            found[row.company_id].append(row.sector)
        return {pk: [name for name in SECTORS if name in held] for pk, held in found.items()}

    def entries(self, companies: list[Company]) -> list[Entry]:
        """Companies as the list shows them."""
        licensed = self.licensed(companies)
        refused = {
            row.company_id: ids.public("opt", row.record_id)
            for row in self.standing()
            if row.scope == "company" and row.company in companies
        }
        permitted = set(
            Consent.objects.as_of(self.moment)
            .filter(
                number=self.person.number,
                company__in=companies,
                status__in=["recorded", "confirmed"],
                given_at__gte=self.held_since,
            )
            .values_list("company", flat=True)
        )
        return [
            Entry(
                id=ids.public("com", company.pk),
                name=company.name,
                sectors=listed(words.SECTORS[name] for name in licensed[company.pk]),
                refusal=refused.get(company.pk, ""),
                permitted=company.pk in permitted,
            )
            for company in companies
        ]


class Companies(CompanyPage):
    """Find a company."""

    template = "registry/portal/companies.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        form = CompanySearchForm(request.GET or None)
        wanted = form.cleaned_data["q"] if form.is_valid() else ""
        rows = Company.objects.filter(kind="company", name__icontains=wanted.strip()).order_by("name", "pk")
        page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
        # A script replaces the list alone.
        template = "registry/portal/companies_found.html" if "HX-Request" in request.headers else ""
        return self.show(
            template, form=form, wanted=wanted, page=page, entries=self.entries(list(page.object_list))
        )


class CompanyRefusal(CompanyPage):
    """Refuse one company."""

    def post(self, request: HttpRequest, company: str) -> HttpResponse:
        row = self.company(company)
        refusal = self.refuse(scope="company", company=row)
        if "HX-Request" in request.headers:
            (entry,) = self.entries([row])
            return self.show("registry/portal/company_entry.html", entry=entry)
        return self.done(refusal)


class CompanyPermission(CompanyPage):
    """Let one company call, whatever else is refused."""

    template = "registry/portal/permission.html"
    for_carers = ("everything",)

    def get(self, request: HttpRequest, company: str) -> HttpResponse:
        row = self.company(company)
        sectors = self.licensed([row])[row.pk]
        form = PermissionForm(sectors=sectors, initial={"sectors": sectors, "channels": list(CHANNELS[:1])})
        return self._page(form, row, sectors)

    def post(self, request: HttpRequest, company: str) -> HttpResponse:
        row = self.company(company)
        sectors = self.licensed([row])[row.pk]
        form = PermissionForm(request.POST, sectors=sectors)
        if not form.is_valid():
            return self._page(form, row, sectors, status=422)
        given = consents.give(
            company=row,
            number=self.person.number,
            sectors=form.cleaned_data["sectors"],
            channels=form.cleaned_data["channels"],
            notice_text=notice(row, form.cleaned_data["sectors"], form.cleaned_data["channels"]),
            moment=self.moment,
        )
        return redirect(reverse("consent", args=[ids.public("con", given.record_id)]))

    def _page(
        self, form: PermissionForm, company: Company, sectors: list[str], status: int = 200
    ) -> HttpResponse:
        return self.show(form=form, company=company, sectors=sectors, status=status)


def notice(company: Company, sectors: list[str], channels: list[str]) -> str:
    """The text of a permission given here, as the person agrees to it and the company can show it."""
    return _(
        "On the register's own site I let %(company)s contact me to sell. About: %(sectors)s. By: %(channels)s. "
        "I can take this back at any time."
    ) % {
        "company": company.name,
        "sectors": listed(words.SECTORS[name] for name in sectors),
        "channels": listed(words.CHANNELS[name] for name in channels),
    }
