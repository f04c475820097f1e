"""What may be done to a complaint, by whom, from which state, and where it leads. A table; pure, without a database."""

from registry.steps import Steps, allow

#: Who takes a step. `register`: the program by itself.
ACTORS = ("complainant", "company", "regulator", "register")
STATES = ("filed", "joined", "relayed", "answered", "notified", "objected", "referred", "closed", "withdrawn")
#: `file` and `join` come first, `close` and `withdraw` last. `refer`: to the police or another authority. `object`: the
#: person does not accept the answer, or the decision, and an officer looks (again).
STEPS = ("file", "join", "relay", "answer", "notify", "object", "refer", "close", "withdraw")
#: What each clock gives time for. `act` is the one of packs that time the whole: India's five days. `decide`: the
#: officer's, after an objection.
CLOCKS = ("relay", "answer", "notify", "decide", "act")

_REFER = allow("regulator", leads_to="referred")
_CLOSE = allow("regulator", leads_to="closed")
_WITHDRAW = allow("complainant", leads_to="withdrawn")
_ANSWER = allow("company", leads_to="answered")
_OBJECT = allow("complainant", leads_to="objected")

#: Every step that may be taken. From `joined` and `withdrawn` none leads on, from `closed` only an objection.
ALLOWED = Steps(
    {
        ("filed", "join"): allow("regulator", "register", leads_to="joined"),
        ("filed", "relay"): allow("regulator", "register", leads_to="relayed"),
        ("filed", "refer"): _REFER,
        ("filed", "close"): _CLOSE,
        ("filed", "withdraw"): _WITHDRAW,
        ("relayed", "answer"): _ANSWER,
        ("relayed", "refer"): _REFER,
        ("relayed", "close"): _CLOSE,
        ("relayed", "withdraw"): _WITHDRAW,
        # A company may add to its answer until the person has heard of it.
        ("answered", "answer"): _ANSWER,
        ("answered", "notify"): allow("regulator", "register", leads_to="notified"),
        ("answered", "object"): _OBJECT,
        ("answered", "refer"): _REFER,
        ("answered", "close"): _CLOSE,
        ("answered", "withdraw"): _WITHDRAW,
        ("notified", "object"): _OBJECT,
        ("notified", "refer"): _REFER,
        ("notified", "close"): _CLOSE,
        ("notified", "withdraw"): _WITHDRAW,
        # Back to the company, where it has left something unsaid.
        ("objected", "relay"): allow("regulator", leads_to="relayed"),
        ("objected", "refer"): _REFER,
        ("objected", "close"): _CLOSE,
        ("objected", "withdraw"): _WITHDRAW,
        ("closed", "object"): _OBJECT,
        ("referred", "close"): _CLOSE,
        ("referred", "withdraw"): _WITHDRAW,
    }
)
leads_to, open_to, is_over = ALLOWED.leads_to, ALLOWED.open_to, ALLOWED.is_over


def relays_itself(*, category: str, proven: bool, vouched: bool, call_found: bool, sure: bool) -> bool:
    """Whether a complaint whose company is known goes to it without an officer's look.

    Anyone may complain of anything, so that only a proven number weighs enough by itself. A complaint that another
    centre has taken (`vouched`) does so where the company's own log has the call; one that a stranger has filed here
    does not even then, since what becomes of it would tell them who called whom. Nor does one without a calling number
    whose time is not known well (`sure`): it may be another company's call. What is said to be malicious or illegal an
    officer reads first: the accused should not hear of it from us before.
    """
    return category == "commercial" and sure and (proven or (vouched and call_found))
