"""The page of complaints: what was said, what it was matched with, each step; and what an officer does with one."""

from datetime import UTC, datetime, timedelta
from typing import Any

from django import forms
from django.contrib import admin
from django.core import signing
from django.db.models import QuerySet
from django.http import FileResponse, Http404, HttpRequest
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html_join

from compliance import complaint_steps, complaints
from compliance.models import Complaint, ComplaintEvidence
from compliance.models.complaints import OUTCOMES
from registry import access_records, ids, uploads
from registry.admin.acts import Act, Doing, Done, Reason
from registry.admin.columns import column, company, instant, masked, public
from registry.admin.pages import RecordAdmin
from registry.admin.searching import Keys
from registry.errors import FileLost, NotFound
from registry.models import Company

#: How long the address of a file works, in seconds, for the one it was given to.
FILE_SECONDS = 600
#: Complaints of one calling number are counted over so many days where the policy names none.
COUNTED_DAYS = 10
_SALT = "compliance.admin.complaints"


def _company(text: str) -> Company:
    """The company of an id. Raises a ValidationError."""
    try:
        return Company.objects.get(pk=ids.number("com", text.strip()))
    except (NotFound, Company.DoesNotExist) as error:
        raise forms.ValidationError("There is no such company") from error


class Relay(forms.Form):
    """To whom it goes."""

    company = forms.CharField(
        max_length=24, required=False, help_text="com_7; left empty, the company that was matched."
    )

    def clean_company(self) -> Company | None:
        """The company that is named, or None for that which was matched."""
        text = self.cleaned_data["company"]
        return _company(text) if text.strip() else None


class Join(forms.Form):
    """To which complaint it is joined."""

    to = forms.CharField(max_length=24, help_text="The complaint that goes on: cmp_7.")

    def clean_to(self) -> int:
        """The row of that complaint."""
        try:
            return ids.number("cmp", self.cleaned_data["to"].strip())
        except NotFound as error:
            raise forms.ValidationError("That is no id of a complaint") from error


class Refer(forms.Form):
    """To whom it is handed."""

    text = forms.CharField(max_length=500, help_text="The authority, as the person is told.")


class Close(forms.Form):
    """How it ends."""

    outcome = forms.ChoiceField(choices=[(name, name.replace("_", " ")) for name in OUTCOMES])
    text = forms.CharField(
        max_length=5000, widget=forms.Textarea(attrs={"rows": 5}), help_text="What the person is told."
    )


def _relay(doing: Doing) -> Done:
    for row in doing.rows:
        complaints.relay(
            complaint_id=row.pk, company=doing.data["company"], user=doing.user, clock=doing.moment.at
        )
    return Done(f"{len(doing.rows)} complaint(s) relayed.")


def _join(doing: Doing) -> Done:
    for row in doing.rows:
        complaints.join(complaint_id=row.pk, to_id=doing.data["to"], user=doing.user, clock=doing.moment.at)
    return Done(f"{len(doing.rows)} complaint(s) joined.")


def _refer(doing: Doing) -> Done:
    for row in doing.rows:
        complaints.refer(complaint_id=row.pk, text=doing.data["text"], user=doing.user, clock=doing.moment.at)
    return Done(f"{len(doing.rows)} complaint(s) handed on.")


def _close(doing: Doing) -> Done:
    for row in doing.rows:
        complaints.close(complaint_id=row.pk, **doing.data, user=doing.user, clock=doing.moment.at)
    return Done(f"{len(doing.rows)} complaint(s) closed.")


def _hand_out(doing: Doing) -> Done:
    """Write down who fetches what is attached, and answer addresses that work for them, for a while."""
    access_records.record(
        user=doing.user,
        kind="complaint evidence",
        object_ids=[ids.public("cmp", row.pk) for row in doing.rows],
        reason=doing.data["reason"],
        moment=doing.moment,
    )
    shown = []
    for held in ComplaintEvidence.objects.filter(complaint__in=doing.rows):
        token = signing.dumps([held.pk, doing.user.pk], salt=_SALT)
        address = reverse("admin:compliance_complaint_file", args=[token])
        shown.append((f"{ids.public('cmp', held.complaint_id)} {held.kind} {held.media_type}", address))
    return Done("Your name and your reason are on record. The addresses work for ten minutes.", tuple(shown))


def _act(slug: str, label: str, run: Any, form: type[forms.Form], explanation: str = "") -> Act:
    """An officer's step, offered where the table allows it."""
    return Act(
        slug,
        label,
        "handle_complaints",
        run,
        form,
        fits=lambda row, moment: slug in complaint_steps.open_to(row.state, "regulator"),
        explanation=explanation,
    )


class Overdue(admin.SimpleListFilter):
    """Complaints whose clock has run out."""

    title = "overdue"
    parameter_name = "overdue"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("yes", "Yes")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Complaint]) -> QuerySet[Complaint]:
        return queryset.filter(due_at__lt=datetime.now(UTC)) if self.value() == "yes" else queryset


def _steps(row: Complaint) -> str | None:
    """Each step, oldest first: when, by whom, whether in time, what was said, and the clock that it set going."""
    return (
        format_html_join(
            "\n",
            "<div>{}: {} by {}{}{}{}</div>",
            (
                (
                    instant(step.at, ""),
                    step.step,
                    step.by,
                    {True: ", in time", False: ", late", None: ""}[step.in_time],
                    f": {step.text}" if step.text else "",
                    f" [{step.clock} until {instant(step.due_at, '')}]" if step.clock else "",
                )
                for step in row.steps.all()
            ),
        )
        or None
    )


def _matches(row: Complaint) -> str | None:
    """Each ground, with the company, call and check it names."""
    return (
        format_html_join(
            "\n",
            "<div>{}</div>",
            (
                (
                    " ".join(
                        part
                        for part in (
                            match.ground,
                            match.company_id and ids.public("com", match.company_id),
                            match.call and ids.public("cal", match.call),
                            match.check_id and ids.public("chk", match.check_id),
                        )
                        if part
                    ),
                )
                for match in row.matches.all()
            ),
        )
        or None
    )


def _against_caller(row: Complaint) -> str | None:
    """How many complaints of the calling number came in so many days before, and whether the policy acts on that."""
    if row.caller is None:
        return None
    clock = row.policy.terms.get("complaint_clock") or {}
    days = clock.get("trigger_days", COUNTED_DAYS)
    since = row.received_at - timedelta(days=days)
    others = Complaint.objects.filter(
        caller=row.caller, received_at__gte=since, received_at__lte=row.received_at
    )
    count = others.exclude(state__in=("joined", "withdrawn")).count()
    trigger = clock.get("trigger_count")
    reached = f"; the policy acts at {trigger}" if trigger else ""
    return f"{count} in {days} days{reached}"


def _evidence(row: Complaint) -> str | None:
    """What is attached: its kind, type, size and digest."""
    return (
        format_html_join(
            "\n",
            "<div>{} {} {:,} bytes sha256 {}</div>",
            ((held.kind, held.media_type, held.bytes_total, held.sha256) for held in row.evidence.all()),
        )
        or None
    )


@admin.register(Complaint)
class ComplaintAdmin(RecordAdmin):
    """What people complained of."""

    keys = Keys(prefix="cmp", numbers=("number", "caller"), company="company", time="received_at")
    list_select_related = ("company",)
    list_display = (
        public("cmp"),
        "state",
        "category",
        "proven",
        company(),
        masked("number"),
        masked("caller"),
        "called_at",
        "sector",
        "clock",
        "due_at",
        "source",
    )
    list_filter = (Overdue, "state", "category", "source", "proven", "sector")
    fields = readonly_fields = (
        *list_display,
        "outcome",
        column("steps", _steps),
        column("matches", _matches),
        "text",
        column("evidence", _evidence),
        column("against_this_caller", _against_caller),
        "tolerance",
        "voice",
        "said_no",
        "company_named",
        "language",
        "show_number",
        "filed_at",
        "received_at",
        "late",
        "matched_at",
        public("cmp", "joined_to_id", "joined_to_id"),
    )
    acts = (
        _act("relay", "Relay to the company", _relay, Relay, "The company reads what the person wrote."),
        _act("join", "Join to another", _join, Join, "For the same complaint, filed twice."),
        _act("refer", "Hand to an authority", _refer, Refer, "The company does not see it any more."),
        _act("close", "Close", _close, Close),
        Act(
            "evidence",
            "Fetch what is attached",
            "unmask_numbers",
            _hand_out,
            Reason,
            fits=lambda row, moment: row.evidence.exists(),
            explanation="Who fetches it, and why, is written down.",
        ),
    )

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        return lookup == Overdue.parameter_name or super().lookup_allowed(lookup, value, request)

    def get_urls(self) -> list[URLPattern]:
        own = path(
            "file/<str:token>/",
            self.admin_site.admin_view(self.file_view),
            name="compliance_complaint_file",
        )
        return [own, *super().get_urls()]

    def file_view(self, request: HttpRequest, token: str) -> FileResponse:
        """An attached file, for who was given its address, as a download that no browser opens by itself."""
        try:
            held_id, user_id = signing.loads(token, salt=_SALT, max_age=FILE_SECONDS)
            held = ComplaintEvidence.objects.get(pk=held_id)
            if user_id != request.user.pk:
                raise Http404
            file = uploads.open_stored(held.file)
        except (signing.BadSignature, ComplaintEvidence.DoesNotExist, FileLost) as error:
            raise Http404 from error
        name = f"{ids.public('cmp', held.complaint_id)}-{held.pk}.{held.media_type.partition('/')[2]}"
        return FileResponse(file, as_attachment=True, filename=name, content_type=held.media_type)
