"""The two numbers of a call, through `registry.phone`, which alone knows what a number looks like."""

from collections.abc import Callable

from compliance.formats.rows import Fault
from registry import phone

#: How many callers are remembered: a company calls from few numbers, and each row names one.
REMEMBERED = 4096

CallerReader = Callable[[str], int | None]


def called(text: str, region: str | None) -> int:
    """The number called. Raises Fault with the code of `registry.phone`; the detail shows the number masked."""
    try:
        return phone.parse(text, region)
    except phone.BadNumber as bad:
        if not text.strip():
            raise Fault("number_missing") from None
        raise Fault(bad.code, f"Not a telephone number: {_masked(text, region)}. {bad.detail}.") from None


def _masked(text: str, region: str | None) -> str:
    """The text masked. A blank before national digits, so that no country code is read into them."""
    return phone.mask(
        text if region is None else f" {text.strip()}" if text.strip()[:1] != "+" else text.strip()
    )


def caller_reader(region: str | None, *, extensions: bool) -> CallerReader:
    """What reads the number called from; an empty one is None.

    `extensions`: the source is an exchange that writes its own extensions (`1002`, `client1`) and withheld callers
    in the same place, so that what is no number is None, and a short service number (95588) counts only with its plus
    (`+8695588`): bare, it looks like an extension. Otherwise short numbers count, and what is no number is a Fault.
    """
    remembered: dict[str, int | None] = {}

    def read(text: str) -> int | None:
        if text in remembered:
            return remembered[text]
        caller = _caller(text, region, extensions)
        if len(remembered) >= REMEMBERED:
            remembered.clear()
        remembered[text] = caller
        return caller

    return read


def _caller(text: str, region: str | None, extensions: bool) -> int | None:
    if not text.strip():
        return None
    try:
        if extensions and text.strip()[:1] != "+":
            return phone.parse(text, region)
        return phone.parse_caller(text, region)
    except phone.BadNumber:
        if extensions:
            return None
        raise Fault("caller_malformed") from None
