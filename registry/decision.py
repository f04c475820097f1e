"""THE RULE. From facts to a verdict with reasons; nothing else. The first file to read.

Pure: no clock, no database, no Django. `facts.sql` establishes the facts, `decide` judges them, and `DECISIONS` is
the whole law as a table: every combination of facts with its answer. Single checks look it up; scrubs and audits join
the same table in the database. `tests/golden/decision_table.txt` lists it, so that a change of law is a diff.

Order of the rules: who may call at all, then what the person refused, then what ground the company has, then whether
this is a time for calls. Every refusal comes before every permission; what lifts a refusal (a later consent) is part
of the fact that it stands. Grounds: the plan of 13 departments of July 2018, `docs/LAW.md`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from itertools import product
from typing import Literal, NamedTuple

Verdict = Literal["allow", "deny"]
ALLOW: Verdict = "allow"
DENY: Verdict = "deny"

#: The company's (and the seller's) standing for a sector, worst first.
STANDINGS = ("unlicensed", "sector_unlicensed", "licensed")
#: The best ground the caller has for this number, sector and channel. `consent` and `relationship` carry a call;
#: each of the others says why none does.
GROUNDS = (
    "consent",
    "relationship",
    "revoked",
    "disputed",
    "unconfirmed",
    "not_for_channel",
    "expired",
    "reassigned",
    "missing",
)
#: What the policy asks for: a ground, or only the absence of an opt-out, or nothing for an exempt purpose.
REGIMES = ("consent_required", "opt_out", "exempt")
#: Where the moment lies in the called person's calling hours; the strictest of the number's time zones.
HOURS = ("open", "outside_calling_hours", "closed_day")


class Facts(NamedTuple):
    """What was true of one question. The columns of `predial/facts.sql`, in its order."""

    standing: str
    caller_registered: bool
    #: The person refused this company (or its seller), and has confirmed no consent given later.
    refused: bool
    #: The person opted out of all calls, and no consent in effect lifts that.
    out_of_all: bool
    out_of_sector: bool
    out_of_channel: bool
    ground: str
    regime: str
    hours: str
    attempts_exceeded: bool


#: The values of each fact, in the order of `Facts`. Their product is every question that can be.
DOMAINS: tuple[tuple[object, ...], ...] = (
    STANDINGS,
    (False, True),
    (False, True),
    (False, True),
    (False, True),
    (False, True),
    GROUNDS,
    REGIMES,
    HOURS,
    (False, True),
)


class Rule(NamedTuple):
    """One line of the law: if `holds`, then `verdict`, because of `code`."""

    verdict: Verdict
    code: str
    holds: Callable[[Facts], bool]


def _needs_ground(facts: Facts) -> bool:
    return facts.regime == "consent_required"


def _not_exempt(facts: Facts) -> bool:
    return facts.regime != "exempt"


#: First that holds decides.
RULES: tuple[Rule, ...] = (
    # Who may call at all.
    Rule(DENY, "company_not_licensed", lambda f: f.standing == "unlicensed"),
    Rule(DENY, "sector_not_licensed", lambda f: f.standing == "sector_unlicensed"),
    Rule(DENY, "caller_not_registered", lambda f: not f.caller_registered),
    # What the person refused. A refusal of the company binds even exempt purposes.
    Rule(DENY, "opted_out_of_company", lambda f: f.refused),
    Rule(DENY, "opted_out_of_all", lambda f: f.out_of_all and _not_exempt(f)),
    Rule(DENY, "opted_out_of_sector", lambda f: f.out_of_sector and _not_exempt(f)),
    Rule(DENY, "opted_out_of_channel", lambda f: f.out_of_channel and _not_exempt(f)),
    # What ground the company has. A revoked or disputed consent is a "no" in every regime.
    Rule(DENY, "consent_revoked", lambda f: f.ground == "revoked" and _not_exempt(f)),
    Rule(DENY, "consent_disputed", lambda f: f.ground == "disputed" and _not_exempt(f)),
    Rule(DENY, "consent_unconfirmed", lambda f: f.ground == "unconfirmed" and _needs_ground(f)),
    Rule(DENY, "consent_not_for_channel", lambda f: f.ground == "not_for_channel" and _needs_ground(f)),
    Rule(DENY, "consent_expired", lambda f: f.ground == "expired" and _needs_ground(f)),
    Rule(DENY, "number_reassigned", lambda f: f.ground == "reassigned" and _needs_ground(f)),
    Rule(DENY, "consent_missing", lambda f: f.ground == "missing" and _needs_ground(f)),
    # Whether this is a time for calls. These alone have a next permitted time.
    Rule(DENY, "outside_calling_hours", lambda f: f.hours == "outside_calling_hours"),
    Rule(DENY, "closed_day", lambda f: f.hours == "closed_day"),
    Rule(DENY, "attempts_exceeded", lambda f: f.attempts_exceeded),
    # What permits the call.
    Rule(ALLOW, "purpose_exempt", lambda f: f.regime == "exempt"),
    Rule(ALLOW, "consent_on_record", lambda f: f.ground == "consent"),
    Rule(ALLOW, "relationship_on_record", lambda f: f.ground == "relationship"),
    Rule(
        ALLOW,
        "not_opted_out",
        lambda f: f.regime == "opt_out" and f.ground not in ("consent", "relationship"),
    ),
)

DENY_CODES = tuple(rule.code for rule in RULES if rule.verdict == DENY)
ALLOW_CODES = tuple(rule.code for rule in RULES if rule.verdict == ALLOW)
#: Denials that pass with time. When nothing else is in the way, the answer names the next permitted time.
TIMING_CODES = frozenset({"outside_calling_hours", "closed_day", "attempts_exceeded"})


@dataclass(frozen=True, slots=True)
class Decision:
    """The answer to one combination of facts: the verdict, and its reason codes in the order of `RULES`."""

    verdict: Verdict
    reasons: tuple[str, ...]

    @property
    def allowed(self) -> bool:
        return self.verdict == ALLOW

    @property
    def only_timing(self) -> bool:
        """Denied, and by nothing but hours, days or attempts."""
        return not self.allowed and TIMING_CODES.issuperset(self.reasons)


def decide(facts: Facts) -> Decision:
    """The verdict on `facts`, with every reason of the deciding side up to the first rule that would decide otherwise.

    Raises LookupError if no rule holds, which `DECISIONS` proves cannot be.
    """
    holding = [rule for rule in RULES if rule.holds(facts)]
    if not holding:
        raise LookupError(f"no rule holds for {facts}")
    verdict = holding[0].verdict
    reasons: list[str] = []
    for rule in holding:
        if rule.verdict != verdict:
            break
        reasons.append(rule.code)
    return Decision(verdict, tuple(reasons))


#: Every combination, in the order of `DOMAINS`; a combination's place here is part of its id in the database.
COMBINATIONS: tuple[Facts, ...] = tuple(Facts(*values) for values in product(*DOMAINS))  # type: ignore[arg-type]
DECISIONS: dict[Facts, Decision] = {facts: decide(facts) for facts in COMBINATIONS}


def _digest() -> str:
    lines = (
        f"{'|'.join(map(str, facts))}>{d.verdict}:{','.join(d.reasons)}" for facts, d in DECISIONS.items()
    )
    return sha256("\n".join(lines).encode()).hexdigest()


#: Names this rule: every check and audit stores it, so that an answer can be held against the rule that gave it.
RULE_DIGEST = _digest()
