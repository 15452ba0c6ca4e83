"""Where candidates come from, and what nobody is shown again."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recommenders.item_knn import ItemKnn
from recommenders.popularity import Popularity
from simenv.gym.familiar import Familiar
from simenv.gym.retrievers import NOBODY_EXCLUDED, Drawn, Ordered, Ranked, Recommended, Retriever
from simenv.ragged import Ragged
from simenv.types import NOTHING, FloatArray, IntArray, Interactions, Visit

ROWS, ITEMS = 12, 150
HISTORIES = [[(7 * row + 11 * n) % ITEMS for n in range(row * 3)] for row in range(2 * ROWS)]


def rows(*numbers: int) -> IntArray:
    """Some rows."""
    return np.array(numbers, dtype=np.int32)


def familiar(items: int = ITEMS) -> Familiar:
    """Row b is agent 2 b, who knows its history."""
    histories = [[item % items for item in history] for history in HISTORIES]
    known = Familiar(Ragged.of(histories), np.arange(0, 2 * ROWS, 2, dtype=np.int32), items)
    known.begin(np.arange(ROWS, dtype=np.int32))
    return known


def visit(of: IntArray, page: int = 0) -> Visit:
    """A page of some rows."""
    zero = np.zeros(len(of), dtype=np.int32)
    return Visit(zero, zero, zero + page, 2 * of, NOBODY_EXCLUDED)


def train(items: int = ITEMS) -> Interactions:
    """Items with a smaller number are taken more often."""
    item = np.repeat(np.arange(items), np.arange(items, 0, -1)).astype(np.int32)
    stars: FloatArray = np.ones(len(item), dtype=np.float32)
    return Interactions(item % 30, item, stars, np.zeros(len(item), dtype=np.int64), 30, items)


def retrievers(items: int = ITEMS) -> list[Retriever]:
    """One of each kind."""
    recommender = Popularity()
    recommender.fit(train(items))
    ordered = Ordered(np.arange(items, dtype=np.int32))
    return [ordered, Drawn(items, 5), Recommended(recommender), Ranked(knn(items).ranking, 30, items)]


def knn(items: int = ITEMS) -> ItemKnn:
    """A personal recommender."""
    recommender = ItemKnn()
    recommender.fit(train(items))
    return recommender


KINDS = range(4)


def test_everybody_knows_their_history_and_what_they_were_shown() -> None:
    known, who = familiar(), rows(1, 4)
    shown = known.show(who, np.array([[0, 14, 63], [64, 149, NOTHING]], dtype=np.int32))
    # agent 2 has 14 in its history, agent 8 has 56, 67, 78 and so on
    assert shown.tolist() == [[0, NOTHING, 63], [64, 149, NOTHING]]
    assert known.items(who).row(0).tolist() == sorted({*HISTORIES[2], 0, 63})
    assert known.items(who).row(1).tolist() == sorted({*HISTORIES[8], 64, 149})
    assert known.knows(who, np.array([[63, 64, NOTHING], [63, 64, 56]], dtype=np.int32)).tolist() == [
        [True, False, False],
        [False, True, True],
    ]
    known.begin(rows(4))
    assert known.items(who).row(0).tolist() == sorted({*HISTORIES[2], 0, 63})
    assert known.items(who).row(1).tolist() == sorted(set(HISTORIES[8]))


def test_an_item_twice_on_a_page_is_shown_once() -> None:
    assert familiar().show(rows(0), np.array([[5, 6, 5, 6]], dtype=np.int32)).tolist() == [[5, 6, -1, -1]]


@pytest.mark.parametrize("count", [1, 20, 150])
def test_an_order_that_is_kept_is_what_the_recommender_would_say_anew(count: int) -> None:
    known, who = familiar(), np.arange(ROWS, dtype=np.int32)
    kept, anew = Ranked(knn().ranking, 30, ITEMS), Recommended(knn())
    for page in range(3):
        found = kept.retrieve(visit(who, page), (known, who), count)
        assert np.array_equal(found, anew.retrieve(visit(who, page), (known, who), count))
        known.show(who, found[:, :3])


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("items", "count"), [(150, 20), (150, 150), (90, 100), (65, 1)])
def test_candidates_are_new_distinct_and_as_many_as_there_are(kind: int, items: int, count: int) -> None:
    known, who = familiar(items), np.arange(ROWS, dtype=np.int32)
    before = known.bits.copy()
    found = retrievers(items)[kind].retrieve(visit(who), (known, who), count)
    assert known.bits.tobytes() == before.tobytes()
    assert (found.shape, found.dtype) == ((ROWS, count), np.int32)
    for row in range(ROWS):
        real = found[row][found[row] != NOTHING].tolist()
        mine = set(known.items(who).row(row).tolist())
        assert len(real) == len(set(real)) == min(count, items - len(mine))
        assert not set(real) & mine
        assert all(0 <= item < items for item in real)
        assert (found[row][len(real) :] == NOTHING).all()


@pytest.mark.parametrize("kind", KINDS)
@settings(deadline=None, max_examples=20)
@given(st.lists(st.integers(0, ROWS - 1), min_size=1, unique=True), st.integers(0, 3))
def test_candidates_do_not_depend_on_who_else_asks(kind: int, some: list[int], page: int) -> None:
    known, everybody, chosen = familiar(), np.arange(ROWS, dtype=np.int32), rows(*some)
    retriever = retrievers()[kind]
    whole = retriever.retrieve(visit(everybody, page), (known, everybody), 9)
    part = retriever.retrieve(visit(chosen, page), (known, chosen), 9)
    assert part.tobytes() == whole[chosen].tobytes()


def test_an_order_and_a_recommender_that_keeps_it_find_the_same() -> None:
    known, who = familiar(), np.arange(ROWS, dtype=np.int32)
    ordered, _, recommended, _ = (one.retrieve(visit(who), (known, who), 30) for one in retrievers())
    assert ordered.tolist() == recommended.tolist()
    assert ordered[0].tolist() == list(range(30))


def test_drawn_candidates_are_others_on_every_page_and_all_as_likely() -> None:
    known, who = familiar(), np.zeros(1, dtype=np.int32)
    drawn = retrievers()[1]
    counts = np.zeros(ITEMS)
    for page in range(3000):
        counts[drawn.retrieve(visit(who, page), (known, who), 15)] += 1
    assert counts.min() > 300 - 5 * np.sqrt(300)
    assert counts.max() < 300 + 5 * np.sqrt(300)


def test_other_seeds_draw_other_candidates() -> None:
    known, who = familiar(), np.arange(ROWS, dtype=np.int32)
    one, other = (Drawn(ITEMS, seed).retrieve(visit(who), (known, who), 10) for seed in (1, 2))
    assert one.tolist() != other.tolist()
