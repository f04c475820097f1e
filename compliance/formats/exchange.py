"""What the call logs of telephone exchanges and dialers that are not the register's own have in common.

Their ids are unique to one exchange at best, so that a call is known by id, number and start together. They know
nothing of checks, sectors or channels. What they call from may be an extension of their own.
"""

from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple

from compliance.formats import fields, parties
from compliance.formats.rows import AGENT_LENGTH, CAMPAIGN_LENGTH, SIP_CALL_ID_LENGTH, Call
from compliance.formats.times import Span


class Record(NamedTuple):
    """One record as text, by what the columns mean."""

    call_id: str
    called: str
    caller: str
    #: Talk time, in seconds.
    billsec: str
    campaign: str = ""
    sip_call_id: str = ""
    agent: str = ""
    #: Whether the person asked not to be called again, as the agent wrote it down.
    opt_out_requested: bool = False


#: Line number, record, times and disposition to a call. Raises Fault.
Assembler = Callable[[int, Record, Span, str], Call]


def assembler(region: str | None) -> Assembler:
    """What makes a call of an exchange's record; `region` is the region of national numbers in it."""
    read_caller = parties.caller_reader(region, extensions=True)

    def assemble(row: int, record: Record, span: Span, disposition: str) -> Call:
        number = parties.called(record.called, region)
        call_id = fields.call_id(record.call_id)
        started, answered, ended = span
        return Call(
            row,
            call_id,
            number,
            read_caller(record.caller),
            started,
            answered,
            ended,
            fields.talk_time(record.billsec, answered, ended),
            disposition,
            None,
            None,
            None,
            record.opt_out_requested,
            record.campaign[:CAMPAIGN_LENGTH],
            record.agent[:AGENT_LENGTH],
            record.sip_call_id[:SIP_CALL_ID_LENGTH],
            natural_key(call_id, number, started),
        )

    return assemble


def natural_key(call_id: str, number: int, started: datetime) -> str:
    """What one call of one company is known by, where ids may repeat: id, number and start."""
    return f"{call_id}|{number}|{started.isoformat()}"
