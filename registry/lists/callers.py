"""Calling numbers from a list, one number or range a row, each with the company that calls from it."""

from typing import Any

from django.db import transaction

from registry import caller_ranges, companies, ids
from registry.caller_ranges import Range
from registry.errors import NotFound, RegistryError
from registry.lists.columns import Cells, read
from registry.lists.loading import Counts, Progress, Reject
from registry.lists.rows import Fault, Rejected, reject
from registry.lists.text import Source
from registry.models import Company, Document
from registry.periods import Moment
from registry.phone import BadNumber, parse_caller

REQUIRED = ("company",)
OPTIONAL = ("number", "first", "last")
#: Chinese names of the columns.
NAMES = {
    "企业": "company",
    "企业名称": "company",
    "统一社会信用代码": "company",
    "号码": "number",
    "主叫号码": "number",
    "起始号码": "first",
    "结束号码": "last",
}


def load(
    source: Source,
    *,
    moment: Moment,
    on_reject: Reject,
    on_progress: Progress = lambda _: None,
    region: str | None = None,
    proof: Document | None = None,
    preview: bool = False,
    user: Any = None,
) -> Counts:
    """Register the calling numbers of a list; the counts are of numbers, and of refused rows.

    A row names the company (its id, registration or name) and either `number` (with X for any digit at its end) or
    `first` and `last`. A range is registered whole or not at all. `region` is that of national numbers. With `preview`
    everything is done and then undone. Raises `UnreadableFile`, `MissingColumns` before anything is written.
    """
    counts = Counts()
    known: dict[str, Company] = {}
    found = read(source, required=REQUIRED, optional=OPTIONAL, names=NAMES)
    with transaction.atomic():
        for row in found:
            refused = row
            if isinstance(row, Cells):
                try:
                    numbers, company = _numbers(row.cells, region), _company(row.cells["company"], known)
                    fresh = companies.add_range(
                        company=company, numbers=numbers, moment=moment, proof=proof, user=user
                    )
                except (Fault, BadNumber, RegistryError) as error:
                    refused = reject(row.line, row.text, _fault(error))
                else:
                    counts.accepted += fresh
                    counts.duplicates += numbers.size - fresh
                    refused = None
            if isinstance(refused, Rejected):
                counts.rejected += 1
                on_reject(refused)
            on_progress(source.position)
        if preview:
            transaction.set_rollback(True)
    on_progress(source.size)
    return counts


def _fault(error: Fault | BadNumber | RegistryError) -> Fault:
    if isinstance(error, Fault):
        return error
    code = error.code if isinstance(error, BadNumber) else error.code()
    return Fault(code, error.detail)


def _numbers(cells: dict[str, str], region: str | None) -> Range:
    """The numbers of a row. Raises `BadNumber`."""
    if cells["number"]:
        return caller_ranges.parse(cells["number"], region)
    first = parse_caller(cells["first"], region)
    return caller_ranges.between(first, parse_caller(cells["last"], region) if cells["last"] else first)


def _company(text: str, known: dict[str, Company]) -> Company:
    """The company of a cell. Raises `Fault`."""
    if text not in known:
        try:
            found = list(Company.objects.filter(pk=ids.number("com", text)))
        except NotFound:
            found = list(Company.objects.filter(registration=text)[:2]) if text else []
            found = found or list(Company.objects.filter(name=text)[:2])
        if not found:
            raise Fault("company_unknown", "No company has that id, registration or name", text)
        if len(found) > 1:
            raise Fault("company_ambiguous", "Several companies have that name; use the id (com_7)", text)
        known[text] = found[0]
    return known[text]
