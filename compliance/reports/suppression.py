"""Which counts are not published: small ones, and as many others as keep totals from giving them back. Pure.

A table of counts is published with the total of each value of each of its dimensions, and the total of all. A count
below `LEAST` could be about one person or one company. Leaving it out is not enough: where all others of a line and
the line's total are known, it follows. So more are left out, the smallest first, until no count that is left out
follows from what is published, and those that a line leaves out come to no less than `LEAST` together.

Hundepool et al., Statistical Disclosure Control (2012), chapter 4. What follows is found by elimination over all lines
at once, not line by line.
"""

from collections.abc import Iterable, Mapping

#: Counts from 1 to before this are not published.
LEAST = 10
#: The place of a total in a key: every value of that dimension.
ALL = ""
Key = tuple[str, ...]
#: A prime that no sum of the elimination comes near by chance.
_PRIME = (1 << 61) - 1


def with_totals(cells: Mapping[Key, int]) -> dict[Key, int]:
    """The counts, the total of each value of each dimension, and the total of all."""
    held = dict(cells)
    for key, count in cells.items():
        for total in _totals(key):
            held[total] = held.get(total, 0) + count
    return held


def left_out(cells: Mapping[Key, int], least: int = LEAST) -> set[Key]:
    """The keys, totals among them, whose counts are not to be published. Keys have at least two dimensions."""
    held = with_totals(cells)
    lines = _lines(cells)
    out = {key for key, count in held.items() if 0 < count < least}
    while True:
        more = _exposed_sums(lines, held, out, least) or _following(lines, held, out)
        if not more:
            return out
        out |= more


def _totals(key: Key) -> list[Key]:
    size = len(key)
    ones = [tuple(key[at] if at == place else ALL for at in range(size)) for place in range(size)]
    return [*ones, (ALL,) * size]


def _lines(cells: Iterable[Key]) -> list[list[Key]]:
    """The sums that are published: each holds the parts, and at its end the total."""
    lines: dict[Key, list[Key]] = {}
    tops: dict[tuple[int, Key], set[Key]] = {}
    for key in cells:
        *ones, whole = _totals(key)
        for place, one in enumerate(ones):
            lines.setdefault(one, []).append(key)
            tops.setdefault((place, whole), set()).add(one)
    return [[*sorted(parts), total] for total, parts in lines.items()] + [
        [*sorted(parts), whole] for (_place, whole), parts in tops.items()
    ]


def _exposed_sums(lines: list[list[Key]], held: Mapping[Key, int], out: set[Key], least: int) -> set[Key]:
    """One more count of each line whose left-out parts come to too little."""
    more: set[Key] = set()
    for line in lines:
        hidden = [key for key in line[:-1] if key in out or key in more]
        if hidden and line[-1] not in out and (len(hidden) == 1 or sum(held[key] for key in hidden) < least):
            more |= _smallest(line[:-1], held, out | more) or _smallest(line[-1:], held, out | more)
    return more


def _following(lines: list[list[Key]], held: Mapping[Key, int], out: set[Key]) -> set[Key]:
    """One more count beside one that follows from what is published, or else afar from it; none if none follows."""
    following = determined(lines, out)
    if not following:
        return set()
    for key in following:
        for line in sorted((line for line in lines if key in line), key=len):
            if more := _smallest(line, held, out):
                return more
    # All beside them is left out already: what gives them away stands in the lines of others that are left out.
    apart = [key for line in lines if not out.isdisjoint(line) for key in line]
    return _smallest(apart, held, out)


def _smallest(keys: list[Key], held: Mapping[Key, int], out: set[Key]) -> set[Key]:
    open_ones = [key for key in keys if key not in out and held[key]]
    return {min(open_ones, key=lambda key: (held[key], key))} if open_ones else set()


def determined(lines: list[list[Key]], out: set[Key]) -> list[Key]:
    """The left-out counts that follow from what is published, by elimination over the lines."""
    rows = []
    for line in lines:
        row = {key: 1 for key in line[:-1] if key in out}
        if line[-1] in out:
            row[line[-1]] = -1
        if row:
            rows.append(row)
    done: list[tuple[Key, dict[Key, int]]] = []
    for row in rows:
        for pivot, other in done:
            _subtract(row, other, pivot)
        if not row:
            continue
        pivot = min(row)
        factor = pow(row[pivot], -1, _PRIME)
        reduced = {key: value * factor % _PRIME for key, value in row.items()}
        for _, other in done:
            _subtract(other, reduced, pivot)
        done.append((pivot, reduced))
    return sorted(pivot for pivot, row in done if len(row) == 1)


def _subtract(row: dict[Key, int], other: Mapping[Key, int], pivot: Key) -> None:
    """Take as much of `other` from `row` as leaves nothing at `pivot`, where `other` has 1."""
    factor = row.get(pivot, 0) % _PRIME
    if factor:
        for key, value in other.items():
            left = (row.get(key, 0) - factor * value) % _PRIME
            if left:
                row[key] = left
            else:
                row.pop(key, None)
