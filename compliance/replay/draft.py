"""A draft of a policy pack: read and checked as the packs in force are, and the terms that it would put in force.

A draft is another text for a pack that is there. The files in force lie beside it as it is read, so that it is refused
for whatever they would be refused for together.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.conf import settings

from compliance.errors import DraftNotAccepted
from registry import packs, policies
from registry.codes import SECTORS
from registry.models import Policy
from registry.periods import since

#: A pack in force has some ten thousand characters.
MOST_CHARACTERS = 200_000
#: The parameters that a question put again depends on. The effect of the others was fixed when a record was made (how
#: long a consent lasts), lies outside the rule (the clocks of complaints), or is how long an answer may be used.
REPLAYED = frozenset(
    {
        "basis",
        "exempt_purposes",
        "relationship",
        "consent_confirmation",
        "consent_survives_opt_out",
        "windows",
        "caps",
    }
)


@dataclass(frozen=True)
class Change:
    """A parameter whose values differ from those in force. `replayed`: the questions put again can show it."""

    parameter: str
    was: list[dict[str, Any]]
    now: list[dict[str, Any]]
    replayed: bool


@dataclass(frozen=True)
class Draft:
    """A draft that was accepted, among the packs in force."""

    read: packs.Packs
    pack: packs.Pack
    #: SHA-256 of the text, hex; and that of the file in force.
    digest: str
    base: packs.Pack

    def changes(self) -> list[Change]:
        """What it says otherwise than the pack in force, in the order of the parameters."""
        was, now = (packs.describe(pack)["parameters"] for pack in (self.base, self.pack))
        return [
            Change(name, _values(was, name), _values(now, name), name in REPLAYED)
            for name in {**now, **was}
            if _values(was, name) != _values(now, name)
        ]

    def rows(self, terms_on: date | None) -> Iterator[Policy]:
        """The rows, not saved, of every place and sector that the pack speaks for, on record from ever.

        With `terms_on`, those of that day are in force over all time: what is to begin next year can be asked about
        last year.
        """
        for jurisdiction in (*self.places, packs.ELSEWHERE):
            for sector in SECTORS:
                composed = packs.compose(self.read, jurisdiction, sector)
                if not any(self.pack.id in terms.packs for terms in composed):
                    continue
                for terms in composed if terms_on is None else [_of_day(composed, terms_on)]:
                    row = policies.as_row(jurisdiction, sector, terms, None)
                    if terms_on is not None:
                        row.valid = since(None)
                    yield row

    @property
    def places(self) -> list[str]:
        """Every jurisdiction with a pack."""
        return sorted({place for pack in self.read.values() for place in pack.jurisdictions})


def known() -> list[str]:
    """The packs that a draft may be of."""
    return sorted(path.stem for path in policies.FOLDER.glob("*.toml"))


def text_in_force(pack: str) -> str:
    """The text of a pack's file. Raises `DraftNotAccepted` for a pack that is not there."""
    if pack not in known():
        raise DraftNotAccepted("There is no policy pack of that name", pointer="/pack")
    return (policies.FOLDER / f"{pack}.toml").read_text("utf-8")


def read(pack: str, text: str) -> Draft:
    """Check a draft of `pack`. Raises `DraftNotAccepted`, which says where it is wrong."""
    in_force = text_in_force(pack)
    text = text.replace("\r\n", "\n")
    if len(text) > MOST_CHARACTERS:
        raise DraftNotAccepted(f"A draft has at most {MOST_CHARACTERS:,} characters", pointer="/draft")
    try:
        with TemporaryDirectory(prefix="draft-") as folder:
            base = _beside(Path(folder), pack, in_force)
            drafted = _beside(Path(folder), pack, text)
    except packs.BadPack as bad:
        raise DraftNotAccepted(str(bad), pointer="/draft") from bad
    draft, held = drafted[pack], base[pack]
    for name in ("jurisdictions", "sectors", "extends"):
        if getattr(draft, name) != getattr(held, name):
            raise DraftNotAccepted(
                f"A draft speaks for the same places and sectors as the pack in force: {name} differs",
                pointer="/draft",
            )
    return Draft(drafted, draft, sha256(text.encode()).hexdigest(), held)


def _beside(folder: Path, pack: str, text: str) -> packs.Packs:
    """All packs in force, with `text` for one of them."""
    for path in policies.FOLDER.glob("*.toml"):
        (folder / path.name).write_bytes(path.read_bytes())
    (folder / f"{pack}.toml").write_text(text, "utf-8")
    return packs.read_packs(folder, default=settings.DEFAULT_POLICY)


def _of_day(composed: tuple[packs.Terms, ...], day: date) -> packs.Terms:
    at = datetime.combine(day, time(), UTC)
    for terms in composed:
        if (terms.valid_from is None or terms.valid_from <= at) and (
            terms.valid_to is None or at < terms.valid_to
        ):
            return terms
    raise DraftNotAccepted("No terms are in force on that day", pointer="/terms_on")


def _values(parameters: dict[str, Any], name: str) -> list[dict[str, Any]]:
    values = parameters.get(name, {}).get("values", [])
    return [{"value": one["value"], "from": one["from"], "until": one["until"]} for one in values]
