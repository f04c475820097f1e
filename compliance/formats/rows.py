"""What every format yields: a `Call`, or a `Rejected` row with a code; and what is wrong with a whole file.

The table `SENTENCES` holds one sentence for each code a row can be rejected with. A row whose number cannot be read
carries the code of `registry.phone` instead, which has its own sentences.
"""

from datetime import datetime
from typing import NamedTuple

from registry.codes import CHANNELS, SECTORS
from registry.errors import InvalidInput

#: How a call ended, whatever the source's own word for it.
DISPOSITIONS = ("answered", "no_answer", "busy", "failed", "cancelled", "unknown")

#: Longest texts kept, in characters. A longer call id is a rejected row, since a cut id could be another call's;
#: everything else is cut.
CALL_ID_LENGTH = 128
CHECK_ID_LENGTH = 64
CAMPAIGN_LENGTH = 64
AGENT_LENGTH = 64
SIP_CALL_ID_LENGTH = 128
#: How much of a line a rejected row shows.
VALUE_LENGTH = 200
#: The longest talk time believed, in seconds: one week.
LONGEST_S = 7 * 24 * 3600


class Call(NamedTuple):
    """One call as the source tells it. Built by place, for speed: the order of the fields is part of the interface."""

    #: Line of the file, counted from 1.
    row: int
    #: The source's id of the call.
    call_id: str
    #: The number called, E.164.
    number: int
    #: The number called from, E.164; None when the source names none, or names an extension of its own exchange.
    caller: int | None
    #: Aware, UTC. `answered_at` and `ended_at` are None when the source does not give them.
    started_at: datetime
    answered_at: datetime | None
    ended_at: datetime | None
    #: Talk time in whole seconds, from answer to end; None when unknown.
    duration_s: int | None
    #: One of `DISPOSITIONS`.
    disposition: str
    #: A channel of `registry.codes`, or None when the source has no such thing.
    channel: str | None
    #: A sector of `registry.codes`, or None.
    sector: str | None
    #: The check the caller made before dialling, as it names it; not looked up here.
    check_id: str | None
    opt_out_requested: bool
    #: Texts, empty when absent, cut to the lengths above.
    campaign: str
    agent: str
    sip_call_id: str
    #: What makes the call the same call when a file comes twice, within one company: the call id where ids are
    #: promised to be unique (native), else id, number and start together.
    natural_key: str


class Rejected(NamedTuple):
    """One row that is no call. `value` is the line as it stood, shortened: it may hold a whole number."""

    row: int
    value: str
    code: str
    detail: str


SENTENCES = {
    "line_too_long": "The line is longer than 128 KiB.",
    "nul_byte": "The line holds a NUL character; the file was damaged when it was written or copied.",
    "encoding_malformed": "The line is not text in the file's encoding.",
    "quote_unterminated": 'A quotation mark is opened and not closed on the line. Write a quotation mark twice ("").',
    "quotes_malformed": 'A quotation mark stands inside a quoted value. Write it twice ("").',
    "columns_too_few": "The line has too few columns for this layout.",
    "columns_too_many": "The line has values to the right of the last column of the header.",
    "json_malformed": "The line is not one JSON object.",
    "value_malformed": "The value must be a text, a number, true, false or null.",
    "call_id_missing": "The call has no id.",
    "call_id_too_long": f"The call's id is longer than {CALL_ID_LENGTH} characters.",
    "number_missing": "The number called is missing.",
    "call_inbound": "The call came in; a call log holds the calls that were made.",
    "caller_malformed": "The number called from is not a telephone number; leave it empty if there is none.",
    "started_at_missing": "The start of the call is missing.",
    "started_at_malformed": "The start of the call is not a date and time such as 2026-09-01T10:00:00+08:00.",
    "started_at_without_offset": "The start of the call has no offset from UTC, and no time zone was given.",
    "started_at_out_of_range": "The start of the call is not between the years 1990 and 2100.",
    "answered_at_malformed": "The answer is not a date and time such as 2026-09-01T10:00:05+08:00.",
    "answered_at_without_offset": "The answer has no offset from UTC, and no time zone was given.",
    "answered_at_out_of_range": "The answer is not between the years 1990 and 2100.",
    "answered_at_before_start": "The call was answered before it started.",
    "ended_at_malformed": "The end of the call is not a date and time such as 2026-09-01T10:01:00+08:00.",
    "ended_at_without_offset": "The end of the call has no offset from UTC, and no time zone was given.",
    "ended_at_out_of_range": "The end of the call is not between the years 1990 and 2100.",
    "ended_at_before_start": "The call ended before it started.",
    "ended_at_before_answer": "The call ended before it was answered.",
    "duration_malformed": "The duration is not a number of seconds.",
    "duration_negative": "The duration is less than nothing.",
    "duration_out_of_range": "The duration is longer than a week.",
    "disposition_unknown": f"The disposition is none of {', '.join(DISPOSITIONS)}.",
    "channel_unknown": f"The channel is none of {', '.join(CHANNELS)}.",
    "sector_unknown": f"The sector is none of {', '.join(SECTORS)}.",
    "opt_out_requested_malformed": "Whether an opt-out was requested must be true or false.",
}


class Fault(Exception):
    """A row is no call: `code`, with its sentence or one of its own. Never leaves this package."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.detail = detail or SENTENCES[code]


def rejected(row: int, line: str, fault: Fault) -> Rejected:
    """The rejected row for a fault. NUL characters are shown as U+FFFD: no database takes them."""
    return Rejected(
        row, line[:VALUE_LENGTH].replace("\0", "\N{REPLACEMENT CHARACTER}"), fault.code, fault.detail
    )


class CallLogError(InvalidInput):
    """The file as a whole cannot be read as a call log."""

    title = "The file cannot be read as a call log"


class UnknownFormat(CallLogError):
    """The file is in no layout known here, or in one that is recognised and refused; the detail says which."""

    title = "The layout of the file is not known"


class EmptyFile(UnknownFormat):
    """The file has no bytes, or nothing but white space."""

    title = "The file is empty"


class BadEncoding(CallLogError):
    """The bytes are not text in any encoding read here."""

    title = "The file is not text in a known encoding"


class ZoneNeeded(CallLogError):
    """The file's times carry no offset from UTC: the sender must say in which time zone they were written."""

    title = "The time zone of the file must be given"


class UnknownZone(ZoneNeeded):
    """The time zone given is no name of the tz database and no offset such as `+08:00`."""

    title = "There is no such time zone"


class UnknownRegion(CallLogError):
    """The region given is no code of ISO 3166."""

    title = "There is no such region"
