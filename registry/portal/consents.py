"""Consents about me: what companies claim, with its evidence; confirm it, take it back, or deny it."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.contrib import messages as notices
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from registry import consents, disputes, ids
from registry.consents import STEPS
from registry.errors import NotFound
from registry.models import Announcement, Consent, DisputeStep, Relationship
from registry.portal import words
from registry.portal.forms import ObjectionForm
from registry.portal.opt_outs_shown import Step, listed
from registry.portal.page import ProvenPage

_SECOND = timedelta(seconds=1)


class ShownAnswer(NamedTuple):
    """A company's answer in a dispute."""

    at: datetime
    in_time: bool | None
    text: str
    evidence: list[tuple[str | Promise, str, bool]]
    """What it can show: a name, a digest, and whether that was put on record with the consent."""


class ShownDispute(NamedTuple):
    """Where a dispute stands."""

    answers: list[ShownAnswer]
    answer_by: datetime | None
    """The last second in which the company may answer in time, where the policy sets a clock."""
    overdue: bool
    objected: bool
    may_object: bool
    object_by: datetime | None


class Shown(NamedTuple):
    """One consent on a page."""

    id: str
    company: str
    company_id: str
    sectors: str
    channels: str
    status: str
    status_words: str | Promise
    given_at: datetime
    ends_at: datetime | None
    method: str | Promise
    may_confirm: bool
    may_dispute: bool
    may_revoke: bool
    dispute: ShownDispute | None
    """For a disputed one: where the dispute stands."""

    @property
    def badge(self) -> str:
        """The look of its status."""
        return {"confirmed": "", "recorded": "warn", "disputed": "bad"}.get(self.status, "off")


class ConsentPage(ProvenPage):
    """What the pages about consents share."""

    for_carers = ("everything",)

    def stretches(self, **which: Any) -> dict[int, list[Consent]]:
        """The person's consents, each as its rows on record, the newest consent first."""
        rows = Consent.objects.current().filter(
            number=self.person.number, given_at__gte=self.held_since, **which
        )
        found: dict[int, list[Consent]] = {}
        for row in rows.select_related("company", "notice").order_by("-record_id", "valid"):
            found.setdefault(row.record_id, []).append(row)
        return found

    def own(self, consent: str) -> list[Consent]:
        """The rows of one of the person's consents by its public id. Raises `NotFound`."""
        record = ids.number("con", consent)
        rows = self.stretches(record_id=record).get(record)
        if rows is None:
            raise NotFound
        return rows

    def shown(self, rows: list[Consent]) -> Shown:
        """A consent as pages show it."""
        row, status = rows[-1], consents.status(rows, self.moment.at)
        open_ = status == row.status
        return Shown(
            id=ids.public("con", row.record_id),
            company=row.company.name,
            company_id=ids.public("com", row.company_id),
            sectors=listed(words.SECTORS[name] for name in row.sectors),
            channels=listed(words.CHANNELS[name] for name in row.channels),
            status=status,
            status_words=words.CONSENT_STATUSES[status],
            given_at=row.given_at,
            ends_at=row.valid.upper if status in ("recorded", "confirmed") else None,
            method=words.METHODS[row.method],
            may_confirm=open_ and status in STEPS["confirmed"],
            may_dispute=open_ and status in STEPS["disputed"],
            may_revoke=open_ and status in STEPS["revoked"],
            dispute=self._dispute(row) if status == "disputed" else None,
        )

    def _dispute(self, row: Consent) -> ShownDispute:
        """A dispute that is going on, as pages show it."""
        held = disputes.of(row, self.moment)
        return ShownDispute(
            answers=[
                ShownAnswer(step.at, step.in_time, step.text, _evidence(step.evidence, row))
                for step in held.answers
            ],
            answer_by=None if held.answer_by is None else held.answer_by - _SECOND,
            overdue=not held.answers and held.answer_by is not None and held.answer_by <= self.moment.at,
            objected=held.objected,
            may_object=held.may_object(self.moment.known_at),
            object_by=held.object_by,
        )


class Consents(ConsentPage):
    """Every consent and relationship that companies claim."""

    template = "registry/portal/consents.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        rows = [self.shown(rows) for rows in self.stretches().values()]
        related = Relationship.objects.current().filter(
            number=self.person.number, last_at__gte=self.held_since
        )
        return self.show(
            open=[row for row in rows if row.status in ("recorded", "confirmed", "disputed")],
            ended=[row for row in rows if row.status not in ("recorded", "confirmed", "disputed")],
            relationships=[
                (row, ids.public("com", row.company_id), words.RELATIONSHIPS[row.kind])
                for row in related.select_related("company").order_by("-record_id")
            ],
        )


class ConsentById(ConsentPage):
    """One consent: the words, the proof, the history."""

    template = "registry/portal/consent.html"

    def get(self, request: HttpRequest, consent: str) -> HttpResponse:
        return self._page(self.own(consent), ObjectionForm())

    def post(self, request: HttpRequest, consent: str) -> HttpResponse:
        """Object to the company's answer in a dispute."""
        rows = self.own(consent)
        form = ObjectionForm(request.POST)
        if not form.is_valid():
            return self._page(rows, form, status=422)
        disputes.object_to(
            record_id=rows[-1].record_id,
            number=self.person.number,
            text=form.cleaned_data["text"],
            moment=self.moment,
        )
        notices.success(request, gettext("You stand by it. An officer of the regulator decides."))
        return redirect("consent", consent)

    def _page(self, rows: list[Consent], form: ObjectionForm, status: int = 200) -> HttpResponse:
        return self.show(
            row=self.shown(rows),
            consent=rows[-1],
            evidence=_evidence(rows[-1].evidence, rows[-1]),
            steps=history(rows),
            given_here=consents.given_here(rows[-1]),
            form=form,
            status=status,
        )


class ConsentStep(ConsentPage):
    """Confirm, dispute or revoke with one tap."""

    def post(self, request: HttpRequest, consent: str, step: str) -> HttpResponse:
        row = self.own(consent)[-1]
        verb, said = STEP_WORDS[step]
        verb(record_id=row.record_id, moment=self.moment)
        notices.success(request, said % {"company": row.company.name})
        return redirect("consent", consent)


#: The steps of a person, by their place in the address, and what is said when they are done.
STEP_WORDS: dict[str, tuple[Callable[..., Consent], Promise]] = {
    "confirm": (consents.confirm, _("Confirmed. %(company)s may call you about it.")),
    "dispute": (consents.dispute, _("Disputed. It carries no call of %(company)s any more.")),
    "revoke": (consents.revoke, _("Taken back. %(company)s may not call you on the strength of it.")),
}


def _evidence(pieces: list[dict[str, Any]], row: Consent) -> list[tuple[str | Promise, str, bool]]:
    """Pieces of evidence by name and digest, and whether each was put on record with the consent."""
    on_record = {piece["sha256"] for piece in row.evidence}
    return [
        (words.EVIDENCE.get(piece["type"], piece["type"]), piece["sha256"], piece["sha256"] in on_record)
        for piece in pieces
    ]


def history(rows: list[Consent]) -> list[Step]:
    """The steps of a consent from its rows on record, the oldest first."""
    first = rows[0]
    what = (
        gettext("Given by you on this site")
        if consents.given_here(first)
        else gettext("Given, as the company says")
    )
    given = Step(first.given_at, first.on_record_since, what)
    steps = [
        given,
        *(
            Step(row.valid.lower, row.recorded.lower, str(words.CONSENT_STATUSES[row.status]))
            for row in rows
            if row.status != "recorded" or row is not first
        ),
    ]
    told = Announcement.objects.filter(consent=first.record_id, outcome="sent").first()
    if told is not None and told.done_at is not None:
        steps.append(Step(told.done_at, told.done_at, gettext("We told you of it by text message")))
    steps += [
        Step(step.at, step.at, str(words.DISPUTE_STEPS[step.step]))
        for step in DisputeStep.objects.filter(consent=first.record_id)
    ]
    return sorted(steps, key=lambda step: step.at)
