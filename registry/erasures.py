"""Erasures: delete what is held of a person only because they used the register.

What the register itself holds goes here. Another application that holds something of people adds what it does to
`HOLDERS` when it starts; it is asked in the same transaction, and has its own words on the page.
"""

from collections.abc import Collection, Mapping
from typing import Any, Protocol

from django.db import transaction
from django.db.models import Q
from django.utils.crypto import salted_hmac

from registry import consents, opt_outs, reassignments
from registry.models import (
    Announcement,
    Carer,
    Consent,
    Erasure,
    InboundMessage,
    NumberProof,
    OptOut,
    Subscriber,
)
from registry.periods import Moment


class Holder(Protocol):
    """What another application holds of people, and how that goes. Sentences are in the language of the page."""

    #: What the person may choose besides: a name, and its label.
    choices: Mapping[str, Any]

    def goes(self, number: int, moment: Moment) -> list[str]:
        """What is erased at once."""

    def stays(self, number: int, moment: Moment) -> list[str]:
        """What is kept, and why."""

    def erase(self, *, number: int, chosen: Collection[str], moment: Moment) -> dict[str, int]:
        """Erase it; how much of what."""

    def done(self, removed: Mapping[str, int]) -> list[tuple[str, str]]:
        """What was done, of what `erase` answered: what, and how much."""


#: Those of other applications, in the order of their start.
HOLDERS: list[Holder] = []


@transaction.atomic
def erase(
    *,
    subscriber: Subscriber,
    end_refusals: bool,
    revoke_consents: bool,
    chosen: Collection[str] = (),
    moment: Moment,
) -> dict[str, int]:
    """Delete what the register holds of a person only because they used it; what went, by name and number.

    Refusals stand unless `end_refusals`: they protect the number and are nothing else. Consents that companies
    recorded stay as proof, revoked where the person wants it. History on two clocks is never deleted. `chosen` are
    names of the holders' choices.
    """
    number = subscriber.number
    removed = {
        "refusals_ended": 0,
        "consents_revoked": 0,
        "proofs": NumberProof.objects.filter(number=number).delete()[0],
        "messages": InboundMessage.objects.filter(number=number).delete()[0],
        "announcements": Announcement.objects.filter(number=number).delete()[0],
        "carers": Carer.objects.filter(Q(ward=number) | Q(number=number)).delete()[0],
        "subscribers": Subscriber.objects.filter(pk=subscriber.pk).delete()[0],
    }
    if end_refusals:
        standing = OptOut.objects.current().filter(number=number, valid__upper_inf=True)
        for record_id in list(standing.values_list("record_id", flat=True)):
            opt_outs.withdraw(record_id=record_id, moment=moment)
            removed["refusals_ended"] += 1
    if revoke_consents:
        since = reassignments.held_since(number, moment)
        held = Consent.objects.as_of(moment).filter(number=number, given_at__gte=since)
        held = held.exclude(status="revoked")
        for record_id in sorted(set(held.values_list("record_id", flat=True))):
            consents.revoke(record_id=record_id, moment=moment)
            removed["consents_revoked"] += 1
    for holder in HOLDERS:
        removed |= holder.erase(number=number, chosen=chosen, moment=moment)
    Erasure.objects.create(
        digest=salted_hmac("registry.erasure", str(number), algorithm="sha256").hexdigest(),
        removed=removed,
        at=moment.known_at,
    )
    return removed
