"""What may be done to a case, by whom, from which state, and where it leads. A table; pure, without a database."""

from typing import NamedTuple

#: Who takes a step: who handles cases, who decides them, and the company it is about.
ACTORS = ("officer", "supervisor", "company")
STATES = (
    "open",
    "noticed",
    "answered",
    "heard",
    "proposed",
    "returned",
    "decided",
    "appealed",
    "reviewed",
    "closed",
    "withdrawn",
)
#: `open` comes first. `return`: a proposal goes back to who made it. `review`: the decision on an appeal.
STEPS = (
    "open",
    "gather",
    "assign",
    "notify",
    "respond",
    "invite",
    "hear",
    "propose",
    "return",
    "decide",
    "appeal",
    "review",
    "close",
    "withdraw",
)
#: What each clock gives time for.
CLOCKS = ("respond", "decide", "appeal", "review")


class Allowed(NamedTuple):
    """A step that may be taken: by whom, and the state it leads to."""

    by: frozenset[str]
    leads_to: str


def _by(*actors: str, leads_to: str) -> Allowed:
    return Allowed(frozenset(actors), leads_to)


#: What is added after the company was told of the case has to be told to it as well, before anything is proposed.
_GATHER = _by("officer", leads_to="open")
_NOTIFY = _by("officer", leads_to="noticed")
#: An officer writes down an answer that came on paper.
_RESPOND = _by("company", "officer", leads_to="answered")
_HEAR = _by("officer", leads_to="heard")
_PROPOSE = _by("officer", leads_to="proposed")
_DROP = _by("supervisor", leads_to="withdrawn")
_CLOSE = _by("officer", leads_to="closed")


def _assign(state: str) -> Allowed:
    return _by("officer", "supervisor", leads_to=state)


def _invite(state: str) -> Allowed:
    return _by("officer", leads_to=state)


#: Every step that may be taken. From `closed` and `withdrawn` none leads on.
ALLOWED: dict[tuple[str, str], Allowed] = {
    ("open", "gather"): _GATHER,
    ("open", "assign"): _assign("open"),
    ("open", "notify"): _NOTIFY,
    ("open", "withdraw"): _DROP,
    ("noticed", "gather"): _GATHER,
    ("noticed", "assign"): _assign("noticed"),
    ("noticed", "respond"): _RESPOND,
    ("noticed", "invite"): _invite("noticed"),
    ("noticed", "hear"): _HEAR,
    ("noticed", "propose"): _PROPOSE,
    ("noticed", "withdraw"): _DROP,
    ("answered", "gather"): _GATHER,
    ("answered", "assign"): _assign("answered"),
    ("answered", "respond"): _RESPOND,
    ("answered", "invite"): _invite("answered"),
    ("answered", "hear"): _HEAR,
    ("answered", "propose"): _PROPOSE,
    ("answered", "withdraw"): _DROP,
    ("heard", "gather"): _GATHER,
    ("heard", "assign"): _assign("heard"),
    # What a company adds after the hearing is put with the rest; the hearing stands.
    ("heard", "respond"): _by("company", "officer", leads_to="heard"),
    ("heard", "invite"): _invite("heard"),
    ("heard", "hear"): _HEAR,
    ("heard", "propose"): _PROPOSE,
    ("heard", "withdraw"): _DROP,
    ("proposed", "assign"): _assign("proposed"),
    ("proposed", "return"): _by("supervisor", leads_to="returned"),
    ("proposed", "decide"): _by("supervisor", leads_to="decided"),
    ("proposed", "withdraw"): _DROP,
    ("returned", "gather"): _GATHER,
    ("returned", "assign"): _assign("returned"),
    ("returned", "respond"): _by("company", "officer", leads_to="returned"),
    ("returned", "invite"): _invite("returned"),
    ("returned", "hear"): _HEAR,
    ("returned", "propose"): _PROPOSE,
    ("returned", "withdraw"): _DROP,
    ("decided", "assign"): _assign("decided"),
    ("decided", "appeal"): _by("company", "officer", leads_to="appealed"),
    ("decided", "close"): _CLOSE,
    ("appealed", "assign"): _assign("appealed"),
    ("appealed", "review"): _by("supervisor", leads_to="reviewed"),
    ("reviewed", "close"): _CLOSE,
}


def leads_to(state: str, step: str, by: str) -> str | None:
    """The state that `step`, taken by `by`, leads to from `state`; None where it may not be taken."""
    allowed = ALLOWED.get((state, step))
    return allowed.leads_to if allowed is not None and by in allowed.by else None


def open_to(state: str, by: str) -> frozenset[str]:
    """The steps that `by` may take from `state`."""
    return frozenset(step for (held, step), allowed in ALLOWED.items() if held == state and by in allowed.by)


def is_over(state: str) -> bool:
    """Whether no step leads on from `state`."""
    return not any(held == state for held, _ in ALLOWED)
