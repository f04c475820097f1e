"""Compressed uploads: one file out of a gzip or zip, never more than was asked for.

A zip may claim any size, hold itself, or be a spreadsheet; a gzip may be one of many. What is unpacked is counted as
it comes, so that a small file cannot become a large one.
"""

import gzip
import io
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO

from registry.lists.text import UnreadableFile

GZIP, ZIP = b"\x1f\x8b", (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
#: How much larger than its archive a file may be. Digits compress to a third, a list of one prefix to a tenth.
RATIO = 200
#: What members a spreadsheet or document of an office program has, which is a zip, too.
_OFFICE = ("[Content_Types].xml", "mimetype")
#: What file managers leave in archives.
_LITTER = ("__MACOSX/", "Thumbs.db", "desktop.ini", ".DS_Store")


class _Bounded(io.RawIOBase):
    """What an archive unpacks to: refused when it is damaged, or grows beyond reason."""

    def __init__(self, file: BinaryIO, packed: int) -> None:
        self.file = file
        self.limit = max(packed * RATIO, 1 << 20)
        self.done = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        try:
            piece = self.file.read(len(buffer))
        except (OSError, EOFError, zlib.error, zipfile.BadZipFile, NotImplementedError) as error:
            raise UnreadableFile("The archive is damaged; pack it again") from error
        self.done += len(piece)
        if self.done > self.limit:
            raise UnreadableFile(
                f"The archive unpacks to more than {RATIO} times its size; send the list itself",
            )
        buffer[: len(piece)] = piece
        return len(piece)


@contextmanager
def unpacked(file: BinaryIO) -> Iterator[BinaryIO]:
    """The file itself, or what is in it if it is a gzip, or a zip of one file.

    `file` must be one that can be sought in. Raises `UnreadableFile`, at once or while it is read.
    """
    head = file.read(4)
    file.seek(0, io.SEEK_END)
    size = file.tell()
    file.seek(0)
    if head.startswith(GZIP):
        with gzip.GzipFile(fileobj=file, mode="rb") as inner:
            yield _checked(inner, size)
    elif head.startswith(ZIP):
        with _only_member(file) as inner:
            yield _checked(inner, size)
    else:
        yield file


def _checked(inner: BinaryIO, size: int) -> BinaryIO:
    """What was unpacked, unless it is an archive again."""
    outer = io.BufferedReader(_Bounded(inner, size), 1 << 18)
    if outer.peek(4).startswith((GZIP, *ZIP)):
        raise UnreadableFile("The archive holds another archive; send the list itself")
    return outer


@contextmanager
def _only_member(file: BinaryIO) -> Iterator[BinaryIO]:
    try:
        archive = zipfile.ZipFile(file)
    except (zipfile.BadZipFile, NotImplementedError, OSError) as error:
        raise UnreadableFile("The zip archive is damaged; pack it again") from error
    with archive:
        members = [
            member for member in archive.infolist() if not member.is_dir() and not _is_litter(member.filename)
        ]
        if any(member.filename in _OFFICE for member in members):
            raise UnreadableFile("The file is a spreadsheet. Export it as CSV")
        if len(members) != 1:
            raise UnreadableFile(f"The zip archive holds {len(members)} files; pack the one list")
        if members[0].flag_bits & 1:
            raise UnreadableFile("The zip archive is locked with a password")
        try:
            inner = archive.open(members[0])
        except (zipfile.BadZipFile, NotImplementedError, OSError) as error:
            raise UnreadableFile("The zip archive is damaged; pack it again") from error
        with inner:
            yield inner  # type: ignore[misc]


def _is_litter(name: str) -> bool:
    return name.startswith(_LITTER) or name.rsplit("/", 1)[-1].startswith((*_LITTER, "._"))
