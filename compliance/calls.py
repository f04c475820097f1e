"""Calls: take a company's call log, load it, stop loading it.

A file is loaded whole or not at all. It is read into a staging table first, in the open, so that others see how far
it is; what is new is then put into the table of calls in one transaction, with the refusals heard in the calls, the
counts, and the mark on audits that these calls come too late for.
"""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from itertools import islice
from typing import Any, BinaryIO

from django.conf import settings
from django.db import transaction
from django.db.models import Value
from django.db.models.functions import Coalesce

from compliance import counts, formats, reading, staging
from compliance.errors import CallLogEnded, LoadingBroke
from compliance.formats.times import zone_of
from compliance.models import Audit, CallLog
from compliance.reading import Progress
from compliance.rejections import Rejections
from registry import changes, claims, opt_outs, partitions, phone, uploads
from registry.claims import Claim
from registry.codes import CHANNELS, OPT_OUT_SOURCES, SECTORS
from registry.errors import InvalidInput
from registry.models import Company, Licence
from registry.periods import Moment

#: How many rows are read of what a test key sends: it is read while the sender waits.
REHEARSED_ROWS = 10_000
#: The nightly audit looks back so many days for company-days without an audit; calls of earlier days ask for theirs
#: when they come in.
LOOK_BACK_DAYS = 7


def accept(
    *,
    company: Company,
    file: BinaryIO,
    moment: Moment,
    format: str = "auto",  # noqa: A002  (the word of the API and of the command line)
    zone: str = "",
    region: str = "",
    sector: str = "",
    channel: str = "live",
    file_name: str = "",
) -> CallLog:
    """Store an uploaded call log and put it on the list of what is to be loaded.

    `zone` is the zone of times without an offset, `region` that of national numbers, `sector` and `channel` those of
    rows that name none. A file sent twice is loaded twice, and all its rows are duplicates then.
    Raises `InvalidInput` for an option that means nothing, `EmptyFile`, `FileTooLarge`.
    """
    _check_options(format=format, zone=zone, region=region, sector=sector, channel=channel)
    stored = uploads.store(file, folder=f"call_logs/{company.pk}")
    try:
        if not stored.bytes_total:
            raise formats.EmptyFile("The file has no bytes.", pointer="/file")
        return CallLog.objects.create(
            company=company,
            format=format,
            zone=zone,
            region=region,
            sector=sector,
            channel=channel,
            file=stored.name,
            file_name=file_name[:255],
            sha256=stored.sha256,
            bytes_total=stored.bytes_total,
            rows_total=stored.lines,
            created_at=moment.known_at,
        )
    except BaseException:
        uploads.remove(stored.name)
        raise


def rehearse(
    *,
    company: Company,
    file: BinaryIO,
    moment: Moment,
    file_name: str = "",
    **options: str,
) -> CallLog:
    """Read the first `REHEARSED_ROWS` of a call log as `load` would; the row it would come to, which is not kept.

    For test keys: nothing is stored, and no call is looked up. Raises what `accept` raises.
    """
    options = {"format": "auto", "zone": "", "region": "", "sector": "", "channel": "live", **options}
    _check_options(**options)
    measured = uploads.measure(file)
    if not measured.bytes_total:
        raise formats.EmptyFile("The file has no bytes.", pointer="/file")
    log = CallLog(
        company=company,
        file_name=file_name[:255],
        sha256=measured.sha256,
        bytes_total=measured.bytes_total,
        state="completed",
        created_at=moment.known_at,
        started_at=moment.known_at,
        finished_at=moment.known_at,
        **options,
    )
    file.seek(0)
    try:
        opened, layout = reading.opened(log, file)
    except formats.CallLogError as error:
        log.state, log.problem = "failed", claims.problem(error)
        return log
    bounds = reading.Bounds.at(moment.at)
    rows = list(islice(formats.read_part(layout, opened.stream, head=opened.head), REHEARSED_ROWS))
    found = [row for row in map(bounds.judge, rows) if isinstance(row, formats.Call)]
    log.format = layout.format
    log.accepted = len({call.natural_key for call in found})
    log.duplicates = len(found) - log.accepted
    log.rejected = len(rows) - len(found)
    log.rows_done = log.rows_total = len(rows)
    return log


def _check_options(
    *,
    format: str,  # noqa: A002
    zone: str,
    region: str,
    sector: str,
    channel: str,
) -> None:
    """Raise `InvalidInput`, with the pointer to the option, for one that means nothing."""
    for name, value, known in (
        ("format", format, ("auto", *formats.FORMATS)),
        ("sector", sector, ("", *SECTORS)),
        ("channel", channel, CHANNELS),
    ):
        if value not in known:
            raise InvalidInput(f"It must be one of: {', '.join(filter(None, known))}", pointer=f"/{name}")
    try:
        if zone:
            zone_of(zone)
    except formats.UnknownZone as error:
        raise formats.UnknownZone(error.detail, pointer="/zone") from None
    try:
        phone.parse_many((), region or None)
    except phone.BadNumber as bad:
        raise formats.UnknownRegion(f"{bad.detail}.", pointer="/region") from None


def load(call_log_id: int, *, clock: datetime, progress: Progress | None = None) -> dict[str, Any]:
    """Load a call log that is queued, or that a worker died on; otherwise do nothing. The counts, and the state.

    What is wrong with the file ends in the state `failed` with a problem. Safe to run twice, and at once in several
    places. Raises `OperationalError` where the database went away; the job is then put back, as far as possible.
    """
    claim = claims.take(CallLog, call_log_id, clock=clock, rows_done=0)
    if claim is None:
        return outcome(CallLog.objects.get(pk=call_log_id))
    with claim.held(broke=LoadingBroke()):
        _load(claim, progress or _silently)
    return outcome(CallLog.objects.get(pk=call_log_id))


def outcome(log: CallLog) -> dict[str, Any]:
    """The state of a call log and its counts, for tasks and commands."""
    return {
        "state": log.state,
        "accepted": log.accepted,
        "duplicates": log.duplicates,
        "rejected": log.rejected,
        "opt_outs": log.opt_outs,
    }


def _silently(done: int, total: int) -> None:
    """Nobody wants to know."""


def _load(claim: Claim[CallLog], progress: Progress) -> None:
    """Read, stage, and put what is new into the table of calls."""
    log = claim.row
    with staging.opened(), Rejections() as rejections:
        staged = reading.stage(claim, rejections, progress)
        partitions.ensure("compliance_call", staging.months())
        claim.beat()
        rejected_file = rejections.store(folder=f"call_logs/{log.company_id}")
        try:
            with transaction.atomic():
                refusals = staging.refusals(log, present=claim.present())
                days = staging.insert(log, sector=log.sector or first_sector(log.company))
                present = claim.present()
                heard = opt_outs.register_refusals(
                    refusals, moment=Moment.of(present), source=OPT_OUT_SOURCES.index("call")
                )
                ask_for_audits(log.company_id, days, present=present)
                accepted = sum(days.values())
                counts = {
                    "accepted": accepted,
                    "duplicates": staged - accepted,
                    "rejected": rejections.count,
                    "opt_outs": heard,
                }
                changes.add(
                    company_id=log.company_id,
                    event="call_log.completed",
                    subject=log.pk,
                    details={"counts": counts},
                    at=present,
                )
                claim.complete(
                    **counts,
                    rows_done=staged + rejections.count,
                    rows_total=staged + rejections.count,
                    rejected_file=rejected_file,
                )
        except BaseException:
            uploads.remove(rejected_file)
            raise


def first_sector(company: Company) -> str:
    """The sector a company was first licensed for, whether or not it still is; `other` for one that never was."""
    licence = Licence.objects.current().filter(company=company).order_by("valid", "id").first()
    return licence.sector if licence else "other"


def ask_for_audits(company_id: int, days: Iterable[date], *, present: datetime) -> None:
    """Say of calls that came in for these days (UTC) that an audit has not seen them.

    An audit on record is stale from now on, until it begins again. A day before those that the nightly audit looks
    at gets an audit of its own. Runs in the caller's transaction, and does nothing but write rows.
    """
    days = sorted(days)
    # All of them, also those that are stale or queued: the lock on the row makes an audit that begins now wait for
    # the calls, or else find the mark afterwards.
    Audit.objects.filter(company_id=company_id, day__in=days).update(
        stale_since=Coalesce("stale_since", Value(present))
    )
    early = present.date() - timedelta(days=LOOK_BACK_DAYS)
    Audit.objects.bulk_create(
        [Audit(company_id=company_id, day=day, requested_at=present) for day in days if day < early],
        ignore_conflicts=True,
    )
    counts.mark(company_id, days, clock=present)


@transaction.atomic
def settle(*, company_id: int) -> None:
    """Wait until no call log of the company is in its last transaction.

    Its calls are seen afterwards; and every later one finds, and marks as stale, the audits that are on record now.
    """
    staging.wait_for_others(company_id)


def forget_files(clock: datetime) -> int:
    """Remove the files of call logs that ended `CALL_LOG_FILE_DAYS` ago, the upload and its rejected rows; of how many.

    Their rows and calls stay. Safe to run again: the row says so once both files are gone.
    """
    if not settings.CALL_LOG_FILE_DAYS:
        return 0
    old = CallLog.objects.filter(
        finished_at__lte=clock - timedelta(days=settings.CALL_LOG_FILE_DAYS)
    ).exclude(file="")
    forgotten = 0
    for pk, file, rejected_file in old.values_list("pk", "file", "rejected_file").iterator():
        uploads.remove(file)
        uploads.remove(rejected_file)
        forgotten += CallLog.objects.filter(pk=pk).update(file="", rejected_file="")
    return forgotten


def cancel(*, log: CallLog, moment: Moment) -> CallLog:
    """Stop the loading of a call log; none of its calls is taken. Raises `CallLogEnded` when it is too late."""
    stopped = CallLog.objects.filter(pk=log.pk, state__in=["queued", "running"]).update(
        state="cancelled", finished_at=moment.at
    )
    log.refresh_from_db()
    if not stopped and log.state != "cancelled":
        raise CallLogEnded(f"The call log is {log.state}.")
    return log
