"""What goes of a person's complaints when they have themselves erased, and what stays of them.

A complaint that has ended loses all that tells who filed it: number, own words, recordings and pictures, the network.
That somebody complained of a call of that calling number at that time, which company it was and what it answered stays:
it is the company's record, and the regulator's. One that goes on needs the number and the words to be decided; it
loses them on the day it ends (`complaints._take`), or at once where the person takes it back.
"""

from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from compliance.models import Complaint
from registry import reassignments, uploads
from registry.periods import Moment

#: States in which nothing is left to be decided.
ENDED = ("joined", "closed", "withdrawn")


def own(number: int, moment: Moment) -> QuerySet[Complaint]:
    """The complaints that the present holder of a number may have erased, the oldest first."""
    since = reassignments.held_since(number, moment)
    return Complaint.objects.filter(number=number, erased_at=None, filed_at__gte=since).order_by("id")


@transaction.atomic
def erase(*, number: int, moment: Moment) -> dict[str, int]:
    """Erase the holder of a number from what has ended, and have what goes on erased at its end; how many of each."""
    removed = {"complaints_erased": 0, "complaints_to_erase": 0}
    for row in own(number, moment).select_for_update():
        if row.state in ENDED:
            erase_row(row, clock=moment.known_at)
            removed["complaints_erased"] += 1
        else:
            row.erase_at_end = True
            row.save(update_fields=["erase_at_end"])
            removed["complaints_to_erase"] += 1
    return removed


def erase_row(row: Complaint, *, clock: datetime) -> None:
    """Take who filed it out of a complaint, in the caller's transaction; the files go when that has come to be."""
    gone = {
        "number": None,
        "text": "",
        "company_named": "",
        "network": "",
        "show_number": False,
        "text_updates": False,
        "match_at": None,
        "tell_at": None,
        "erase_at_end": False,
        "erased_at": clock,
    }
    for name, value in gone.items():
        setattr(row, name, value)
    row.save(update_fields=list(gone))
    row.steps.filter(by="complainant").exclude(text="").update(text="")
    files = list(row.evidence.exclude(file="").values_list("file", flat=True))
    row.evidence.update(file="", file_name="")
    transaction.on_commit(lambda: [uploads.remove(name) for name in files])
