"""The digit patterns of numbering plans as states, so that a prefix can be asked what it may still become.

`re` answers whether a whole number matches `8(?:00|33)[2-9]\\d{6}`. The numbering table asks something else of a
prefix: which patterns may its numbers still match, and do they match whatever one of them matches? A state is the
set of what may still follow; equal remainders are equal values, so "whatever A matches, B does" is a subset test
wherever the remainders are written alike, which those of libphonenumber are.
"""

import re
from functools import cache
from typing import Final

#: One digit out of a set ("23456789"), or a choice of sequences.
Node = str | tuple[tuple["Node", ...], ...]
Sequence = tuple[Node, ...]
#: What may follow, each beginning with a digit, or empty for the end of a number.
State = frozenset[Sequence]

ANY_DIGIT: Final = "0123456789"
_TOKEN: Final = re.compile(r"\(\?:|[()|?]|\[[0-9-]+\]|\\d|[0-9]|\{[0-9]+(?:,[0-9]+)?\}")


@cache
def start(pattern: str) -> State:
    """The state before the first digit. Raises `ValueError` for what libphonenumber's patterns do not use."""
    tokens = _TOKEN.findall(pattern)
    if "".join(tokens) != pattern:
        raise ValueError(f"the pattern is not one of digits alone: {pattern!r}")
    tokens.reverse()
    return _expand((_choice(tokens),))


def step(state: State, digit: str) -> State:
    """The state after one more digit; empty if nothing matches any more."""
    return frozenset(
        rest for sequence in state if sequence and digit in sequence[0] for rest in _expand(sequence[1:])
    )


def only_length_matters(state: State) -> bool:
    """Whether every digit is as good as any other from here on."""
    return all(_is_plain(sequence) for sequence in state)


@cache
def _is_plain(sequence: Sequence) -> bool:
    return all(
        node == ANY_DIGIT if isinstance(node, str) else all(_is_plain(option) for option in node)
        for node in sequence
    )


@cache
def _expand(sequence: Sequence) -> State:
    """The sequence with its leading choices made in every way."""
    if not sequence or isinstance(sequence[0], str):
        return frozenset([sequence])
    return frozenset(rest for option in sequence[0] for rest in _expand(option + sequence[1:]))


def _choice(tokens: list[str]) -> Node:
    """Read up to the closing bracket, or the end. `tokens` is reversed, and used up."""
    options: list[list[Node]] = [[]]
    while tokens and (sign := tokens.pop()) != ")":
        latest = options[-1]
        if sign == "|":
            options.append([])
        elif sign.startswith("("):
            latest.append(_choice(tokens))
        elif sign == "?":
            latest.extend(_repeat(latest.pop(), 0, 1))
        elif sign.startswith("{"):
            low, _, high = sign[1:-1].partition(",")
            latest.extend(_repeat(latest.pop(), int(low), int(high or low)))
        else:
            latest.append(_digits(sign))
    return tuple(tuple(option) for option in options)


def _repeat(node: Node, low: int, high: int) -> Sequence:
    more: Sequence = ()
    for _ in range(high - low):
        more = (((), (node, *more)),)
    return (node,) * low + more


def _digits(sign: str) -> str:
    """The digits of `7`, `\\d` or `[2-57]`, in order."""
    if sign == "\\d":
        return ANY_DIGIT
    spans = re.findall(r"([0-9])(?:-([0-9]))?", sign)
    return "".join(digit for digit in ANY_DIGIT if any(low <= digit <= (high or low) for low, high in spans))
