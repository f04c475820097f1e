"""Rates that can be compared: a share, and the interval it may be taken to lie in. Pure.

A company with two calls and one violation is not worse than one with a million calls and ten thousand. Companies are
therefore ranked by the lower end of the interval, and never below `FEWEST` calls.
"""

from math import sqrt

#: Under so many calls a share says nothing.
FEWEST = 100
#: The normal quantile of a two-sided interval of 95 %.
Z95 = 1.959964


def share(part: int, whole: int) -> float | None:
    """`part` of `whole`, to six decimals; None of nothing."""
    return round(part / whole, 6) if whole else None


def interval(part: int, whole: int) -> tuple[float, float] | None:
    """Wilson's 95 % interval of `part` of `whole`, to six decimals; None of nothing.

    Wilson, E. B. (1927), J. Am. Stat. Assoc. 22, 209-212. Unlike the plain one it holds for small numbers and for none.
    """
    if not whole:
        return None
    p, z2 = part / whole, Z95 * Z95
    middle = (p + z2 / (2 * whole)) / (1 + z2 / whole)
    half = Z95 / (1 + z2 / whole) * sqrt(p * (1 - p) / whole + z2 / (4 * whole * whole))
    return round(max(0.0, middle - half), 6), round(min(1.0, middle + half), 6)
