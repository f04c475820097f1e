"""The file of refused rows that goes with a loaded list: `row,value,error_code,error_message`."""

import csv
import os
import re
from pathlib import Path
from types import TracebackType
from typing import Self

from registry import formulas
from registry.lists.rows import Rejected

COLUMNS = ("row", "value", "error_code", "error_message")
#: A number is no formula, whatever is between its digits: it is shown as it stood.
_NUMBER = re.compile(r"\+[0-9 .()/-]*")


def cells(rejected: tuple[int, str, str, str]) -> tuple[int, str, str, str]:
    """A refused row (line, value, code, message) as a row of the file."""
    line, value, code, message = rejected
    return line, formulas.disarmed(value, but=_NUMBER), code, message


class NotOurs(Exception):
    """A file stands where the refused rows should go."""


class RejectsFile:
    """Written when the first row is refused, readable by its owner only, since values may be whole numbers.

    As a context manager; the file of an earlier load is replaced, and goes when nothing is refused this time. Raises
    `NotOurs` rather than replace any other file.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.file = None
        #: How many rows it holds.
        self.count = 0

    def __enter__(self) -> Self:
        if self.path.exists():
            with self.path.open("rb") as file:
                if file.readline().strip() != ",".join(COLUMNS).encode():
                    raise NotOurs(f"{self.path} is there already, and is no file of refused rows")
            self.path.unlink()
        return self

    def __call__(self, rejected: Rejected) -> None:
        """Add a refused row."""
        if self.file is None:
            handle = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            self.file = os.fdopen(handle, "w", encoding="utf-8", newline="")
            self.write = csv.writer(self.file).writerow
            self.write(COLUMNS)
        self.write(cells(rejected))
        self.count += 1

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.file is not None:
            self.file.close()
