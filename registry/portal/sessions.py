"""The session of a proven number: short, its key renewed as it is used, ended by signing out.

The browser's session holds the subscriber's row and three times, never the number. A member of staff who is signed in
in the same browser is another matter: this neither gives nor takes what they may do.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.auth import SESSION_KEY
from django.http import HttpRequest

from registry import carers, phone
from registry.models import Carer, Subscriber
from registry.periods import Moment

#: A person who does nothing for this long must prove the number again; and so must everybody after the longest.
IDLE = timedelta(minutes=20)
LONGEST = timedelta(hours=2)
#: How often the session is written again, and how often it gets a new key.
TOUCH_EVERY = timedelta(minutes=1)
ROTATE_EVERY = timedelta(minutes=10)

_PERSON, _PROOF, _NEXT = "portal_person", "portal_proof", "portal_next"


@dataclass(frozen=True, slots=True)
class Person:
    """Who is using the portal: a subscriber, and the number the pages are about."""

    subscriber: Subscriber
    carer: Carer | None = None
    """By which leave they act for somebody else, if they do."""

    @property
    def number(self) -> int:
        """The number the pages are about: E.164 digits."""
        return self.carer.ward if self.carer is not None else self.subscriber.number

    @property
    def masked(self) -> str:
        """That number as a bystander may see it."""
        return phone.mask(self.number)


def ask(request: HttpRequest, proof_id: int) -> None:
    """Remember which code this browser asked for; it works in no other."""
    request.session[_PROOF] = proof_id
    _expire(request)


def asked(request: HttpRequest) -> int | None:
    """The proof this browser asked for, if any."""
    return request.session.get(_PROOF)


def begin(request: HttpRequest, subscriber: Subscriber, clock: datetime) -> None:
    """Sign the person in, under a new session key."""
    request.session.pop(_PROOF, None)
    request.session.cycle_key()
    now = clock.isoformat()
    request.session[_PERSON] = {"subscriber": subscriber.pk, "proven": now, "seen": now, "rotated": now}
    _expire(request)


def _expire(request: HttpRequest) -> None:
    """Let browser and database forget the session after the longest time, unless staff is signed in by it too."""
    if SESSION_KEY not in request.session:
        request.session.set_expiry(LONGEST)


def end(request: HttpRequest) -> None:
    """Sign the person out; what the browser's session held of them is gone."""
    held = [key for key in (_PERSON, _PROOF, _NEXT) if request.session.pop(key, None) is not None]
    if held:
        request.session.cycle_key()


def person(request: HttpRequest, clock: datetime) -> Person | None:
    """Who has proven a number in this browser, or None. Ends a session that lay idle or lasted too long."""
    held = request.session.get(_PERSON)
    if held is None:
        return None
    proven, seen, rotated = (datetime.fromisoformat(held[name]) for name in ("proven", "seen", "rotated"))
    row = Subscriber.objects.filter(pk=held["subscriber"]).first()
    if row is None or clock >= seen + IDLE or clock >= proven + LONGEST:
        end(request)
        return None
    carer = None
    if held.get("carer") is not None:
        leave = carers.in_force(Moment.of(clock)).filter(pk=held["carer"], number=row.number)
        carer = leave.first()
        if carer is None:
            # Taken back or over: the person is themselves again.
            held = {key: value for key, value in held.items() if key != "carer"}
            request.session[_PERSON] = held
    if clock >= rotated + ROTATE_EVERY:
        request.session.cycle_key()
        request.session[_PERSON] = held | {"seen": clock.isoformat(), "rotated": clock.isoformat()}
    elif clock >= seen + TOUCH_EVERY:
        request.session[_PERSON] = held | {"seen": clock.isoformat()}
    return Person(row, carer)


def act(request: HttpRequest, carer_id: int | None) -> None:
    """Act for somebody by a leave from now on, or for oneself again."""
    request.session[_PERSON] = request.session[_PERSON] | {"carer": carer_id}


def want(request: HttpRequest, path: str) -> None:
    """Remember where the person wanted to go when they were asked to prove their number."""
    request.session[_NEXT] = path


def wanted(request: HttpRequest) -> str | None:
    """Where they wanted to go; asked once."""
    return request.session.pop(_NEXT, None)
