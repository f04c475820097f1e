"""What becomes of a person's complaints when they have themselves erased: in words, and done."""

from collections.abc import Collection, Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from compliance import complaint_erasure, complaint_steps, complaints
from compliance.models import Complaint
from registry.periods import Moment


class ComplaintsHeld:
    """A holder for `registry.erasures.HOLDERS`."""

    choices: Mapping[str, Any] = {
        "withdraw_complaints": gettext_lazy("Take back my complaints that are not decided yet")
    }

    def _rows(self, number: int, moment: Moment) -> tuple[list[Complaint], list[Complaint]]:
        """Those that have ended, and those that go on."""
        rows = list(complaint_erasure.own(number, moment))
        ended = [row for row in rows if row.state in complaint_erasure.ENDED]
        return ended, [row for row in rows if row.state not in complaint_erasure.ENDED]

    def goes(self, number: int, moment: Moment) -> list[str]:
        """Sentences for the page."""
        ended, _going = self._rows(number, moment)
        if not ended:
            return []
        return [
            ngettext(
                "your number, your own words, recordings and pictures in %(number)d complaint that has ended",
                "your number, your own words, recordings and pictures in %(number)d complaints that have ended",
                len(ended),
            )
            % {"number": len(ended)}
        ]

    def stays(self, number: int, moment: Moment) -> list[str]:
        """Sentences for the page."""
        ended, going = self._rows(number, moment)
        said = []
        if going:
            said.append(
                ngettext(
                    "%(number)d complaint that is not decided yet: without number and words it could not be. They "
                    "go on the day it ends. Take it back below to have them gone now.",
                    "%(number)d complaints that are not decided yet: without number and words they could not be. They "
                    "go on the day each ends. Take them back below to have them gone now.",
                    len(going),
                )
                % {"number": len(going)}
            )
        if ended or going:
            said.append(
                _(
                    "of each complaint, without you: the calling number, the time, the company and its answer. "
                    "They are the record of what the company did"
                )
            )
        return said

    def erase(self, *, number: int, chosen: Collection[str], moment: Moment) -> dict[str, int]:
        """Withdraw what goes on, where that was chosen, and erase the person from what has ended."""
        if "withdraw_complaints" in chosen:
            for row in self._rows(number, moment)[1]:
                if "withdraw" in complaint_steps.open_to(row.state, "complainant"):
                    complaints.withdraw(complaint_id=row.pk, clock=moment.known_at)
        return complaint_erasure.erase(number=number, moment=moment)

    def done(self, removed: Mapping[str, int]) -> list[tuple[str, str]]:
        """Lines for the page."""
        erased, going = removed["complaints_erased"], removed["complaints_to_erase"]
        said = []
        if erased:
            said.append(
                (
                    _("Complaints that have ended"),
                    ngettext("you are erased from %(number)d", "you are erased from %(number)d", erased)
                    % {"number": erased},
                )
            )
        if going:
            said.append(
                (
                    _("Complaints that go on"),
                    ngettext(
                        "%(number)d, from which you are erased when it ends",
                        "%(number)d, from which you are erased when they end",
                        going,
                    )
                    % {"number": going},
                )
            )
        return said
