"""What happened, and who needs to hear of it: opt-outs, consents that end, and checks that lose their ground.

Nobody learns from a change that a number is registered who had no business with it: an opt-out is told to the company
it names, and to those that hold something it may take away. Whether a check that allowed still would is asked of the
rule itself.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from django.conf import settings
from django.db import connection

from registry import changes
from registry.errors import Undecidable
from registry.lists.loading import chunks
from registry.models import Change, Consent
from registry.models.changes import EVENTS
from registry.periods import Moment
from registry.predial.facts import Answer, Question, ask
from registry.shapes import LONGEST_CAP

#: No allow may be dialled on for longer than this; the months of checks before it are not opened.
LONGEST_ALLOW = LONGEST_CAP
#: Checks that are asked again at once.
BATCH = 1_000
#: Consents that are told of in one statement.
EXPIRING_STEP = 10_000

#: To the company that was named, and to those that hold an allow, a consent or a relationship for the number.
_OPT_OUTS = f"""
INSERT INTO registry_change (company_id, event, subject, number, number_known, details, at)
SELECT
    told.company_id, {EVENTS.index("opt_out.registered")}, NULL, said.number, told.known,
    jsonb_build_object(
        'scope', said.scope, 'sector', said.sector, 'channels', said.channels, 'days', said.days,
        'from_minute', said.from_minute, 'to_minute', said.to_minute
    ),
    %(known_at)s
FROM registry_optout AS said
CROSS JOIN LATERAL (
    SELECT company_id, bool_or(known) AS known
    FROM (
        SELECT said.company_id, said.reporter_id IS NOT DISTINCT FROM said.company_id AS known
        WHERE said.scope = 2
        UNION ALL
        SELECT holder, true
        FROM registry_check AS held CROSS JOIN unnest(ARRAY[held.company_id, held.seller_id]) AS holder
        WHERE held.number = said.number AND held.checked_at >= %(earliest)s AND held.checked_at <= %(at)s
            AND CASE said.scope
                -- Who asked about the number lately knows it, whatever was answered.
                WHEN 2 THEN holder = said.company_id
                ELSE held.allowed AND held.valid_until > %(at)s AND (said.channels >> held.channel) & 1 = 1
                    AND (said.scope = 0 OR held.sector = said.sector)
            END
        UNION ALL
        SELECT held.company_id, true FROM registry_consent AS held
        WHERE held.number = said.number AND upper_inf(held.recorded)
            AND CASE said.scope
                WHEN 2 THEN held.company_id = said.company_id
                ELSE held.status < 2 AND held.valid @> %(at)s::timestamptz AND held.channels & said.channels <> 0
                    AND (said.scope = 0 OR (held.sectors >> said.sector) & 1 = 1)
            END
        UNION ALL
        SELECT held.company_id, true FROM registry_relationship AS held
        WHERE held.number = said.number AND upper_inf(held.recorded)
            AND CASE said.scope
                WHEN 2 THEN held.company_id = said.company_id
                ELSE held.valid @> %(at)s::timestamptz
            END
    ) AS holders
    GROUP BY company_id
) AS told
WHERE said.id = ANY (%(ids)s)
ORDER BY said.id, told.company_id
"""
#: Not ordered here: the order of the key would tempt the planner to read two months of checks.
_ALLOWS = """
SELECT held.id, company_id, seller_id, held.number, caller, sector, channel, purpose, reference
FROM unnest(%(numbers)s::bigint[]) AS said (number)
JOIN registry_check AS held ON held.number = said.number
WHERE allowed AND valid_until > %(at)s AND checked_at >= %(earliest)s AND checked_at <= %(at)s
"""
_EXPIRING = f"""
INSERT INTO registry_change (company_id, event, subject, number, number_known, details, at)
SELECT
    company_id, {EVENTS.index("consent.expiring")}, record_id, number, true,
    jsonb_build_object('reference', reference, 'expires_at', expires_at), %(clock)s
FROM registry_consent AS held
WHERE expires_at > %(clock)s AND expires_at <= %(until)s AND upper_inf(recorded) AND status IN (0, 1)
    AND valid @> %(clock)s::timestamptz AND upper(valid) = expires_at
    AND NOT EXISTS (
        SELECT FROM registry_change AS told
        WHERE told.event = {EVENTS.index("consent.expiring")} AND told.subject = held.record_id
            AND told.company_id = held.company_id
    )
ORDER BY expires_at
LIMIT %(limit)s
ON CONFLICT DO NOTHING
"""


class _Allow(NamedTuple):
    """A check that allowed, and may still be dialled on. Codes are places."""

    id: int
    company_id: int
    seller_id: int
    number: int
    caller: int
    sector: int
    channel: int
    purpose: int
    reference: str | None

    def question(self) -> Question:
        """What was asked."""
        return Question(
            self.company_id,
            self.seller_id,
            self.number,
            self.caller,
            self.sector,
            self.channel,
            self.purpose,
        )


def opt_outs_registered(opt_out_ids: Sequence[int], numbers: Iterable[int], *, moment: Moment) -> None:
    """Tell of opt-outs that were put on record (by the ids of their rows), and of the checks they take the ground of.

    Runs in the caller's transaction.
    """
    if not opt_out_ids:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            _OPT_OUTS,
            {
                "ids": list(opt_out_ids),
                "at": moment.at,
                "known_at": moment.known_at,
                "earliest": moment.at - LONGEST_ALLOW,
            },
        )
    checks_revoked(numbers, moment=moment)


def consent_moved(row: Consent, *, moment: Moment) -> None:
    """Tell a company that a consent of it was revoked or disputed, and of the checks that rested on it."""
    changes.add(
        company_id=row.company_id,
        event=f"consent.{row.status}",
        subject=row.record_id,
        number=row.number,
        details={"reference": row.reference, "since": row.valid.lower.isoformat()},
        at=moment.known_at,
    )
    checks_revoked([row.number], moment=moment)


def checks_revoked(numbers: Iterable[int], *, moment: Moment) -> None:
    """Tell of the allows about some numbers that may still be dialled on, and that the rule would not give any more.

    An allow that only its hour or the attempts since stand against is left alone: it has not lost its ground.
    """
    values = {
        "numbers": sorted(set(numbers)),
        "at": moment.at,
        "earliest": moment.at - LONGEST_ALLOW,
    }
    with connection.cursor() as cursor:
        cursor.execute(_ALLOWS, values)
        held = sorted(map(_Allow._make, cursor.fetchall()))
    # What this transaction has just put on record may be so a microsecond after the moment.
    now = Moment(moment.at, moment.known_at + timedelta(seconds=1))
    for rows in chunks(held, BATCH):
        changes.tell(
            Change(
                company_id=row.company_id,
                event="check.revoked",
                subject=row.id,
                number=row.number,
                details={"reasons": reasons, "reference": row.reference},
                at=moment.known_at,
            )
            for row, reasons in zip(rows, _asked_again(rows, now), strict=True)
            if reasons is not None
        )


def _asked_again(rows: Sequence[_Allow], moment: Moment) -> list[list[str] | None]:
    """Why the rule would not give each allow any more; None where it would. Without reasons where it cannot tell.

    Never raises because of the rule: a person's "no" is put on record also while nothing can be decided.
    """
    try:
        answers = ask([row.question() for row in rows], moment)
    except Undecidable:
        return [[] for _ in rows]
    found: list[list[str] | None] = []
    for answer in answers:
        if not isinstance(answer, Answer):
            found.append([])
        elif answer.decision.allowed or answer.decision.only_timing:
            found.append(None)
        else:
            found.append(list(answer.decision.reasons))
    return found


def consents_expiring(*, clock: datetime) -> int:
    """Tell of consents that lapse within `CONSENT_EXPIRING_DAYS`, each once, at most `EXPIRING_STEP`; of how many."""
    until = clock + timedelta(days=settings.CONSENT_EXPIRING_DAYS)
    with connection.cursor() as cursor:
        cursor.execute(_EXPIRING, {"clock": clock, "until": until, "limit": EXPIRING_STEP})
        return cursor.rowcount
