"""Applications for a licence at the desk: the list, a new one, and each with its steps."""

from typing import Any, ClassVar

from django import forms
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_filters import CharFilter, ChoiceFilter, FilterSet

from compliance.desk.act import Act, ActPage, Doing, offered
from compliance.desk.company_acts import keep_document
from compliance.desk.company_fields import DayField, DocumentField, RangesField, SectorsField
from compliance.desk.lists import ListPage
from compliance.desk.page import DeskPage
from registry import application_steps, applications, ids, phone
from registry.caller_ranges import Range
from registry.errors import NotFound, RegistryError
from registry.models import Application
from registry.periods import Moment

STATES = (
    ("received", gettext_lazy("Received")),
    ("returned", gettext_lazy("Returned")),
    ("approved", gettext_lazy("Approved")),
    ("refused", gettext_lazy("Refused")),
)


class ApplicationFilters(FilterSet):
    """What applications are looked for by."""

    state = ChoiceFilter(label=gettext_lazy("State"), choices=STATES)
    q = CharFilter(label=gettext_lazy("Name"), field_name="name", lookup_expr="icontains")

    class Meta:
        model = Application
        fields = ()


class Applications(ListPage):
    """All applications, newest first."""

    section: ClassVar[str] = "companies"
    template: ClassVar[str] = "compliance/desk/applications.html"
    filters: ClassVar[type[FilterSet]] = ApplicationFilters

    def rows(self) -> QuerySet[Application]:
        """All of them."""
        return Application.objects.all()


class ApplyForm(forms.Form):
    """What a company applies for."""

    name = forms.CharField(label=gettext_lazy("Registered name"), max_length=200)
    registration = forms.CharField(
        label=gettext_lazy("Number in the company register"), max_length=64, required=False
    )
    region = forms.RegexField(
        r"^[A-Z]{2}(-[A-Z0-9]{1,3})?$",
        label=gettext_lazy("Region of register"),
        help_text=gettext_lazy("As ISO 3166-2 writes it: CN-SH."),
        max_length=8,
        required=False,
    )
    sectors = SectorsField()
    callers = RangesField(required=False)
    document = DocumentField(label=gettext_lazy("Documents, with proof of the numbers"))
    contact_name = forms.CharField(label=gettext_lazy("Contact person"), max_length=120)
    contact = forms.CharField(label=gettext_lazy("Their telephone or address"), max_length=200)


class ApplicationNew(DeskPage):
    """An application that an officer enters for whoever handed it in."""

    section: ClassVar[str] = "companies"
    permission: ClassVar[str] = "license_companies"
    template: ClassVar[str] = "compliance/desk/application_new.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        """The form."""
        return self.show(form=ApplyForm())

    def post(self, request: HttpRequest) -> HttpResponse:
        """Put it on record."""
        form = ApplyForm(request.POST, request.FILES)
        if not form.is_valid():
            return self.show(status=400, form=form)
        data = dict(form.cleaned_data)
        try:
            with transaction.atomic():
                file = data.pop("document")
                document = keep_document(Doing(None, request.user, self.moment, {}), file, None)
                row = applications.file(**data, document=document, moment=self.moment, user=request.user)
        except RegistryError as error:
            form.add_error(None, error.detail)
            return self.show(status=error.status, form=form)
        return self.done(_("The application is on record."), "desk-application", ids.public("app", row.pk))


class Approve(forms.Form):
    """The licence that an approval gives."""

    begins = DayField(label=gettext_lazy("First day"), required=False)
    ends = DayField(whole=True, label=gettext_lazy("Last day"), required=False)
    conditions = forms.CharField(
        label=gettext_lazy("Conditions"),
        required=False,
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    text = forms.CharField(label=gettext_lazy("Note"), required=False, max_length=200)


class Why(forms.Form):
    """The reason, as the company is told."""

    text = forms.CharField(
        label=gettext_lazy("Why, as the company is told"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )


class AmendForm(ApplyForm):
    """The application as it should have been; without a new document, the old one stays."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["document"].required = False


def _approve(doing: Doing) -> str:
    applications.approve(application_id=doing.row.pk, moment=doing.moment, user=doing.user, **doing.data)
    return _("Approved: the company is licensed and its numbers are registered.")


def _return(doing: Doing) -> str:
    applications.send_back(
        application_id=doing.row.pk, text=doing.data["text"], moment=doing.moment, user=doing.user
    )
    return _("Sent back.")


def _refuse(doing: Doing) -> str:
    applications.refuse(
        application_id=doing.row.pk, text=doing.data["text"], moment=doing.moment, user=doing.user
    )
    return _("Refused.")


def _amend(doing: Doing) -> str:
    data = dict(doing.data)
    file = data.pop("document")
    with transaction.atomic():
        document = keep_document(doing, file, doing.row.company) if file else None
        applications.amend(
            application_id=doing.row.pk, document=document, moment=doing.moment, user=doing.user, **data
        )
    return _("Amended: the application is received again.")


def _act(slug: str, label: Any, form: type[forms.Form], run: Any, danger: bool = False) -> Act:
    def fits(row: Application, moment: Moment) -> bool:
        return slug in application_steps.open_to(row.state, "regulator")

    return Act(label, "license_companies", form, run, danger=danger, fits=fits)


ACTS: dict[str, Act] = {
    "approve": _act("approve", gettext_lazy("Approve"), Approve, _approve),
    "return": _act("return", gettext_lazy("Send back"), Why, _return),
    "amend": _act("amend", gettext_lazy("Amend"), AmendForm, _amend),
    "refuse": _act("refuse", gettext_lazy("Refuse"), Why, _refuse, danger=True),
}


def _by_id(key: str) -> Application:
    row = Application.objects.select_related("company", "document").filter(pk=ids.number("app", key)).first()
    if row is None:
        raise NotFound
    return row


class ApplicationById(DeskPage):
    """One application."""

    section: ClassVar[str] = "companies"
    template: ClassVar[str] = "compliance/desk/application.html"

    def get(self, request: HttpRequest, key: str) -> HttpResponse:
        """The page."""
        row = _by_id(key)
        return self.show(
            application=row,
            public_id=key,
            ranges=[
                (phone.mask(first), phone.mask(last), Range(first, last).size) for first, last in row.callers
            ],
            steps=row.steps.select_related("user"),
            acts=offered(self, ACTS, row),
        )


class ApplicationAct(ActPage):
    """The page of one act to one application."""

    section: ClassVar[str] = "companies"
    acts: ClassVar[dict[str, Act]] = ACTS

    def row(self, key: str) -> Application:
        """The application."""
        return _by_id(key)

    def title(self, row: Application) -> str:
        """The name on it."""
        return row.name

    def back(self, row: Application) -> str:
        """Its page."""
        return reverse("desk-application", args=[ids.public("app", row.pk)])

    def went(self, said: str, row: Application) -> HttpResponse:
        """To the company, where there is one now."""
        row.refresh_from_db()
        if row.state == "approved":
            return self.done(said, "desk-company", ids.public("com", row.company_id))
        return super().went(said, row)

    def initial(self, row: Application, act: str) -> dict[str, Any]:
        """An amendment begins with what was asked for."""
        if act != "amend":
            return {}
        names = ("name", "registration", "region", "sectors", "contact_name", "contact")
        lines = [f"+{first}..+{last}" if last > first else f"+{first}" for first, last in row.callers]
        return {name: getattr(row, name) for name in names} | {"callers": "\n".join(lines)}
