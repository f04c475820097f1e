"""A complaint as the person who filed it sees it: where it stands, each step with its clock, what was found."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from django.utils.functional import Promise

from compliance import complaint_steps, complaints
from compliance.models import Complaint, ComplaintStep
from compliance.portal import words
from registry import companies, ids, phone
from registry.periods import Moment
from registry.portal import words as register_words
from registry.portal.rights import Citation, cited


@dataclass(frozen=True)
class Contact:
    """Where to turn as well."""

    name: str
    phone: str
    url: str


def contacts(terms: Mapping[str, Any], category: str, language: str) -> list[Contact]:
    """Where the policy says to turn to with a call of that kind, named in `language` or else in English."""
    listed = (terms.get("complaint_contacts") or {}).get(category, [])
    return [
        Contact(each["name"].get(language) or each["name"]["en"], each.get("phone", ""), each.get("url", ""))
        for each in listed
    ]


@dataclass(frozen=True)
class ShownStep:
    """One step: what, when, whether in time, and what was said to the person."""

    name: Promise
    at: datetime
    in_time: bool | None
    text: str = ""


class Tracked:
    """What the pages show of one complaint.

    Who has not proven the number learns nothing of what calls to it were reported: they might not be its holder, and
    want to find that out.
    """

    def __init__(self, row: Complaint, *, moment: Moment, language: str) -> None:
        self.row = row
        self.moment = moment
        self.language = language
        # Where the same person's complaints were joined, the first one's fate is this one's.
        joined_to = row.joined_to
        follows = (
            joined_to is not None
            and row.proven
            and joined_to.proven
            and row.number is not None
            and joined_to.number == row.number
        )
        self.fate = joined_to if follows else row

    @property
    def id(self) -> str:
        """Its public id."""
        return ids.public("cmp", self.row.pk)

    @property
    def code(self) -> str:
        """Its tracking code in groups of four, as people read it out."""
        text = self.row.tracking
        return "-".join(text[place : place + 4] for place in range(0, len(text), 4))

    @property
    def state(self) -> Promise:
        """Where it stands, in a word or two."""
        return words.STATES[self.fate.state][0]

    @property
    def meaning(self) -> Promise:
        """The same in a sentence."""
        return words.STATES[self.fate.state][1]

    @property
    def is_open(self) -> bool:
        """Whether it can be taken back."""
        return "withdraw" in complaint_steps.open_to(self.row.state, "complainant")

    @cached_property
    def object_by(self) -> datetime | None:
        """Until when the person may object to the answer or the decision; None where they may not."""
        until = complaints.object_by(self.row)
        return until if until is not None and self.moment.at < until else None

    @property
    def outcome(self) -> Promise | None:
        """What was found, once it is closed."""
        return words.OUTCOMES.get(self.fate.outcome)

    @property
    def caller(self) -> str:
        """The calling number; empty where it was hidden."""
        return phone.e164(self.row.caller) if self.row.caller is not None else ""

    @property
    def number(self) -> str:
        """The number called, masked."""
        return phone.mask(self.row.number) if self.row.number is not None else ""

    @property
    def category(self) -> Promise:
        """What it was."""
        return words.CATEGORY_NAMES[self.row.category]

    @property
    def sector(self) -> Promise:
        """What was sold."""
        return register_words.SECTORS[self.row.sector]

    @property
    def whole_day(self) -> bool:
        """Whether only the day of the call is known."""
        return self.row.tolerance.total_seconds() >= 12 * 3600

    @property
    def minutes(self) -> int:
        """How far off the time may be."""
        return int(self.row.tolerance.total_seconds() // 60)

    @cached_property
    def company(self) -> str:
        """The company it is about, where the person may know."""
        found = self.fate.company
        if found is None:
            return ""
        if not self.row.proven:
            # Whose a calling number is, is public; whom a call in a log was made by, is not.
            if self.row.caller is None:
                return ""
            owner = companies.owner(
                number=self.row.caller, moment=Moment(self.row.called_at, self.moment.known_at)
            )
            if owner is None or owner.company.pk != found.pk:
                return ""
        return found.name

    @property
    def company_id(self) -> str:
        """Its public id."""
        return ids.public("com", self.fate.company_id)

    @cached_property
    def grounds(self) -> list[Promise]:
        """What was found of the call, for the holder of the number."""
        if not self.row.proven:
            return []
        found = dict.fromkeys(match.ground for match in self.fate.matches.all())
        return [words.GROUNDS[ground] for ground in found]

    @cached_property
    def steps(self) -> list[ShownStep]:
        """What was done, oldest first."""
        return [self._shown(step) for step in self.fate.steps.all()]

    def _shown(self, step: ComplaintStep) -> ShownStep:
        text = step.text if step.step in ("answer", "object", "refer", "close") else ""
        return ShownStep(words.STEPS[step.step], step.at, step.in_time, text)

    @property
    def clock(self) -> Promise | None:
        """What is to come next, if a clock runs."""
        return words.CLOCKS.get(self.fate.clock)

    @property
    def due_at(self) -> datetime | None:
        """The last instant of the clock: its day is the one to show."""
        return None if self.fate.due_at is None else self.fate.due_at - timedelta(seconds=1)

    @property
    def overdue(self) -> bool:
        """Whether the clock has run out."""
        return self.fate.due_at is not None and self.fate.due_at <= self.moment.at

    @property
    def citation(self) -> Citation:
        """The article that the clock rests on."""
        # How long an officer has for an objection is no law.
        return cited({} if self.fate.clock == "decide" else self.fate.policy.citations, "complaint_clock")

    @property
    def contacts(self) -> list[Contact]:
        """Where to turn as well, for more than a sales call."""
        if self.row.category == "commercial":
            return []
        return contacts(self.row.policy.terms, self.row.category, self.language)
