"""Letters of a case: what a step tells the company, as a PDF in each language, kept with what it was made from.

`made_from` holds every value that stands in a letter; `draw` makes the same bytes of it again.
"""

from datetime import datetime
from hashlib import sha256
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Count, Max, Min
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.formats import date_format

from compliance import case_items, letter_words
from compliance.models import Case, CaseLetter, CaseStep
from compliance.models.cases import LANGUAGES
from compliance.penalties import SUSPENDING
from registry import ids
from registry.durations import Duration
from registry.portal.receipt_pdf import MUTED, Paper

#: Which letters a step makes.
OF_STEP: dict[str, tuple[str, ...]] = {
    "notify": ("notice", "request"),
    "invite": ("invitation",),
    "decide": ("decision",),
    "review": ("review",),
    "close": ("closing",),
}
#: What stands above a letter, in its language.
_HEAD = {
    "en": {
        "office": "Consent Register, the regulator",
        "to": "To",
        "case": "Case",
        "date": "Date",
        "registration": "registration",
        "foot": "Case {case}, {title}",
    },
    "zh-hans": {
        "office": "营销电话同意登记平台 监管机关",
        "to": "致",
        "case": "案号",
        "date": "日期",
        "registration": "注册号",
        "foot": "{case} {title}",
    },
}


def write(row: Case, step: CaseStep) -> list[CaseLetter]:
    """The letters that a step makes, on record. Inside the step's transaction."""
    kinds = OF_STEP.get(step.step, ())
    if not kinds:
        return []
    values = made_from(row, step)
    drawn = [(kind, language, draw(kind, language, values)) for kind in kinds for language in LANGUAGES]
    return CaseLetter.objects.bulk_create(
        [
            CaseLetter(
                case=row,
                step=step,
                kind=kind,
                language=language,
                made_from=values,
                pdf=pdf,
                sha256=sha256(pdf).hexdigest(),
                made_at=step.at,
            )
            for kind, language, pdf in drawn
        ]
    )


def made_from(row: Case, step: CaseStep) -> dict[str, Any]:
    """Every value that a step's letters say, as plain JSON: times in ISO 8601, codes as codes."""
    found = (
        case_items.rows(row, "violation")
        .order_by("code")
        .values("code")
        .annotate(count=Count("pk"), first=Min("call_started_at"), last=Max("call_started_at"))
    )
    citations = row.policy.citations
    proposal = row.steps.filter(step="propose").last()
    return {
        "case": ids.public("cse", row.pk),
        "company": {"name": row.company.name, "registration": row.company.registration},
        "title": row.title,
        "sector": row.sector,
        "zone": row.zone,
        "at": step.at.isoformat(),
        "text": step.text,
        "step": step.detail,
        "opened_at": row.opened_at.isoformat(),
        "respond_by": _iso(row.respond_by),
        "appeal_by": _iso(row.appeal_by),
        "violations": [
            {**each, "first": each["first"].isoformat(), "last": each["last"].isoformat()} for each in found
        ],
        "complaints": case_items.rows(row, "complaint").count(),
        "discrepancies": case_items.rows(row, "discrepancy").count(),
        "grounds": [citations[name]["citation"] for name in ("basis",) if name in citations],
        "policy": {"pack": row.policy.pack, "digest": row.policy.digest},
        "proposal": {**proposal.detail, "reasons": proposal.text} if proposal else {},
        "decided_at": _iso(row.decided_at),
        "ends_at": _iso(row.ends_at),
        "review": row.review,
    }


def _iso(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()


def again(letter: CaseLetter) -> bytes:
    """A letter made again of what it was made from."""
    return draw(letter.kind, letter.language, letter.made_from)


def text(kind: str, language: str, values: dict[str, Any]) -> tuple[str, list[str]]:
    """A letter's title and its paragraphs, in its language."""
    with translation.override(language), timezone.override(ZoneInfo(values["zone"])):
        rendered = render_to_string(f"compliance/letters/{language}/{kind}.txt", _words(language, values))
    title, *paragraphs = [part.strip() for part in rendered.split("\n\n") if part.strip()]
    return title, paragraphs


def draw(kind: str, language: str, values: dict[str, Any]) -> bytes:
    """The letter as a PDF: the same bytes for the same values."""
    title, paragraphs = text(kind, language, values)
    head = _HEAD[language]
    with translation.override(language), timezone.override(ZoneInfo(values["zone"])):
        day = _time(values["at"])
    paper = Paper(head["foot"].format(case=values["case"], title=title))
    paper.set_title(f"{title} {values['case']}")
    paper.set_lang("zh-Hans" if language == "zh-hans" else language)
    paper.set_creation_date(datetime.fromisoformat(values["at"]))
    paper.write_line(head["office"], size=11, colour=MUTED, after=6)
    paper.write_line(title, size=22, after=5)
    company = values["company"]
    registration = company["registration"] and f" ({head['registration']} {company['registration']})"
    for name, said in (
        ("to", f"{company['name']}{registration}"),
        ("case", values["case"]),
        ("date", day),
    ):
        paper.write_line(f"{head[name]}: {said}", size=10.5, after=0.5)
    paper.ln(3)
    paper.rule()
    for paragraph in paragraphs:
        for line in paragraph.splitlines():
            paper.write_line(line.strip().replace("- ", "•  ", 1) if line.startswith("- ") else line, size=11)
        paper.ln(3)
    paper.rule()
    paper.write_line(f"{values['policy']['pack']}  sha256 {values['policy']['digest']}", size=8, colour=MUTED)
    return bytes(paper.output())


def _words(language: str, values: dict[str, Any]) -> dict[str, Any]:
    """What a letter's template is filled with: times and codes in words. Times are in the current zone."""
    proposal, step = values["proposal"], values["step"]
    found = proposal.get("ladder", {})
    within = found.get("within", "")
    said = {
        "case": values["case"],
        "title": values["title"],
        "text": values["text"],
        "sector": letter_words.SECTORS[language][values["sector"]],
        "violations": [
            {
                "words": letter_words.CODES[language].get(each["code"], each["code"]),
                "count": each["count"],
                "first": _time(each["first"]),
                "last": _time(each["last"]),
            }
            for each in values["violations"]
        ],
        "complaints": values["complaints"],
        # Letters from before cases took them say nothing of them.
        "discrepancies": values.get("discrepancies"),
        "grounds": values["grounds"],
        "where": step.get("where", ""),
        "at": _time(values["at"]),
        "opened": _time(values["opened_at"]),
        "respond_by": _time(values["respond_by"]),
        "appeal_by": _time(values["appeal_by"]),
        "hearing_at": _time(step.get("hearing_at")),
        "decided": _time(values["decided_at"]),
        "ends": _time(values["ends_at"]),
        "outcome": letter_words.REVIEWS[language].get(values["review"], ""),
        "lifted": values["review"] not in ("", "upheld") and proposal.get("action") in SUSPENDING,
    }
    if not proposal:
        return said
    return said | {
        "penalty": letter_words.PENALTIES[language][proposal["action"]],
        "suspends": proposal["action"] in SUSPENDING,
        "fine": proposal["fine"],
        "all_sectors": proposal["all_sectors"],
        "reasons": proposal["reasons"],
        "why_other": proposal["why_other"],
        "discretion": proposal["discretion"],
        "count": found["count"],
        "within_days": Duration.parse(within).timedelta.days if within else 0,
        "ladder_penalty": letter_words.PENALTIES[language].get(found["action"], ""),
        "ladder_citation": found["citation"],
        "ladder_evidence": found["evidence"],
    }


def _time(text: str | None) -> str:
    """An ISO 8601 time to the minute in the current zone and language, with the zone's name; empty for none."""
    if not text:
        return ""
    local = timezone.localtime(datetime.fromisoformat(text))
    return f"{date_format(local, 'DATETIME_FORMAT')} ({timezone.get_current_timezone_name()})"
