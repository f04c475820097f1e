"""Subscribers: have a code made for a number, and prove with it that the number is theirs.

Nothing here depends on whether a number is in the register, so that nobody can find that out by asking.
"""

import secrets
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import F, QuerySet
from django.utils.crypto import constant_time_compare, salted_hmac

from registry.errors import CodeNotRight, CodeSpent, TooManyRequests
from registry.models import (
    NumberProof,
    Subscriber,
)
from registry.models.subscribers import MAX_TRIES
from registry.periods import Moment

#: How long a code works.
CODE_LASTS = timedelta(minutes=10)
#: Codes that may be sent in a while: to one number (its owner is not to be pestered, and guessing stays hopeless:
#: forty tries a day at a million codes), and for one network.
NUMBER_LIMITS = ((3, timedelta(minutes=10)), (8, timedelta(hours=24)))
NETWORK_LIMITS = ((15, timedelta(minutes=10)), (100, timedelta(hours=24)))
#: How long a proof is kept: as long as the longest limit looks back.
KEPT_FOR = timedelta(hours=24)


def _digest(salt: str, number: int, code: str) -> str:
    return salted_hmac("registry.number_proof", f"{salt} {number} {code}", algorithm="sha256").hexdigest()


@transaction.atomic
def ask(*, number: int, channel: str, network: str, moment: Moment) -> tuple[NumberProof, str | None]:
    """Make a six-digit code for a number, for the caller to send; the code itself is kept nowhere.

    None where the number has had as many as it may have: nothing is to be sent then, and nobody is told, because how
    often codes were asked for a number lately says whether its holder uses the register. Raises `TooManyRequests`
    where the network has had as many as it may have.
    """
    for field, value in (("number", number), ("network", network)):
        with connection.cursor() as cursor:
            # Two requests at once would both find the last place free.
            cursor.execute(
                "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"number_proof {field} {value}"]
            )
    if wait := _wait(NumberProof.objects.filter(network=network), NETWORK_LIMITS, moment.at):
        raise TooManyRequests("Too many codes were asked for", retry_after=wait)
    held = NumberProof.objects.filter(number=number, silent=False)
    silent = _wait(held, NUMBER_LIMITS, moment.at) > 0
    code = f"{secrets.randbelow(1_000_000):06d}"
    salt = secrets.token_hex(16)
    proof = NumberProof.objects.create(
        number=number,
        channel=channel,
        network=network,
        salt=salt,
        digest=_digest(salt, number, code),
        sent_at=moment.at,
        expires_at=moment.at + CODE_LASTS,
        silent=silent,
    )
    return proof, None if silent else code


def _wait(proofs: QuerySet[NumberProof], limits: tuple[tuple[int, timedelta], ...], at: datetime) -> int:
    """Seconds until another code fits the limits; 0 if one does."""
    for most, span in limits:
        sent = proofs.filter(sent_at__gt=at - span).order_by("-sent_at")
        held = sent.values_list("sent_at", flat=True)[most - 1 : most].first()
        if held is not None:
            return max(1, int((held + span - at).total_seconds()))
    return 0


def prove(*, proof_id: int, code: str, language: str, moment: Moment) -> Subscriber:
    """The subscriber whose number the code proves; entered here if it is the first time.

    Every call counts as a try. Raises `CodeSpent` where the code was used, has lapsed or was tried too often, and
    `CodeNotRight` for a wrong one.
    """
    # Counted first and for good: what follows may fail, and the try stays counted.
    counted = NumberProof.objects.filter(
        pk=proof_id, used_at=None, expires_at__gt=moment.at, tries__lt=MAX_TRIES
    ).update(tries=F("tries") + 1)
    if not counted:
        raise CodeSpent
    proof = NumberProof.objects.get(pk=proof_id)
    if not constant_time_compare(proof.digest, _digest(proof.salt, proof.number, code)):
        if proof.tries >= MAX_TRIES:
            raise CodeSpent
        raise CodeNotRight(tries_left=MAX_TRIES - proof.tries)
    with transaction.atomic():
        if not NumberProof.objects.filter(pk=proof_id, used_at=None).update(used_at=moment.at):
            raise CodeSpent
        row, _ = Subscriber.objects.update_or_create(
            number=proof.number,
            defaults={"language": language, "last_proven_at": moment.at},
            create_defaults={
                "language": language,
                "first_proven_at": moment.at,
                "last_proven_at": moment.at,
            },
        )
    return row


def forget_proofs(clock: datetime) -> int:
    """Drop the proofs that no limit looks back to; how many."""
    return NumberProof.objects.filter(sent_at__lte=clock - KEPT_FOR).delete()[0]
