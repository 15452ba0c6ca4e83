"""Stated probabilities: known answers."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simenv.metrics.probabilities import (
    BINS,
    bins_of,
    calibration_error,
    ranked_score,
    shifted,
    squared_error,
)

chances = st.lists(st.floats(0.01, 1), min_size=5, max_size=5)


@settings(deadline=None)
@given(st.integers(1, 5), st.sampled_from([0.5 * n for n in range(1, 11)]))
def test_certain_stars_score_their_absolute_error(said: int, given_stars: float) -> None:
    certain = np.eye(5, dtype=np.float32)[[said - 1]]
    score = ranked_score(certain, np.array([given_stars], dtype=np.float32))
    assert score[0] == pytest.approx(abs(said - given_stars))


@settings(deadline=None)
@given(chances, st.sampled_from([0.5 * n for n in range(1, 11)]))
def test_crps_is_the_integral_of_the_squared_distance(weights: list[float], given_stars: float) -> None:
    stars = (np.array(weights) / sum(weights)).astype(np.float32)
    x = np.arange(0.005, 5.5, 0.01)
    upto = (stars[None] * (np.arange(1, 6)[None] <= x[:, None])).sum(axis=1)
    integral = ((upto - (x >= given_stars)) ** 2).sum() * 0.01
    score = ranked_score(stars[None], np.array([given_stars], dtype=np.float32))
    assert score[0] == pytest.approx(integral, abs=0.01)


@settings(deadline=None)
@given(st.floats(0.01, 0.99), st.floats(0.05, 0.95), st.floats(0.05, 0.95))
def test_moving_a_base_rate_there_and_back_changes_nothing(chance: float, one: float, other: float) -> None:
    there = shifted(np.array([chance]), one, other)
    assert shifted(there, other, one)[0] == pytest.approx(chance, abs=1e-3)


def test_what_says_nothing_says_the_base_rate() -> None:
    assert shifted(np.array([0.5]), 0.5, 0.2)[0] == pytest.approx(0.2)


def test_the_error_of_calibration_is_the_mean_gap_of_the_steps() -> None:
    said, was, weight = np.array([2.0, 6.0]), np.array([1.0, 8.0]), np.array([10.0, 10.0])
    assert calibration_error(said, was, weight) == pytest.approx((1 + 2) / 20)


def test_every_chance_has_a_step() -> None:
    steps = bins_of(np.array([0.0, 0.5, 1.0], dtype=np.float32))
    assert steps.tolist() == [0, BINS // 2, BINS - 1]


def test_briers_score_is_the_squared_distance() -> None:
    error = squared_error(np.array([0.25, 1.0], dtype=np.float32), np.array([True, False]))
    assert error.tolist() == [0.5625, 1.0]
