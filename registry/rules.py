"""The exported rule: `registry/decision.py` written to the table that scrubs and audits join."""

from datetime import datetime

from django.db import connection, transaction

from registry.decision import COMBINATIONS, DECISIONS, RULE_DIGEST, Facts
from registry.models import RuleSet
from registry.periods import since
from registry.predial.facts import RULE_BITS

COLUMNS = ("id", "rule_id", *Facts._fields, "allowed", "reasons")


@transaction.atomic
def load(*, clock: datetime) -> bool:
    """Export the program's rule if the table does not hold it; whether it was new.

    The first rule judges calls of every time. A later one judges calls from `clock` on: a call is judged by the rule
    of its day.
    """
    if RuleSet.objects.filter(digest=RULE_DIGEST, valid__upper_inf=True).exists():
        return False
    last = RuleSet.objects.select_for_update().filter(valid__upper_inf=True).first()
    if last is not None:
        last.valid = since(last.valid.lower, clock)
        last.save(update_fields=["valid"])
    rule = RuleSet.objects.create(digest=RULE_DIGEST, valid=since(clock if last else None), loaded_at=clock)
    with (
        connection.cursor() as cursor,
        cursor.copy(f"COPY registry_decision ({', '.join(COLUMNS)}) FROM STDIN") as copy,
    ):
        for place, facts in enumerate(COMBINATIONS):
            decision = DECISIONS[facts]
            copy.write_row(
                ((rule.pk << RULE_BITS) + place, rule.pk, *facts, decision.allowed, list(decision.reasons))
            )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE registry_decision")
    return True
