"""Files that are recognised and refused, with the reason: better than `unknown` for who has to send another file."""

from collections.abc import Sequence

#: Opening bytes of files that are no text at all.
SIGNATURES = {
    b"PK\x03\x04": "The file is a spreadsheet or a zip archive. Export it as CSV, or unpack it.",
    b"\xd0\xcf\x11\xe0": "The file is an Excel workbook. Export it as CSV.",
    b"\x1f\x8b": "The file is compressed with gzip. Unpack it.",
    b"BZh": "The file is compressed with bzip2. Unpack it.",
    b"\xfd7zXZ": "The file is compressed with xz. Unpack it.",
    b"\x28\xb5\x2f\xfd": "The file is compressed with zstd. Unpack it.",
    b"%PDF": "The file is a PDF. Send the call log itself, as CSV.",
    b"SQLite format 3": "The file is an SQLite database. Export its table of calls as CSV.",
}


def binary(head: bytes) -> str | None:
    """Why a file that begins with these bytes is refused; None for anything that may be text."""
    return next((detail for start, detail in SIGNATURES.items() if head.startswith(start)), None)


def text(lines: Sequence[str]) -> str | None:
    """Why a file that begins with these lines is refused; None if it is none of those known here."""
    first = next((line.strip() for line in lines if line.strip()), "")
    names = [name.strip().strip('"').lower() for name in first.split(",")]
    if "cdrrecordtype" in names and ("numberpacketssent" in names or "directorynum" in names):
        return "The file holds Cisco call management records (CMR): quality of calls, not calls. Send the CDR file."
    if first.startswith("["):
        return "The file is one JSON array. Send one JSON object a line (NDJSON)."
    if first.startswith("<"):
        return "The file is HTML or XML. Send the call log as CSV or NDJSON."
    for mark, what in ((";", "semicolons"), ("\t", "tabs")):
        if "number" in [name.strip(' "').lower() for name in first.split(mark)][:-1]:
            return f"The columns are separated by {what}. Separate them by commas."
    return None
