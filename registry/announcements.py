"""Announcements: tell a person by text that a company has recorded a consent of theirs, where the policy says so.

What is to be sent is a row, written with the consent; a round every minute sends what is due. Nobody is woken up: what
is recorded at night is told in the morning, where the number lives.
"""

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from registry import languages, messages, places
from registry.messages import Message, NotSent
from registry.models import Announcement, Consent
from registry.periods import Moment
from registry.portal import words
from registry.portal.opt_outs_shown import listed

#: Hours, where the number lives, at which a telephone may buzz.
FROM, UNTIL = time(9), time(20)
#: How long a claim is believed, and after how long a text that could not be sent is tried again.
CLAIM = timedelta(minutes=10)
#: A text that could not be sent for so long would be no news any more.
PATIENCE = timedelta(days=3)
#: Texts of one round, so that a round stays short; the next one is a minute away.
ROUND = 200


def plan(row: Consent, terms: Mapping[str, Any], moment: Moment) -> None:
    """Put down that a person is to be told of a consent just recorded, if the policy (`terms`) says so."""
    how = terms.get("consent_announced", "no")
    if how == "no":
        return
    if how == "first_of_company":
        held = Consent.objects.filter(number=row.number, company_id=row.company_id)
        if held.exclude(record_id=row.record_id).exists():
            return
    tell_at = by_day(moment.known_at, places.of(row.number).zone_key.partition(",")[0])
    Announcement.objects.create(
        consent=row.record_id, number=row.number, company_id=row.company_id, tell_at=tell_at
    )


def by_day(at: datetime, zone: str) -> datetime:
    """The instant itself, or the next morning where it is night in `zone`."""
    local = at.astimezone(ZoneInfo(zone))
    if FROM <= local.time() < UNTIL:
        return at
    day = local.date() + timedelta(days=local.time() >= UNTIL)
    return datetime.combine(day, FROM, ZoneInfo(zone)).astimezone(at.tzinfo)


def due(clock: datetime) -> list[int]:
    """The announcements whose time has come, the earliest first."""
    found = Announcement.objects.filter(tell_at__lte=clock).order_by("tell_at", "pk")
    return list(found.values_list("pk", flat=True)[:ROUND])


def send(announcement_id: int, *, clock: datetime) -> str:
    """Send one that is due: `sent`, `moot`, `failed` (it stays due), or `nothing`. Safe to repeat."""
    claimed = Announcement.objects.filter(pk=announcement_id, tell_at__lte=clock)
    if not claimed.update(tell_at=clock + CLAIM):
        return "nothing"
    row = Announcement.objects.select_related("company").get(pk=announcement_id)
    held = Consent.objects.as_of(Moment.of(clock)).filter(record_id=row.consent, status="recorded").first()
    outcome = "moot"
    if held is not None and clock < held.on_record_since + PATIENCE:
        try:
            messages.send(message(row, held))
        except NotSent:
            return "failed"
        outcome = "sent"
    mine = Announcement.objects.filter(pk=row.pk, tell_at=clock + CLAIM)
    mine.update(tell_at=None, done_at=clock, outcome=outcome)
    return outcome


def message(row: Announcement, consent: Consent) -> Message:
    """The text, in the person's language, with what to do where it is not true."""
    language = languages.of(row.number)
    zone = ZoneInfo(places.of(row.number).zone_key.partition(",")[0])
    with translation.override(language), timezone.override(zone):
        text = _(
            "%(company)s has put on record that you agreed on %(day)s to calls about: %(sectors)s. Not true? Say so: "
            "%(address)s. Or send T to refuse all sales calls."
        ) % {
            "company": row.company.name,
            "day": date_format(timezone.localtime(consent.given_at), "DATE_FORMAT"),
            "sectors": listed(words.SECTORS[name] for name in consent.sectors),
            "address": f"{settings.PUBLIC_URL}{reverse('consents')}",
        }
    return Message(number=row.number, text=text, language=language, reference=f"announcement-{row.pk}")
