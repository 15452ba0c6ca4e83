"""Many token sequences as one tree."""

from __future__ import annotations

from random import Random

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from agents.models.tree import bundles, grow

TWIGS = st.lists(st.lists(st.integers(0, 2), max_size=5).map(tuple), min_size=1, max_size=12)
TRUNKS = st.lists(st.integers(0, 2), max_size=4)


@given(TRUNKS, TWIGS)
def test_every_sequence_can_be_read_along_its_path(trunk: list[int], twigs: list[tuple[int, ...]]) -> None:
    tree = grow(trunk, twigs)
    for twig in twigs:
        path = tree.paths[twig]
        assert tree.token[path].tolist() == [*trunk, *twig]
        assert tree.depth[path].tolist() == list(range(len(path)))


@given(TRUNKS, TWIGS)
def test_no_beginning_is_computed_twice(trunk: list[int], twigs: list[tuple[int, ...]]) -> None:
    beginnings = {(*trunk, *twig)[:end] for twig in twigs for end in range(len(trunk) + len(twig) + 1)}
    assert len(grow(trunk, twigs)) == len(beginnings - {()})


@given(TRUNKS, TWIGS)
def test_a_node_lies_on_exactly_the_leaves_that_pass_it(
    trunk: list[int], twigs: list[tuple[int, ...]]
) -> None:
    tree = grow(trunk, twigs)
    ends = [twig for twig in tree.paths if not any(o != twig and o[: len(twig)] == twig for o in tree.paths)]
    assert len(ends) == tree.leaves
    passed = np.zeros((len(tree), tree.leaves), dtype=bool)
    for leaf, twig in enumerate(ends):
        passed[tree.paths[twig], leaf] = True
    leaves = np.arange(tree.leaves)
    assert ((tree.low[:, None] <= leaves) & (leaves < tree.high[:, None]) == passed).all()


@given(TRUNKS, TWIGS, st.randoms())
def test_the_order_of_the_sequences_does_not_matter(
    trunk: list[int], twigs: list[tuple[int, ...]], random: Random
) -> None:
    turned = random.sample(twigs, len(twigs))
    left, right = grow(trunk, twigs), grow(trunk, turned)
    assert left.token.tobytes() == right.token.tobytes()
    assert left.paths == right.paths


@given(TWIGS, st.integers(5, 12), st.integers(1, 4))
def test_bundles_keep_to_the_room_and_lose_nothing(
    twigs: list[tuple[int, ...]], room: int, leaves: int
) -> None:
    cut = list(bundles(twigs, room, leaves))
    assert [twig for bundle in cut for twig in bundle] == sorted(set(twigs))
    for bundle in cut:
        assert len(bundle) <= leaves
        assert len(grow((), bundle)) <= room
