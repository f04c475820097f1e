"""A matching is moved, never torn: as many calls as can be find their other side."""

import random

from compliance.reconciliation.matching import Pair, augment


def test_it_moves_a_pair_so_that_another_call_finds_one():
    pairs = [Pair(2, 11), Pair(1, 11), Pair(2, 12)]
    assert augment(pairs, {2: 11}) == {1: 11, 2: 12}


def test_it_leaves_a_matching_alone_that_cannot_grow():
    assert augment([Pair(1, 11), Pair(2, 11)], {1: 11}) == {1: 11}


def test_it_is_as_large_as_any_within_a_tolerance():
    chance = random.Random(7)
    for _ in range(200):
        carried = sorted(chance.sample(range(60), 6))
        reported = sorted(chance.sample(range(60), 6))
        near = [Pair(c, r) for c in carried for r in reported if abs(c - r) <= 8]
        pairs = sorted(near, key=lambda pair: (abs(pair.carried - pair.reported), pair))
        greedy: dict[int, int] = {}
        for pair in pairs:
            if pair.carried not in greedy and pair.reported not in greedy.values():
                greedy[pair.carried] = pair.reported
        # On a line, the earliest with the earliest that is near enough is as many as can be.
        most, left = 0, list(reported)
        for c in carried:
            first = next((r for r in left if abs(c - r) <= 8), None)
            if first is not None:
                left = [r for r in left if r > first]
                most += 1
        found = augment(pairs, greedy)
        assert len(found) == most
        assert len(set(found.values())) == most
        assert all(Pair(*pair) in near for pair in found.items())
