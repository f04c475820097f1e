"""Policies: load the packs, and read the terms in force."""

import json
from datetime import datetime
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

from django.conf import settings
from django.db import transaction

from registry import packs, places
from registry.codes import PURPOSES, RELATIONSHIP_KINDS, SECTORS
from registry.durations import Duration
from registry.errors import NotFound, PolicyGap
from registry.models import Policy, PolicyPack
from registry.periods import Moment, since

FOLDER = Path(__file__).parent / "policies"


class Loaded(NamedTuple):
    """What a load did: packs read, policy rows added and superseded, ranges of numbers written."""

    packs: int
    added: int
    superseded: int
    ranges: int


@transaction.atomic
def load(*, clock: datetime, folder: Path = FOLDER) -> Loaded:
    """Read every pack of `folder` and put its terms in force; unchanged terms are left alone.

    Raises `packs.BadPack` (with file, key and reason) before anything is written.
    """
    read = packs.read_packs(folder, default=settings.DEFAULT_POLICY)
    _keep_documents(read, clock)
    with_pack = frozenset(place for pack in read.values() for place in pack.jurisdictions)
    added = superseded = 0
    # The narrowest places first: a new one takes its past from the wider place before that one changes.
    for jurisdiction in (*sorted(with_pack, key=len, reverse=True), "*"):
        for sector in SECTORS:
            more, fewer = _put_in_force(read, jurisdiction, sector, clock)
            added, superseded = added + more, superseded + fewer
    ranges = places.load(with_pack, clock=clock)
    return Loaded(len(read), added, superseded, ranges)


def _keep_documents(read: packs.Packs, clock: datetime) -> None:
    PolicyPack.objects.bulk_create(
        [
            PolicyPack(pack=pack.id, digest=pack.digest, document=packs.describe(pack), loaded_at=clock)
            for pack in read.values()
        ],
        ignore_conflicts=True,
    )


def _put_in_force(read: packs.Packs, jurisdiction: str, sector: str, clock: datetime) -> tuple[int, int]:
    wanted = {
        (terms.valid_from, terms.valid_to, terms.digest): terms
        for terms in packs.compose(read, jurisdiction, sector)
    }
    current = list(Policy.objects.current().filter(jurisdiction=jurisdiction, sector=sector))
    kept = {(row.valid.lower, row.valid.upper, row.digest) for row in current} & set(wanted)
    ended = [row for row in current if (row.valid.lower, row.valid.upper, row.digest) not in kept]
    for row in ended:
        row.recorded = since(row.recorded.lower, clock)
        row.save(update_fields=["recorded"])
    # The first terms of a place are on record from ever; where a wider place spoke for it before, what was known
    # then stays known then.
    known_from = clock if current else _inherit(jurisdiction, sector, clock)
    new = [
        as_row(jurisdiction, sector, terms, known_from) for key, terms in wanted.items() if key not in kept
    ]
    Policy.objects.bulk_create(new)
    return len(new), len(ended)


def _inherit(jurisdiction: str, sector: str, clock: datetime) -> datetime | None:
    """Give a place's first pack the past it had under a wider place's terms; when the new terms begin to be known.

    Returns None, from ever, where nothing spoke for the place before.
    """
    for wider in (jurisdiction.partition("-")[0], "*"):
        rows = [] if wider == jurisdiction else list(Policy.objects.filter(jurisdiction=wider, sector=sector))
        for row in rows:
            row.pk, row.jurisdiction = None, jurisdiction
            row.recorded = since(row.recorded.lower, row.recorded.upper or clock)
        if rows:
            Policy.objects.bulk_create(rows)
            return clock
    return None


def as_row(jurisdiction: str, sector: str, terms: packs.Terms, known_from: datetime | None) -> Policy:
    """The row, not saved, of a place's and sector's terms; on record from `known_from` on, or from ever."""
    values = terms.values
    return Policy(
        jurisdiction=jurisdiction,
        sector=sector,
        valid=since(terms.valid_from, terms.valid_to),
        recorded=since(known_from),
        pack=terms.pack,
        digest=terms.digest,
        terms=dict(values),
        citations=dict(terms.citations),
        consent_required=values["basis"] == "consent_required",
        exempt_purposes=[name for name in PURPOSES if name in values["exempt_purposes"]],
        relationship_kinds=[name for name in RELATIONSHIP_KINDS if name in values["relationship"]],
        confirmation_required=values["consent_confirmation"] == "required",
        consent_survives_opt_out=values["consent_survives_opt_out"],
        windows_key=windows_key(values["windows"]),
        cap_most=[cap["max"] for cap in values["caps"]],
        cap_span=[span(cap) for cap in values["caps"]],
        check_validity=Duration.parse(values["check_validity"]).timedelta,
    )


def windows_key(windows: dict[str, Any]) -> str:
    """The name of a set of calling windows; empty where calls are permitted at any time."""
    if not windows:
        return ""
    return sha256(json.dumps(windows, sort_keys=True).encode()).hexdigest()


def span(cap: dict[str, Any]) -> str:
    """The window of a cap as `facts.sql` reads it: `day`, `month`, or an interval."""
    named = {"calendar_day": "day", "calendar_month": "month"}
    return named.get(cap["window"]) or cap["duration"]


class InForce(NamedTuple):
    """What an answer says of the policy it was given under."""

    pack: str
    digest: str
    citations: dict[str, Any]
    terms: dict[str, Any]


@lru_cache(maxsize=4096)
def by_id(policy_id: int) -> InForce:
    """The policy row an answer names. Rows never change, so they may be kept for the life of the process."""
    row = Policy.objects.values_list("pack", "digest", "citations", "terms").get(pk=policy_id)
    return InForce(*row)


def in_force(jurisdiction: str, sector: str, moment: Moment) -> Policy:
    """The terms for a place and sector at a moment. Raises `PolicyGap` where there are none."""
    row = Policy.objects.as_of(moment).filter(jurisdiction=jurisdiction, sector=sector).first()
    if row is None:
        raise PolicyGap
    return row


def for_number(number: int, sector: str, moment: Moment) -> Policy:
    """The terms that bind a call to `number` about `sector` at a moment. Raises `PolicyGap`."""
    return in_force(places.of(number).jurisdiction, sector, moment)


def citations_of(pack: str, clock: datetime) -> tuple[str, dict[str, Any]]:
    """A pack's id and the article of each parameter where it speaks now; of the default pack for an empty `pack`.

    Raises `NotFound` where no such pack is in force.
    """
    row = Policy.objects.as_of(Moment.of(clock)).filter(pack=pack or settings.DEFAULT_POLICY)
    found = row.order_by("jurisdiction", "-sector").values_list("pack", "citations").first()
    if found is None:
        raise NotFound("There is no policy of that name")
    return found


def latest_pack(pack: str, known_at: datetime) -> PolicyPack:
    """The version of a pack that was loaded last before `known_at`. Raises `NotFound`."""
    row = PolicyPack.objects.filter(pack=pack, loaded_at__lte=known_at).order_by("-loaded_at", "-id").first()
    if row is None:
        raise NotFound("There is no policy of that name")
    return row
