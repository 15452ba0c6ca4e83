"""What an item's genres and year, and a person's past with such, say about an item that nobody has rated."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from scenarios.validity.controls.stacked import with_something
from simenv.luck import stream
from simenv.types import NOTHING, BoolArray, Catalog, FloatArray, IntArray, Interactions

LEARNERS = 1_500
"""The most people who are learned from."""
PAIRS = 40
"""The most ratings of each of them that are learned from, beside as many of two other kinds."""

Wide = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Past:
    """What people's histories were made of.

    Args:
        share: float64 (users, themes), share of each history that has the theme.
        stars: float64 (users, themes), damped mean deviation of its stars from the person's own mean.
        year: float64 (users,), mean year of release, NaN where none is known.
        count: float64 (users,), how long the history is.
    """

    share: Wide
    stars: Wide
    year: Wide
    count: Wide

    @classmethod
    def of(cls, known: Interactions, catalog: Catalog) -> Past:
        """Of everybody; who rated nothing has a past of zeros."""
        user, themes = known.user, catalog.themes[known.item]
        count = np.bincount(user, minlength=known.users).astype(np.float64)
        stars = np.nan_to_num(known.rating.astype(np.float64), nan=3.0)
        own = np.bincount(user, weights=stars, minlength=known.users) / np.maximum(count, 1)
        has, deviation = (np.zeros((known.users, themes.shape[1])) for _ in range(2))
        np.add.at(has, user, themes)
        np.add.at(deviation, user, themes * (stars - own[user])[:, None])
        years = catalog.years[known.item].astype(np.float64)
        dated = years != NOTHING
        of_year = np.bincount(user[dated], minlength=known.users)
        total = np.bincount(user[dated], weights=years[dated], minlength=known.users)
        year = np.divide(total, of_year, out=np.full(known.users, np.nan), where=of_year > 0)
        return cls(has / np.maximum(count, 1)[:, None], deviation / (has + 5), year, count)

    def terms(self, catalog: Catalog, user: IntArray, item: IntArray) -> Wide:
        """What a pair of person and item is told by: float64 (n, terms), NaN where unknown."""
        themes = catalog.themes[item].astype(np.float64)
        years = np.where(catalog.years == NOTHING, np.nan, catalog.years.astype(np.float64))[item]
        size = np.maximum(themes.sum(axis=1), 1)
        columns = (
            (themes * self.share[user]).sum(axis=1),
            (themes * self.share[user]).sum(axis=1) / size,
            (themes * self.stars[user]).sum(axis=1),
            years,
            years - self.year[user],
            np.abs(years - self.year[user]),
            self.count[user],
            size,
        )
        return np.column_stack([*columns, themes])


class Content:
    """Gradient boosting on content alone (scikit-learn): what an item that nobody has rated can be told by.

    Args:
        train: what is learned from; one half of each person's ratings is the past, the other what came of it.
        catalog: of the items.
    """

    def __init__(self, train: Interactions, catalog: Catalog) -> None:
        from sklearn.ensemble import HistGradientBoostingClassifier
        from threadpoolctl import threadpool_limits

        self._catalog = catalog
        past, (user, item, wanted) = _lesson(train)
        terms = Past.of(past, catalog).terms(catalog, user, item)
        self._model: Any = HistGradientBoostingClassifier(random_state=0, learning_rate=0.06, max_iter=200)
        self._learned = len(np.unique(wanted)) == 2
        if self._learned:
            with threadpool_limits(1):
                self._model.fit(with_something(terms), wanted)

    def chances(self, known: Interactions, user: IntArray, item: IntArray) -> FloatArray:
        """How likely users are to want items, given what is known of them: float32 (n,)."""
        if not self._learned or not len(user):
            return np.full(len(user), 0.5, dtype=np.float32)
        terms = Past.of(known, self._catalog).terms(self._catalog, user, item)
        return np.asarray(self._model.predict_proba(terms)[:, 1], dtype=np.float32)


def _lesson(train: Interactions) -> tuple[Interactions, tuple[IntArray, IntArray, BoolArray]]:
    """A past, and pairs of user and item with whether they came: as often no, from two kinds of others.

    The others are items that the person never rated: any of them, and such as somebody else rated, so that
    what is popular alone does not tell.
    """
    luck = stream(0, "validity.content")
    some = np.unique(train.user)
    some = some[luck.order(0, some)][:LEARNERS]
    own = train.where(np.isin(train.user, some))
    late = luck.uniform(1, own.user, own.item) < 0.5
    came = _few(own.where(late), PAIRS)
    exists = np.unique(train.item)
    number = np.arange(len(came))
    anything = exists[(luck.uniform(2, number) * len(exists)).astype(np.int64)]
    popular = train.item[(luck.uniform(3, number) * len(train)).astype(np.int64)]
    user = np.tile(came.user, 3)
    item = np.concatenate([came.item, anything, popular]).astype(np.int32)
    taken = np.isin(_keys(user, item, own.items), _keys(own.user, own.item, own.items))
    wanted = np.arange(len(user)) < len(came)
    kept = wanted | ~taken
    return own.where(~late), (user[kept], item[kept], wanted[kept])


def _few(ratings: Interactions, most: int) -> Interactions:
    """At most so many ratings of each person, by luck."""
    luck = stream(0, "validity.content").uniform(4, ratings.user, ratings.item)
    order = np.lexsort((luck, ratings.user))
    user = ratings.user[order]
    first = np.searchsorted(user, user)
    return ratings.where(order[np.arange(len(user)) - first < most])


def _keys(user: IntArray, item: IntArray, items: int) -> npt.NDArray[np.int64]:
    return user.astype(np.int64) * items + item
