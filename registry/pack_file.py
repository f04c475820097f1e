"""One policy pack: a TOML file with dated values of law, read and checked by itself.

A pack states values of the parameters in `parameters.py`, each with the days it is in force, its source, evidence
mark and citation. Anything wrong with it is a `BadPack` that says where. `packs.py` lays packs over one another;
`docs/POLICY-PACKS.md` says how one is written.
"""

import re
import tomllib
from dataclasses import dataclass, replace
from datetime import date
from difflib import get_close_matches
from functools import cache
from hashlib import sha256
from importlib.resources import files
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec

from registry.codes import SECTORS
from registry.parameters import PARAMETERS
from registry.shapes import in_words

#: What a value's mark says about how far to trust it.
EVIDENCE = {
    "C": "read in the source named",
    "K": "background knowledge, not read in a source",
    "L": "one weak source",
    "V": "to be verified, or the operator's choice",
}
#: An ISO 3166-1 code, with or without the subdivision of ISO 3166-2.
PLACE = re.compile(r"([A-Z]{2})(-[A-Z0-9]{1,3})?", re.ASCII)
_PACK_ID = re.compile(r"[a-z][a-z0-9-]{1,39}", re.ASCII)


class BadPack(Exception):
    """A pack file is refused: `file` and `key` say where, `reason` why. `str` of it is one sentence with all three."""

    def __init__(self, file: str, key: str, reason: str) -> None:
        super().__init__(f"Policy pack {file} is refused at {key}: {reason}.")
        self.file, self.key, self.reason = file, key, reason


Words = Annotated[str, msgspec.Meta(min_length=1)]


class _Entry(msgspec.Struct, forbid_unknown_fields=True):
    """One `[[parameter]]` table as the file gives it."""

    value: Any
    source: Words
    evidence: Literal[tuple(EVIDENCE)]  # type: ignore[valid-type]
    citation: Words
    citation_in: dict[Annotated[str, msgspec.Meta(pattern=r"^[a-z]{2,3}(-[a-z]{2,8})?$")], Words] = {}
    start: date | None = msgspec.field(default=None, name="from")
    until: date | None = None
    note: str = ""


class _Head(msgspec.Struct, forbid_unknown_fields=True):
    """The keys of a file that are no parameters."""

    id: Words
    title: Words
    jurisdictions: Annotated[list[str], msgspec.Meta(min_length=1)]
    authority: Words
    language: Words
    sectors: list[Literal[SECTORS]] = []  # type: ignore[valid-type]
    extends: str | None = None
    in_force_from: date | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Dated:
    """One value of a parameter with the days it is in force, `start` to before `until`; None is open on that side."""

    value: Any
    start: date | None
    until: date | None
    source: str
    evidence: str
    citation: str
    citation_in: dict[str, str]
    note: str

    def holds(self, day: date | None) -> bool:
        """Whether it is in force on `day`; None is the day before all others."""
        if day is None:
            return self.start is None
        return (self.start is None or self.start <= day) and (self.until is None or day < self.until)


@dataclass(frozen=True, slots=True)
class Pack:
    """One checked pack file. `parameters` holds each parameter's values in order of date."""

    id: str
    title: str
    jurisdictions: tuple[str, ...]
    sectors: tuple[str, ...]
    extends: str | None
    authority: str
    language: str
    note: str
    in_force_from: date | None
    parameters: dict[str, tuple[Dated, ...]]
    file: str
    #: SHA-256 of the file's bytes, hex: what `sha256sum` prints.
    digest: str


@cache
def _countries() -> frozenset[str]:
    """The codes of ISO 3166-1, from the time zone database's own table."""
    table = (files("tzdata") / "zoneinfo" / "iso3166.tab").read_text("utf-8")
    return frozenset(line[:2] for line in table.splitlines() if line and line[0] != "#")


def _head(file: str, document: dict[str, Any]) -> _Head:
    for key in document:
        if key not in PARAMETERS and key not in _Head.__struct_fields__:
            near = get_close_matches(key, [*PARAMETERS, *_Head.__struct_fields__], 1)
            raise BadPack(file, key, "no such key" + (f"; is {near[0]} meant" if near else ""))
    for key in ("id", "title", "jurisdictions", "authority", "language"):
        if key not in document:
            raise BadPack(file, key, "it is missing")
    stated = {key: value for key, value in document.items() if key not in PARAMETERS}
    try:
        head = msgspec.convert(stated, _Head)
    except msgspec.ValidationError as error:
        reason, _, path = str(error).partition(" - at `$.")
        raise BadPack(file, path.rstrip("`") or "head", in_words(reason)) from None
    if not _PACK_ID.fullmatch(head.id) or f"{head.id}.toml" != file:
        raise BadPack(file, "id", f"{head.id!r} is not the file's name without its ending")
    for place in head.jurisdictions:
        shape = PLACE.fullmatch(place)
        if shape is None or shape[1] not in _countries():
            raise BadPack(file, "jurisdictions", f"{place!r} is no ISO 3166-1 or 3166-2 code")
    if head.sectors and head.extends is None:
        raise BadPack(file, "extends", "a pack for sectors must say which pack it is laid over")
    return head


def _entries(file: str, name: str, stated: Any) -> list[Dated]:
    """The `[[name]]` tables of a file, each checked by itself, in the file's order."""
    if not isinstance(stated, list) or not stated or not all(isinstance(entry, dict) for entry in stated):
        raise BadPack(file, name, f"it is written as one or more [[{name}]] tables")
    dated = []
    for place, table in enumerate(stated):
        where = f"{name}[{place}]"
        for key in ("value", "source", "evidence", "citation"):
            if table.get(key, "") == "" and not (key == "value" and key in table):
                raise BadPack(file, f"{where}.{key}", "it is missing")
        try:
            entry = msgspec.convert(table, _Entry)
        except msgspec.ValidationError as error:
            reason, _, path = str(error).partition(" - at `$")
            raise BadPack(file, where + path.rstrip("`"), in_words(reason)) from None
        try:
            value = PARAMETERS[name].read(entry.value)
        except ValueError as error:
            raise BadPack(file, f"{where}.value", str(error)) from None
        dated.append(
            Dated(
                value,
                entry.start,
                entry.until,
                entry.source,
                entry.evidence,
                entry.citation,
                entry.citation_in,
                entry.note,
            )
        )
    return dated


def _in_order(
    file: str, name: str, entries: list[Dated], begins: date | None, whole: bool
) -> tuple[Dated, ...]:
    """`entries` by date, each ended where the next begins; refused if they overlap or leave a gap.

    `begins` is the pack's own first day. `whole`: they must reach from there to no end.
    """
    entries = sorted(entries, key=lambda entry: entry.start or begins or date.min)
    first = entries[0]
    if first.start is None:
        entries[0] = first = replace(first, start=begins)
    if begins is not None and first.start < begins:
        raise BadPack(file, name, f"it begins on {first.start}, before the pack itself on {begins}")
    if whole and first.start != begins:
        raise BadPack(file, name, f"there is a gap before {first.start}")
    for place, (entry, following) in enumerate(pairwise(entries)):
        if following.start is None or following.start == entry.start:
            raise BadPack(file, name, "two values overlap: they begin on the same day, or both without one")
        if entry.until is None:
            entries[place] = replace(entry, until=following.start)
        elif entry.until > following.start:
            raise BadPack(file, name, f"two values overlap from {following.start} to {entry.until}")
        elif entry.until < following.start:
            raise BadPack(file, name, f"there is a gap from {entry.until} to {following.start}")
    for entry in entries:
        if entry.start is not None and entry.until is not None and entry.until <= entry.start:
            raise BadPack(file, name, f"a value ends on {entry.until}, not after it begins")
    if whole and entries[-1].until is not None:
        raise BadPack(file, name, f"there is a gap after {entries[-1].until}")
    return tuple(entries)


def read_pack(path: Path) -> Pack:
    """The pack in the TOML file at `path`, checked by itself. Raises BadPack, or OSError if it cannot be read."""
    content = path.read_bytes()
    try:
        document = tomllib.loads(content.decode("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadPack(path.name, "the file", f"it is no TOML; {error}") from None
    head = _head(path.name, document)
    parameters = {}
    for name, parameter in PARAMETERS.items():
        whole = parameter.decides and head.extends is None
        if name in document:
            entries = _entries(path.name, name, document[name])
            parameters[name] = _in_order(path.name, name, entries, head.in_force_from, whole)
        elif whole:
            raise BadPack(path.name, name, "a pack that extends no other must state it")
    return Pack(
        head.id,
        head.title,
        tuple(head.jurisdictions),
        tuple(head.sectors),
        head.extends,
        head.authority,
        head.language,
        head.note,
        head.in_force_from,
        parameters,
        path.name,
        sha256(content).hexdigest(),
    )


def describe(pack: Pack) -> dict[str, Any]:
    """The whole pack as JSON: every value with its dates, source, evidence mark and what the mark means."""
    return {
        "id": pack.id,
        "title": pack.title,
        "jurisdictions": list(pack.jurisdictions),
        "sectors": list(pack.sectors),
        "extends": pack.extends,
        "authority": pack.authority,
        "language": pack.language,
        "note": pack.note,
        "in_force_from": pack.in_force_from and pack.in_force_from.isoformat(),
        "digest": pack.digest,
        "parameters": {
            name: {
                "role": PARAMETERS[name].role,
                "meaning": PARAMETERS[name].meaning,
                "values": [
                    {
                        "value": entry.value,
                        "from": entry.start and entry.start.isoformat(),
                        "until": entry.until and entry.until.isoformat(),
                        "citation": entry.citation,
                        "citation_in": entry.citation_in,
                        "source": entry.source,
                        "evidence": entry.evidence,
                        "evidence_meaning": EVIDENCE[entry.evidence],
                        "note": entry.note,
                    }
                    for entry in entries
                ],
            }
            for name, entries in pack.parameters.items()
        },
    }
