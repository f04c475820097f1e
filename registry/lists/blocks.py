"""Text in blocks of whole lines: the way to read a file of millions of lines, most of which are plain."""

import io
from collections.abc import Iterator
from typing import NamedTuple

from registry.lists.text import LINE_LENGTH, Source

#: Characters read at once: some ten thousand lines.
BLOCK_CHARS = 1 << 20


class Block(NamedTuple):
    """Some consecutive lines without their ends, and what is to be said of them all."""

    #: The place of the first line in the file, from 1.
    first: int
    lines: list[str]
    #: Whether any line holds a quotation mark.
    quoted: bool
    #: Whether any line may be damaged: NUL, bytes that are no text, or a line past `LINE_LENGTH`.
    damaged: bool
    #: Whether no line follows these.
    last: bool


def blocks(source: Source) -> Iterator[Block]:
    """All lines of a source; they end with LF, CRLF or CR. A line past `LINE_LENGTH` comes cut short, still past it."""
    text = io.TextIOWrapper(source.file, encoding=source.encoding, errors="replace", newline="")
    try:
        place, carry = 1, ""
        while piece := text.read(BLOCK_CHARS):
            if piece.endswith("\r"):
                piece += text.read(1)
            if "\r" in piece:
                piece = piece.replace("\r\n", "\n").replace("\r", "\n")
            whole, end, carry = (carry + piece).rpartition("\n")
            carry = carry[: LINE_LENGTH + 1]
            if end:
                block = block_of(place, whole.split("\n"))
                yield block
                place += len(block.lines)
        yield block_of(place, [carry] if carry else [], last=True)
    finally:
        # Left attached, the wrapper would close a file that is not its own. It may be closed already.
        if not source.file.closed:
            text.detach()


def block_of(first: int, lines: list[str], *, last: bool = False) -> Block:
    """The block of some lines, looked through."""
    text = "\n".join(lines)
    damaged = "\0" in text or "\N{REPLACEMENT CHARACTER}" in text
    if not damaged and len(text) > LINE_LENGTH:
        damaged = max(map(len, lines)) > LINE_LENGTH
    return Block(first, lines, '"' in text, damaged, last)
