"""The words of these pages for compliance's codes, marked for translation."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

#: What a call was, and what that means.
CATEGORIES: dict[str, tuple[Promise, Promise]] = {
    "commercial": (
        _("A sales call I did not want"),
        _("Somebody wanted to sell or offer something. The company has to answer."),
    ),
    "malicious": (
        _("A call to harass me"),
        _("Ringing and hanging up, calling again and again, threats, debt collectors' abuse."),
    ),
    "illegal": (
        _("Fraud or another crime"),
        _(
            "Pretending to be the police, a bank or a relative; asking for codes or money; selling what is forbidden."
        ),
    ),
}
CATEGORY_NAMES: dict[str, Promise] = {name: shown[0] for name, shown in CATEGORIES.items()}
VOICES: dict[str, Promise] = {
    "person": _("A person"),
    "recording": _("A recording or a robot"),
    "unsure": _("I am not sure"),
}
STATES: dict[str, tuple[Promise, Promise]] = {
    "filed": (_("On record"), _("We are looking at whom it is about.")),
    "joined": (
        _("Joined"),
        _("It is about the same call as a complaint filed before, and goes on with that one."),
    ),
    "relayed": (_("With the company"), _("The company has it and must answer.")),
    "answered": (_("Answered"), _("The company has answered. Its answer is below.")),
    "notified": (_("Answered"), _("The company has answered. Its answer is below.")),
    "objected": (_("Objected"), _("You do not accept that. An officer of the regulator looks at it.")),
    "referred": (_("With the authority"), _("It was handed to the authority that can act on it.")),
    "closed": (_("Closed"), _("It has been decided.")),
    "withdrawn": (_("Withdrawn"), _("You have taken it back.")),
}
OUTCOMES: dict[str, Promise] = {
    "upheld": _("You were right."),
    "not_upheld": _("The call was found to be permitted."),
    "not_clear": _("It could not be found out."),
}
STEPS: dict[str, Promise] = {
    "file": _("You filed it"),
    "join": _("Joined to the complaint filed before"),
    "relay": _("Sent to the company"),
    "answer": _("The company answered"),
    "notify": _("You were told of the answer"),
    "object": _("You objected"),
    "refer": _("Handed to the authority"),
    "close": _("Closed"),
    "withdraw": _("You took it back"),
}
#: What each clock gives time for.
CLOCKS: dict[str, Promise] = {
    "relay": _("We pass it on to whom it concerns"),
    "answer": _("The company answers"),
    "notify": _("We tell you the answer"),
    "decide": _("An officer decides"),
    "act": _("It is dealt with"),
}
#: What was found of the call, told to who has proven the number.
GROUNDS: dict[str, Promise] = {
    "call_with_check": _(
        "The company has reported a call to you then. It had asked this register before, which allowed it."
    ),
    "call_after_deny": _(
        "The company has reported a call to you then, although this register had told it not to call."
    ),
    "call_check_expired": _(
        "The company has reported a call to you then, on an answer of this register that had expired."
    ),
    "call_without_check": _(
        "The company has reported a call to you then, and had not asked this register before."
    ),
    "call_unreported": _(
        "The calling number is the company's, and it has reported no such call. We keep looking."
    ),
    "caller_unknown": _("No company has registered the calling number. It may be forged."),
    "caller_hidden": _("No company has reported a call to you at that time."),
    "number_not_given": _(
        "The calling number is the company's. Without your number we cannot look for the call itself."
    ),
}
