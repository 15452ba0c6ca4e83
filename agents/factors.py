"""Where people and items lie: factors of who rated what, and of how stars differ from what was expected."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from simenv.factors import leading_vectors
from simenv.types import FloatArray, IntArray, Interactions

DAMPING = 5.0
"""Made-up ratings without deviation that stand beside each person's and each item's (Koren, 2009)."""
_PASSES = 5
_WATCH_POWER, _STARS_POWER = 0.5, 0.25
_MEAN_WITHOUT_STARS = 3.0

Wide = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Space:
    """What is learned about items, and places people by what they did.

    Factors are those of PureSVD (Cremonesi, Koren and Turrin, 2010), of matrices whose entries are divided by
    powers of their row's and column's counts (EigenRec: Nikolakopoulos et al., 2019): who rated what, by the
    square roots; stars less what is expected of item and person (Koren, 2009), by the fourth roots.

    Args:
        counts: float32 (items,), how many ratings each item has.
        level: float32 (items,), stars that are expected of an average person.
        watch, stars: float32 (items, factors), right singular vectors.
    """

    counts: FloatArray
    level: FloatArray
    watch: FloatArray
    stars: FloatArray

    def people(self, seen: Interactions) -> FloatArray:
        """Rows of taste for people who did this: float32 (users, 2 * factors + 1)."""
        own = own_level(seen, self.level)
        watch = self.who_watched(seen) @ self.watch
        stars = self.who_liked(seen, own) @ self.stars
        return np.column_stack([watch, stars, own]).astype(np.float32)

    def who_watched(self, seen: Interactions) -> Any:
        """Sparse float64 (users, items): scaled ones."""
        return self._scaled(seen, np.ones(len(seen)), _WATCH_POWER)

    def who_liked(self, seen: Interactions, own: Wide) -> Any:
        """Sparse float64 (users, items): scaled deviations of the stars, 0 where there are none."""
        deviation = seen.rating - self.level[seen.item] - own[seen.user]
        return self._scaled(seen, np.nan_to_num(deviation), _STARS_POWER)

    def scores(self, people: FloatArray, user: IntArray, item: IntArray) -> tuple[Wide, Wide, Wide]:
        """For pairs of a row of people and an item: products of both kinds of factors, expected stars."""
        factors = self.watch.shape[1]
        rows = people[user].astype(np.float64)
        watch = np.einsum("nf,nf->n", rows[:, :factors], self.watch[item], optimize=False)
        stars = np.einsum("nf,nf->n", rows[:, factors:-1], self.stars[item], optimize=False)
        return watch, stars, rows[:, -1] + self.level[item]

    def fame(self) -> Wide:
        """Log of each item's share of all ratings, one made-up rating added to each: float64 (items,)."""
        counts = self.counts.astype(np.float64) + 1
        return np.log(counts / counts.sum())

    def _scaled(self, seen: Interactions, values: Wide, power: float) -> Any:
        from scipy.sparse import csr_array

        active = np.bincount(seen.user, minlength=seen.users)[seen.user]
        famous = np.maximum(self.counts[seen.item].astype(np.float64), 1)
        return csr_array(
            (values * (active * famous) ** -power, (seen.user, seen.item)), shape=(seen.users, seen.items)
        )


def learned_space(train: Interactions, factors: int) -> Space:
    """Learn the factors and expected stars of all items."""
    counts = np.bincount(train.item, minlength=train.items).astype(np.float32)
    none = np.zeros((train.items, factors), dtype=np.float32)
    level = item_level(train)
    space = Space(counts, level.astype(np.float32), none, none)
    watch = leading_vectors(space.who_watched(train), factors)
    stars = leading_vectors(space.who_liked(train, own_level(train, space.level)), factors)
    return Space(space.counts, space.level, watch, stars)


def item_level(train: Interactions) -> Wide:
    """Stars of each item from an average person: the mean of all plus a damped deviation."""
    rated = train.where(~np.isnan(train.rating))
    mean = rated.rating.mean(dtype=np.float64) if len(rated) else _MEAN_WITHOUT_STARS
    level = np.full(train.items, mean)
    for _ in range(_PASSES):
        rest = rated.rating - mean - own_level(rated, level)[rated.user]
        level = mean + _damped_mean(rated.item, rest, train.items)
    return level


def own_level(seen: Interactions, level: npt.NDArray[np.floating[Any]]) -> Wide:
    """How many stars more than others each person gives, damped: float64 (users,)."""
    rated = seen.where(~np.isnan(seen.rating))
    return _damped_mean(rated.user, (rated.rating - level[rated.item]).astype(np.float64), seen.users)


def _damped_mean(keys: IntArray, values: Wide, size: int) -> Wide:
    total = np.bincount(keys, weights=values, minlength=size)
    return total / (np.bincount(keys, minlength=size) + DAMPING)
