"""The whole law as a file: a change of the rule is a diff of `tests/golden/decision_table.txt`.

Re-write the file with `UPDATE_GOLDEN=1 pytest tests/unit/test_golden_table.py`, and read the diff.
"""

import os
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

from registry.decision import DECISIONS, GROUNDS, REGIMES, RULE_DIGEST, RULES, Decision, Facts

GOLDEN = Path(__file__).parent.parent / "golden" / "decision_table.txt"
#: The facts that head a block of lines; ground and regime are spelled out below it.
HEAD = tuple(name for name in Facts._fields if name not in ("ground", "regime"))


def head(facts: Facts) -> str:
    """The facts that stand in the way, in words; `nothing` where there are none."""
    words = []
    for name in HEAD:
        value = getattr(facts, name)
        if name == "caller_registered":
            words += [] if value else ["caller not registered"]
        elif value is True:
            words.append(name)
        elif isinstance(value, str) and value not in ("licensed", "open"):
            words.append(value)
    return " + ".join(words) or "nothing"


def pairs(held: list[Facts]) -> str:
    """The grounds and regimes of some facts, with `any` for a full row or column."""
    regimes_of = {ground: tuple(f.regime for f in held if f.ground == ground) for ground in GROUNDS}
    parts = []
    for regimes, grounds in groupby(
        sorted(regimes_of, key=lambda g: regimes_of[g]), key=lambda g: regimes_of[g]
    ):
        names = sorted(grounds, key=GROUNDS.index)
        if regimes:
            ground = "any ground" if len(names) == len(GROUNDS) else "|".join(names)
            parts.append(
                f"{ground} under {'any regime' if len(regimes) == len(REGIMES) else '|'.join(regimes)}"
            )
    return "; ".join(parts)


def lines() -> Iterator[str]:
    """The table, block by block."""
    yield f"rule {RULE_DIGEST}"
    yield ""
    yield "The rules in order, and of how many combinations each is the first that holds:"
    first: dict[str, int] = {}
    for decision in DECISIONS.values():
        first[decision.reasons[0]] = first.get(decision.reasons[0], 0) + 1
    for rule in RULES:
        yield f"  {rule.verdict:5} {rule.code:24} {first.get(rule.code, 0):6}"
    blocks: dict[str, list[tuple[Facts, Decision]]] = {}
    for facts, decision in DECISIONS.items():
        blocks.setdefault(head(facts), []).append((facts, decision))
    for name in sorted(blocks, key=lambda text: (text != "nothing", text.count("+"), text)):
        yield ""
        yield f"in the way: {name}"
        answers: dict[Decision, list[Facts]] = {}
        for facts, decision in blocks[name]:
            answers.setdefault(decision, []).append(facts)
        for decision, held in answers.items():
            yield f"  {decision.verdict}: {', '.join(decision.reasons)}  <-  {pairs(held)}"


def test_it_is_the_table_that_was_read_and_agreed():
    text = "\n".join(lines()) + "\n"
    if os.environ.get("UPDATE_GOLDEN"):
        GOLDEN.write_text(text, encoding="utf-8")
    assert text == GOLDEN.read_text(encoding="utf-8")
