"""Small regressions: they find the weights that made the data."""

from __future__ import annotations

import numpy as np
import pytest

from agents.calibration import line_through_zero, logistic_regression, ordered_logit

MANY = 50_000


def test_logistic_regression_finds_the_weights_that_made_the_data() -> None:
    rng = np.random.default_rng(0)
    terms = np.column_stack([np.ones(MANY), rng.normal(0, 1e-3, MANY), rng.normal(5, 2, MANY)])
    weights = np.array([-2.0, 700.0, 0.4])
    happened = rng.random(MANY) < 1 / (1 + np.exp(-terms @ weights))
    np.testing.assert_allclose(logistic_regression(terms, happened), weights, rtol=0.08)


def test_logistic_regression_stays_finite_where_the_outcome_is_certain() -> None:
    terms = np.column_stack([np.ones(20), np.arange(20) - 9.5])
    weights = logistic_regression(terms, np.arange(20) > 9)
    assert np.isfinite(weights).all()
    assert weights[1] > 1


def test_the_ordered_logit_finds_the_cuts_that_made_the_stars() -> None:
    rng = np.random.default_rng(0)
    latent, cuts = rng.normal(3.5, 0.6, MANY), np.array([1.8, 2.6, 3.4, 4.5])
    upto = 1 / (1 + np.exp((latent[:, None] - cuts) / 0.45))
    stars = 1 + (rng.random(MANY)[:, None] > upto).sum(axis=1)
    found, spread = ordered_logit(latent, stars.astype(np.float32))
    np.testing.assert_allclose(found, cuts, atol=0.06)
    assert spread == pytest.approx(0.45, rel=0.05)


@pytest.mark.parametrize("stars", [[], [4.0] * 30, [0.5, 4.5, 5.0] * 10])
def test_cuts_rise_even_where_some_stars_are_never_given(stars: list[float]) -> None:
    cuts, spread = ordered_logit(np.full(len(stars), 3.5), np.array(stars, dtype=np.float32))
    assert (np.diff(cuts) > 0).all()
    assert np.isfinite(spread)
    assert spread > 0


def test_a_line_through_zero_is_the_nearest_one_and_flat_without_points() -> None:
    x = np.array([1.0, 2.0, -1.0])
    assert line_through_zero(x, 3 * x) == pytest.approx(3)
    assert line_through_zero(x[:0], x[:0]) == 0
