"""What may be done with an application for a licence, by whom, from which state, and where it leads. Pure."""

ACTORS = ("company", "regulator")
STATES = ("received", "returned", "approved", "refused")
#: `return`: something is missing; the company may `amend` it, and it is received again.
STEPS = ("file", "return", "amend", "approve", "refuse")

_BOTH, _REGULATOR = frozenset(ACTORS), frozenset({"regulator"})
#: Every step that may be taken: by whom, and the state it leads to. From `approved` and `refused` none leads on.
ALLOWED: dict[tuple[str, str], tuple[frozenset[str], str]] = {
    ("received", "return"): (_REGULATOR, "returned"),
    ("received", "amend"): (_BOTH, "received"),
    ("received", "approve"): (_REGULATOR, "approved"),
    ("received", "refuse"): (_REGULATOR, "refused"),
    ("returned", "amend"): (_BOTH, "received"),
    ("returned", "refuse"): (_REGULATOR, "refused"),
}


def leads_to(state: str, step: str, by: str) -> str | None:
    """The state that `step`, taken by `by`, leads to from `state`; None where it may not be taken."""
    actors, target = ALLOWED.get((state, step), (frozenset(), ""))
    return target if by in actors else None


def open_to(state: str, by: str) -> frozenset[str]:
    """The steps that `by` may take from `state`."""
    return frozenset(step for (held, step), (actors, _) in ALLOWED.items() if held == state and by in actors)
