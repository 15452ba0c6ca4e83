"""A surrogate learns what language users decide by."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("torch", reason="needs torch: pip install 'simenv[rl]'")

from agents.surrogate.learning import Examples, distilled
from agents.surrogate.policy import STARS
from simenv.luck import stream


def planted(count: int = 4000) -> Examples:
    """People who want by the first number, rate by the second, and leave by the third."""
    luck = stream(0, "tests.planted surrogate")
    pairs = 4 * luck.uniform(np.arange(count)[:, None], np.arange(3)) - 2
    leaving = 4 * luck.uniform(-1, np.arange(count)[:, None], np.arange(3)) - 2
    affinity = 1 / (1 + np.exp(-2 * pairs[:, 0]))
    expected = (3 + pairs[:, 1] / 2).astype(np.float32)
    watched = luck.uniform(-2, np.arange(count)) < affinity
    stars = np.floor(expected + luck.uniform(-4, np.arange(count)))  # of the expected mean
    rating = np.where(watched, stars, np.nan).astype(np.float32)
    left = luck.uniform(-3, np.arange(count)) < 1 / (1 + np.exp(-3 * leaving[:, 2]))
    return Examples(pairs, affinity.astype(np.float32), expected, rating, leaving, left)


def test_wishes_stars_and_leaving_are_learned() -> None:
    examples = planted()
    learned = distilled(examples, 600, seed=0)
    told = learned.wishes(examples.pairs)
    stars = np.exp(told[:, 1:]) / np.exp(told[:, 1:]).sum(axis=1, keepdims=True)
    assert np.abs(1 / (1 + np.exp(-told[:, 0])) - examples.affinity).mean() < 0.02
    assert np.abs(stars @ np.arange(1, STARS + 1) - examples.expected).mean() < 0.1
    leave = 1 / (1 + np.exp(-learned.leaving(examples.leaving)[:, 0]))
    assert np.abs(leave - 1 / (1 + np.exp(-3 * examples.leaving[:, 2]))).mean() < 0.06


def test_the_same_examples_and_seed_give_the_same_bytes() -> None:
    one, two, other = (distilled(planted(500), 20, seed).columns() for seed in (0, 0, 1))
    assert all(one[name].tobytes() == two[name].tobytes() for name in one)
    assert any(one[name].tobytes() != other[name].tobytes() for name in one)


def test_nobody_who_rated_is_no_obstacle() -> None:
    some = planted(300)
    silent = Examples(
        some.pairs, some.affinity, some.expected, np.full(300, np.nan, np.float32), some.leaving, some.left
    )
    assert np.isfinite(distilled(silent, 20, seed=0).wishes(some.pairs)).all()
