"""Companies from a list: entered, licensed, and their calling numbers registered, row by row."""

from datetime import datetime
from typing import Any

from django.db import transaction

from registry import caller_ranges, companies
from registry.codes import SECTORS
from registry.errors import RegistryError
from registry.lists.columns import Cells, read
from registry.lists.loading import Counts, Progress, Reject
from registry.lists.rows import EARLIEST, LATEST, Fault, Rejected, codes, instant, reject
from registry.lists.text import Source
from registry.models import Company
from registry.periods import Moment
from registry.phone import BadNumber

REQUIRED = ("name",)
OPTIONAL = ("registration", "region", "sectors", "callers", "ends", "conditions", "note")
#: Chinese names of the columns.
NAMES = {
    "企业名称": "name",
    "统一社会信用代码": "registration",
    "注册地": "region",
    "行业": "sectors",
    "主叫号码": "callers",
    "有效期至": "ends",
    "许可条件": "conditions",
    "备注": "note",
}
_NAME_LENGTH, _REGISTRATION_LENGTH, _NOTE_LENGTH = 200, 64, 200


def load(
    source: Source,
    *,
    moment: Moment,
    on_reject: Reject,
    on_progress: Progress = lambda _: None,
    region: str | None = None,
    preview: bool = False,
    user: Any = None,
) -> Counts:
    """Enter the companies of a list, each with its licences and numbers, or not at all.

    A company whose registration (or, without one, whose name) is on record is a duplicate and left as it is. `region`
    is that of national numbers. With `preview` everything is done and then undone, so that the counts are what they
    will be. Raises `UnreadableFile`, `MissingColumns` before anything is written.
    """
    counts = Counts()
    found = read(source, required=REQUIRED, optional=OPTIONAL, names=NAMES)
    with transaction.atomic():
        for row in found:
            refused = row if isinstance(row, Rejected) else _take(row, counts, moment, region, user)
            if refused is not None:
                counts.rejected += 1
                on_reject(refused)
            on_progress(source.position)
        if preview:
            transaction.set_rollback(True)
    on_progress(source.size)
    return counts


def _take(row: Cells, counts: Counts, moment: Moment, region: str | None, user: Any) -> Rejected | None:
    """Enter the company of a row; the refused row where that is not possible."""
    try:
        with transaction.atomic():
            if _enter(row.cells, moment, region, user):
                counts.accepted += 1
            else:
                counts.duplicates += 1
    except Fault as fault:
        return reject(row.line, row.text, fault)
    except BadNumber as bad:
        return reject(row.line, row.cells["callers"], Fault(bad.code, bad.detail))
    except RegistryError as error:
        return reject(row.line, row.text, Fault(error.code(), error.detail))
    return None


def _enter(cells: dict[str, str], moment: Moment, region: str | None, user: Any) -> bool:
    name, registration = cells["name"], cells["registration"]
    if not name or len(name) > _NAME_LENGTH:
        raise Fault("name_malformed", f"A name of 1 to {_NAME_LENGTH} characters is needed", name)
    if len(registration) > _REGISTRATION_LENGTH:
        raise Fault("registration_malformed", f"At most {_REGISTRATION_LENGTH} characters", registration)
    same = {"registration": registration} if registration else {"name": name}
    if Company.objects.filter(**same).exists():
        return False
    company = companies.enter(
        name=name, registration=registration, region=cells["region"].upper(), moment=moment, user=user
    )
    if cells["sectors"]:
        companies.license(
            company=company,
            sectors=codes(cells["sectors"], SECTORS, "sectors"),
            moment=moment,
            ends=_end(cells["ends"]),
            conditions=cells["conditions"],
            note=cells["note"][:_NOTE_LENGTH],
            user=user,
        )
    for text in filter(None, cells["callers"].replace(";", "|").split("|")):
        numbers = caller_ranges.parse(text, region)
        companies.add_range(company=company, numbers=numbers, moment=moment, user=user)
    return True


def _end(text: str) -> datetime | None:
    """When a licence ends; a day alone ends as it begins, in UTC. Raises `Fault`."""
    if not text:
        return None
    at = instant(f"{text}T00:00:00+00:00" if len(text) == 10 else text, "ends")
    if not EARLIEST < at < LATEST:
        raise Fault("ends_out_of_range", "The time is not between the years 1970 and 2200", text)
    return at
