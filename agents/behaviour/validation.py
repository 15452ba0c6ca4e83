"""What the behaviour model is worth on people it has never seen, and the calibration of its P(yes)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from agents.calibration import logistic_regression
from agents.language_policy import Calibration
from simenv.luck import stream
from simenv.metrics.ranking import auc
from simenv.types import NOTHING, BoolArray, FloatArray, IntArray, Interactions

PAIRS = 10


@dataclass(frozen=True)
class Trial:
    """People with a profile, and pairs of an item they rated and one they never rated.

    Args:
        context: the ratings that the profile may know.
        people: int32 (n,), users.
        rated, other: int32 (n, pairs), NOTHING where a person has fewer.
        stars: float32 (n, pairs), of the rated ones.
    """

    context: Interactions
    people: IntArray
    rated: IntArray
    other: IntArray
    stars: FloatArray


def trial(ratings: Interactions, people: IntArray, popularity: FloatArray, seed: int, matched: bool) -> Trial:
    """Hide a fifth of each person's ratings (at most ten) and set a never-rated item against each.

    Args:
        people: int32 (n,), users to ask about.
        popularity: float32 (items,), of the training people.
        matched: against the item nearest in popularity (at most 5 % off), instead of any item.
    """
    hide = stream(seed, "trial-hide").bits(ratings.user, ratings.item)
    order = np.lexsort((hide, ratings.user))
    starts = np.searchsorted(ratings.user[order], np.arange(ratings.users + 1))
    rated = np.full((len(people), PAIRS), NOTHING, dtype=np.int32)
    other = rated.copy()
    stars = np.full(rated.shape, np.nan, dtype=np.float32)
    kept = np.ones(len(ratings), dtype=bool)
    for row, user in enumerate(people):
        mine = order[starts[user] : starts[user + 1]]
        hidden = mine[: min(PAIRS, len(mine) // 5)]
        kept[hidden] = False
        known = ratings.item[mine]
        found = _opponents(ratings.item[hidden], known, popularity, matched, (seed, int(user)))
        real = found != NOTHING
        rated[row, : real.sum()] = ratings.item[hidden][real]
        other[row, : real.sum()] = found[real]
        stars[row, : real.sum()] = ratings.rating[hidden][real]
    return Trial(ratings.where(kept), people, rated, other, stars)


def calibrate(yes: FloatArray, wanted: BoolArray) -> Calibration:
    """Slope and intercept that make P(yes) right where half of the items are wanted (Platt, 1999).

    Args:
        yes: float32 (n,), the model's P(yes) for as many rated as never-rated items.
        wanted: bool (n,), the rated ones.
    """
    logit = np.log(yes) - np.log1p(-yes)
    terms = np.stack([logit, np.ones_like(logit)], axis=1).astype(np.float64)
    slope, intercept = logistic_regression(terms, wanted)
    return Calibration(slope=float(slope), intercept=float(intercept))


def mean_auc(rated: FloatArray, other: FloatArray) -> float:
    """AUC over all pairs of a rated and a never-rated item, pooled over people; NaN entries left out."""
    first, second = rated[np.isfinite(rated)], other[np.isfinite(other)]
    return auc(first, second)


def _opponents(
    hidden: IntArray, known: IntArray, popularity: FloatArray, matched: bool, key: tuple[int, int]
) -> IntArray:
    """A never-rated item for each hidden one, no item twice; NOTHING where none is near enough."""
    free = np.ones(len(popularity), dtype=bool)
    free[known] = False
    luck = stream(key[0], "trial-other").uniform(key[1], np.arange(len(popularity)))
    found = np.full(len(hidden), NOTHING, dtype=np.int32)
    for at, item in enumerate(hidden):
        gap = np.abs(popularity - popularity[item]) if matched else luck
        near = np.where(free & (~np.bool_(matched) | (gap <= 0.05 * popularity[item])), gap, np.inf)
        best = np.lexsort((luck, near))[0]
        if np.isfinite(near[best]):
            found[at] = best
            free[best] = False
    return found
