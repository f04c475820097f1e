"""Questions before a call, as they are sent: the shape of one, its defaults, and how it becomes a `Question`."""

from collections.abc import Sequence
from typing import Annotated

from msgspec import UNSET, Meta, UnsetType

from registry import ids
from registry.api.access import Access
from registry.api.bodies import Body
from registry.api.fields import Caller, Channel, CompanyId, Line, Number, Purpose, Reading, Region, Sector
from registry.codes import CHANNELS, PURPOSES, SECTORS
from registry.models import Licence
from registry.periods import Moment
from registry.predial.facts import Question

_SECTORS = {name: place for place, name in enumerate(SECTORS)}
_CHANNELS = {name: place for place, name in enumerate(CHANNELS)}
_PURPOSES = {name: place for place, name in enumerate(PURPOSES)}

SectorOfCall = Annotated[
    Sector | None,
    Meta(
        description="What the call is about. May be left out by a company that is licensed for one sector only."
    ),
]
Seller = Annotated[
    CompanyId | None,
    Meta(description="The company the call is made for, if not for the asking company itself."),
]


class CheckIn(Body):
    """May this number be called?"""

    number: Number
    caller: Caller
    sector: SectorOfCall = None
    channel: Channel = "live"
    seller: Seller = None
    campaign: Line | None = None
    reference: Annotated[Line | None, Meta(description="Your own id; the answer repeats it.")] = None
    purpose: Purpose = "marketing"
    region: Region | None = None


class ListIn(Body):
    """May the numbers of a list be called? All but the list, which is a file beside it."""

    caller: Caller
    sector: SectorOfCall = None
    channel: Channel = "live"
    seller: Seller = None
    campaign: Line | None = None
    reference: Annotated[Line | None, Meta(description="Your own id; each check of the list carries it.")] = (
        None
    )
    purpose: Purpose = "marketing"
    region: Region | None = None
    column: Annotated[
        Line | None,
        Meta(
            description="Which column holds the number: its name, or its place from 1. Recognised if left out."
        ),
    ] = None


class ListUpload(ListIn, kw_only=True):
    """A list of numbers with the question about each."""

    file: Annotated[
        str,
        Meta(
            description="CSV, TSV, JSON objects one a line, or one number a line; plain, gzip, or zip of one file.",
            extra_json_schema={"format": "binary"},
        ),
    ]


class BatchDefaults(Body):
    """What holds for every item that does not say otherwise."""

    number: Number | UnsetType = UNSET
    caller: Caller | UnsetType = UNSET
    sector: SectorOfCall | UnsetType = UNSET
    channel: Channel | UnsetType = UNSET
    seller: Seller | UnsetType = UNSET
    campaign: Line | UnsetType | None = UNSET
    reference: Line | UnsetType | None = UNSET
    purpose: Purpose | UnsetType = UNSET
    region: Region | UnsetType | None = UNSET


class BatchItem(BatchDefaults):
    """One question of a batch: the members of a check, less what the defaults say, and a `ref` to find it by."""

    ref: Annotated[
        Annotated[str, Meta(min_length=1, max_length=100)] | UnsetType,
        Meta(description="Yours, unique in the batch; the result repeats it."),
    ] = UNSET


class Asker:
    """Turns what one company sends into questions. Lives as long as a request; looks each company up once."""

    def __init__(self, access: Access, moment: Moment) -> None:
        self.access = access
        self.moment = moment
        self._sellers: dict[str, int] = {ids.public("com", access.company_id): access.company_id}
        self._only_sector: Sequence[str] | None = None

    def question(self, given: CheckIn, reading: Reading) -> Question:
        """The question; its faults are noted in `reading`, and then it must not be asked."""
        return self.about(reading.number(given.number, given.region), given, reading)

    def about(self, number: int, given: "CheckIn | ListIn", reading: Reading) -> Question:
        """What is asked about one number; 0 stands for each of a list."""
        company_id = self.access.company_id
        sector = given.sector if given.sector is not None else self._sector(reading)
        return Question(
            company_id=company_id,
            seller_id=company_id if given.seller is None else self._seller(given.seller, reading),
            number=number,
            caller=reading.caller(given.caller, given.region),
            sector=_SECTORS[sector],
            channel=_CHANNELS[given.channel],
            purpose=_PURPOSES[given.purpose],
            campaign=given.campaign,
            reference=given.reference,
        )

    def _seller(self, public: str, reading: Reading) -> int:
        if public not in self._sellers:
            found = reading.company(public, "/seller")
            if found is None:
                return 0
            self._sellers[public] = found.pk
        return self._sellers[public]

    def _sector(self, reading: Reading) -> str:
        """The one sector the company is licensed for."""
        if self._only_sector is None:
            self._only_sector = licensed_sectors(self.access.company_id, self.moment)
        if len(self._only_sector) != 1:
            reading.fault(
                "/sector",
                "missing",
                "Say what the call is about; it goes without saying only for a single licence",
            )
            return SECTORS[-1]
        return self._only_sector[0]


def licensed_sectors(company_id: int, moment: Moment) -> list[str]:
    """The sectors a company is licensed for at a moment, in the order of the register's list."""
    held = Licence.objects.as_of(moment).filter(company_id=company_id).values_list("sector", flat=True)
    return sorted(held, key=SECTORS.index)


def merged(item: BatchItem, defaults: BatchDefaults | None, reading: Reading) -> CheckIn | None:
    """An item with the batch's defaults where it says nothing; None, and faults noted, if members are missing."""
    values = {}
    for name in BatchDefaults.__struct_fields__:
        value = getattr(item, name)
        if value is UNSET and defaults is not None:
            value = getattr(defaults, name)
        if value is not UNSET:
            values[name] = value
    for name in ("number", "caller"):
        if name not in values:
            reading.fault(f"/{name}", "missing", "This member is required, here or in the defaults")
    return None if reading.faults else CheckIn(**values)
