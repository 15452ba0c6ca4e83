"""The shared scorer: bits that depend on the row alone, and the best items in order."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from threadpoolctl import threadpool_limits

from simenv.luck import stream
from simenv.ragged import Ragged
from simenv.scoring import best, blocks, part, product, rank_shared, top_k
from simenv.types import NOTHING, FloatArray, IntArray


def numbers(part_: int, *shape: int) -> FloatArray:
    """Numbers from -1 to 1."""
    flat = stream(0, "tests.scoring").uniform(part_, np.arange(int(np.prod(shape))))
    return (flat.reshape(shape) * 2 - 1).astype(np.float32)


def ranked(scores: list[float], k: int, exclude: list[int], order: list[int]) -> list[int]:
    """The plain way to the k best of one row: sort everything."""
    allowed = [i for i in order if i not in exclude and not np.isnan(scores[i])]
    items = sorted(allowed, key=lambda i: -scores[i])[:k]
    return items + [NOTHING] * (k - len(items))


SHAPES = [(1, 1, 1), (37, 7, 129), (50, 64, 1000), (50, 129, 300), (50, 1000, 333), (17, 1, 5)]


@pytest.mark.parametrize(("n", "k", "m"), SHAPES)
def test_a_product_is_the_matrix_product(n: int, k: int, m: int) -> None:
    rows, columns = numbers(0, n, k), numbers(1, k, m)
    exact = rows.astype(np.float64) @ columns.astype(np.float64)
    np.testing.assert_allclose(product(rows, columns), exact, atol=1e-5 * k)
    assert product(rows, columns).dtype == np.float32


@pytest.mark.parametrize(("n", "k", "m"), SHAPES)
def test_a_row_does_not_depend_on_its_neighbours(n: int, k: int, m: int) -> None:
    rows, columns = numbers(0, n, k), numbers(1, k, m)
    whole = product(rows, columns)
    order = stream(0, "tests.order").order(np.arange(n))
    assert product(rows[order], columns).tobytes() == whole[order].tobytes()
    for b in range(0, n, 5):
        assert product(rows[b : b + 1], columns).tobytes() == whole[b].tobytes()


@pytest.mark.parametrize(("n", "k", "m"), SHAPES)
def test_the_number_of_threads_does_not_change_the_bits(n: int, k: int, m: int) -> None:
    rows, columns = numbers(0, n, k), numbers(1, k, m)
    with threadpool_limits(1):
        one = product(rows, columns)
    with threadpool_limits(2):
        two = product(rows, columns)
    assert one.tobytes() == two.tobytes()


def test_the_layout_of_the_columns_does_not_change_the_bits() -> None:
    rows, columns = numbers(0, 20, 64), numbers(1, 64, 300)
    assert product(rows, np.asfortranarray(columns)).tobytes() == product(rows, columns).tobytes()


@pytest.mark.parametrize(("n", "k", "m"), [(0, 3, 4), (3, 0, 4), (3, 4, 0)])
def test_a_product_of_nothing_is_zeros(n: int, k: int, m: int) -> None:
    result = product(np.ones((n, k), dtype=np.float32), np.ones((k, m), dtype=np.float32))
    assert result.shape == (n, m)
    assert not result.any()


row_of_scores = st.lists(
    st.sampled_from([-np.inf, -1.5, -0.0, 0.0, 1.0, 2.0, np.inf, np.nan]), min_size=6, max_size=6
)


@settings(deadline=None)  # the first example waits for a compiler
@given(
    st.lists(st.tuples(row_of_scores, st.lists(st.integers(0, 5), max_size=7)), min_size=1, max_size=4),
    st.integers(0, 8),
    st.permutations(range(6)),
)
def test_the_k_best_are_those_of_a_full_sort(
    rows: list[tuple[list[float], list[int]]], k: int, order: list[int]
) -> None:
    scores = np.array([row for row, _ in rows], dtype=np.float32)
    found = top_k(scores, k, Ragged.of([out for _, out in rows]), np.array(order, dtype=np.int32))
    assert found.dtype == np.int32
    assert found.tolist() == [ranked(row, k, out, order) for row, out in rows]


@pytest.mark.parametrize("kinds", [3, 40, 100_000])
def test_the_k_best_of_many_are_those_of_a_full_sort(kinds: int) -> None:
    scores = np.round(numbers(3, 20, 333) * kinds).astype(np.float32)
    order = stream(0, "tests.many").order(np.arange(333))
    exclude = Ragged.of([order[b : 5 * b].tolist() for b in range(20)])
    found = top_k(scores, 12, exclude, order)
    for row in range(20):
        allowed = order[~np.isin(order, exclude.row(row))]
        wanted = allowed[np.argsort(-scores[row, allowed], kind="stable")][:12]
        assert found[row].tolist() == wanted.tolist()


def test_scores_are_left_as_they_were_and_may_be_frozen() -> None:
    scores = numbers(5, 3, 200)
    before = scores.copy()
    scores.flags.writeable = False
    top_k(scores, 4, Ragged.of([[1, 1, 5], [], [199, NOTHING, 0]]))
    open_scores = before.copy()
    top_k(open_scores, 4, Ragged.of([[1, 1, 5], [], [199, NOTHING, 0]]))
    assert scores.tobytes() == open_scores.tobytes() == before.tobytes()


def test_among_equal_scores_the_smaller_index_wins() -> None:
    scores = np.zeros((2, 50), dtype=np.float32)
    assert top_k(scores, 4, Ragged.of([[], [0, 2]])).tolist() == [[0, 1, 2, 3], [1, 3, 4, 5]]


@settings(deadline=None)  # the first example waits for a compiler
@given(
    st.permutations(range(7)),
    st.lists(st.lists(st.integers(0, 6), max_size=9), max_size=5),
    st.integers(0, 9),
)
def test_one_order_for_all_leaves_out_what_each_row_excludes(
    order: list[int], exclude: list[list[int]], k: int
) -> None:
    found = rank_shared(np.array(order, dtype=np.int32), Ragged.of(exclude), k)
    allowed = [[i for i in order if i not in out][:k] for out in exclude]
    assert found.shape == (len(exclude), k)
    assert found.tolist() == [items + [NOTHING] * (k - len(items)) for items in allowed]


def test_exclusions_that_are_no_items_are_skipped() -> None:
    exclude = Ragged.of([[NOTHING, 7, 1], [NOTHING]])
    assert rank_shared(np.arange(3, dtype=np.int32), exclude, 3).tolist() == [[0, 2, NOTHING], [0, 1, 2]]
    scores = np.zeros((2, 3), dtype=np.float32)
    assert top_k(scores, 3, exclude).tolist() == [[0, 2, NOTHING], [0, 1, 2]]


def test_a_catalogue_without_items_gives_empty_slates() -> None:
    assert top_k(np.zeros((2, 0), dtype=np.float32), 2, Ragged.empty(2)).tolist() == [[NOTHING] * 2] * 2
    assert rank_shared(np.zeros(0, dtype=np.int32), Ragged.empty(1), 2).tolist() == [[NOTHING] * 2]


def test_scores_are_asked_for_in_blocks_and_the_best_are_the_same() -> None:
    scores, seen = numbers(2, 5000, 9), []
    exclude = Ragged.of([[b % 9] for b in range(5000)])

    def score(block: slice) -> FloatArray:
        seen.append(block.stop - block.start)
        return scores[block]

    assert best(score, 3, exclude).tobytes() == top_k(scores, 3, exclude).tobytes()
    assert sum(seen) == 5000
    assert max(seen) < 5000


def test_of_a_large_catalogue_few_rows_are_scored_at_a_time() -> None:
    scores, seen = numbers(4, 40, 100_000), []

    def score(block: slice) -> FloatArray:
        seen.append(block.stop - block.start)
        return scores[block]

    order = np.arange(100_000, dtype=np.int32)
    found = best(score, 3, Ragged.empty(40), order)
    assert found.tobytes() == top_k(scores, 3, Ragged.empty(40), order).tobytes()
    assert max(seen) < 40


@given(st.lists(st.lists(st.integers(0, 9), max_size=3), max_size=7), st.integers(1, 4))
def test_the_parts_of_ragged_rows_are_the_rows(rows: list[list[int]], size: int) -> None:
    ragged = Ragged.of(rows)
    parts: list[IntArray] = [row.tolist() for block in blocks(len(rows), size) for row in part(ragged, block)]
    assert parts == rows
