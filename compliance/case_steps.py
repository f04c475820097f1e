"""What may be done to a case, by whom, from which state, and where it leads. A table; pure, without a database."""

from registry.steps import Allowed, Steps, allow

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

#: What is added after the company was told of the case has to be told to it as well, before anything is proposed.
_GATHER = allow("officer", leads_to="open")
_NOTIFY = allow("officer", leads_to="noticed")
#: An officer writes down an answer that came on paper.
_RESPOND = allow("company", "officer", leads_to="answered")
_HEAR = allow("officer", leads_to="heard")
_PROPOSE = allow("officer", leads_to="proposed")
_DROP = allow("supervisor", leads_to="withdrawn")
_CLOSE = allow("officer", leads_to="closed")


def _assign(state: str) -> Allowed:
    return allow("officer", "supervisor", leads_to=state)


def _invite(state: str) -> Allowed:
    return allow("officer", leads_to=state)


#: Every step that may be taken. From `closed` and `withdrawn` none leads on.
ALLOWED = Steps(
    {
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
        ("heard", "respond"): allow("company", "officer", leads_to="heard"),
        ("heard", "invite"): _invite("heard"),
        ("heard", "hear"): _HEAR,
        ("heard", "propose"): _PROPOSE,
        ("heard", "withdraw"): _DROP,
        ("proposed", "assign"): _assign("proposed"),
        ("proposed", "return"): allow("supervisor", leads_to="returned"),
        ("proposed", "decide"): allow("supervisor", leads_to="decided"),
        ("proposed", "withdraw"): _DROP,
        ("returned", "gather"): _GATHER,
        ("returned", "assign"): _assign("returned"),
        ("returned", "respond"): allow("company", "officer", leads_to="returned"),
        ("returned", "invite"): _invite("returned"),
        ("returned", "hear"): _HEAR,
        ("returned", "propose"): _PROPOSE,
        ("returned", "withdraw"): _DROP,
        ("decided", "assign"): _assign("decided"),
        ("decided", "appeal"): allow("company", "officer", leads_to="appealed"),
        ("decided", "close"): _CLOSE,
        ("appealed", "assign"): _assign("appealed"),
        ("appealed", "review"): allow("supervisor", leads_to="reviewed"),
        ("reviewed", "close"): _CLOSE,
    }
)
leads_to, open_to, is_over = ALLOWED.leads_to, ALLOWED.open_to, ALLOWED.is_over
