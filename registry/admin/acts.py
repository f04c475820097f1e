"""Acts: what staff may do beyond looking. Each is a page with a form that calls one verb.

An act says whom it is for (a permission of `registry/roles.py`), what it asks, and what it does; the page checks,
runs it in one transaction, writes the administration's own log, and says what happened or what stood in the way.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from django import forms

from registry.periods import Moment

#: The most rows one act is done to at once.
MOST_ROWS = 100


class Confirmation(forms.Form):
    """Nothing is asked: pressing the button is the answer."""


class Note(forms.Form):
    """A note that is kept with what is done."""

    note = forms.CharField(max_length=200, help_text="Why; kept on record.")


class Reason(forms.Form):
    """A reason that is written to the access records."""

    reason = forms.CharField(
        max_length=500,
        min_length=10,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Kept with your name.",
    )


@dataclass(frozen=True)
class Doing:
    """One act as it is done: by whom, when, to which rows, with what answers of the form."""

    user: Any
    moment: Moment
    rows: list[Any]
    data: dict[str, Any]


class Done(NamedTuple):
    """What an act did: a sentence; things to show this once (label, value); the row it made, if it made one."""

    sentence: str
    shown: tuple[tuple[str, str], ...] = ()
    made: Any = None


@dataclass(frozen=True)
class Act:
    """Something that may be done to rows of a page, or, with `to_rows` false, to the register as a whole."""

    slug: str
    label: str
    permission: str
    run: Callable[[Doing], Done]
    form: type[forms.Form] = Confirmation
    to_rows: bool = True
    #: Whether it can be done to a row as it is. The verb has the last word; this decides what is offered.
    fits: Callable[[Any, Moment], bool] = field(default=lambda row, moment: True)
    #: A sentence above the form.
    explanation: str = ""
