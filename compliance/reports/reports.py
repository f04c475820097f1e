"""Reports: ask for one, make it, and see that each month has its own. Figures once made stay as they were made.

What is to be made is a row. A worker claims it; whether a message came or not, `hints` finds it.
"""

import io
from datetime import date, datetime, timedelta
from hashlib import sha256
from typing import Any, BinaryIO

from django.db import transaction
from django.utils.translation import gettext as _

from compliance.errors import ReportGaveUp, ReportMakingBroke
from compliance.models import Report
from compliance.reports import figures, pdf, writing
from compliance.reports.kind import Question
from compliance.reports.kinds import KINDS
from registry import claims, ids, uploads
from registry.codes import SECTORS
from registry.errors import FileLost, InvalidInput
from registry.models import Company

#: What began to be written a moment ago may have an earlier time and not be there yet; after this it is.
SETTLES = timedelta(minutes=1)
#: The day of the month from which on the month before is reported: its last logs are in, and audited.
DUE_ON = 2
LONGEST = timedelta(days=366)
#: Renderings of a report: its media type, and the language of those that have one.
FILES: dict[str, tuple[str, str]] = {
    "csv": ("text/csv; charset=utf-8", ""),
    "json": ("application/json", ""),
    "en.pdf": ("application/pdf", "en"),
    "zh-hans.pdf": ("application/pdf", "zh-hans"),
}


def ask(
    *,
    kind: str,
    first: date,
    last: date,
    clock: datetime,
    as_of: datetime | None = None,
    company_id: int | None = None,
    sector: str | None = None,
    region: str = "",
) -> Question:
    """The question of a report, if it makes sense. Raises `InvalidInput` that points at what does not."""
    if kind not in KINDS:
        raise InvalidInput(f"One of: {', '.join(KINDS)}", pointer="/kind")
    if last < first:
        raise InvalidInput("The days end before they begin", pointer="/to")
    if last - first >= LONGEST:
        raise InvalidInput("A report covers at most a year", pointer="/to")
    if as_of is not None and as_of > clock:
        raise InvalidInput("What will be on record then nobody knows", pointer="/as_of")
    if sector and sector not in SECTORS:
        raise InvalidInput(f"One of: {', '.join(SECTORS)}", pointer="/sector")
    given = {"company": company_id is not None, "sector": bool(sector), "region": bool(region)}
    held = KINDS[kind]
    for name, is_given in given.items():
        if name in held.needs and not is_given:
            raise InvalidInput(f"This report is about one {name}", pointer=f"/{name}")
        if is_given and name not in held.needs + held.takes:
            raise InvalidInput(f"This report is not narrowed to a {name}", pointer=f"/{name}")
    if company_id is not None and not Company.objects.filter(pk=company_id).exists():
        raise InvalidInput("There is no such company", pointer="/company")
    return Question(kind, first, last, as_of or clock - SETTLES, company_id, sector or None, region)


def request(question: Question, *, user: Any, clock: datetime) -> Report:
    """Put a report on the list of what is to be made."""
    return Report.objects.create(made_by=user, created_at=clock, **_columns(question))


@transaction.atomic
def schedule(*, clock: datetime) -> list[int]:
    """Ask for the reports of the month before, from the second day on, that were not asked for yet; their ids."""
    if clock.day < DUE_ON:
        return []
    last = clock.date().replace(day=1) - timedelta(days=1)
    made = []
    for kind in KINDS.values():
        if kind.monthly:
            question = ask(kind=kind.name, first=last.replace(day=1), last=last, clock=clock)
            columns = _columns(question)
            as_of = columns.pop("as_of")
            row, new = Report.objects.get_or_create(
                scheduled=True, defaults={"as_of": as_of, "created_at": clock}, **columns
            )
            made += [row.pk] if new else []
    return made


def _columns(question: Question) -> dict[str, Any]:
    parameters = {
        "company": ids.public("com", question.company_id) if question.company_id is not None else None,
        "sector": question.sector,
        "region": question.region,
    }
    return {
        "kind": question.kind,
        "first": question.first,
        "last": question.last,
        "as_of": question.as_of,
        "parameters": {name: value for name, value in parameters.items() if value},
    }


def question_of(row: Report) -> Question:
    """What a report's row asks."""
    company = row.parameters.get("company")
    return Question(
        row.kind,
        row.first,
        row.last,
        row.as_of,
        ids.number("com", company) if company else None,
        row.parameters.get("sector"),
        row.parameters.get("region", ""),
    )


def make(report_id: int, *, clock: datetime) -> dict[str, Any]:
    """Make a report that is queued, or that a worker died on; otherwise do nothing. Its state and digest.

    Safe to run twice, and at once in several places. Raises `OperationalError` where the database went away.
    """
    claim = claims.take(Report, report_id, clock=clock)
    if claim is not None:
        with claim.held(broke=ReportMakingBroke()):
            _make(claim)
    row = Report.objects.get(pk=report_id)
    return {"state": row.state, "kind": row.kind, "data_digest": row.data_digest}


def _make(claim: claims.Claim[Report]) -> None:
    row = claim.row
    question = question_of(row)
    held, rule_digest, policy_digest, data_digest = answer(question)
    row.figures, row.rule_digest, row.policy_digest, row.data_digest = (
        held,
        rule_digest,
        policy_digest,
        data_digest,
    )
    claim.beat()
    files = {}
    try:
        for name in FILES:
            content = render(row, name)
            stored = uploads.store(
                io.BytesIO(content), folder=f"reports/{row.pk}", suffix=f".{name}", limit=len(content)
            )
            files[name] = {"file": stored.name, "sha256": stored.sha256, "bytes": stored.bytes_total}
            claim.beat()
        claim.complete(
            figures=held,
            rule_digest=rule_digest,
            policy_digest=policy_digest,
            data_digest=data_digest,
            files=files,
        )
    except BaseException:
        for file in files.values():
            uploads.remove(file["file"])
        raise


def answer(question: Question) -> tuple[dict[str, Any], str, str, str]:
    """The figures of a question, and the digests of the rules, of the policies, and of the figures themselves."""
    kind = KINDS[question.kind]
    held = figures.build(kind, question)
    if kind.rows is not None:
        held["rows"] = writing.rows_digest(question)
    rule_digest, policy_digest = figures.judged_by(question)
    return held, rule_digest, policy_digest, figures.digest(figures.head(question), held)


def render(row: Report, name: str) -> bytes:
    """One rendering of a report whose figures are there: of `FILES`."""
    question = question_of(row)
    if name.endswith("pdf"):
        return pdf.draw(question, row.figures, proof(row), language=FILES[name][1])
    out = io.StringIO()
    if name == "csv":
        writing.write_csv(question, row.figures, out)
    else:
        writing.write_json(
            question,
            row.figures,
            out,
            rule_digest=row.rule_digest,
            policy_digest=row.policy_digest,
            data_digest=row.data_digest,
        )
    return out.getvalue().encode()


def proof(row: Report) -> list[tuple[str, str]]:
    """What a report names that others can check, in the current language."""
    return [
        (_("Report"), ids.public("rep", row.pk)),
        (_("Digest of the figures"), row.data_digest or "–"),
        (_("Digest of the rules"), row.rule_digest or "–"),
        (_("Digest of the policies"), row.policy_digest or "–"),
    ]


def open_file(row: Report, name: str) -> BinaryIO:
    """A file of a report, after its digest was compared. Raises `FileLost` for one that is gone or was changed."""
    held = row.files.get(name)
    if held is None:
        raise FileLost
    with uploads.open_stored(held["file"]) as file:
        content = file.read()
    if sha256(content).hexdigest() != held["sha256"]:
        raise FileLost
    return io.BytesIO(content)


def again(row: Report) -> str:
    """The digest of the figures, asked again as of then: the same as the row's, or something was changed."""
    *_digests, data_digest = answer(question_of(row))
    return data_digest


def unmade(*, clock: datetime) -> list[int]:
    """The reports that should be made, and that nobody seems to make."""
    return claims.forgotten(Report, clock=clock, gave_up=ReportGaveUp())
