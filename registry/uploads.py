"""Files that companies send, and those made of them: where they lie, below the files folder.

Names are made here and never taken from the sender. Files are readable by the register's own account only
(settings.FILE_UPLOAD_PERMISSIONS), and are served by views that ask who wants them.
"""

from collections.abc import Iterator
from datetime import datetime
from hashlib import sha256
from typing import BinaryIO, NamedTuple
from uuid import uuid4

from django.conf import settings
from django.core.files import File
from django.core.files.storage import default_storage

from registry.errors import FileLost, FileTooLarge

#: What is read at once, in bytes.
CHUNK_BYTES = 256 * 1024
#: The largest upload where settings.UPLOAD_MAX_BYTES does not say otherwise.
DEFAULT_MAX_BYTES = 1_000_000_000


class Upload(NamedTuple):
    """A stored file: its name below the files folder, the digest of its bytes in hex, its size, its line ends."""

    name: str
    sha256: str
    bytes_total: int
    lines: int


def max_bytes() -> int:
    """The size from which on a file is refused, in bytes."""
    return getattr(settings, "UPLOAD_MAX_BYTES", DEFAULT_MAX_BYTES)


class _Measured(File):
    """A stream on its way into the storage: counted and digested as it passes, and stopped when it is too large."""

    def __init__(self, stream: BinaryIO, limit: int) -> None:
        super().__init__(stream)
        self.limit = limit
        self.digest = sha256()
        self.bytes_total = 0
        self.lines = 0

    def chunks(self, chunk_size: int | None = None) -> Iterator[bytes]:
        while chunk := self.file.read(chunk_size or CHUNK_BYTES):
            self.bytes_total += len(chunk)
            if self.bytes_total > self.limit:
                raise FileTooLarge(
                    f"A file may have {self.limit:,} bytes; send it in parts.", pointer="/file"
                )
            self.digest.update(chunk)
            self.lines += chunk.count(b"\n")
            yield chunk


def store(stream: BinaryIO, *, folder: str, suffix: str = "", limit: int | None = None) -> Upload:
    """Write what is left in `stream` to a new file in `folder`, in memory that does not grow with it.

    Raises `FileTooLarge` past `limit` bytes (default: `max_bytes()`); nothing is left behind then.
    """
    measured = _Measured(stream, max_bytes() if limit is None else limit)
    name = f"{folder}/{uuid4().hex}{suffix}"
    try:
        name = default_storage.save(name, measured)
    except BaseException:
        # The storage leaves the part it has written, also when the request is broken off.
        default_storage.delete(name)
        raise
    return Upload(name, measured.digest.hexdigest(), measured.bytes_total, measured.lines)


def measure(stream: BinaryIO) -> Upload:
    """What `store` would say of the stream, which is read to its end and kept nowhere. Raises `FileTooLarge`."""
    measured = _Measured(stream, max_bytes())
    for _ in measured.chunks():
        pass
    return Upload("", measured.digest.hexdigest(), measured.bytes_total, measured.lines)


def open_stored(name: str) -> BinaryIO:
    """The bytes of a stored file, to be closed by the caller. Raises `FileLost` when it is not there."""
    try:
        return default_storage.open(name, "rb")
    except FileNotFoundError as error:
        raise FileLost from error


def forget(folder: str, *, before: datetime) -> int:
    """Remove the files of a folder that were stored earlier; how many. For folders without rows that name them."""
    if not default_storage.exists(folder):
        return 0
    names = [f"{folder}/{name}" for name in default_storage.listdir(folder)[1]]
    old = [name for name in names if default_storage.get_modified_time(name) < before]
    for name in old:
        remove(name)
    return len(old)


def remove(name: str) -> None:
    """Remove a stored file; one that is not there, and no name, are left alone."""
    if name:
        default_storage.delete(name)
