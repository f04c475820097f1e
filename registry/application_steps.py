"""What may be done with an application for a licence, by whom, from which state, and where it leads. Pure."""

from registry.steps import Steps, allow

ACTORS = ("company", "regulator")
STATES = ("received", "returned", "approved", "refused")
#: `return`: something is missing; the company may `amend` it, and it is received again.
STEPS = ("file", "return", "amend", "approve", "refuse")

#: Every step that may be taken. From `approved` and `refused` none leads on.
ALLOWED = Steps(
    {
        ("received", "return"): allow("regulator", leads_to="returned"),
        ("received", "amend"): allow(*ACTORS, leads_to="received"),
        ("received", "approve"): allow("regulator", leads_to="approved"),
        ("received", "refuse"): allow("regulator", leads_to="refused"),
        ("returned", "amend"): allow(*ACTORS, leads_to="received"),
        ("returned", "refuse"): allow("regulator", leads_to="refused"),
    }
)
leads_to, open_to = ALLOWED.leads_to, ALLOWED.open_to
