"""Agents from data: each is a real person of the train split, as columns."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from simenv.errors import UsageError
from simenv.luck import stream
from simenv.ragged import Ragged
from simenv.types import ByteArray, Catalog, Dataset, FloatArray, IntArray, Interactions, Population, Users


def sample_users(dataset: Dataset, agents: int, seed: int) -> IntArray:
    """Which people of the data the agents are: int32 (agents,) user indices, in random order.

    Raises:
        UsageError: when the data have fewer people with a training rating than agents are wanted.
    """
    known = np.flatnonzero(np.bincount(dataset.train.user, minlength=dataset.train.users))
    if not 0 < agents <= len(known):
        raise UsageError(
            f"Expected 1 to {len(known)} agents for data set {dataset.name!r}, found {agents}: "
            "every agent is a different person of the data."
        )
    return known[stream(seed, "agents").order(known)][:agents].astype(np.int32)


def people(
    catalog: Catalog, users: Users, train: Interactions, chosen: IntArray, taste: FloatArray
) -> Population:
    """The chosen people as agents, everything about them taken from the train split.

    Args:
        chosen: int32 (agents,), user indices.
        taste: float32 (agents, factors).

    Returns:
        The population; levels are thirds of all users of the train split, not of the chosen ones.
    """
    activity, diversity, conformity = traits(catalog, train)
    mean, spread = rating_habits(train)
    history = Ragged.grouped(train.user, train.item, train.users).take(chosen)
    ratings = Ragged.grouped(train.user, train.rating, train.users).take(chosen)
    return Population(
        ids=tuple(users.ids[u] for u in chosen),
        user=chosen,
        cohort=np.zeros(len(chosen), dtype=np.int8),
        taste=taste,
        activity=activity[chosen],
        diversity=diversity[chosen],
        conformity=conformity[chosen],
        rating_mean=mean[chosen],
        rating_spread=spread[chosen],
        gender=tuple(users.gender[u] for u in chosen),
        age=tuple(users.age[u] for u in chosen),
        occupation=tuple(users.occupation[u] for u in chosen),
        history=history,
        history_rating=ratings,
    )


def traits(catalog: Catalog, train: Interactions) -> tuple[ByteArray, ByteArray, ByteArray]:
    """Activity, diversity and conformity of every user, in three levels each (int8 (users,), 0 to 2).

    As Agent4Rec (Zhang et al., 2024) defines them: the number of ratings, the number of themes covered, and
    the mean squared deviation of the ratings from the items' means; here a small deviation is a high
    conformity. Levels are thirds of the users who rated anything; the others are in the middle.
    """
    count = np.bincount(train.user, minlength=train.users).astype(np.float64)
    covered = np.zeros((train.users, catalog.themes.shape[1]), dtype=bool)
    for theme in range(covered.shape[1]):
        covered[train.user[catalog.themes[train.item, theme]], theme] = True
    activity = np.where(count > 0, count, np.nan)
    diversity = np.where(count > 0, covered.sum(axis=1), np.nan)
    with_stars = train.where(np.isfinite(train.rating))
    gap = (with_stars.rating - catalog.mean_rating[with_stars.item]).astype(np.float64)
    conformity = -_mean_per_user(with_stars, np.nan_to_num(gap**2))
    return _thirds(activity), _thirds(diversity), _thirds(conformity)


def rating_habits(train: Interactions) -> tuple[FloatArray, FloatArray]:
    """Mean and standard deviation of every user's stars: float32 (users,), NaN where there are none."""
    train = train.where(np.isfinite(train.rating))
    rating = train.rating.astype(np.float64)
    mean = _mean_per_user(train, rating)
    square = _mean_per_user(train, (rating - mean[train.user]) ** 2)
    return mean.astype(np.float32), np.sqrt(square).astype(np.float32)


def _mean_per_user(train: Interactions, values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Mean of the values beside each user's ratings: float64 (users,), NaN without ratings."""
    count = np.bincount(train.user, minlength=train.users)
    total = np.bincount(train.user, weights=values, minlength=train.users)
    return np.divide(total, count, out=np.full(train.users, np.nan), where=count > 0)


def _thirds(values: npt.NDArray[np.float64]) -> ByteArray:
    """Level 0, 1 or 2 by thirds of the values that are known; level 1 where a value is NaN."""
    levels = np.ones(len(values), dtype=np.int8)
    known = np.isfinite(values)
    if known.any():
        cuts = np.quantile(values[known], [1 / 3, 2 / 3])
        levels[known] = np.searchsorted(cuts, values[known], side="right")
    return levels
