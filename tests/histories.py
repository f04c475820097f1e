"""Random histories of one number each, told from a `Tape`, for `tests/oracle.py` and the database alike."""

from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from registry.codes import CHANNELS, DAYS, PURPOSES, RELATIONSHIP_KINDS
from tests import oracle_rows as rows
from tests.oracle_rows import Asked, Place, Record, Span
from tests.tape import ATTEMPTS, DATES, KNOWN, LONG_AGO, MINUTES, Cast, T, Tape, Teller


def question_time(tape: Tape, place: Place) -> datetime:
    """A local time of the number's first zone, as an instant."""
    wall = datetime.combine(tape.pick(DATES), time.min, ZoneInfo(place.zones[0]))
    minute = tape.pick(MINUTES)
    return wall.replace(hour=minute // 60, minute=minute % 60).astimezone(UTC)


def tell(told: bytes, cast: Cast, terms: Sequence[rows.Terms], next_record: int) -> tuple[Record, Asked]:
    """A history and the question at its end. `next_record` is where its ids begin."""
    tape = Tape(told)
    at = question_time(tape, cast.place)
    teller = Teller(tape, at, cast, Record(cast.place, list(terms)), next_record)
    teller.seller = tape.pick((cast.company, cast.company, *cast.sellers))
    asked = Asked(
        company=cast.company,
        seller=teller.seller,
        number=cast.number,
        caller=cast.callers[tape.pick((cast.company,) * 6 + (teller.seller, 0))],
        sector=tape.pick(("insurance", "finance") * 4 + ("education",)),
        channel=tape.pick(("live", "live", "sms", "autodialed")),
        purpose=tape.pick((PURPOSES[0], PURPOSES[0], PURPOSES[0], *PURPOSES)),
        at=at,
        known_at=at + timedelta(minutes=tape.pick(KNOWN)),
    )
    for _ in range(tape.pick((1, 1, 2, 3, 0))):
        tell_consent(teller)
    for _ in range(tape.pick((0, 1, 1, 2, 3))):
        tell_opt_out(teller)
    for _ in range(tape.pick((0, 0, 1, 2))):
        tell_relationship(teller)
    for _ in range(tape.pick((0, 0, 0, 1, 2))):
        tell_reassignment(teller)
    for _ in range(tape.pick((0, 0, 2, 3, 4, 6))):
        tell_attempt(teller)
    tell_company(teller, cast.company)
    return teller.record, asked


def tell_company(teller: Teller, company: int) -> None:
    """The licences and callers of one company; mostly a licence long held and a caller long registered."""
    tape, record, always = teller.tape, teller.record, (LONG_AGO, None)
    for sector in ("insurance", "finance"):
        if tape.pick((0, 0, 0, 1)) == 0:
            record.licences.append(
                rows.Licence(company=company, sector=sector, valid=always, recorded=always)
            )
        else:
            for recorded in teller.versions():
                row = rows.Licence(company=company, sector=sector, valid=teller.span(), recorded=recorded)
                add(record.licences, row, ("company", "sector"))
    number = teller.cast.callers[company]
    if tape.pick((0, 0, 0, 1)) == 0:
        record.callers.append(rows.Caller(company=company, number=number, valid=always, recorded=always))
        return
    for _ in range(2):
        holder = tape.pick((company, *teller.cast.sellers))
        for recorded in teller.versions():
            row = rows.Caller(company=holder, number=number, valid=teller.span(), recorded=recorded)
            add(record.callers, row, ("number",))


def tell_consent(teller: Teller) -> None:
    """One consent, in versions, each a division of its time into stretches of one status."""
    tape = teller.tape
    given = teller.beginning()
    expires = teller.instant(given) if tape.pick((0, 0, 0, 1)) else None
    versions = teller.versions(given if tape.pick((0, 0, 1)) == 0 else None)
    company = tape.pick((teller.seller,) * 6 + (teller.cast.company,))
    sectors = tape.pick((("insurance", "finance"), ("insurance", "finance"), ("insurance",), ("finance",)))
    channels = tape.pick((("live",), ("live", "sms"), CHANNELS, CHANNELS, ("sms",)))
    identity = teller.new_record()
    for recorded in versions:
        for valid, status in stretches(teller, given, expires):
            row = rows.Consent(
                record=identity,
                number=teller.cast.number,
                company=company,
                sectors=sectors,
                channels=channels,
                status=status,
                given_at=given,
                on_record_since=versions[0][0],
                valid=valid,
                recorded=recorded,
            )
            add(teller.record.consents, row, ("number", "company", "sectors", "channels"))


def stretches(teller: Teller, given: datetime, expires: datetime | None) -> list[tuple[Span, str]]:
    """A consent's life: recorded, then perhaps confirmed, disputed and settled; taken back at the last, without end.

    What was taken back ends where a newer consent of the same scope superseded it.
    """
    marks = [given]
    for _ in range(teller.tape.pick((0, 0, 1, 1, 2))):
        following = teller.instant(marks[-1])
        if following is not None and (expires is None or following < expires):
            marks.append(following)
    found: list[tuple[Span, str]] = []
    for start, end in pairwise([*marks, expires]):
        status = teller.tape.pick(("recorded", "confirmed", "disputed", "revoked"))
        if status == "revoked":
            cut = teller.instant(start) if teller.tape.pick((0, 0, 0, 1)) else None
            return [*found, ((start, cut), status)]
        found.append(((start, end), status))
    return found


def tell_opt_out(teller: Teller) -> None:
    """One opt-out: a refusal, or a wish about days and hours; withdrawn perhaps."""
    tape = teller.tape
    scope = tape.pick(("all", "company", "sector"))
    company = (
        tape.pick((teller.seller, teller.cast.company, *teller.cast.sellers)) if scope == "company" else None
    )
    sector = tape.pick(("insurance", "finance", "education")) if scope == "sector" else None
    channels = tape.pick((CHANNELS, CHANNELS, ("live",), ("live", "autodialed"), ("sms",)))
    days, hours = wish(tape) if tape.pick((0, 0, 1)) else (None, None)
    said = teller.beginning()
    for recorded in teller.versions(said if tape.pick((0, 0, 1)) == 0 else None):
        withdrawn = teller.instant(said) if tape.pick((0, 0, 0, 1)) else None
        row = rows.OptOut(
            number=teller.cast.number,
            scope=scope,
            sector=sector,
            company=company,
            channels=channels,
            days=days,
            hours=hours,
            said_at=said,
            valid=(said, withdrawn),
            recorded=recorded,
        )
        same = ("number", "scope", "sector", "company", "channels", "days", "hours")
        if row.valid[1] is None and row.recorded[1] is None:
            open_ones = [
                other
                for other in teller.record.opt_outs
                if other.valid[1] is None and other.recorded[1] is None
            ]
            if any(alike(row, other, same) for other in open_ones):
                continue
        teller.record.opt_outs.append(row)


def wish(tape: Tape) -> tuple[tuple[str, ...] | None, tuple[int, int] | None]:
    """Days, or hours, or both."""
    days = tape.pick(
        (None, ("tue",), ("sat", "sun"), ("holiday",), ("sun", "holiday"), DAYS, tape.some(DAYS))
    )
    hours = tape.pick(((0, 1440), (540, 720), (600, 660), (661, 1200), (1200, 1440), (0, 1), None))
    return (("mon",) if days is None and hours is None else days), hours


def tell_relationship(teller: Teller) -> None:
    """One relationship, renewed perhaps."""
    tape = teller.tape
    versions = teller.versions()
    identity = teller.new_record()
    kind = tape.pick(RELATIONSHIP_KINDS)
    company = tape.pick((teller.seller, teller.seller, teller.cast.company))
    for recorded in versions:
        last_at = teller.beginning()
        teller.record.relationships.append(
            rows.Relationship(
                record=identity,
                number=teller.cast.number,
                company=company,
                kind=kind,
                last_at=last_at,
                on_record_since=tape.pick((versions[0][0], recorded[0])),
                valid=(last_at, teller.instant(last_at) if tape.pick((0, 0, 1)) else None),
                recorded=recorded,
            )
        )


def tell_reassignment(teller: Teller) -> None:
    """One change of hands, perhaps taken off the record again."""
    changed = teller.beginning()
    for recorded in teller.versions(changed if teller.tape.pick((0, 0, 1)) == 0 else None):
        row = rows.Reassignment(number=teller.cast.number, valid=(changed, None), recorded=recorded)
        if not any(
            other.valid == row.valid and other.recorded[1] is None and recorded[1] is None
            for other in teller.record.reassignments
        ):
            teller.record.reassignments.append(row)


def tell_attempt(teller: Teller) -> None:
    """One earlier check: mostly an allowed dial for the same seller."""
    tape, zones = teller.tape, teller.cast.place.zones
    wall = teller.at.astimezone(ZoneInfo(tape.pick((zones[0], zones[-1]))))
    midnight = wall.replace(hour=0, minute=0)
    places = (
        *(teller.at + timedelta(minutes=minutes) for minutes in ATTEMPTS),
        midnight.astimezone(UTC),
        midnight.astimezone(UTC) - timedelta(microseconds=1),
        midnight.replace(day=1).astimezone(UTC),
        midnight.replace(day=1).astimezone(UTC) - timedelta(microseconds=1),
    )
    teller.record.checks.append(
        rows.Earlier(
            number=teller.cast.number,
            seller=tape.pick((teller.seller,) * 5 + (teller.cast.company, *teller.cast.sellers)),
            checked_at=tape.pick(places),
            kind=tape.pick(("dial",) * 5 + ("scrub",)),
            allowed=tape.pick((True,) * 5 + (False,)),
        )
    )


def alike(row: object, other: object, fields: Sequence[str]) -> bool:
    """Whether two rows agree in `fields`."""
    return all(getattr(row, name) == getattr(other, name) for name in fields)


def overlap(one: Span, other: Span) -> bool:
    """Whether two half-open spans share an instant."""
    return (one[1] is None or other[0] < one[1]) and (other[1] is None or one[0] < other[1])


def add(held: list[T], row: T, scope: Sequence[str]) -> None:
    """Add `row` unless the table would refuse it: the same scope, overlapping on both clocks."""
    for other in held:
        if (
            alike(row, other, scope)
            and overlap(row.valid, other.valid)
            and overlap(row.recorded, other.recorded)
        ):
            return
    held.append(row)
