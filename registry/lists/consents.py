"""Consents from a CSV file, put on record as `consents.record` would, tens of thousands at a time.

Columns: number, sectors, channels (separated by `|`), given_at, expires_at, method, notice, evidence_sha256,
evidence_uri, source_url, reference; as in `POST /consents`.
"""

import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db import IntegrityError, connection, transaction

from registry import announcements
from registry.codes import CHANNELS, CONSENT_METHODS, SECTORS, mask
from registry.errors import ConsentOverlaps, PolicyGap
from registry.lists.loading import Counts, Progress, Reject, chunks, stage
from registry.lists.rows import (
    Fault,
    MissingColumns,
    Rejected,
    Row,
    codes,
    cut,
    header,
    instant,
    reject,
    rows,
)
from registry.lists.text import Source
from registry.models import Company, Consent
from registry.periods import Moment
from registry.phone import BadNumber, parse
from registry.sql import read

HERE = Path(__file__).parent
COLUMNS = (
    "number",
    "sectors",
    "channels",
    "given_at",
    "expires_at",
    "method",
    "notice",
    "evidence_sha256",
    "evidence_uri",
    "source_url",
    "reference",
)
REQUIRED = ("number", "sectors", "channels", "given_at", "method", "notice", "evidence_sha256", "reference")
#: The columns of the temporary table, in the order of `_values`; then those that the statements fill in.
_STAGED = (
    ("place", "integer"),
    ("number", "bigint"),
    ("strictest_sector", "smallint"),
    ("sectors", "smallint"),
    ("channels", "smallint"),
    ("given_at", "timestamptz"),
    ("expires_at", "timestamptz"),
    ("method", "smallint"),
    ("notice", "text"),
    ("evidence", "jsonb"),
    ("source_url", "text"),
    ("reference", "text"),
)
_FILLED_IN = (
    ("outcome", "text"),
    ("ends_at", "timestamptz"),
    ("late", "boolean"),
    ("announced", "text"),
    ("zone", "text"),
)
#: The statements of one round, in order: `ready` marks the rows of the round, and there may be none.
_READY, *_STEPS = (
    read(HERE / f"consents_{step}.sql") for step in ("ready", "judge", "close", "notices", "insert")
)

_ZONES = "SELECT DISTINCT zone FROM pg_temp.incoming_consent WHERE outcome = 'accepted' AND announced <> 'no'"
_ANNOUNCE = read(HERE / "consents_announce.sql")
_SHA256 = re.compile(r"[0-9a-fA-F]{64}")
_REFERENCE_LENGTH = Consent._meta.get_field("reference").max_length
_URL_LENGTH = Consent._meta.get_field("source_url").max_length
_URL = URLValidator(schemes=["http", "https"])
#: How often a chunk is tried that met a consent recorded at the same time.
ATTEMPTS = 3
#: How a row that a statement refused is explained.
_REFUSALS = {
    "consent_overlaps": ConsentOverlaps.title,
    "policy_gap": PolicyGap.title,
    "notice_unknown": "No notice of this company has that id",
}


class Entry(NamedTuple):
    """A row that could be read: its line, and its cells as `_STAGED` wants them after `place`."""

    line: int
    values: tuple[Any, ...]

    @property
    def number(self) -> int:
        """Whose consent it is."""
        return self.values[0]

    @property
    def reference(self) -> str:
        """The company's own id for it."""
        return self.values[10]

    def refused(self, outcome: str) -> Rejected:
        """The row as a refused one, blamed on the notice it names, or on the consent by its reference."""
        blamed = self.values[7] if outcome == "notice_unknown" else self.reference
        return reject(self.line, blamed, Fault(outcome, _REFUSALS[outcome]))


def load(
    source: Source,
    *,
    company: Company,
    moment: Moment,
    on_reject: Reject,
    on_progress: Progress = lambda _: None,
    region: str | None = None,
) -> Counts:
    """Put a file of one company's consents on record, chunk by chunk. An empty file gives nothing.

    A consent whose reference is on record is a duplicate, so that a file loaded twice, or again after a break, adds
    only what is new. Raises `UnreadableFile`, `MissingColumns` and `BadNumber` (region) before anything is written.
    """
    counts = Counts()

    def refuse(rejected: Rejected) -> None:
        counts.rejected += 1
        on_reject(rejected)

    def readable() -> Iterator[Entry]:
        for row in entries(source, moment=moment, region=region):
            if isinstance(row, Entry):
                yield row
            else:
                refuse(row)

    for chunk in chunks(readable()):
        for row, outcome in zip(chunk, record(chunk, company, moment), strict=True):
            if outcome == "accepted":
                counts.accepted += 1
            elif outcome == "duplicate":
                counts.duplicates += 1
            else:
                refuse(row.refused(outcome))
        on_progress(source.position)
    on_progress(source.size)
    return counts


def entries(source: Source, *, moment: Moment, region: str | None = None) -> Iterator[Entry | Rejected]:
    """Every row of a file below its header, in order; none of an empty file.

    Raises `BadNumber` (region) and `MissingColumns` before the first.
    """
    if region is not None:
        parse("+8613800138000", region)
    found = rows(source.lines())
    first = next(found, None)
    if first is None:
        return
    names = header(first.cells) if isinstance(first, Row) else []
    if missing := [name for name in REQUIRED if name not in names]:
        raise MissingColumns(f"The header lacks {', '.join(missing)}", pointer="/file")
    if twice := [name for name in COLUMNS if names.count(name) > 1]:
        raise MissingColumns(f"The header names {', '.join(twice)} twice", pointer="/file")
    places = [(name, names.index(name)) for name in COLUMNS if name in names]
    absent = {name: "" for name in COLUMNS if name not in names}
    for row in found:
        if isinstance(row, Rejected):
            yield row
            continue
        try:
            cut(row.cells, len(names))
            cells = {name: row.cells[place] for name, place in places} | absent
            yield Entry(row.line, _values(cells, moment, region))
        except Fault as fault:
            yield reject(row.line, ",".join(row.cells), fault)


def _values(cells: dict[str, str], moment: Moment, region: str | None) -> tuple[Any, ...]:
    """The cells of one row as the table wants them. Raises `Fault`."""
    try:
        number = parse(cells["number"], region)
    except BadNumber as bad:
        raise Fault(bad.code, bad.detail, cells["number"]) from None
    given_at = instant(cells["given_at"], "given_at", moment.at)
    expires_at = instant(cells["expires_at"], "expires_at") if cells["expires_at"].strip() else None
    if expires_at is not None and expires_at <= given_at:
        raise Fault(
            "expires_at_before_given_at", "A consent cannot end before it was given", cells["expires_at"]
        )
    method = cells["method"].strip().lower()
    if method not in CONSENT_METHODS:
        raise Fault("method_unknown", f"Known are: {', '.join(CONSENT_METHODS)}", cells["method"])
    if not cells["notice"].strip():
        raise Fault("notice_missing", "The text that the person was shown or read is missing")
    reference = cells["reference"].strip()
    if not reference:
        raise Fault("reference_missing", "The company's own id of the consent is missing")
    if len(reference) > _REFERENCE_LENGTH:
        raise Fault(
            "reference_too_long", f"A reference has at most {_REFERENCE_LENGTH} characters", reference
        )
    sectors = codes(cells["sectors"], SECTORS, "sectors")
    return (
        number,
        SECTORS.index(sectors[0]),
        mask(sectors, SECTORS),
        mask(codes(cells["channels"], CHANNELS, "channels"), CHANNELS),
        given_at,
        expires_at,
        CONSENT_METHODS.index(method),
        cells["notice"],
        json.dumps(_evidence(cells, method)),
        _source_url(cells["source_url"].strip()),
        reference,
    )


def _evidence(cells: dict[str, str], method: str) -> list[dict[str, str]]:
    """Digests of what proves the consent, several separated by `|`, each with its address if there is one."""
    digests = [part.strip() for part in cells["evidence_sha256"].split("|") if part.strip()]
    addresses = [part.strip() for part in cells["evidence_uri"].split("|")]
    if not digests:
        raise Fault("evidence_missing", "The SHA-256 of the recording, page or paper is missing")
    if bad := [digest for digest in digests if not _SHA256.fullmatch(digest)]:
        raise Fault("evidence_sha256_malformed", "A SHA-256 is 64 hexadecimal digits", bad[0])
    if len(addresses) > len(digests) and any(addresses[len(digests) :]):
        raise Fault("evidence_uri_too_many", "There are more addresses than digests", cells["evidence_uri"])
    found = []
    for place, digest in enumerate(digests):
        piece = {"type": method, "sha256": digest.lower()}
        if place < len(addresses) and addresses[place]:
            piece["uri"] = addresses[place]
        found.append(piece)
    return found


def _source_url(text: str) -> str:
    if not text:
        return ""
    try:
        _URL(text)
    except ValidationError:
        raise Fault("source_url_malformed", "The address is no http or https URL", text) from None
    if len(text) > _URL_LENGTH:
        raise Fault("source_url_too_long", f"The address has at most {_URL_LENGTH} characters", text)
    return text


def record(chunk: Sequence[Entry], company: Company, moment: Moment, *, announced: bool = False) -> list[str]:
    """Put rows on record, all or none; what became of each: `accepted`, `duplicate`, or the code it is refused with.

    `announced`: people are told of them as of those recorded one by one, where the policy says so. Tried again when
    somebody recorded one of the same consents in between.
    """
    for _ in range(ATTEMPTS - 1):
        try:
            return _record(chunk, company, moment, announced)
        except IntegrityError as error:
            if error.__cause__.diag.constraint_name != "consent_one_at_a_time":
                raise
    return _record(chunk, company, moment, announced)


@transaction.atomic
def _record(chunk: Sequence[Entry], company: Company, moment: Moment, announced: bool) -> list[str]:
    """What became of each row: `accepted`, `duplicate`, or the code it is refused with.

    Done in rounds: in a round no two rows share a scope (number, sectors, channels) or a reference, and rows that do
    keep the order of the file. So each row meets the register as if the rows before it had been recorded one by one.
    """
    stage("incoming_consent", _STAGED, ((place, *row.values) for place, row in enumerate(chunk)), _FILLED_IN)
    given = {"company": company.pk, "at": moment.at, "known_at": moment.known_at}
    with connection.cursor() as cursor:
        # Two files of one company at once would each miss the other's references.
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('consents of'), %s)", [company.pk % 2**31])
        while True:
            cursor.execute(_READY)
            if not cursor.rowcount:
                break
            for step in _STEPS:
                cursor.execute(step, given)
        if announced:
            _announce(company, moment)
        cursor.execute("SELECT outcome FROM pg_temp.incoming_consent ORDER BY place")
        return [outcome for (outcome,) in cursor.fetchall()]


def _announce(company: Company, moment: Moment) -> None:
    """Put down that people are to be told of the rows just recorded, as `announcements.plan` does of one."""
    with connection.cursor() as cursor:
        cursor.execute(_ZONES)
        zones = [zone for (zone,) in cursor.fetchall()]
        if zones:
            instants = [announcements.by_day(moment.known_at, zone) for zone in zones]
            cursor.execute(_ANNOUNCE, {"company": company.pk, "zones": zones, "instants": instants})
