"""Staff of the regulator: their passwords, their second factors, and what a session of theirs still lacks.

Who is signed in may do nothing before they have chosen their own password and shown a second factor (`lacking`). The
factors themselves are kept and checked by `allauth.mfa`; the pages are `compliance/desk/sign_in.py` and `factors.py`.
"""

from datetime import datetime
from typing import Any, Literal

import structlog
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.db import transaction
from django.http import HttpRequest

from registry.models import GivenPassword
from registry.periods import Moment

log = structlog.get_logger(__name__)

#: In the session: whose second factor was shown there, and when the session was last used (seconds since 1970).
PROVEN, SEEN = "staff_proven", "staff_seen"
#: How old the note of the last use may be before it is written again, in seconds.
SEEN_EVERY = 60

Lacking = Literal["", "presence", "password", "factor"]


def lacking(request: HttpRequest, clock: datetime) -> Lacking:
    """What the session of who is signed in lacks before it may be used; empty for nothing.

    `presence`: it was left alone for longer than DESK_IDLE_MINUTES. `password`: the one in use was given by somebody
    else. `factor`: no second factor was shown in it.
    """
    now, seen = int(clock.timestamp()), request.session.get(SEEN)
    if seen is not None and now - seen > settings.DESK_IDLE_MINUTES * 60:
        return "presence"
    if seen is None or now - seen >= SEEN_EVERY:
        request.session[SEEN] = now
    if GivenPassword.objects.filter(user_id=request.user.pk).exists():
        return "password"
    return "" if request.session.get(PROVEN) == request.user.pk else "factor"


def prove(session: Any, user: Any) -> None:
    """Note in a session that `user` has shown a second factor there."""
    session[PROVEN] = user.pk


def has_factor(user: Any) -> bool:
    """Whether there is a second factor to ask them for. Recovery codes alone are none."""
    return factors(user).exists()


def factors(user: Any) -> Any:
    """Their second factors, oldest first."""
    held = Authenticator.objects.filter(user=user).exclude(type=Authenticator.Type.RECOVERY_CODES)
    return held.order_by("created_at", "pk")


@transaction.atomic
def give_password(*, user: Any, password: str, moment: Moment) -> None:
    """Set a password that its owner has to change when they next sign in. Their sessions end."""
    user.set_password(password)
    user.save(update_fields=["password"])
    GivenPassword.objects.update_or_create(user=user, defaults={"given_at": moment.at})


@transaction.atomic
def choose_password(*, user: Any, password: str) -> None:
    """Set the password that its owner has chosen. Their other sessions end."""
    user.set_password(password)
    user.save(update_fields=["password"])
    GivenPassword.objects.filter(user=user).delete()
    log.info("password_chosen", user=user.get_username())


@transaction.atomic
def reset(*, user: Any, password: str, moment: Moment) -> int:
    """Take away all second factors of somebody who has lost them, and give a new password; how many there were.

    The new password ends every session, so that whoever has the old factor or an open page has nothing.
    """
    lost = factors(user).count()
    Authenticator.objects.filter(user=user).delete()
    give_password(user=user, password=password, moment=moment)
    log.warning("sign_in_reset", user=user.get_username(), factors=lost)
    return lost
