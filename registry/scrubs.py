"""Scrubs: take a company's list, check every number of it, stop checking it, and forget it in time.

Whoever claims a list reads it into parts of consecutive rows, and asks others to help; then all of them do parts, each
the next that nobody does. A part is one transaction that holds the lock on its row: its checks, its results, and the
counts. So a killed worker's part is free again at once, and no row is done twice. Each part is asked at a moment of its
own, so that a "no" said while a long list is checked binds for the rest of it.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any, BinaryIO
from uuid import uuid4

from django.db import OperationalError, transaction
from django.db.models import F, Sum
from django.db.models.functions import Coalesce

from registry import changes, claims, sandbox, scrub_parts, uploads
from registry.claims import Claim, Share
from registry.codes import CHANNELS, PURPOSES, SECTORS
from registry.errors import RegistryError, ScrubBroke, ScrubEnded
from registry.lists.archives import unpacked
from registry.lists.contacts import Contacts
from registry.models import Scrub, ScrubPart
from registry.periods import Moment
from registry.predial.facts import Question
from registry.predial.scrub import Judged, judge

#: Rows of a part: enough to spread the cost of a transaction, few enough to be cancelled between two, and to fit in
#: memory.
CHUNK = 50_000

Progress = Callable[[int, int], None]
#: Told how many parts others may do.
Call = Callable[[int], None]


@contextmanager
def taken(file: BinaryIO, folder: str) -> Iterator[uploads.Upload]:
    """The list in an upload, stored unpacked, and removed again if the block raises.

    Raises `FileTooLarge`, and `UnreadableFile` for an archive that cannot be unpacked.
    """
    with unpacked(file) as plain:
        stored = uploads.store(plain, folder=folder)
    try:
        yield stored
    except BaseException:
        uploads.remove(stored.name)
        raise


def accept(
    *,
    question: Question,
    file: BinaryIO,
    moment: Moment,
    file_name: str = "",
    region: str = "",
    column: str = "",
    key_id: int | None = None,
    livemode: bool = True,
) -> Scrub:
    """Store a list and put it among those to be scrubbed; its layout is found out at once.

    `question.number` is not looked at. `region` is that of national numbers, `column` the number's column by name or
    place. Raises `UnreadableFile`, `UnknownLayout`, `FileTooLarge`, and `InvalidInput` for a region that is none.
    """
    with taken(file, f"scrubs/{question.company_id}") as stored:
        with uploads.open_stored(stored.name) as stream:
            contacts = Contacts(stream, region=region or None, column=column or None)
        return Scrub.objects.create(
            company_id=question.company_id,
            key_id=key_id,
            livemode=livemode,
            seller_id=question.seller_id,
            caller=question.caller,
            sector=SECTORS[question.sector],
            channel=CHANNELS[question.channel],
            purpose=PURPOSES[question.purpose],
            campaign=question.campaign or "",
            reference=question.reference or "",
            region=region,
            column=column,
            file=stored.name,
            file_name=file_name[:255],
            sha256=stored.sha256,
            bytes_total=stored.bytes_total,
            header=contacts.header,
            rows_total=max(stored.lines - contacts.layout.header_line, 0),
            created_at=moment.known_at,
        )


def question_of(scrub: Scrub) -> Question:
    """What is asked about each number of a list."""
    return Question(
        company_id=scrub.company_id,
        seller_id=scrub.seller_id,
        number=0,
        caller=scrub.caller,
        sector=SECTORS.index(scrub.sector),
        channel=CHANNELS.index(scrub.channel),
        purpose=PURPOSES.index(scrub.purpose),
        campaign=scrub.campaign or None,
        reference=scrub.reference or None,
    )


def run(
    scrub_id: int, *, clock: datetime, progress: Progress | None = None, call: Call | None = None
) -> dict[str, Any]:
    """Work through a list that is queued, or that a worker died on; otherwise do nothing. The state, and the counts.

    `call` is told how many parts others may do with `help_with`, once all rows are read. What is wrong with the file
    ends in the state `failed` with a problem; the rows done by then have left their checks. Safe to run twice, and at
    once in several places. Raises `OperationalError` where the database went away; the list is then put back, as far
    as possible.
    """
    claim = claims.take(Scrub, scrub_id, clock=clock, rows_before=F("rows_done"))
    if claim is not None:
        with claim.held(broke=ScrubBroke()):
            _run(claim, progress or _silently, call)
        _clear_cancelled(claim.row)
    return outcome(Scrub.objects.get(pk=scrub_id))


def help_with(scrub_id: int, *, clock: datetime) -> int:
    """Do one part of a list that another worker holds; its rows, 0 if no part is free.

    What is wrong is for that worker to find and to say. Raises `OperationalError` where the database went away.
    """
    scrub = Scrub.objects.get(pk=scrub_id)
    if scrub.state != "running":
        return 0
    try:
        return _do(claims.Share(scrub, clock=clock), wait=False)
    except claims.Lost:
        _clear_cancelled(scrub)
    except RegistryError as error:
        if isinstance(error.__cause__, OperationalError):
            raise error.__cause__ from None
    return 0


def outcome(scrub: Scrub) -> dict[str, Any]:
    """The state of a scrub and its counts, for tasks and commands."""
    return {
        "state": scrub.state,
        "allowed": scrub.allowed,
        "denied": scrub.denied,
        "rejected": scrub.rejected,
    }


def _silently(done: int, total: int) -> None:
    """Nobody wants to know."""


def _run(claim: Claim[Scrub], progress: Progress, call: Call | None) -> None:
    """Every row that is not done, and the end."""
    scrub = claim.row
    _read(claim)
    waiting = scrub.parts.filter(token="").count()
    if call is not None and waiting > 1:
        call(waiting - 1)
    # What others are at is waited for: it is done then, or free again because they died.
    while _do(claim, wait=False) or _do(claim, wait=True):
        progress(scrub.rows_done, scrub.rows_total)
    with transaction.atomic():
        if scrub.livemode:
            _tell(scrub, claim.present())
        claim.complete(rows_total=F("rows_done"))
    scrub_parts.sweep(scrub)
    _drop_list(scrub)


def _tell(scrub: Scrub, at: datetime) -> None:
    """Tell the company that its results are there."""
    counts = Scrub.objects.values("allowed", "denied", "rejected").get(pk=scrub.pk)
    details = {"reference": scrub.reference or None, "counts": counts}
    changes.add(
        company_id=scrub.company_id, event="scrub.completed", subject=scrub.pk, details=details, at=at
    )


def _read(claim: Claim[Scrub]) -> None:
    """Every row that is in no part yet, into parts."""
    scrub = claim.row
    first_row = scrub.parts.aggregate(rows=Coalesce(Sum("rows"), 0))["rows"]
    with uploads.open_stored(scrub.file) as stream:
        contacts = Contacts(stream, region=scrub.region or None, column=scrub.column or None)
        for chunk in contacts.chunks(CHUNK, first_row):
            source, rows = uuid4().hex, len(chunk.texts)
            scrub_parts.keep(scrub, source, chunk)
            with transaction.atomic():
                ScrubPart.objects.create(scrub=scrub, first_row=first_row, rows=rows, source=source)
                claim.beat()
            first_row += rows
    claim.beat(rows_total=first_row)
    scrub.rows_total = first_row


def _do(share: Share[Scrub], *, wait: bool) -> int:
    """Check the rows of the next part, write its results, and count them as done, all of it or nothing; how many.

    0 if there is none, or with `wait=False` none that is free. Raises `claims.Lost`.
    """
    scrub, token = share.row, uuid4().hex
    try:
        with transaction.atomic():
            row = _next(scrub, wait=wait)
            if row is None:
                return 0
            chunk = scrub_parts.kept(scrub, row.source)
            numbers = sorted(set(chunk.numbers) - {0})
            part = scrub_parts.Part(chunk, answers(scrub, numbers, Moment.of(share.present())))
            part.write(scrub, token)
            row.token, row.allowed, row.denied = token, part.count("allowed"), part.count("denied")
            row.save(update_fields=["token", "allowed", "denied"])
            # The list's row comes last: neither who cancels nor another worker must wait for the whole part.
            share.beat(
                rows_done=F("rows_done") + row.rows,
                **{kind: F(kind) + part.count(kind) for kind in ("allowed", "denied", "rejected")},
            )
    except BaseException:
        scrub_parts.discard(scrub, token)
        raise
    scrub.refresh_from_db(fields=["rows_done"])
    return row.rows


def _next(scrub: Scrub, *, wait: bool) -> ScrubPart | None:
    """The first part that is not done, its row locked; with `wait=False` the first that is free."""
    # The part's row alone: the list's own is for who cancels, and for the counts of other workers.
    waiting = scrub.parts.filter(token="").order_by("first_row")
    return waiting.select_for_update(of=("self",), skip_locked=not wait).first()


def answers(scrub: Scrub, numbers: list[int], moment: Moment) -> Judged:
    """What is answered about some numbers, which are distinct and sorted. A test key's list meets nothing live."""
    if not scrub.livemode:
        return sandbox.judged(numbers, key_id=scrub.key_id or 0)
    return judge(numbers, question_of(scrub), moment) if numbers else Judged()


def cancel(*, scrub: Scrub, moment: Moment) -> Scrub:
    """Stop a scrub; its list and results are removed. The rows done by then have left their checks.

    Raises `ScrubEnded` when it is too late.
    """
    stopped = Scrub.objects.filter(pk=scrub.pk, state__in=["queued", "running"]).update(
        state="cancelled", finished_at=moment.at
    )
    scrub.refresh_from_db()
    if not stopped and scrub.state != "cancelled":
        raise ScrubEnded(f"The scrub is {scrub.state}.")
    transaction.on_commit(lambda: clear(scrub))
    return scrub


def clear(scrub: Scrub) -> None:
    """Remove the list and the results of a scrub from the files folder."""
    scrub_parts.remove(scrub)
    _drop_list(scrub)


def _clear_cancelled(scrub: Scrub) -> None:
    """The workers of a cancelled list are the last to leave."""
    if Scrub.objects.filter(pk=scrub.pk, state="cancelled").exists():
        clear(scrub)


def _drop_list(scrub: Scrub) -> None:
    uploads.remove(scrub.file)
    Scrub.objects.filter(pk=scrub.pk).update(file="")


def forget(clock: datetime) -> int:
    """Remove the files of scrubs that ended before `scrub_parts.KEPT_FOR`; of how many. Their rows and checks stay."""
    old = Scrub.objects.filter(forgotten_at=None, finished_at__lte=clock - scrub_parts.KEPT_FOR)
    for scrub in old:
        clear(scrub)
        Scrub.objects.filter(pk=scrub.pk).update(forgotten_at=clock)
    return len(old)
