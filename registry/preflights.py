"""Preflights: what a scrub of a list would come to, in counts. Nothing is said of any one number, and no check is left.

A list is read to its end while its sender waits, so it may not be longer than `MOST_ROWS`.
"""

from collections import Counter
from dataclasses import dataclass, field
from typing import BinaryIO

from registry import sandbox, scrubs, uploads
from registry.errors import FileTooLarge
from registry.lists.contacts import Contacts
from registry.periods import Moment
from registry.predial.facts import Question
from registry.predial.scrub import Judged, judge

#: The longest list.
MOST_ROWS = 1_000_000


@dataclass
class Preflight:
    """Counts of rows. `reasons` counts by the reason that decided, `errors` by why a row was rejected."""

    rows: int = 0
    allowed: int = 0
    denied: int = 0
    rejected: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    errors: Counter[str] = field(default_factory=Counter)


def count(
    *,
    question: Question,
    file: BinaryIO,
    moment: Moment,
    region: str = "",
    column: str = "",
    test_key_id: int | None = None,
) -> Preflight:
    """Count what the rows of a list would be answered at one moment; those that `test_key_id` would be, if given.

    `question.number` is not looked at. Raises what `scrubs.accept` raises, and `FileTooLarge` for a list that is too
    long.
    """
    found = Preflight()
    with scrubs.taken(file, f"preflights/{question.company_id}") as stored:
        try:
            with uploads.open_stored(stored.name) as stream:
                contacts = Contacts(stream, region=region or None, column=column or None)
                for chunk in contacts.chunks(scrubs.CHUNK):
                    found.rows += len(chunk.texts)
                    if found.rows > MOST_ROWS:
                        raise FileTooLarge(
                            f"A preflight reads {MOST_ROWS:,} rows; send the list in parts", pointer="/file"
                        )
                    found.errors.update(row.code for row in chunk.rejected.values())
                    rows = Counter(chunk.numbers)
                    rows.pop(0, None)
                    _add(found, rows, _answers(sorted(rows), question, moment, test_key_id))
        finally:
            uploads.remove(stored.name)
    found.rejected = found.errors.total()
    return found


def _answers(numbers: list[int], question: Question, moment: Moment, test_key_id: int | None) -> Judged:
    if test_key_id is not None:
        return sandbox.judged(numbers, key_id=test_key_id)
    return judge(numbers, question, moment, write=False) if numbers else Judged()


def _add(found: Preflight, rows: Counter[int], judged: Judged) -> None:
    """Count the rows of each number under what was answered about it."""
    for group in judged.groups:
        counted = sum(map(rows.__getitem__, group.numbers))
        found.reasons[group.reasons[0]] += counted
        if group.allowed:
            found.allowed += counted
        else:
            found.denied += counted
    for number, error in judged.undecided.items():
        found.errors[error.faults[0].code if error.faults else error.code()] += rows[number]
