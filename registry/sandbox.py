"""The sandbox: what test keys are answered. Magic numbers, one for each reason; nothing live is read or written.

The numbers are those that the British regulator Ofcom keeps free for films and books (+44 7700 900000 to 900999), so
that none of them ever belongs to anybody. docs/TEST-NUMBERS.md lists them; once listed, a number keeps its meaning.
"""

import time
from collections.abc import Iterable
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, Final

from registry import phone
from registry.decision import ALLOW_CODES
from registry.errors import Fault, NotFound, NumberNotAccepted, RegistryError, TooManyRequests, Undecidable
from registry.models import SandboxRecord
from registry.predial.scrub import Group, Judged

FIRST: Final = 447700900000
RANGE: Final = range(FIRST, FIRST + 1000)

#: The last three digits of a number, and the reason its checks are answered with.
REASONS: Final = {
    0: "consent_on_record",
    1: "relationship_on_record",
    2: "not_opted_out",
    3: "purpose_exempt",
    100: "company_not_licensed",
    101: "sector_not_licensed",
    102: "caller_not_registered",
    103: "opted_out_of_company",
    104: "opted_out_of_all",
    105: "opted_out_of_sector",
    106: "opted_out_of_channel",
    107: "consent_revoked",
    108: "consent_disputed",
    109: "consent_unconfirmed",
    110: "consent_not_for_channel",
    111: "consent_expired",
    112: "number_reassigned",
    113: "consent_missing",
    114: "outside_calling_hours",
    115: "closed_day",
    116: "attempts_exceeded",
}
#: Allowed at the first check of a key, refused at each later one: the person said no in between.
OPTS_OUT: Final = FIRST + 900
#: Answered after `SLOW_SECONDS`.
SLOW: Final = FIRST + 901
#: Always one request too many.
TOO_MANY: Final = FIRST + 902
#: Never decidable.
UNDECIDABLE: Final = FIRST + 903
#: The reason for every other number of the range.
OTHERWISE: Final = "consent_missing"
SLOW_SECONDS: Final = 2.0
RETRY_SECONDS: Final = 1

KEPT_FOR: Final = timedelta(days=30)
#: Stands for the digest of terms in test answers.
DIGEST: Final = sha256(repr(sorted(REASONS.items())).encode()).hexdigest()


def demand(number: int, pointer: str = "/number") -> None:
    """Raise `NumberNotAccepted` for a number outside the range: a test key must not be taken for an answer about it,
    and a person's "no" must not end in the sandbox."""
    if number not in RANGE:
        detail = f"A test key knows only the numbers {phone.e164(RANGE[0])} to {phone.e164(RANGE[-1])}"
        raise NumberNotAccepted(detail, faults=[Fault(pointer, "number_not_for_tests", detail)])


def reason_for(number: int, *, key_id: int) -> str:
    """The reason code a check of a number answers with. Waits at the slow number.

    Raises `NumberNotAccepted` outside the range, and at their numbers `TooManyRequests` and `Undecidable`.
    """
    demand(number)
    if number == TOO_MANY:
        raise TooManyRequests("The test number for too many requests", retry_after=RETRY_SECONDS)
    if number == UNDECIDABLE:
        raise Undecidable("The test number that cannot be decided; do not dial")
    if number == SLOW:
        time.sleep(SLOW_SECONDS)
        return REASONS[0]
    if number == OPTS_OUT:
        asked = SandboxRecord.objects.filter(key_id=key_id, kind="check", number=number).exists()
        return "opted_out_of_company" if asked else REASONS[0]
    return REASONS.get(number - FIRST, OTHERWISE)


def judged(numbers: Iterable[int], *, key_id: int) -> Judged:
    """What a test scrub answers about each of `numbers`, which are distinct. Never waits, leaves no checks."""
    answers = Judged()
    by_reason: dict[str, list[int]] = {}
    for number in numbers:
        try:
            code = REASONS[0] if number == SLOW else reason_for(number, key_id=key_id)
        except RegistryError as error:
            answers.undecided[number] = error
        else:
            by_reason.setdefault(code, []).append(number)
    answers.groups += [Group(code in ALLOW_CODES, (code,), found, []) for code, found in by_reason.items()]
    return answers


def keep(
    *,
    key_id: int,
    kind: str,
    number: int,
    clock: datetime,
    document: dict[str, Any] | None = None,
    reference: str = "",
) -> SandboxRecord:
    """Keep what a test key made."""
    return SandboxRecord.objects.create(
        key_id=key_id,
        kind=kind,
        number=number,
        reference=reference,
        document=document or {},
        created_at=clock,
    )


def find(*, key_id: int, kind: str, record: int) -> SandboxRecord:
    """What a test key made under an id. Raises `NotFound`."""
    found = SandboxRecord.objects.filter(key_id=key_id, kind=kind, pk=record).first()
    if found is None:
        raise NotFound
    return found


def by_reference(*, key_id: int, kind: str, reference: str) -> SandboxRecord | None:
    """What a test key made under a reference of its own."""
    return SandboxRecord.objects.filter(key_id=key_id, kind=kind, reference=reference).first()


def listed(*, key_id: int, kind: str, before: int | None, limit: int) -> list[SandboxRecord]:
    """What a test key made, newest first, below the id `before`."""
    rows = SandboxRecord.objects.filter(key_id=key_id, kind=kind).order_by("-pk")
    return list(rows.filter(pk__lt=before)[:limit] if before is not None else rows[:limit])


def forget(clock: datetime) -> int:
    """Drop what is older than a month; how many."""
    return SandboxRecord.objects.filter(created_at__lte=clock - KEPT_FOR).delete()[0]
