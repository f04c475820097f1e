"""Opening bytes as lines of text: which encoding, where lines end, and which lines are damaged.

A row of a call log is one physical line, always. So an unterminated quotation mark spoils one row and not the rest,
memory does not grow with the file, and a file may be cut at any line end and read in parts.

Encodings, in the order in which they are tried: a byte order mark (UTF-8, UTF-16); UTF-16 without one, by its zero
bytes; ASCII, which leaves the choice to the first block that is not ASCII; UTF-8; GB18030; Latin-1, read as
Windows-1252, its superset in use. The last three are chosen by vote of the lines that hold non-ASCII bytes.
"""

import codecs
import re
from collections.abc import Iterator, Mapping
from itertools import chain
from typing import BinaryIO

from compliance.formats.rows import VALUE_LENGTH, BadEncoding

#: What is looked at to find encoding and layout, in bytes.
HEAD_BYTES = 64 * 1024
#: What is read at once, in bytes.
BLOCK_BYTES = 1024 * 1024
#: The longest line read, in bytes; the csv module's own limit of a field is the same.
LINE_BYTES = 128 * 1024

_MARKS = {codecs.BOM_UTF8: "utf-8", codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}
_LONE_BYTES = re.compile(rb"(?<![\x80-\xff])[\x80-\xff](?![\x80-\xff])")
_RETURNS = re.compile(r"\r+\n")
_HIGH_RUNS = re.compile(rb"[\x80-\xff]+")
_CONTROLS = re.compile(rb"[\x01-\x08\x0e-\x19\x1c-\x1f\x7f]")


class Block:
    """Some consecutive lines, given as their text, each with its line feed, or as a list."""

    def __init__(
        self, first_row: int, lines: str | list[str], quoted: bool, spoiled: Mapping[int, str] | None = None
    ) -> None:
        self.first_row = first_row
        #: The lines as one text; nothing where they were given one by one.
        self.text = lines if isinstance(lines, str) else ""
        self.count = self.text.count("\n") if isinstance(lines, str) else len(lines)
        self._lines = None if isinstance(lines, str) else lines
        #: Whether any line holds a quotation mark: without one, splitting at commas is enough.
        self.quoted = quoted
        #: The rejection codes of damaged lines, by their place in `lines`.
        self.spoiled = spoiled or {}

    @property
    def lines(self) -> list[str]:
        """The lines, split when they are first asked for: who reads by the column has no need of them."""
        if self._lines is None:
            self._lines = self.text.split("\n")
            self._lines.pop()
        return self._lines


def read_head(stream: BinaryIO) -> bytes:
    """The first `HEAD_BYTES` of the stream, or all of it; short reads (pipes, sockets) are continued."""
    head = b""
    while len(head) < HEAD_BYTES:
        piece = stream.read(HEAD_BYTES - len(head))
        if not piece:
            break
        head += piece
    return head


def detect(head: bytes) -> str:
    """The encoding of the opening bytes: `ascii` (not decided yet), `utf-8`, `utf-16-le`, `utf-16-be`, `gb18030` or
    `cp1252`. Raises BadEncoding for UTF-32, for binary data, and when no encoding reads half of the lines.
    """
    if head.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        raise BadEncoding("The file is UTF-32 text. Save it as UTF-8.")
    for mark, encoding in _MARKS.items():
        if head.startswith(mark):
            return encoding
    if b"\0" in head and (wide := _utf16(head)):
        return wide
    if len(_CONTROLS.findall(head)) * 50 > len(head):
        raise BadEncoding("The file holds binary data, not text.")
    if head.isascii():
        return "ascii"
    *whole, last = head.split(b"\n")
    lines = [line for line in whole if not line.isascii()]
    if not lines and whole and len(head) >= HEAD_BYTES:
        # Only the last line is not ASCII, and it may be cut off inside a character: not decided yet.
        return "ascii"
    return _vote(lines or [last])


def _decide(data: bytes) -> str:
    """The encoding of a file that was ASCII so far; when nothing fits, UTF-8, and these lines are rejected."""
    try:
        return _vote([line for line in data.split(b"\n") if not line.isascii()])
    except BadEncoding:
        return "utf-8"


def _utf16(head: bytes) -> str | None:
    """UTF-16 by its zero bytes: call logs are digits for the most part, so every second byte is zero."""
    half = len(head) // 2
    even, odd = head[0::2].count(0), head[1::2].count(0)
    if odd * 2 > half and even * 20 < half:
        return "utf-16-le"
    if even * 2 > half and odd * 20 < half:
        return "utf-16-be"
    return None


def _vote(lines: list[bytes]) -> str:
    """The first encoding that reads at least half of `lines`, all of which hold non-ASCII bytes.

    Many Latin-1 texts are valid GB18030 by accident (`ü` and the letter after it make one Chinese character), but
    Chinese comes in runs of high bytes, and Latin-1 letters with accents stand alone. So GB18030 is believed unless
    more than half of the runs of high bytes are one byte long.
    """
    for encoding in ("utf-8", "gb18030", "cp1252"):
        if sum(_decodes(line, encoding) for line in lines) * 2 < len(lines):
            continue
        if encoding == "gb18030":
            joined = b"\n".join(lines)
            if len(_LONE_BYTES.findall(joined)) * 2 > len(_HIGH_RUNS.findall(joined)):
                continue
        return encoding
    raise BadEncoding("The file is not UTF-8, UTF-16, GB18030 or Latin-1 text. Save it as UTF-8.")


def _decodes(line: bytes, encoding: str) -> bool:
    try:
        line.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def head_lines(head: bytes) -> list[str]:
    """The lines of the opening bytes, to recognise a layout by. A last line that may be cut off is left out."""
    encoding = detect(head)
    if encoding.startswith("utf-16"):
        head = head[: len(head) & ~1]
    text = head.decode(encoding, "replace").removeprefix("\N{ZERO WIDTH NO-BREAK SPACE}")
    if "\n" not in text:
        text = text.replace("\r", "\n")
    lines = text.split("\n")
    if len(head) >= HEAD_BYTES - 1 and len(lines) > 1:
        lines.pop()
    return [line.rstrip("\r").replace("\r", " ") for line in lines]


def blocks(head: bytes, stream: BinaryIO, encoding: str, first_row: int = 1) -> Iterator[Block]:
    """All lines of `head` followed by what is left in `stream`, in blocks; lines are counted from `first_row`."""
    cut_line = b""
    row = first_row
    chunks = _chunks(head, stream, encoding)
    if encoding.startswith("utf-16"):
        encoding = "utf-8"
    for chunk in chunks:
        end = chunk.rfind(b"\n") + 1
        if not end:
            # Never more than one byte over the limit: enough to know later that the line is too long.
            cut_line = (cut_line + chunk)[: LINE_BYTES + 1]
            continue
        data = cut_line + chunk[:end]
        cut_line = chunk[end:][: LINE_BYTES + 1]
        if encoding == "ascii" and not data.isascii():
            encoding = _decide(data)
        block = _block(data, encoding, row)
        row += block.count
        yield block
    if cut_line:
        yield _block(cut_line + b"\n", "utf-8" if encoding == "ascii" else encoding, row)


def _chunks(head: bytes, stream: BinaryIO, encoding: str) -> Iterator[bytes]:
    """The bytes in chunks, in an encoding in which the byte 0x0A is a line end and nothing else.

    UTF-16 becomes UTF-8 here. A byte order mark is dropped. Where lines end with a lone carriage return (old
    spreadsheets on a Mac) it becomes a line feed.
    """
    chunks = chain([head], iter(lambda: stream.read(BLOCK_BYTES), b""))
    if encoding.startswith("utf-16"):
        chunks = _as_utf8(chunks, encoding)
    first = next(chunks).removeprefix(codecs.BOM_UTF8)
    if b"\r" in first and b"\n" not in first:
        yield first.replace(b"\r", b"\n")
        for chunk in chunks:
            yield chunk.replace(b"\r", b"\n")
        return
    yield first
    yield from chunks


def _as_utf8(chunks: Iterator[bytes], encoding: str) -> Iterator[bytes]:
    """UTF-16 as UTF-8. What is not UTF-16 becomes a byte that is not UTF-8, so that its line is rejected later."""
    decoder = codecs.getincrementaldecoder(encoding)("replace")
    for chunk in chunks:
        yield decoder.decode(chunk).encode().replace(b"\xef\xbf\xbd", b"\xff")
    yield decoder.decode(b"", final=True).encode().replace(b"\xef\xbf\xbd", b"\xff")


def _block(data: bytes, encoding: str, first_row: int) -> Block:
    """The lines of `data`, which ends with a line feed."""
    if b"\0" in data or _has_long_line(data):
        return _damaged_block(data, encoding, first_row)
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        return _damaged_block(data, encoding, first_row)
    if "\r" in text:
        # A carriage return that ends no line is a blank: the csv module takes it for a line end.
        text = _RETURNS.sub("\n", text).replace("\r", " ")
    return Block(first_row, text, '"' in text)


def _has_long_line(data: bytes) -> bool:
    return len(data) > LINE_BYTES and max(map(len, data.split(b"\n"))) > LINE_BYTES


def _damaged_block(data: bytes, encoding: str, first_row: int) -> Block:
    """The same line by line, for a block of which at least one line is damaged."""
    lines: list[str] = []
    spoiled: dict[int, str] = {}
    for place, raw in enumerate(data.split(b"\n")[:-1]):
        if len(raw) > LINE_BYTES:
            spoiled[place] = "line_too_long"
        elif b"\0" in raw:
            spoiled[place] = "nul_byte"
        elif not _decodes(raw, encoding):
            spoiled[place] = "encoding_malformed"
        # Of a damaged line, only the beginning is ever shown.
        kept = raw[: 4 * VALUE_LENGTH] if place in spoiled else raw
        lines.append(kept.decode(encoding, "replace").rstrip("\r").replace("\r", " "))
    return Block(first_row, lines, any('"' in line for line in lines), spoiled)
