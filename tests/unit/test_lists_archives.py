"""Compressed uploads: one list out of a gzip or zip, and nothing that is more than that."""

import gzip
import io
import zipfile

import pytest

from registry.lists.archives import RATIO, unpacked
from registry.lists.text import UnreadableFile

LIST = b"number\n+8613800138000\n"


def zipped(**members):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name.replace("__", "/"), content)
    return packed.getvalue()


def unpack(content):
    with unpacked(io.BytesIO(content)) as file:
        return file.read()


def reason(content):
    with pytest.raises(UnreadableFile) as refused:
        unpack(content)
    assert refused.value.pointer == "/file"
    return refused.value.detail


@pytest.mark.parametrize(
    "content",
    [LIST, b"", b"P", gzip.compress(LIST), zipped(list=LIST)],
    ids=["plain", "empty", "short", "gzip", "zip"],
)
def test_it_gives_what_is_in_it(content):
    assert unpack(content) == (LIST if len(content) > 1 else content)


def test_it_passes_over_what_file_managers_leave():
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("lists/", "")
        archive.writestr("__MACOSX/._list.csv", "x")
        archive.writestr("lists/.DS_Store", "x")
        archive.writestr("lists/list.csv", LIST)
    assert unpack(packed.getvalue()) == LIST


def test_it_gives_a_gzip_of_several_parts_whole():
    assert unpack(gzip.compress(LIST) + gzip.compress(b"+8613800138001\n")) == LIST + b"+8613800138001\n"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (zipped(a=LIST, b=LIST), "2 files"),
        (zipped(), "0 files"),
        (zipped(a=zipped(b=LIST)), "another archive"),
        (zipped(a=gzip.compress(LIST)), "another archive"),
        (gzip.compress(gzip.compress(LIST)), "another archive"),
        (gzip.compress(zipped(a=LIST)), "another archive"),
        (zipped(**{"[Content_Types].xml": b"<x/>", "xl__sheet.xml": b"<x/>"}), "spreadsheet"),
        (zipped(a=LIST)[:-30], "damaged"),
        (gzip.compress(LIST)[:-10], "damaged"),
        (gzip.compress(LIST)[:10] + b"\xff" * 20, "damaged"),
        (b"PK\x03\x04 not at all", "damaged"),
    ],
    # The content itself holds the time it was packed at.
    ids=lambda given: given if isinstance(given, str) else "",
)
def test_it_says_why_it_refuses(content, said):
    assert said in reason(content)


def drained(file):
    """How much comes out before something is raised."""
    read = 0
    try:
        while piece := file.read(1 << 18):
            read += len(piece)
    except UnreadableFile as refused:
        return read, refused.detail
    return read, None


@pytest.mark.parametrize("pack", [gzip.compress, lambda content: zipped(a=content)], ids=["gzip", "zip"])
def test_it_stops_a_bomb_before_it_goes_off(pack):
    bomb = pack(b"0" * 300_000_000)
    assert len(bomb) < 400_000
    with unpacked(io.BytesIO(bomb)) as file:
        read, said = drained(file)
    assert f"more than {RATIO} times" in said
    assert read <= len(bomb) * RATIO


def test_it_refuses_a_password():
    content = bytearray(zipped(a=LIST))
    content[6] |= 1  # the flag in the local header, and in the directory
    content[content.index(b"PK\x01\x02") + 8] |= 1
    assert "password" in reason(bytes(content))


def test_it_notices_a_member_that_was_tampered_with():
    content = bytearray(zipped(a=bytes(range(256)) * 4))
    content[60] ^= 0xFF
    assert "damaged" in reason(bytes(content))
