"""Messages from people's telephones: carry out what one asks for, once, however often it is delivered."""

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Literal

from django.db import IntegrityError, transaction

from registry import opt_outs
from registry.codes import CHANNELS
from registry.errors import OptOutOnRecord
from registry.keywords import Wish
from registry.models import InboundMessage, OptOut
from registry.periods import Moment

#: How long a message is kept: longer than any gateway repeats itself.
KEPT_FOR = timedelta(days=30)


def receive(
    *,
    kind: Literal["sms", "call"],
    message_id: str,
    number: int,
    wish: Wish,
    reply: Callable[[Wish, OptOut | None], str],
    moment: Moment,
) -> InboundMessage:
    """Put the message and its effect on record; the row of its first delivery where it came before.

    `reply` words the answer, from the wish and the refusal of everything that stands afterwards, if one does.
    """
    known = InboundMessage.objects.filter(kind=kind, message_id=message_id).first()
    if known is not None:
        return known
    try:
        with transaction.atomic():
            _carry_out(number, kind, wish, moment)
            return InboundMessage.objects.create(
                kind=kind,
                message_id=message_id,
                number=number,
                action=wish.action,
                sectors=list(wish.sectors) or None,
                reply=reply(wish, _everything(number)),
                received_at=moment.known_at,
            )
    except IntegrityError as error:
        if error.__cause__.diag.constraint_name != "inbound_message_once":
            raise
        # Delivered twice at once: the other delivery had the effect, and this one's is undone.
        return InboundMessage.objects.get(kind=kind, message_id=message_id)


def _carry_out(number: int, kind: str, wish: Wish, moment: Moment) -> None:
    source = "sms" if kind == "sms" else "phone"
    if wish.action == "refuse_all":
        with suppress(OptOutOnRecord):
            opt_outs.register(number=number, scope="all", source=source, moment=moment)
    for sector in wish.sectors if wish.action == "refuse_sectors" else ():
        with suppress(OptOutOnRecord):
            opt_outs.register(number=number, scope="sector", sector=sector, source=source, moment=moment)
    if wish.action in ("release_all", "release_sectors"):
        standing = OptOut.objects.current().filter(number=number, valid__upper_inf=True)
        if wish.action == "release_sectors":
            standing = standing.filter(scope="sector", sector__in=wish.sectors)
        else:
            # Refusals of single companies were meant for these, and stay.
            standing = standing.filter(scope__in=["all", "sector"])
        for record_id in list(standing.values_list("record_id", flat=True)):
            opt_outs.withdraw(record_id=record_id, moment=moment)


def _everything(number: int) -> OptOut | None:
    """The refusal of all calls on all channels at all times, if it stands."""
    return (
        OptOut.objects.current()
        .filter(
            number=number,
            scope="all",
            channels=list(CHANNELS),
            days=None,
            from_minute=None,
            valid__upper_inf=True,
        )
        .first()
    )


def forget(clock: datetime) -> int:
    """Drop messages that no gateway will deliver again; how many."""
    return InboundMessage.objects.filter(received_at__lte=clock - KEPT_FOR).delete()[0]
