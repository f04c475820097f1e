"""Lists loaded at the desk: companies and calling numbers with a preview, complaints of other centres."""

import csv
import io
from collections.abc import Callable
from typing import Any, ClassVar, NamedTuple

from django import forms
from django.conf import settings
from django.core import signing
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from compliance.complaint_lists import loading as complaint_lists
from compliance.desk.page import DeskPage
from registry import uploads
from registry.errors import FileLost, RegistryError
from registry.lists import callers, companies
from registry.lists.loading import Counts
from registry.lists.rejects import COLUMNS, cells
from registry.lists.rows import Rejected
from registry.lists.text import Source
from registry.phone import BadNumber

#: The largest list that is loaded while its sender waits; larger ones are for the commands.
MAX_BYTES = 5_000_000
#: Refused rows that the page names.
MOST_SHOWN = 50
#: How long a preview and a file of refused rows may be come back to, in seconds.
TOKEN_SECONDS = 3600
_SALT = "compliance.desk.imports"


class ListForm(forms.Form):
    """A list, and how its numbers are written."""

    file = forms.FileField(label=_("File"), help_text=_("CSV with a header, at most 5 MB."))
    region = forms.RegexField(
        r"^[A-Z]{2}$",
        label=_("Country of national numbers"),
        required=False,
        help_text=_("Two capital letters, such as CN; numbers that begin with + need none."),
        max_length=2,
    )


class ComplaintsForm(ListForm):
    """A list of another centre."""

    format = forms.ChoiceField(
        label=_("Whose list"),
        choices=(("12321", _("12321, or of its form")), ("ftc", _("FTC, do-not-call file"))),
    )
    field_order = ("format", "file", "region")


class Kind(NamedTuple):
    """A kind of list: its words, who may load it, its form, and what loads it."""

    label: Any
    explanation: Any
    permission: str
    section: str
    form: type[forms.Form]
    load: Callable[..., Counts]
    previews: bool
    command: str


def _complaints(source: Source, *, preview: bool, user: Any, region: str | None, **more: Any) -> Counts:
    return complaint_lists.load(source, region=region, **more)


def _companies(source: Source, **more: Any) -> Counts:
    return companies.load(source, **more)


def _callers(source: Source, **more: Any) -> Counts:
    return callers.load(source, **more)


KINDS: dict[str, Kind] = {
    "companies": Kind(
        _("Load companies"),
        _("Columns: name, registration, region, sectors, callers, ends, conditions, note. Several with |."),
        "enter_companies",
        "companies",
        ListForm,
        _companies,
        True,
        "import_companies",
    ),
    "callers": Kind(
        _("Load calling numbers"),
        _(
            "Columns: company, and number (X for any digit at its end) or first and last. Counts are of numbers."
        ),
        "enter_companies",
        "companies",
        ListForm,
        _callers,
        True,
        "import_callers",
    ),
    "complaints": Kind(
        _("Load complaints of another centre"),
        _("Each is put on record and matched with calls and checks. Loaded twice, a list adds nothing."),
        "handle_complaints",
        "complaints",
        ComplaintsForm,
        _complaints,
        False,
        "import_complaints",
    ),
}


class Import(DeskPage):
    """A list: sent in, previewed where that is possible, loaded."""

    template: ClassVar[str] = "compliance/desk/import.html"

    def get(self, request: HttpRequest, kind: str) -> HttpResponse:
        """The form."""
        chosen = self._kind(kind)
        return self._page(chosen, chosen.form(initial={"region": settings.PORTAL_REGION}))

    def post(self, request: HttpRequest, kind: str) -> HttpResponse:
        """Preview the list, or load the one that was previewed."""
        chosen = self._kind(kind)
        if token := request.POST.get("token"):
            name, options = self._previewed(token, kind)
            return self._load(chosen, kind, chosen.form(), name, options, preview=False)
        form = chosen.form(request.POST, request.FILES)
        if not form.is_valid():
            return self._page(chosen, form, status=400)
        options = {name: value for name, value in form.cleaned_data.items() if name != "file"}
        try:
            stored = uploads.store(form.cleaned_data["file"].file, folder="desk_lists", limit=MAX_BYTES)
        except RegistryError as error:
            form.add_error("file", error.detail)
            return self._page(chosen, form, status=error.status)
        return self._load(chosen, kind, form, stored.name, options, preview=chosen.previews)

    def _kind(self, kind: str) -> Kind:
        if kind not in KINDS:
            raise Http404
        chosen = KINDS[kind]
        if not self.may(chosen.permission):
            raise PermissionDenied
        self.section = chosen.section  # type: ignore[misc]
        return chosen

    def _previewed(self, token: str, kind: str) -> tuple[str, dict[str, Any]]:
        try:
            held = signing.loads(token, salt=_SALT, max_age=TOKEN_SECONDS)
        except signing.BadSignature as error:
            raise Http404 from error
        if held["user"] != self.request.user.pk or held["kind"] != kind:
            raise Http404
        return held["name"], held["options"]

    def _load(
        self, chosen: Kind, kind: str, form: forms.Form, name: str, options: dict[str, Any], *, preview: bool
    ) -> HttpResponse:
        refused: list[Rejected] = []
        try:
            with uploads.open_stored(name) as file:
                counts = chosen.load(
                    Source(file),
                    moment=self.moment,
                    user=self.request.user,
                    preview=preview,
                    on_reject=refused.append,
                    **options | {"region": options["region"] or None},
                )
        except FileLost as error:
            raise Http404 from error
        except (RegistryError, BadNumber) as error:
            form.add_error(None, error.detail)
            uploads.remove(name)
            return self._page(chosen, form, status=422)
        if not preview:
            uploads.remove(name)
        token = {"user": self.request.user.pk, "kind": kind, "name": name, "options": options}
        return self._page(
            chosen,
            form,
            counts=counts,
            preview=preview,
            refused=refused[:MOST_SHOWN],
            rejects=self._rejects(kind, refused),
            token=signing.dumps(token, salt=_SALT) if preview and counts.accepted else "",
        )

    def _rejects(self, kind: str, refused: list[Rejected]) -> str:
        """Keep the refused rows as a file; the token of its address."""
        if not refused:
            return ""
        text = io.StringIO(newline="")
        writer = csv.writer(text)
        writer.writerow(COLUMNS)
        writer.writerows(cells(row) for row in refused)
        stored = uploads.store(io.BytesIO(text.getvalue().encode()), folder="desk_lists", suffix=".csv")
        return signing.dumps([kind, self.request.user.pk, stored.name], salt=f"{_SALT}.rejects")

    def _page(self, chosen: Kind, form: forms.Form, status: int = 200, **more: Any) -> HttpResponse:
        return self.show(status=status, kind=chosen, form=form, **more)


class Rejects(DeskPage):
    """The refused rows of a list, for who loaded it."""

    def get(self, request: HttpRequest, token: str) -> FileResponse:
        """The file."""
        try:
            kind, user_id, name = signing.loads(token, salt=f"{_SALT}.rejects", max_age=TOKEN_SECONDS)
            if user_id != request.user.pk or not self.may(KINDS[kind].permission):
                raise Http404
            file = uploads.open_stored(name)
        except (signing.BadSignature, FileLost) as error:
            raise Http404 from error
        return FileResponse(
            file, as_attachment=True, filename=f"{kind}.rejected.csv", content_type="text/csv"
        )
