"""A check as it was answered: read back from its row, its facts from the truth table it was decided by."""

from dataclasses import replace

from registry import places
from registry.codes import CHANNELS, PURPOSES, SECTORS
from registry.decision import ALLOW, DENY, Decision, Facts
from registry.errors import PolicyGap
from registry.models import Check
from registry.models import Decision as DecisionRow
from registry.periods import Moment
from registry.predial.facts import Answer, Question
from registry.predial.next_allowed import next_allowed


def recall(row: Check) -> tuple[Answer, str]:
    """The answer that a check was given, and the digest of the rule that gave it.

    The next permitted time is not kept; it is found again from the check's moment and what was known then.
    """
    decided = DecisionRow.objects.select_related("rule").get(pk=row.decision_id)
    decision = Decision(ALLOW if decided.allowed else DENY, tuple(decided.reasons))
    windows_key, calendar, zone_key = _where(row)
    answer = Answer(
        question=Question(
            row.company_id,
            row.seller_id,
            row.number,
            row.caller,
            SECTORS.index(row.sector),
            CHANNELS.index(row.channel),
            PURPOSES.index(row.purpose),
            row.campaign,
            row.reference,
        ),
        at=row.checked_at,
        facts=Facts(*(getattr(decided, name) for name in Facts._fields)),
        decision=decision,
        decision_id=row.decision_id,
        policy_id=row.policy_id,
        consent=row.consent,
        relationship=row.relationship,
        opt_out=row.opt_out,
        since=row.since,
        basis_ends_at=row.basis_ends_at,
        valid_until=row.valid_until,
        free_at=row.free_at,
        windows_key=windows_key,
        calendar=calendar,
        zone_key=zone_key,
        check_id=row.pk,
    )
    if decision.only_timing and zone_key:
        (at,) = next_allowed([answer], Moment.of(row.checked_at))
        answer = replace(answer, next_allowed_at=at)
    return answer, decided.rule.digest


def _where(row: Check) -> tuple[str, str, str]:
    """Calling windows, calendar and zones of a check's number; none where the numbering plan has since lost it."""
    try:
        place = places.of(row.number)
    except PolicyGap:
        return "", "", ""
    return row.policy.windows_key, place.calendar, place.zone_key
