"""What the audit alone finds: how a call kept to its check, and how many calls were made. The manner of `decision.py`.

Pure: no clock, no database, no Django. `findings.sql` establishes the findings and joins `ROWS`, this table for every
combination of them; the register's own rule says the rest. Unlike there, every rule that holds gives its code.
"""

from collections.abc import Callable
from itertools import product
from typing import NamedTuple


class Findings(NamedTuple):
    """What was true of one call and the check it rests on. The columns of `findings.sql`, in its order."""

    #: A check of the company for that number, asked before the call.
    checked: bool
    #: That check's answer was a denial.
    denied: bool
    #: That check's answer was an allow, and it could not be used any more when the call was made.
    lapsed: bool
    #: The call came from the number that was checked. False for a call whose log names no caller.
    same_caller: bool
    #: As many calls as the policy permits had been made to that number in one of its windows, and no check of its own
    #: had allowed this one.
    over_cap: bool


class Rule(NamedTuple):
    """If `holds`, the call gets `code`."""

    code: str
    holds: Callable[[Findings], bool]


RULES: tuple[Rule, ...] = (
    Rule("no_check", lambda f: not f.checked),
    Rule("called_after_deny", lambda f: f.checked and f.denied),
    Rule("check_expired", lambda f: f.checked and not f.denied and f.lapsed),
    Rule("caller_mismatch", lambda f: f.checked and not f.same_caller),
    Rule("attempts_exceeded_in_calls", lambda f: f.over_cap),
)

CODES = tuple(rule.code for rule in RULES)
#: The codes that need the policy of the call, and so cannot be given where the call could not be judged.
NEED_POLICY = frozenset({"attempts_exceeded_in_calls"})


def codes(findings: Findings) -> tuple[str, ...]:
    """The codes of every rule that holds, in the order of `RULES`."""
    return tuple(rule.code for rule in RULES if rule.holds(findings))


#: Every combination of findings with its codes.
TABLE: dict[Findings, tuple[str, ...]] = {
    findings: codes(findings)
    for findings in (Findings(*values) for values in product((False, True), repeat=5))
}
#: The same as flat rows, one for each code of a combination, for the statement to join.
ROWS: tuple[tuple[bool | str, ...], ...] = tuple(
    (*findings, code) for findings, found in TABLE.items() for code in found
)
