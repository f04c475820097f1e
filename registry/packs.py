"""Policy packs together: a folder of them, and what binds in one place for one sector, over all time.

`read_packs` refuses a folder with anything wrong in it. `compose` lays the packs that speak for a place and sector
over one another and cuts the result by date into `Terms`. Pure: files in, values out; no clock, no database.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from hashlib import sha256
from json import dumps
from pathlib import Path
from typing import Any

from registry.codes import SECTORS
from registry.pack_file import EVIDENCE, PLACE, BadPack, Dated, Pack, describe, read_pack

__all__ = [
    "ELSEWHERE",
    "EVIDENCE",
    "BadPack",
    "Dated",
    "Pack",
    "Packs",
    "Terms",
    "compose",
    "describe",
    "digest_of",
    "read_pack",
    "read_packs",
]

#: Stands for every place without a pack of its own, numbers of no country among them.
ELSEWHERE = "*"


@dataclass(frozen=True, slots=True, eq=False)
class Packs(Mapping[str, Pack]):
    """A folder of packs that fit together, by id. `places` names the pack for each (jurisdiction, sector or None)."""

    default: str
    by_id: dict[str, Pack]
    places: dict[tuple[str, str | None], str]

    def __getitem__(self, pack: str) -> Pack:
        return self.by_id[pack]

    def __iter__(self) -> Iterator[str]:
        return iter(self.by_id)

    def __len__(self) -> int:
        return len(self.by_id)


@dataclass(frozen=True, slots=True)
class Terms:
    """What binds from `valid_from` to before `valid_to`, both aware in UTC; None is open on that side.

    A law's date begins at midnight UTC, everywhere: one instant for all, at the cost of some hours at the edge.
    `values` are plain JSON. `citations` has for each parameter its citation (`in`: in other languages), source,
    evidence mark and pack. `packs` are those laid over one another, `pack` the most specific. `digest` is the SHA-256
    of `values` as canonical JSON.
    """

    valid_from: datetime | None
    valid_to: datetime | None
    pack: str
    packs: tuple[str, ...]
    values: dict[str, Any]
    citations: dict[str, dict[str, Any]]
    digest: str


def _line(packs: Mapping[str, Pack], pack: Pack) -> list[Pack]:
    """`pack` and all it is laid over, the lowest first. Raises BadPack for an unknown pack or a circle."""
    line = [pack]
    while (below := line[-1].extends) is not None:
        if below not in packs:
            raise BadPack(line[-1].file, "extends", f"there is no pack {below!r}")
        if packs[below] in line:
            raise BadPack(
                pack.file, "extends", "it is laid over itself, by way of " + ", ".join(p.id for p in line)
            )
        line.append(packs[below])
    return line[::-1]


def _check_overlay(pack: Pack, below: Pack) -> None:
    """A sector's pack lies over a pack of the same places, so that nothing else slips in beneath it."""
    if below.sectors and not pack.sectors:
        raise BadPack(pack.file, "extends", f"{below.id} is for sectors only, and this pack is for all")
    for place in pack.jurisdictions if pack.sectors else ():
        if place not in below.jurisdictions and place.partition("-")[0] not in below.jurisdictions:
            raise BadPack(pack.file, "extends", f"{below.id} does not cover {place}")


def read_packs(folder: Path, default: str = "cn") -> Packs:
    """Every `*.toml` in `folder`, checked by itself and together. `default` is the pack for places without one.

    Raises BadPack for the first thing that is wrong.
    """
    by_id = {pack.id: pack for pack in map(read_pack, sorted(folder.glob("*.toml")))}
    places: dict[tuple[str, str | None], str] = {}
    for pack in by_id.values():
        line = _line(by_id, pack)
        if len(line) > 1:
            _check_overlay(pack, line[-2])
        for place in ((j, sector) for j in pack.jurisdictions for sector in pack.sectors or (None,)):
            if place in places:
                where = " and ".join(part for part in place if part)
                raise BadPack(pack.file, "jurisdictions", f"{places[place]} is already the pack for {where}")
            places[place] = pack.id
    if default not in by_id or by_id[default].extends is not None:
        raise BadPack(f"{default}.toml", "id", "the default pack must be there, and extend no other")
    return Packs(default, by_id, places)


def _laid(packs: Packs, jurisdiction: str, sector: str | None) -> list[Pack]:
    """The packs that speak for a place and sector, the most general first."""
    country = jurisdiction.partition("-")[0]
    base = packs.places.get((country, None), packs.default)
    laid: list[Pack] = []
    for name in (
        base,
        packs.places.get((jurisdiction, None)),
        packs.places.get((country, sector)),
        packs.places.get((jurisdiction, sector)),
    ):
        if name is not None:
            laid += [pack for pack in _line(packs, packs[name]) if pack not in laid]
    return laid


def _days(laid: list[Pack]) -> list[date]:
    """Every day on which something may change."""
    days = {pack.in_force_from for pack in laid}
    for pack in laid:
        for entries in pack.parameters.values():
            days.update(day for entry in entries for day in (entry.start, entry.until))
    return sorted(day for day in days if day is not None)


def _midnight(day: date | None) -> datetime | None:
    return None if day is None else datetime.combine(day, time.min, UTC)


def _on(laid: list[Pack], day: date | None) -> Terms | None:
    """The terms in force on `day`, not yet bounded; None while the lowest pack is not in force."""
    speaking = [p for p in laid if p.in_force_from is None or (day is not None and p.in_force_from <= day)]
    if laid[0] not in speaking:
        return None
    values: dict[str, Any] = {}
    citations: dict[str, dict[str, Any]] = {}
    for pack in speaking:
        for name, entries in pack.parameters.items():
            for entry in entries:
                if entry.holds(day):
                    values[name] = entry.value
                    citations[name] = {
                        "citation": entry.citation,
                        "source": entry.source,
                        "evidence": entry.evidence,
                        "pack": pack.id,
                    } | ({"in": entry.citation_in} if entry.citation_in else {})
    return Terms(
        None, None, speaking[-1].id, tuple(p.id for p in speaking), values, citations, digest_of(values)
    )


def digest_of(values: dict[str, Any]) -> str:
    """SHA-256, hex, of `values` as canonical JSON: keys sorted, no spaces, UTF-8 as it is."""
    return sha256(
        dumps(values, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    ).hexdigest()


def _slices(laid: list[Pack]) -> Iterator[Terms]:
    days: list[date | None] = [None, *_days(laid)]
    for day, end in zip(days, [*days[1:], None], strict=True):
        terms = _on(laid, day)
        if terms is not None:
            yield replace(terms, valid_from=_midnight(day), valid_to=_midnight(end))


def compose(packs: Packs, jurisdiction: str, sector: str | None) -> tuple[Terms, ...]:
    """What binds in `jurisdiction` (ISO 3166-1 or -2, or `ELSEWHERE`) for `sector`, without gaps, the earliest first.

    National pack, then the subdivision's, then the sector's; a later one overrides parameter by parameter. A country
    without a pack gets the default pack and none of its sector overlays; a subdivision without one, its country's.
    Raises ValueError for what is no such code.
    """
    if jurisdiction != ELSEWHERE and not PLACE.fullmatch(jurisdiction):
        raise ValueError(f"{jurisdiction!r} is no ISO 3166 code")
    if sector is not None and sector not in SECTORS:
        raise ValueError(f"{sector!r} is no sector")
    terms: list[Terms] = []
    for piece in _slices(_laid(packs, jurisdiction, sector)):
        if terms and replace(terms[-1], valid_from=piece.valid_from, valid_to=piece.valid_to) == piece:
            terms[-1] = replace(terms[-1], valid_to=piece.valid_to)
        else:
            terms.append(piece)
    return tuple(terms)
