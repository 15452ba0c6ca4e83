"""How good stated probabilities are."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from simenv.types import BoolArray, FloatArray

BINS = 15

Wide = npt.NDArray[np.float64]


def shifted(chance: npt.NDArray[np.floating[Any]], before: float, after: float) -> FloatArray:
    """Probabilities that hold where a share ``before`` happens, made to hold where ``after`` does (Bayes)."""
    lift = np.float64(after / (1 - after) * (1 - before) / before)
    odds = lift * chance / np.maximum(1 - chance.astype(np.float64), 1e-12)
    return np.asarray(odds / (1 + odds), dtype=np.float32)


def bins_of(chance: FloatArray) -> npt.NDArray[np.int64]:
    """Which of fifteen equal steps from 0 to 1 each probability is in: int64 (n,)."""
    return np.minimum((chance * BINS).astype(np.int64), BINS - 1)


def calibration_error(said: Wide, was: Wide, weight: Wide) -> Wide:
    """Expected calibration error (Naeini et al., 2015) from sums over steps.

    Args:
        said, was, weight: float64 (..., steps): weighted sums of probabilities, of what happened, of weights.

    Returns:
        float64 (...).
    """
    return np.asarray(np.abs(said - was).sum(axis=-1) / np.maximum(weight.sum(axis=-1), 1e-12))


def squared_error(chance: FloatArray, happened: BoolArray) -> Wide:
    """What Brier's score (1950) is the mean of: float64 (n,)."""
    return np.asarray((chance.astype(np.float64) - happened) ** 2)


def ranked_score(stars: FloatArray, given: FloatArray) -> Wide:
    """CRPS of a distribution of whole stars, in stars: its squared distance from what was given, integrated.

    Matheson and Winkler (1976). For certain stars it is the absolute error.

    Args:
        stars: float32 (n, 5), probability of 1 to 5 stars.
        given: float32 (n,), 0.5 to 5, halves allowed.
    """
    upto = np.cumsum(stars[:, :4].astype(np.float64), axis=1)
    below = np.clip(given[:, None].astype(np.float64) - np.arange(1, 5), 0, 1)
    inside = (upto**2 * below + (1 - upto) ** 2 * (1 - below)).sum(axis=1)
    return np.asarray(inside + np.maximum(1 - given, 0))
