"""What is done with a company at the desk: license, suspend, reinstate, add and remove calling numbers."""

from typing import Any, ClassVar

from django import forms
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from compliance.desk.act import Act, ActPage, Doing
from compliance.desk.company_fields import DayField, DocumentField, RangesField, SectorsField
from registry import companies, documents, ids, suspensions
from registry.errors import InvalidInput, NotFound
from registry.models import Company, Document, Licence
from registry.periods import Moment


def by_id(key: str) -> Company:
    """The company of a public id. Raises `NotFound`."""
    row = Company.objects.filter(pk=ids.number("com", key)).first()
    if row is None:
        raise NotFound
    return row


class _Note(forms.Form):
    note = forms.CharField(
        label=gettext_lazy("Why"),
        max_length=200,
        help_text=gettext_lazy("Kept on record, with your name."),
    )


class License(_Note):
    """A licence."""

    sectors = SectorsField()
    begins = DayField(
        label=gettext_lazy("First day"), required=False, help_text=gettext_lazy("Empty: from now on.")
    )
    ends = DayField(
        whole=True,
        label=gettext_lazy("Last day"),
        required=False,
        help_text=gettext_lazy("Empty: without an end."),
    )
    conditions = forms.CharField(
        label=gettext_lazy("Conditions"),
        required=False,
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy("What the licence is bound to, word for word."),
    )
    field_order = ("sectors", "begins", "ends", "conditions", "note")


class Suspend(_Note):
    """A suspension."""

    sectors = SectorsField(required=False, help_text=gettext_lazy("None ticked: all of them."))
    field_order = ("sectors", "note")


class AddCallers(forms.Form):
    """Calling numbers, with what shows that they are the company's."""

    callers = RangesField()
    proof = DocumentField()


class RemoveCallers(forms.Form):
    """Calling numbers that the company calls from no longer."""

    callers = RangesField()


def _license(doing: Doing) -> str:
    given = companies.license(company=doing.row, **doing.data, moment=doing.moment, user=doing.user)
    return ngettext("%(count)s licence given.", "%(count)s licences given.", len(given)) % {
        "count": len(given)
    }


def _suspend(doing: Doing) -> str:
    ended = suspensions.suspend(
        company=doing.row,
        sectors=doing.data["sectors"] or None,
        note=doing.data["note"],
        moment=doing.moment,
        user=doing.user,
    )
    if not ended:
        raise InvalidInput(_("There is no licence in effect to suspend."))
    return _("Suspended. Checks deny from now on.")


def _reinstate(doing: Doing) -> str:
    given = suspensions.reinstate(
        company=doing.row,
        sectors=doing.data["sectors"] or None,
        note=doing.data["note"],
        moment=doing.moment,
        user=doing.user,
    )
    if not given:
        raise InvalidInput(_("There is no licence that a suspension ended."))
    return _("Reinstated, to the end and on the conditions the licences had.")


def keep_document(doing: Doing, file: Any, company: Company | None) -> Document:
    """Store the document of a form."""
    return documents.keep(
        stream=file.file, name=file.name, company=company, user=doing.user, moment=doing.moment
    )


def _add_callers(doing: Doing) -> str:
    with transaction.atomic():
        proof = keep_document(doing, doing.data["proof"], doing.row)
        added = sum(
            companies.add_range(
                company=doing.row, numbers=numbers, proof=proof, moment=doing.moment, user=doing.user
            )
            for numbers in doing.data["callers"]
        )
    return ngettext("%(count)s calling number added.", "%(count)s calling numbers added.", added) % {
        "count": added
    }


def _remove_callers(doing: Doing) -> str:
    removed = sum(
        companies.remove_range(company=doing.row, numbers=numbers, moment=doing.moment, user=doing.user)
        for numbers in doing.data["callers"]
    )
    if not removed:
        raise InvalidInput(_("The company calls from none of these."))
    return ngettext("%(count)s calling number removed.", "%(count)s calling numbers removed.", removed) % {
        "count": removed
    }


def _licensed(row: Company, moment: Moment) -> bool:
    return Licence.objects.as_of(moment).filter(company=row).exists()


def _suspended(row: Company, moment: Moment) -> bool:
    return bool(suspensions.suspended(company=row, moment=moment))


ACTS: dict[str, Act] = {
    "license": Act(gettext_lazy("License"), "license_companies", License, _license),
    "suspend": Act(
        gettext_lazy("Suspend"),
        "suspend_companies",
        Suspend,
        _suspend,
        gettext_lazy("Every check denies from that instant on. The licences stay on record."),
        danger=True,
        fits=_licensed,
    ),
    "reinstate": Act(
        gettext_lazy("Reinstate"),
        "license_companies",
        Suspend,
        _reinstate,
        gettext_lazy("Gives suspended licences again, from now to the end they had, on their conditions."),
        fits=_suspended,
    ),
    "add-callers": Act(gettext_lazy("Add calling numbers"), "enter_companies", AddCallers, _add_callers),
    "remove-callers": Act(
        gettext_lazy("Remove calling numbers"),
        "enter_companies",
        RemoveCallers,
        _remove_callers,
        gettext_lazy("Checks that name these numbers are denied from then on."),
        danger=True,
    ),
}


class CompanyAct(ActPage):
    """The page of one act to one company."""

    section: ClassVar[str] = "companies"
    acts: ClassVar[dict[str, Act]] = ACTS

    def row(self, key: str) -> Company:
        """The company."""
        return by_id(key)

    def back(self, row: Company) -> str:
        """Its page."""
        return reverse("desk-company", args=[ids.public("com", row.pk)])
