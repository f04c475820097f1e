"""Opening a case at the desk: against one company, from what is found against it and in no case yet."""

from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.utils.translation import gettext as _

from compliance import case_items, cases
from compliance.desk.case_forms import OpenForm
from compliance.desk.page import DeskPage
from registry.models import Company

#: The most rows of a kind that are offered.
MOST = 200
#: What is offered, and by what the latest of each kind are found.
ORDER = {"violation": "-call_started_at", "complaint": "-id", "discrepancy": "-at"}


class OpenCase(DeskPage):
    """Open a case against a company, from what is found against it and in no case yet."""

    permission = "handle_cases"
    template = "compliance/desk/case_open.html"
    section = "cases"

    def get(self, request: HttpRequest, company: int) -> HttpResponse:
        """What may be chosen; `violation=12` in the address chooses one beforehand."""
        row = self._company(company)
        return self._page(row, self._form(row, asked=request.GET))

    def post(self, request: HttpRequest, company: int) -> HttpResponse:
        """Open it."""
        row = self._company(company)
        form = self._form(row, request.POST)
        if not form.is_valid():
            return self._page(row, form, status=400)
        data = form.cleaned_data
        made = cases.open_case(
            company=row,
            gathered={kind: data[kind] for kind in ("violation", "complaint", "discrepancy")},
            title=data["title"],
            sector=data["sector"],
            user=request.user,
            moment=self.moment,
        )
        return self.done(_("The case is open, and yours."), "desk-case", made.pk)

    def _company(self, pk: int) -> Company:
        row = Company.objects.filter(pk=pk).first()
        if row is None:
            raise Http404
        return row

    def _form(
        self, company: Company, sent: QueryDict | None = None, *, asked: QueryDict | None = None
    ) -> OpenForm:
        """What is against the company and in no case, the latest first, and whatever the address or the form names."""
        named = sent or asked or QueryDict()
        form = OpenForm(sent, initial={kind: named.getlist(kind) for kind in ORDER})
        for kind, order in ORDER.items():
            free = case_items.free(company.pk, kind)
            if kind == "discrepancy":
                # Before that a log may still come in that explains it.
                free = free.filter(firm_at__lte=self.moment.at)
            wanted = [
                word for word in named.getlist(kind) if word.isascii() and word.isdigit() and len(word) < 19
            ]
            rows = {row.pk: row for row in free.filter(pk__in=wanted[:MOST])}
            rows |= {row.pk: row for row in free.order_by(order)[:MOST]}
            form.fields[kind].choices = list(rows.items())  # type: ignore[attr-defined]
        return form

    def _page(self, company: Company, form: OpenForm, *, status: int = 200) -> HttpResponse:
        return self.show(status=status, company=company, form=form, most=MOST)
