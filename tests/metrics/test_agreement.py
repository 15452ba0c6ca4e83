"""Orders of systems are compared as the textbook says, and nothing is told apart that is not."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import kendalltau

from simenv.metrics.agreement import agreement, kendall_tau, pairs, told_apart
from simenv.metrics.resampling import Bootstrap

few = st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), min_size=2, max_size=9)


@given(few)
def test_tau_is_that_of_scipy(both: list[tuple[int, int]]) -> None:
    one, other = np.array(both, dtype=np.float64).T
    if len(set(one)) == 1 or len(set(other)) == 1:
        assert np.isnan(kendall_tau(one, other))
    else:
        assert kendall_tau(one, other) == pytest.approx(kendalltau(one, other).statistic)


def test_tau_is_taken_of_every_draw() -> None:
    drawn = np.array([[1.0, 2.0, 3.0], [3.0, 2.0, 1.0]])
    assert kendall_tau(drawn, np.array([[1.0, 2.0, 3.0]] * 2)).tolist() == [1.0, -1.0]


def crowd(worths: list[float], people: int = 400) -> np.ndarray:
    """What systems are worth to people who differ by luck."""
    return np.random.default_rng(len(worths)).normal(worths, 1.0, size=(people, len(worths)))


def test_only_pairs_that_differ_count() -> None:
    real = crowd([0.0, 0.0, 1.0, 2.0])
    found = agreement(real, real, Bootstrap(len(real)))
    one, two = pairs(4)
    apart = told_apart(Bootstrap(len(real)).sums(real)[1])
    assert dict(zip(zip(one.tolist(), two.tolist(), strict=True), apart, strict=True))[(2, 3)]
    assert found.pairs == apart.sum() == 5
    assert (found.tau.value, found.right.value) == (1.0, 1.0)


def test_a_judge_who_turns_everything_round_is_always_wrong() -> None:
    real = crowd([0.0, 1.0, 2.0])
    found = agreement(real, -real, Bootstrap(len(real)))
    assert (found.tau.value, found.right.value) == (-1.0, 0.0)


def test_a_judge_to_whom_all_are_equal_is_right_about_none() -> None:
    real = crowd([0.0, 1.0, 2.0])
    found = agreement(real, np.zeros_like(real), Bootstrap(len(real)))
    assert np.isnan(found.tau.value)
    assert found.right.value == 0.0


def test_where_nothing_differs_there_is_nothing_to_be_right_about() -> None:
    real = np.zeros((30, 3))
    found = agreement(real, crowd([0.0, 1.0, 2.0], 30), Bootstrap(30))
    assert found.pairs == 0
    assert np.isnan(found.right.value)


def test_one_wrong_pair_of_three_is_a_third() -> None:
    real = crowd([0.0, 1.0, 2.0])
    found = agreement(real, crowd([0.0, 2.0, 1.0]), Bootstrap(len(real)))
    assert found.right.value == pytest.approx(2 / 3)
    assert found.tau.value == pytest.approx(1 / 3)
