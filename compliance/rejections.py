"""Rejections: the rows of a call log that are no calls, as a CSV file for the company that sent them.

The file shows each row as it stood, with numbers in full: they are the company's own. They appear nowhere else.
"""

import csv
import io
import tempfile
from collections.abc import Iterable
from types import TracebackType
from typing import Self

from compliance.formats import Rejected
from registry import uploads
from registry.lists import rejects


class Rejections:
    """The rejected rows of one file, in its order, on disk. Gone at the end of the block unless they are stored."""

    def __init__(self) -> None:
        self.count = 0
        self._file = tempfile.TemporaryFile()  # noqa: SIM115  (closed by __exit__)
        self._text = io.TextIOWrapper(self._file, encoding="utf-8", errors="replace", newline="")
        self._writer = csv.writer(self._text)
        self._writer.writerow(rejects.COLUMNS)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._text.close()

    def add(self, rows: Iterable[Rejected]) -> None:
        """Add rows."""
        for row in rows:
            self._writer.writerow(rejects.cells(row))
            self.count += 1

    def store(self, *, folder: str) -> str:
        """Put them in a file of the files folder; its name, or nothing if no row was rejected."""
        if not self.count:
            return ""
        self._text.flush()
        self._file.seek(0)
        # No limit: next to each row stands a sentence, so that the file may be larger than the upload.
        return uploads.store(self._file, folder=folder, suffix=".csv", limit=1 << 62).name
