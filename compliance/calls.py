"""Calls: take a company's call log, load it, stop loading it.

A file is loaded whole or not at all. It is read into a staging table first, in the open, so that others see how far
it is; what is new is then put into the table of calls in one transaction, with the refusals heard in the calls, the
counts, and the mark on audits that these calls come too late for.
"""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from operator import attrgetter
from typing import Any, BinaryIO

from django.db import transaction
from django.db.models import Value
from django.db.models.functions import Coalesce

from compliance import call_files, counts, staging
from compliance.models import Audit, CallLog
from compliance.reading import Progress
from compliance.reconciliation import stale
from registry import changes, opt_outs
from registry.claims import Claim
from registry.codes import CHANNELS, OPT_OUT_SOURCES, SECTORS
from registry.models import Company, Licence
from registry.periods import Moment

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
    options = {"format": format, "zone": zone, "region": region, "sector": sector, "channel": channel}
    _check_options(**options)
    return call_files.take(
        CallLog, company=company, file=file, file_name=file_name, folder="call_logs", moment=moment, **options
    )


def rehearse(
    *,
    company: Company,
    file: BinaryIO,
    moment: Moment,
    file_name: str = "",
    **options: str,
) -> CallLog:
    """Read the first rows of a call log as `load` would; the row it would come to, which is not kept.

    For test keys. Raises what `accept` raises.
    """
    options = {"format": "auto", "zone": "", "region": "", "sector": "", "channel": "live", **options}
    _check_options(**options)
    return call_files.rehearse(
        CallLog,
        company=company,
        file=file,
        file_name=file_name,
        moment=moment,
        same=attrgetter("natural_key"),
        **options,
    )


def _check_options(
    *,
    format: str,  # noqa: A002
    zone: str,
    region: str,
    sector: str,
    channel: str,
) -> None:
    """Raise `InvalidInput`, with the pointer to the option, for one that means nothing."""
    call_files.demand(sector, ("", *SECTORS), "/sector")
    call_files.demand(channel, CHANNELS, "/channel")
    call_files.check_options(format=format, zone=zone, region=region)


def load(call_log_id: int, *, clock: datetime, progress: Progress | None = None) -> dict[str, Any]:
    """Load a call log that is queued, or that a worker died on; otherwise do nothing. The counts, and the state.

    As `call_files.load`, and raises what it raises.
    """
    return outcome(call_files.load(CallLog, call_log_id, clock=clock, put=_load, progress=progress))


def outcome(log: CallLog) -> dict[str, Any]:
    """The state of a call log and its counts, for tasks and commands."""
    return {
        "state": log.state,
        "accepted": log.accepted,
        "duplicates": log.duplicates,
        "rejected": log.rejected,
        "opt_outs": log.opt_outs,
    }


def _load(claim: Claim[CallLog], progress: Progress) -> None:
    """Read, stage, and put what is new into the table of calls."""
    log = claim.row
    with call_files.staged(claim, progress, table="compliance_call", folder="call_logs") as staged:
        refusals = staging.refusals(log, present=claim.present())
        days = staging.insert(log, sector=log.sector or first_sector(log.company))
        present = claim.present()
        heard = opt_outs.register_refusals(
            refusals, moment=Moment.of(present), source=OPT_OUT_SOURCES.index("call")
        )
        ask_for_audits(log.company_id, days, present=present)
        stale.mark(days, owners={log.company_id, *stale.owners(staging.callers())}, present=present)
        columns = staged.outcome(sum(days.values()))
        told = {name: columns[name] for name in ("accepted", "duplicates", "rejected")}
        changes.add(
            company_id=log.company_id,
            event="call_log.completed",
            subject=log.pk,
            details={"counts": told | {"opt_outs": heard}},
            at=present,
        )
        claim.complete(**columns, opt_outs=heard)


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
    """Remove the files of call logs that ended `CALL_LOG_FILE_DAYS` ago; of how many."""
    return call_files.forget(CallLog, clock)


def cancel(*, log: CallLog, moment: Moment) -> CallLog:
    """Stop the loading of a call log; none of its calls is taken. Raises `CallLogEnded` when it is too late."""
    return call_files.cancel(log, moment)
