"""Tables of steps: what may be done to something, by whom, from which state, and where it leads. Pure.

A complaint, a case and an application for a licence have one each (`…_steps.py`); nothing else says what may be done.
"""

from typing import NamedTuple


class Allowed(NamedTuple):
    """A step that may be taken: by whom, and the state it leads to."""

    by: frozenset[str]
    leads_to: str


def allow(*actors: str, leads_to: str) -> Allowed:
    """A step for these actors."""
    return Allowed(frozenset(actors), leads_to)


class Steps(dict[tuple[str, str], Allowed]):
    """Every step that may be taken, by state and step."""

    def leads_to(self, state: str, step: str, by: str) -> str | None:
        """The state that `step`, taken by `by`, leads to from `state`; None where it may not be taken."""
        allowed = self.get((state, step))
        return allowed.leads_to if allowed is not None and by in allowed.by else None

    def open_to(self, state: str, by: str) -> frozenset[str]:
        """The steps that `by` may take from `state`."""
        return frozenset(step for (held, step), allowed in self.items() if held == state and by in allowed.by)

    def is_over(self, state: str) -> bool:
        """Whether no step leads on from `state`."""
        return not any(held == state for held, _ in self)
