"""The evidence bundle of a case: fetched against a reason, since the numbers in it are whole."""

from typing import ClassVar

from django.db import transaction
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase

from compliance import case_bundle
from compliance.desk.page import DeskPage
from compliance.desk.unmask import ReasonForm
from compliance.models import Case
from registry import access_records, ids


class CaseBundle(DeskPage):
    """Ask for a reason; then make the bundle, and put on record who was given which numbers."""

    permission: ClassVar[str] = "handle_cases"
    permission_to_act: ClassVar[str] = "unmask_numbers"
    template: ClassVar[str] = "compliance/desk/case_bundle.html"
    section: ClassVar[str] = "cases"

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The question."""
        return self.show(case=self._row(pk), form=ReasonForm())

    def post(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        """The zip. What is written down of it comes before the first byte of it."""
        row = self._row(pk)
        form = ReasonForm(request.POST)
        if not form.is_valid():
            return self.show(status=400, case=row, form=form)
        public = ids.public("cse", row.pk)
        with transaction.atomic():
            file, held = case_bundle.make(row, clock=self.moment.at)
            seen: dict[str, list[str]] = {"case": [public]}
            for kind, object_id in sorted(held.shows):
                seen.setdefault(kind, []).append(object_id)
            for kind, object_ids in seen.items():
                access_records.record(
                    user=request.user,
                    kind=kind,
                    object_ids=object_ids,
                    reason=form.cleaned_data["reason"],
                    moment=self.moment,
                )
        name = f"{public}-{self.moment.at:%Y%m%dT%H%M%SZ}.zip"
        return FileResponse(file, content_type="application/zip", as_attachment=True, filename=name)

    def _row(self, pk: int) -> Case:
        row = Case.objects.select_related("company", "policy").filter(pk=pk).first()
        if row is None:
            raise Http404
        return row
