"""Cases at the desk: the queue, one case with its timeline and the steps open to who looks, letters."""

from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any, ClassVar

import django_filters
from django import forms
from django.contrib.auth import get_user_model
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from compliance import case_decisions, case_items, case_steps, cases
from compliance.desk import case_words
from compliance.desk.case_forms import FORMS
from compliance.desk.discrepancy_words import KINDS, STATES
from compliance.desk.lists import ListPage
from compliance.desk.page import DeskPage
from compliance.models import Case, CaseLetter
from registry import ids
from registry.portal.words import SECTORS

#: A clock is about to break so long before it runs out.
SOON = timedelta(days=3)
#: The most rows that are shown at once.
MOST = 200
#: What a member of staff needs to take the steps of an actor.
PERMISSION = {"officer": "handle_cases", "supervisor": "decide_cases"}


class Filters(django_filters.FilterSet):
    """The queue's filters; each has an index."""

    state = django_filters.ChoiceFilter(label=gettext_lazy("State"), choices=list(case_words.STATES.items()))
    officer = django_filters.ModelChoiceFilter(
        label=gettext_lazy("Officer"),
        queryset=get_user_model().objects.filter(groups__permissions__codename="handle_cases").distinct(),
    )
    company = django_filters.CharFilter(label=gettext_lazy("Company (com_…)"), method="of_company")
    sector = django_filters.ChoiceFilter(label=gettext_lazy("Sector"), choices=list(SECTORS.items()))
    due = django_filters.ChoiceFilter(
        label=gettext_lazy("Clock"),
        choices=[
            ("soon", gettext_lazy("Runs out within three days")),
            ("broken", gettext_lazy("Has run out")),
        ],
        method="by_clock",
    )

    class Meta:
        model = Case
        fields: ClassVar[list[str]] = []

    def of_company(self, rows: QuerySet[Case], name: str, value: str) -> QuerySet[Case]:
        """Those of the company with that id."""
        plain = value.strip().removeprefix("com_")
        return (
            rows.filter(company_id=int(plain))
            if plain.isascii() and plain.isdigit() and len(plain) < 19
            else rows.none()
        )

    def by_clock(self, rows: QuerySet[Case], name: str, value: str) -> QuerySet[Case]:
        """Those whose clock has run out, or is about to."""
        clock = self.request.clock
        if value == "broken":
            return rows.filter(due_at__lt=clock)
        return rows.filter(due_at__gte=clock, due_at__lt=clock + SOON)


class Queue(ListPage):
    """All cases, the newest first."""

    template = "compliance/desk/cases.html"
    section = "cases"
    filters = Filters
    file_name = "cases"
    columns = (
        "id",
        "title",
        "company",
        "sector",
        "state",
        "officer",
        "clock",
        "due_at",
        "opened_at",
        "penalty",
    )

    def rows(self) -> QuerySet[Case]:
        return Case.objects.select_related("company", "officer")

    def cells(self, row: Case) -> Iterable[Any]:
        officer = row.officer.get_username() if row.officer else ""
        return (
            ids.public("cse", row.pk),
            row.title,
            row.company.name,
            row.sector,
            row.state,
            officer,
            row.clock,
            row.due_at and row.due_at.isoformat(),
            row.opened_at.isoformat(),
            row.penalty,
        )

    def more(self, rows: list[Case]) -> dict[str, Any]:
        for row in rows:
            _say(row)
            row.late = row.due_at is not None and row.due_at <= self.moment.at  # type: ignore[attr-defined]
        return {}


def _say(row: Case) -> None:
    """Put a case's codes in words on it, for the page."""
    row.state_said = case_words.STATES[row.state]  # type: ignore[attr-defined]
    row.clock_said = case_words.CLOCKS.get(row.clock, "")  # type: ignore[attr-defined]
    row.penalty_said = case_words.PENALTIES.get(row.penalty, "")  # type: ignore[attr-defined]


class CasePage(DeskPage):
    """One case; a step of it is sent to `<case>/<step>/`."""

    template = "compliance/desk/case.html"
    section = "cases"

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The timeline, what it rests on, the letters, and the steps that may be taken."""
        return self._page(self._row(pk))

    def post(self, request: HttpRequest, pk: int, step: str) -> HttpResponse:
        """Take a step. An officer's needs another permission than a supervisor's."""
        row = self._row(pk)
        if step not in FORMS:
            raise Http404
        by = self._acting(row.state, step)
        if by is None:
            return self.show("compliance/desk/case_denied.html", status=403, case=row)
        form = FORMS[step](request.POST, prefix=step)
        if not form.is_valid():
            return self._page(row, sent=(step, form), status=400)
        _TAKE[step](self, row.pk, by, form.cleaned_data)
        return self.done(_("Done. It is on record, with your name and the time."), "desk-case", row.pk)

    def _row(self, pk: int) -> Case:
        row = (
            Case.objects.filter(pk=pk)
            .select_related("company", "officer", "policy", "proposed_by", "decided_by", "reviewed_by")
            .first()
        )
        if row is None:
            raise Http404
        return row

    def _acting(self, state: str, step: str) -> str | None:
        """As which actor who is signed in may take a step; the first that may where both do.

        A step that the state does not allow is left to the verb, which says so.
        """
        may = [by for by, permission in PERMISSION.items() if self.may(permission)]
        fits = [by for by in may if case_steps.leads_to(state, step, by)]
        if fits:
            return fits[0]
        known = {
            by for (_state, name), found in case_steps.ALLOWED.items() if name == step for by in found.by
        }
        return next((by for by in may if by in known), None)

    def _page(
        self, row: Case, *, sent: tuple[str, forms.Form] | None = None, status: int = 200
    ) -> HttpResponse:
        _say(row)
        may = [by for by, permission in PERMISSION.items() if self.may(permission)]
        open_now = set().union(*(case_steps.open_to(row.state, by) for by in may))
        if self.request.user.pk == row.proposed_by_id:
            open_now.discard("decide")
        if self.request.user.pk in (row.proposed_by_id, row.decided_by_id):
            open_now.discard("review")
        forms_shown = [
            (step, case_words.DO[step], sent[1] if sent and sent[0] == step else FORMS[step](prefix=step))
            for step in case_steps.STEPS
            if step in open_now
        ]
        ladder = case_decisions.ladder(row, at=self.moment.at)
        steps = [
            (case_words.STEPS[step.step], step)
            for step in row.steps.select_related("user", "company").order_by("id")
        ]
        return self.show(
            status=status,
            case=row,
            form=sent[1] if sent else None,
            sent=sent[0] if sent else "",
            steps=steps,
            clocks=[
                (case_words.CLOCKS[name], ends)
                for name, ends in cases.clocks(row)._asdict().items()
                if ends is not None
            ],
            violations=list(case_items.rows(row, "violation")[:MOST]),
            complaints=list(case_items.rows(row, "complaint")[:MOST]),
            discrepancies=[
                (KINDS[found.kind], STATES[found.state], found)
                for found in case_items.rows(row, "discrepancy")[:MOST]
            ],
            letters=[
                (case_words.LETTERS[letter.kind], letter) for letter in row.letters.defer("pdf", "made_from")
            ],
            forms=forms_shown,
            ladder=ladder,
            ladder_said=case_words.PENALTIES.get(ladder.action, ""),
            sector=SECTORS[row.sector],
            most=MOST,
        )


#: What each step's form comes down to: one verb.
_TAKE: dict[str, Callable[[CasePage, int, str, dict[str, Any]], Any]] = {
    "gather": lambda page, pk, by, data: cases.gather(
        case_id=pk, gathered=data["items"], text=data["text"], user=page.request.user, clock=page.moment.at
    ),
    "assign": lambda page, pk, by, data: cases.assign(
        case_id=pk, to=data["to"], user=page.request.user, by=by, clock=page.moment.at
    ),
    "notify": lambda page, pk, by, data: cases.notify(
        case_id=pk, text=data["text"], user=page.request.user, clock=page.moment.at
    ),
    "respond": lambda page, pk, by, data: cases.respond(
        case_id=pk, text=data["text"], evidence=[], user=page.request.user, clock=page.moment.at
    ),
    "invite": lambda page, pk, by, data: cases.invite(
        case_id=pk, user=page.request.user, clock=page.moment.at, **data
    ),
    "hear": lambda page, pk, by, data: cases.hear(
        case_id=pk, text=data["text"], user=page.request.user, clock=page.moment.at
    ),
    "propose": lambda page, pk, by, data: case_decisions.propose(
        case_id=pk, user=page.request.user, clock=page.moment.at, **data
    ),
    "return": lambda page, pk, by, data: case_decisions.send_back(
        case_id=pk, text=data["text"], user=page.request.user, clock=page.moment.at
    ),
    "decide": lambda page, pk, by, data: case_decisions.decide(
        case_id=pk, text=data["text"], user=page.request.user, moment=page.moment
    ),
    "appeal": lambda page, pk, by, data: case_decisions.appeal(
        case_id=pk, text=data["text"], user=page.request.user, clock=page.moment.at
    ),
    "review": lambda page, pk, by, data: case_decisions.review(
        case_id=pk, user=page.request.user, moment=page.moment, **data
    ),
    "close": lambda page, pk, by, data: cases.close(
        case_id=pk, text=data["text"], user=page.request.user, clock=page.moment.at
    ),
    "withdraw": lambda page, pk, by, data: cases.withdraw(
        case_id=pk, text=data["text"], user=page.request.user, clock=page.moment.at
    ),
}


class Letter(DeskPage):
    """A letter as it was sent."""

    def get(self, request: HttpRequest, pk: int, letter: int) -> HttpResponse:
        """The PDF, shown in the browser."""
        row = CaseLetter.objects.filter(pk=letter, case_id=pk).first()
        if row is None:
            raise Http404
        response = HttpResponse(bytes(row.pdf), content_type="application/pdf")
        name = f"{ids.public('cse', pk)}-{row.kind}-{row.language}.pdf"
        response["Content-Disposition"] = f'inline; filename="{name}"'
        return response
