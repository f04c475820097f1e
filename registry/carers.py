"""Carers: let somebody act for a number, end that, and note what they did."""

from datetime import timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from registry.errors import InvalidInput, NotFound
from registry.models import Carer, CarerAct, Reassignment
from registry.periods import Moment

#: The longest time a leave lasts: it is given again by who still wants it.
LONGEST = timedelta(days=366)


@transaction.atomic
def appoint(*, ward: int, number: int, scope: str, lasts: timedelta, moment: Moment) -> Carer:
    """Let `number` act for `ward` for a while; a leave of the same pair that stands gives way.

    Raises `InvalidInput` for oneself, and for a time that is none or too long.
    """
    if number == ward:
        raise InvalidInput("Nobody is their own carer", pointer="/number")
    if not timedelta() < lasts <= LONGEST:
        raise InvalidInput("A carer acts for a year at most", pointer="/lasts")
    Carer.objects.filter(ward=ward, number=number, ended_at=None).update(ended_at=moment.at)
    return Carer.objects.create(
        ward=ward, number=number, scope=scope, given_at=moment.at, expires_at=moment.at + lasts
    )


def end(*, carer_id: int, ward: int, moment: Moment) -> None:
    """Take a carer's leave back. Raises `NotFound` if none of that person's stands under that id."""
    if not Carer.objects.filter(pk=carer_id, ward=ward, ended_at=None).update(ended_at=moment.at):
        raise NotFound("There is no such carer")


def in_force(moment: Moment) -> QuerySet[Carer]:
    """The leaves by which somebody may act at the moment: none that was given before either number changed hands."""
    changed = Reassignment.objects.on_record(moment.known_at).filter(
        Q(number=OuterRef("ward")) | Q(number=OuterRef("number")),
        valid__startswith__gt=OuterRef("given_at"),
        valid__startswith__lte=moment.at,
    )
    standing = Carer.objects.filter(ended_at=None, given_at__lte=moment.at, expires_at__gt=moment.at)
    return standing.exclude(Exists(changed))


def note(*, carer: Carer, what: str, moment: Moment) -> None:
    """Put on record what a carer did."""
    CarerAct.objects.create(carer=carer, what=what, at=moment.at)
