"""How scores become chances: small regressions with few weights."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from simenv.luck import Stream
from simenv.types import BoolArray, FloatArray, IntArray, Interactions

Wide = npt.NDArray[np.float64]

_STEPS = 25
_DRAWS = 50
_RIDGE = 1e-3


def logistic_regression(terms: Wide, happened: BoolArray) -> Wide:
    """Weights of the terms (n, terms) in the log-odds of what happened (n,), by Newton's method.

    A slight pull towards zero keeps them finite where the terms separate the outcomes completely.
    """
    size = np.maximum(np.sqrt((terms**2).mean(axis=0)), 1e-12)
    scaled = terms / size
    weights = np.zeros(terms.shape[1])
    for _ in range(_STEPS):
        chance = 1 / (1 + np.exp(-np.clip(scaled @ weights, -30, 30)))
        slope = scaled.T @ (happened - chance) - _RIDGE * weights
        curve = (scaled * (chance * (1 - chance))[:, None]).T @ scaled
        weights += np.linalg.solve(curve + _RIDGE * np.eye(len(weights)), slope)
    return weights / size


def ordered_logit(latent: Wide, stars: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Four rising cuts and a spread: P(stars <= k) = 1 / (1 + e to the (latent - cut k) / spread).

    The four questions "at most k stars?" are answered by one logistic regression with a common slope, which
    agrees with the ordered logit (McCullagh, 1980) where that is right. Half stars go to the nearest even
    number, so that means stay. Five made-up ratings, one of each number of stars, keep the cuts apart where
    the data lack some or all stars.

    Args:
        latent: float64 (n,), expected stars.
        stars: float32 (n,), 0.5 to 5.

    Returns:
        cuts: float32 (4,), and spread: float32 ().
    """
    made_up = np.arange(1, 6)
    latent = np.concatenate([latent, made_up])
    whole = np.concatenate([np.clip(np.rint(stars), 1, 5), made_up])
    question = np.repeat(np.eye(4), len(latent), axis=0)
    terms = np.column_stack([question, np.tile(-latent, 4)])
    weights = logistic_regression(terms, (whole <= np.arange(1, 5)[:, None]).ravel())
    steepness = max(weights[4], 1e-3)
    return (weights[:4] / steepness).astype(np.float32), np.asarray(1 / steepness, dtype=np.float32)


def line_through_zero(x: Wide, y: Wide) -> float:
    """The slope of the line through zero that is nearest to the points in least squares; 0 without points."""
    return float((x * y).sum() / max((x * x).sum(), 1e-12))


def never_rated(asked: Interactions, known: Interactions, luck: Stream) -> tuple[IntArray, IntArray]:
    """For each entry asked, an item that its person has not rated, each equally likely: users and items.

    A person for whom chance finds none in fifty draws, who must have rated nearly everything, is left out.
    """
    taken = np.unique(known.user.astype(np.int64) * known.items + known.item)
    waiting = np.arange(len(asked))
    found = np.full(len(asked), -1, dtype=np.int32)
    for attempt in range(_DRAWS):
        drawn = (luck.uniform(waiting, attempt) * known.items).astype(np.int32)
        pairs = asked.user[waiting].astype(np.int64) * known.items + drawn
        new = taken[np.searchsorted(taken, pairs).clip(max=len(taken) - 1)] != pairs
        found[waiting[new]] = drawn[new]
        waiting = waiting[~new]
    kept = found >= 0
    return asked.user[kept], found[kept]
