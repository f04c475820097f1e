"""What an officer does with a complaint at the desk: relay, join, tell the person, hand on, close."""

from typing import Any, ClassVar

from django import forms
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from compliance import complaint_steps, complaints
from compliance.desk.act import Act, ActPage, Doing
from compliance.models import Complaint
from registry import ids
from registry.errors import NotFound
from registry.models import Company
from registry.periods import Moment


def by_id(key: str) -> Complaint:
    """The complaint of a public id. Raises `NotFound`."""
    rows = Complaint.objects.select_related("company", "joined_to", "policy")
    row = rows.filter(pk=ids.number("cmp", key)).first()
    if row is None:
        raise NotFound
    return row


class Relay(forms.Form):
    """To whom it goes."""

    company = forms.CharField(
        label=gettext_lazy("Company"),
        max_length=24,
        required=False,
        help_text=gettext_lazy("Its id (com_7); left empty, the company that was matched."),
    )

    def clean_company(self) -> Company | None:
        """The company that is named, or None for that which was matched."""
        text = self.cleaned_data["company"].strip()
        if not text:
            return None
        try:
            return Company.objects.get(pk=ids.number("com", text))
        except (NotFound, Company.DoesNotExist) as error:
            raise forms.ValidationError(_("There is no such company.")) from error


class Join(forms.Form):
    """To which complaint it is joined."""

    to = forms.CharField(
        label=gettext_lazy("The complaint that goes on"),
        max_length=24,
        help_text=gettext_lazy("Its id: cmp_7."),
    )

    def clean_to(self) -> int:
        """The row of that complaint."""
        try:
            return ids.number("cmp", self.cleaned_data["to"].strip())
        except NotFound as error:
            raise forms.ValidationError(_("That is no id of a complaint.")) from error


class Notify(forms.Form):
    """How the person was told."""

    text = forms.CharField(label=gettext_lazy("How the person was told of the answer"), max_length=500)


class Refer(forms.Form):
    """To whom it is handed."""

    text = forms.CharField(label=gettext_lazy("The authority, as the person is told"), max_length=500)


class Close(forms.Form):
    """How it ends."""

    outcome = forms.ChoiceField(
        label=gettext_lazy("Outcome"),
        choices=(
            ("upheld", gettext_lazy("Upheld")),
            ("not_upheld", gettext_lazy("Not upheld")),
            ("not_clear", gettext_lazy("Could not be cleared up")),
        ),
        widget=forms.RadioSelect,
    )
    text = forms.CharField(
        label=gettext_lazy("What the person is told"),
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 5}),
    )


def _step(doing: Doing, verb: Any, **values: Any) -> None:
    verb(complaint_id=doing.row.pk, user=doing.user, clock=doing.moment.at, **values)


def _relay(doing: Doing) -> str:
    _step(doing, complaints.relay, company=doing.data["company"])
    return _("Relayed to the company.")


def _join(doing: Doing) -> str:
    _step(doing, complaints.join, to_id=doing.data["to"])
    return _("Joined.")


def _notify(doing: Doing) -> str:
    _step(doing, complaints.notify, text=doing.data["text"])
    return _("On record: the person was told.")


def _refer(doing: Doing) -> str:
    _step(doing, complaints.refer, text=doing.data["text"])
    return _("Handed on.")


def _close(doing: Doing) -> str:
    _step(doing, complaints.close, **doing.data)
    return _("Closed.")


def _act(  # noqa: PLR0917  (the columns of the table below)
    slug: str, label: Any, form: type[forms.Form], run: Any, explanation: Any = "", danger: bool = False
) -> Act:
    def fits(row: Complaint, moment: Moment) -> bool:
        return slug in complaint_steps.open_to(row.state, "regulator")

    return Act(label, "handle_complaints", form, run, explanation, danger, fits)


ACTS: dict[str, Act] = {
    "relay": _act(
        "relay",
        gettext_lazy("Relay to the company"),
        Relay,
        _relay,
        gettext_lazy("The company reads what the person wrote, and no more of them than they agreed to."),
    ),
    "join": _act(
        "join",
        gettext_lazy("Join to another"),
        Join,
        _join,
        gettext_lazy("For the same complaint, filed twice. The other one goes on for both."),
    ),
    "notify": _act("notify", gettext_lazy("Note that the person was told"), Notify, _notify),
    "refer": _act(
        "refer",
        gettext_lazy("Hand to an authority"),
        Refer,
        _refer,
        gettext_lazy("The company does not see it any more."),
        True,
    ),
    "close": _act("close", gettext_lazy("Close"), Close, _close),
}


class ComplaintAct(ActPage):
    """The page of one step of one complaint."""

    section: ClassVar[str] = "complaints"
    acts: ClassVar[dict[str, Act]] = ACTS

    def row(self, key: str) -> Complaint:
        """The complaint."""
        return by_id(key)

    def title(self, row: Complaint) -> str:
        """Its id."""
        return ids.public("cmp", row.pk)

    def back(self, row: Complaint) -> str:
        """Its page."""
        return reverse("desk-complaint", args=[ids.public("cmp", row.pk)])
