"""FreeSWITCH mod_json_cdr: one JSON object a call, with all its channel variables.

The parties stand in the latest caller profile (`callflow[0]`), as `${destination_number}` of mod_cdr_csv takes them.
Times are epoch seconds, 0 for what did not happen. Values of variables are URL-encoded unless the module was told
otherwise (`encode-values`).
"""

from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

import msgspec

from compliance.formats import exchange, times
from compliance.formats.hangup_causes import disposition
from compliance.formats.layout import LineParser
from compliance.formats.rows import Call, Fault


def is_record(line: str) -> bool:
    """Whether a line looks like a record, whole or not."""
    start = line.lstrip("\N{ZERO WIDTH NO-BREAK SPACE} ")
    return (
        start.startswith("{")
        and '"variables"' in start
        and ('"callflow"' in start or '"channel_data"' in start)
    )


def line_parser(region: str | None) -> LineParser:
    """What turns one line into a call."""
    assemble = exchange.assembler(region)

    def parse(line: str, number: int) -> Call | None:
        if not line.strip():
            return None
        variables, profile = _record(line)
        start = times.epoch(_text(variables, "start_epoch"), "started_at")
        answer = times.epoch(_text(variables, "answer_epoch"), "answered_at")
        end = times.epoch(_text(variables, "end_epoch"), "ended_at")
        if start is None:
            raise Fault("started_at_missing")
        times.check_span(start, answer, end)
        record = exchange.Record(
            call_id=_text(variables, "uuid"),
            called=_text(profile, "destination_number"),
            caller=_text(profile, "caller_id_number"),
            billsec=_text(variables, "billsec"),
            campaign=_text(variables, "accountcode"),
            sip_call_id=_text(variables, "sip_call_id"),
        )
        cause = _text(variables, "hangup_cause")
        return assemble(number, record, (start, answer, end), disposition(cause, answer is not None))

    return parse


def _record(line: str) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    """The channel variables and the latest caller profile of a record. Raises Fault."""
    try:
        record = msgspec.json.decode(line.removeprefix("\N{ZERO WIDTH NO-BREAK SPACE}"))
        variables, profile = record["variables"], record["callflow"][0]["caller_profile"]
    except (msgspec.DecodeError, RecursionError, LookupError, TypeError):
        raise Fault(
            "json_malformed", "The line is not one JSON object with variables and callflow."
        ) from None
    if not isinstance(variables, dict) or not isinstance(profile, dict):
        raise Fault("json_malformed", "variables and caller_profile must be JSON objects.")
    return variables, profile


def _text(values: Mapping[str, Any], name: str) -> str:
    value = values.get(name, "")
    text = unquote(value) if isinstance(value, str) else ""
    if "\0" in text:
        raise Fault("nul_byte")
    return text
