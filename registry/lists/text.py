"""A file's bytes as lines of text: which encoding, where lines end, how far reading has come.

Encodings, in the order in which they are tried: a byte order mark; UTF-16 without one, by its zero bytes; then, by
the first block of the file that is not ASCII, UTF-8, GB18030, and Latin-1 (read as Windows-1252, its superset in use).
"""

import codecs
import io
import re
from collections.abc import Iterator
from typing import BinaryIO

from registry.errors import InvalidInput

BLOCK_BYTES = 256 * 1024
#: The longest line read, in characters. What is longer is one rejected row.
LINE_LENGTH = 128 * 1024

#: Opening bytes of files that are no text at all, and what to do instead.
_SIGNATURES = {
    b"PK\x03\x04": "The file is a spreadsheet or a zip archive. Export it as CSV, or unpack it",
    b"\xd0\xcf\x11\xe0": "The file is an Excel workbook. Export it as CSV",
    b"\x1f\x8b": "The file is compressed with gzip. Unpack it",
    b"%PDF": "The file is a PDF. Send the list itself, as CSV",
    codecs.BOM_UTF32_LE: "The file is UTF-32 text. Save it as UTF-8",
}
_LONE_BYTES = re.compile(rb"(?<![\x80-\xff])[\x80-\xff](?![\x80-\xff])")
_HIGH_RUNS = re.compile(rb"[\x80-\xff]+")
_CONTROLS = re.compile(rb"[\x01-\x08\x0e-\x19\x1c-\x1f\x7f]")


class UnreadableFile(InvalidInput):
    """The file as a whole cannot be read as a list; the detail says why and what to send instead."""

    title = "The file cannot be read"

    def __init__(self, detail: str = "", *, pointer: str = "/file") -> None:
        super().__init__(detail, pointer=pointer)


class Source:
    """A binary file, seekable, as lines of text. `encoding` is known from the start, and never raised about later."""

    def __init__(self, file: BinaryIO) -> None:
        self.file = file
        file.seek(0, io.SEEK_END)
        #: The file's size in bytes.
        self.size = file.tell()
        file.seek(0)
        self.encoding = _encoding(file)
        file.seek(0)

    @property
    def position(self) -> int:
        """How many of `size` bytes were read."""
        return self.file.tell()

    def lines(self) -> Iterator[tuple[int, str]]:
        """Each line with its place, counted from 1, its end kept; bytes that are no text become U+FFFD.

        A line longer than `LINE_LENGTH` comes shortened to one character more than that.
        """
        # Without translation of line ends: a notice of several lines is evidence and keeps its own.
        text = io.TextIOWrapper(self.file, encoding=self.encoding, errors="replace", newline="")
        try:
            place = 0
            while line := text.readline(LINE_LENGTH + 1):
                place += 1
                yield place, line
                rest = line
                while len(rest) > LINE_LENGTH and rest[-1] not in "\r\n":
                    rest = text.readline(LINE_LENGTH + 1)
        finally:
            # Left attached, the wrapper would close a file that is not its own. It may be closed already.
            if not self.file.closed:
                text.detach()


def _encoding(file: BinaryIO) -> str:
    """The encoding of a file, read from where it stands. Raises `UnreadableFile` for what is no text."""
    head = file.read(BLOCK_BYTES)
    for start, detail in _SIGNATURES.items():
        if head.startswith(start):
            raise UnreadableFile(detail)
    if head.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if b"\0" in head and (wide := _utf16(head)):
        return wide
    if len(_CONTROLS.findall(head)) * 50 > len(head):
        raise UnreadableFile("The file holds binary data, not text")
    block, cut = head, b""
    while block:
        whole, _, cut = (cut + block.replace(b"\r", b"\n")).rpartition(b"\n")
        if not whole.isascii():
            return _vote([line for line in whole.split(b"\n") if not line.isascii()])
        # Of a line that is refused for its length anyway, only the end is kept.
        cut = cut[-LINE_LENGTH:]
        block = file.read(BLOCK_BYTES)
    return "utf-8" if cut.isascii() else _vote([cut])


def _utf16(head: bytes) -> str | None:
    """UTF-16 by its zero bytes: lists are digits for the most part, so every second byte is zero."""
    half = len(head) // 2
    even, odd = head[0::2].count(0), head[1::2].count(0)
    if odd * 3 > half and even * 20 < half:
        return "utf-16-le"
    if even * 3 > half and odd * 20 < half:
        return "utf-16-be"
    return None


def _vote(lines: list[bytes]) -> str:
    """The first encoding that reads at least half of `lines`, all of which hold non-ASCII bytes.

    Many Latin-1 texts are valid GB18030 by accident, but Chinese comes in runs of high bytes and Latin-1 letters with
    accents stand alone: GB18030 is believed unless more than half of the runs are one byte long.
    """
    for encoding in ("utf-8", "gb18030"):
        if sum(_decodes(line, encoding) for line in lines) * 2 < len(lines):
            continue
        joined = b"\n".join(lines)
        if encoding == "gb18030" and len(_LONE_BYTES.findall(joined)) * 2 > len(_HIGH_RUNS.findall(joined)):
            continue
        return encoding
    return "cp1252"


def _decodes(line: bytes, encoding: str) -> bool:
    try:
        line.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True
