"""What if: hold a draft policy against a period that has passed, and see what would have been answered."""

from datetime import datetime, timedelta
from typing import Any, ClassVar

import structlog
from django import forms
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from compliance import tasks
from compliance.charts import Chart
from compliance.desk.page import DeskPage
from compliance.errors import DraftNotAccepted
from compliance.models import Replay
from compliance.replay import draft, replay
from registry import ids
from registry.codes import SECTORS
from registry.errors import InvalidInput, NotFound
from registry.models import Company
from registry.portal import words
from registry.reasons import REASONS

log = structlog.get_logger(__name__)

#: Replays shown on the page that asks for one.
RECENT = 20
#: A draft that is uploaded.
MOST_BYTES = 1_000_000
#: Companies that are listed; the rest is in the kept figures.
MOST_COMPANIES = 50


class ReplayForm(forms.Form):
    """What is to be held against what."""

    pack = forms.ChoiceField(label=_("Policy pack"))
    draft = forms.CharField(
        label=_("Draft"),
        help_text=_("The pack in force, to be edited. Or send a file below, which then counts."),
        widget=forms.Textarea(attrs={"rows": 18, "spellcheck": "false", "class": "code"}),
        required=False,
    )
    file = forms.FileField(label=_("Draft as a TOML file"), required=False)
    first = forms.DateField(
        label=_("First day (UTC)"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    last = forms.DateField(
        label=_("Last day (UTC)"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    sectors = forms.MultipleChoiceField(
        label=_("Sectors"),
        choices=[(name, words.SECTORS[name]) for name in SECTORS],
        required=False,
        help_text=_("None: all."),
    )
    companies = forms.CharField(
        label=_("Companies"), required=False, help_text=_("Ids such as com_7, with commas. Empty: all.")
    )
    share = forms.IntegerField(
        label=_("Share of all numbers, in per cent"), min_value=1, max_value=100, initial=100,
        help_text=_("A sample holds whole numbers, and is the same each time."),
    )  # fmt: skip
    terms_on = forms.DateField(
        label=_("Terms of the day"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("Holds the draft's terms of that day over the whole period. Empty: as they are dated."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["pack"].choices = [(name, name) for name in draft.known()]  # type: ignore[attr-defined]

    def clean_companies(self) -> list[int]:
        """The companies' row ids."""
        words = [word.strip() for word in self.cleaned_data["companies"].split(",") if word.strip()]
        try:
            return [ids.number("com", word) for word in words]
        except NotFound as error:
            raise forms.ValidationError(say("Write ids such as com_7, with commas")) from error

    def clean(self) -> dict[str, Any]:
        """The draft's text: that of the file, if one was sent."""
        cleaned: dict[str, Any] = super().clean() or {}
        file = cleaned.get("file")
        if file is not None:
            if file.size > MOST_BYTES:
                self.add_error("file", say("The file is too large for a policy pack"))
                return cleaned
            try:
                cleaned["draft"] = file.read().decode("utf-8")
            except UnicodeDecodeError:
                self.add_error("file", say("The file is no text in UTF-8"))
        elif not cleaned.get("draft"):
            self.add_error("draft", say("Write a draft, or send a file"))
        return cleaned


def send(replay_id: int) -> None:
    """Tell a worker. Where the broker is away the row stays, and `find_lost_replays` finds it."""
    try:
        tasks.run_replay.apply_async([replay_id], retry=False)
    except Exception as error:  # noqa: BLE001  (brokers raise what their clients raise; the row is safe already)
        log.warning("broker_unavailable", replay=replay_id, error=type(error).__qualname__)


class WhatIf(DeskPage):
    """Ask for a replay; those asked before."""

    permission: ClassVar[str] = "replay_policies"
    permission_to_act: ClassVar[str] = "replay_policies"
    template: ClassVar[str] = "compliance/desk/what_if.html"
    section: ClassVar[str] = "what-if"

    def get(self, request: HttpRequest) -> HttpResponse:
        """The form, begun from the pack in force or from the draft of a replay before."""
        known = draft.known()
        pack = request.GET.get("pack", "")
        before = self._before(request.GET.get("from", ""))
        if before is not None:
            pack = before.pack
        if pack not in known:
            pack = "cn" if "cn" in known else known[0]
        yesterday = self.moment.at.date() - timedelta(days=1)
        text = draft.text_in_force(pack) if before is None else before.draft
        initial = {"pack": pack, "draft": text, "first": yesterday - timedelta(days=6), "last": yesterday}
        return self._page(ReplayForm(initial=initial | {"share": 100}), pack)

    def post(self, request: HttpRequest) -> HttpResponse:
        """Put it on record and have it done."""
        form = ReplayForm(request.POST, request.FILES)
        if not form.is_valid():
            return self._page(form, form["pack"].value(), status=400)
        chosen = form.cleaned_data
        try:
            with transaction.atomic():
                row = replay.request(
                    pack=chosen["pack"],
                    text=chosen["draft"],
                    first=chosen["first"],
                    last=chosen["last"],
                    sectors=chosen["sectors"],
                    companies=chosen["companies"],
                    share=chosen["share"],
                    terms_on=chosen["terms_on"],
                    user=request.user,
                    clock=self.moment.known_at,
                )
                transaction.on_commit(lambda: send(row.pk))
        except (DraftNotAccepted, InvalidInput) as error:
            name = error.pointer.lstrip("/")
            form.add_error(name if name in form.fields else None, error.detail)
            return self._page(form, chosen["pack"], status=error.status)
        return self.done(say("The replay is on the list of the workers."), "desk-replay", row.pk)

    def _before(self, text: str) -> Replay | None:
        return Replay.objects.filter(pk=int(text)).first() if text.isdecimal() and len(text) < 18 else None

    def _page(self, form: ReplayForm, pack: str, *, status: int = 200) -> HttpResponse:
        return self.show(
            status=status,
            form=form,
            pack=pack,
            packs=draft.known(),
            replays=Replay.objects.select_related("asked_by").defer("draft", "figures")[:RECENT],
        )


class Replayed(DeskPage):
    """One replay: how far it is, or what came out."""

    permission: ClassVar[str] = "replay_policies"
    template: ClassVar[str] = "compliance/desk/replay.html"
    section: ClassVar[str] = "what-if"

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The page, the same whenever it is looked at once the replay is done."""
        row = Replay.objects.select_related("asked_by").filter(pk=pk).first()
        if row is None:
            raise NotFound
        names = dict(Company.objects.filter(pk__in=_companies(row)).values_list("pk", "name"))
        return self.show(
            replay=row,
            open=row.state in ("queued", "running"),
            chosen=[(pk, names.get(pk, "")) for pk in row.companies],
            all_sectors=len(row.sectors) == len(SECTORS),
            tables=_tables(row, names),
            examples=_examples(row, names),
            chart=_chart(row),
        )


class Cancel(DeskPage):
    """End a replay that is not done."""

    permission: ClassVar[str] = "replay_policies"
    permission_to_act: ClassVar[str] = "replay_policies"
    http_method_names: ClassVar[list[str]] = ["post", "options"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Cancel, and back to it."""
        replay.cancel(replay_id=pk, clock=self.moment.known_at)
        return self.done(say("The replay is cancelled."), "desk-replay", pk)


def _companies(row: Replay) -> set[int]:
    figures = row.figures or {}
    found = {int(line["name"]) for line in figures.get("by_company", [])}
    found |= {one["company"] for group in figures.get("examples", []) for one in group["of"]}
    return found | set(row.companies)


def _tables(row: Replay, names: dict[int, str]) -> list[dict[str, Any]]:
    """The figures by reason, sector and company, for one template."""
    figures = row.figures or {}
    labels = {
        "by_reason": lambda name: REASONS[name].detail if name in REASONS else name,
        "by_sector": lambda name: str(words.SECTORS.get(name, name)),
        "by_company": lambda name: names.get(int(name), name),
    }
    headings = {"by_reason": _("By reason"), "by_sector": _("By sector"), "by_company": _("By company")}
    return [
        {
            "heading": headings[by],
            "asked": by != "by_reason",
            "lines": [line | {"label": label(line["name"])} for line in figures.get(by, [])[:MOST_COMPANIES]],
        }
        for by, label in labels.items()
        if figures.get(by)
    ]


def _examples(row: Replay, names: dict[int, str]) -> list[dict[str, Any]]:
    return [
        {
            "denied": group["direction"] == "to_deny",
            "undecided": group["direction"] == "undecided",
            "reason": REASONS[group["reason"]].detail if group["reason"] in REASONS else group["reason"],
            "of": [
                one | {"at": datetime.fromisoformat(one["at"]), "name": names.get(one["company"], "")}
                for one in group["of"]
            ],
        }
        for group in (row.figures or {}).get("examples", [])
    ]


def _chart(row: Replay) -> Chart | None:
    lines = (row.figures or {}).get("by_sector", [])
    if not lines:
        return None
    return Chart(
        say("Answers that turn, by sector"),
        tuple(line["name"] for line in lines),
        (
            (say("to deny"), tuple(line["to_deny_calls"] + line["to_deny_checks"] for line in lines)),
            (say("to allow"), tuple(line["to_allow_calls"] + line["to_allow_checks"] for line in lines)),
        ),
    )
