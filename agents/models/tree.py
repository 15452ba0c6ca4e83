"""Many token sequences as one tree, so that what they share is computed once.

The sequences are sorted, so the tree does not depend on the order in which they came, and every node lies
on a run of neighbouring leaves.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from simenv.types import IntArray

Tokens = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Tree:
    """One row per node, parents before children.

    Args:
        token: int32 (nodes,).
        depth: int32 (nodes,), how many nodes lie before it on its sequences.
        low, high: int32 (nodes,), it lies on the leaves low to high - 1.
        paths: for each twig, the nodes from the root to its end.
        leaves: how many twigs are no beginning of another one.
    """

    token: IntArray
    depth: IntArray
    low: IntArray
    high: IntArray
    paths: Mapping[Tokens, Sequence[int]]
    leaves: int

    def __len__(self) -> int:
        return len(self.token)


def grow(trunk: Sequence[int], twigs: Collection[Tokens]) -> Tree:
    """The tree of all sequences that are the trunk followed by one of the twigs (at least one)."""
    stem = len(trunk)
    token, depth = list(trunk), list(range(stem))
    low, high = [0] * stem, [0] * stem
    paths: dict[Tokens, list[int]] = {}
    path, leaf = depth[:], 0
    before: Tokens = ()
    for twig in sorted(set(twigs)):
        shared = _common(before, twig)
        if shared < len(before):
            leaf += 1
            for node in path[stem + shared :]:
                high[node] = leaf
        fresh = len(twig) - shared
        path = path[: stem + shared] + list(range(len(token), len(token) + fresh))
        token += twig[shared:]
        depth += range(stem + shared, stem + len(twig))
        low += [leaf] * fresh
        high += [leaf] * fresh
        paths[twig], before = path, twig
    for node in path:
        high[node] = leaf + 1
    return Tree(_column(token), _column(depth), _column(low), _column(high), paths, leaf + 1)


def bundles(twigs: Collection[Tokens], room: int, leaves: int) -> Iterator[list[Tokens]]:
    """The twigs, sorted, cut into runs of at most so many twigs whose trees have at most ``room`` nodes.

    A twig longer than the room makes a run of its own.
    """
    ordered = sorted(set(twigs))
    if len(ordered) <= leaves and sum(map(len, ordered)) <= room:
        yield ordered
        return
    bundle: list[Tokens] = []
    used = 0
    for twig in ordered:
        fresh = len(twig) - (_common(bundle[-1], twig) if bundle else 0)
        if bundle and (used + fresh > room or len(bundle) == leaves):
            yield bundle
            bundle, used, fresh = [], 0, len(twig)
        bundle.append(twig)
        used += fresh
    yield bundle


def _column(numbers: list[int]) -> IntArray:
    return np.array(numbers, dtype=np.int32)


def _common(left: Tokens, right: Tokens) -> int:
    """How many tokens two sequences share at their beginning."""
    for place, (a, b) in enumerate(zip(left, right, strict=False)):
        if a != b:
            return place
    return min(len(left), len(right))
