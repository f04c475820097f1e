"""What is gathered in a case: which rows may be, whose they are, and the rows behind a case's items."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from compliance.errors import HeldInAnotherCase
from compliance.models import Case, CaseItem, Complaint, Discrepancy, Violation
from registry.errors import InvalidInput

#: The most that one step adds.
MOST = 5_000

#: Rows that may be gathered, by kind: those that still say something against their company.
_MAY_BE: dict[str, QuerySet[Any]] = {
    "violation": Violation.objects.exclude(status__in=("dismissed", "withdrawn")),
    "complaint": Complaint.objects.exclude(state__in=("joined", "withdrawn", "referred")),
    "discrepancy": Discrepancy.objects.filter(state="open"),
}

#: For each kind the numbers of rows.
Gathered = Mapping[str, Sequence[int]]


def rows(case: Case, kind: str) -> QuerySet[Any]:
    """The rows of a kind that a case rests on, whatever became of them since, in the order of their numbers."""
    held = CaseItem.objects.filter(case=case, kind=kind).values("object_id")
    return _MAY_BE[kind].model.objects.filter(pk__in=held).order_by("pk")


def free(company_id: int, kind: str) -> QuerySet[Any]:
    """The rows of a kind that may be gathered against a company: those no case holds."""
    held = CaseItem.objects.filter(kind=kind, held=True).values("object_id")
    return _MAY_BE[kind].filter(company_id=company_id).exclude(pk__in=held)


def holding(kind: str, object_id: int) -> list[int]:
    """The case that holds a row of a kind now, as a list of one or none."""
    held = CaseItem.objects.filter(kind=kind, object_id=object_id, held=True)
    return list(held.values_list("case_id", flat=True))


def add(case: Case, gathered: Gathered, *, clock: datetime) -> dict[str, int]:
    """Put rows into a case; how many of each kind. Inside a transaction.

    Raises `InvalidInput` for none, too many, and rows that are missing, settled or another company's;
    `HeldInAnotherCase`.
    """
    wanted = {kind: sorted(set(ids)) for kind, ids in gathered.items() if ids}
    total = sum(len(ids) for ids in wanted.values())
    if not total:
        raise InvalidInput("Choose what the case rests on", pointer="/items")
    if total > MOST:
        raise InvalidInput(f"At most {MOST:,} at once", pointer="/items")
    for kind, ids in wanted.items():
        if kind not in _MAY_BE:
            raise InvalidInput(f"One of: {', '.join(_MAY_BE)}", pointer="/items")
        if _MAY_BE[kind].filter(pk__in=ids, company_id=case.company_id).count() != len(ids):
            raise InvalidInput(
                f"A {kind} is missing, settled for the company, or another company's", pointer="/items"
            )
        try:
            with transaction.atomic():
                CaseItem.objects.bulk_create(
                    [CaseItem(case=case, kind=kind, object_id=number, added_at=clock) for number in ids]
                )
        except IntegrityError as error:
            if error.__cause__.diag.constraint_name != "case_item_once":
                raise
            raise HeldInAnotherCase(pointer="/items") from error
    return {kind: len(ids) for kind, ids in wanted.items()}
