"""What a recommender sees of a person in the feed: behaviour, circumstances and candidates, never taste or mood."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from gymnasium import Space
from gymnasium.spaces import Box, MultiBinary

from simenv.errors import unknown_name
from simenv.gym import feed_kernels as kernels
from simenv.gym.errors import UnknownSettingError
from simenv.types import NOTHING, BoolArray, Catalog, FloatArray, IntArray

MOST_STARS = 5.0


@dataclass(frozen=True, kw_only=True)
class Sizes:
    """How large a feed is: rows, items of the catalogue, slots, candidates, and recent items."""

    rows: int
    catalogue: int
    slots: int
    candidates: int
    window: int


@dataclass(eq=False)
class Seen:
    """What has been seen of each row, and what is on offer; every column is about the rows in order.

    Args:
        sizes: how many rows, and how wide the columns are.
        features: float32 (items + 1, features) of every item; the last row is nothing's.
    """

    sizes: Sizes
    features: FloatArray

    def __post_init__(self) -> None:
        sizes, rows = self.sizes, self.sizes.rows
        self.episode, self.day, self.page, self.away, self.since = (
            np.zeros(rows, dtype=np.int32) for _ in range(5)
        )
        self.recent: IntArray = np.full((rows, sizes.window), NOTHING, dtype=np.int32)
        self.stars: FloatArray = np.zeros((rows, sizes.window), dtype=np.float32)
        self.shown: IntArray = np.full((rows, sizes.slots), NOTHING, dtype=np.int32)
        self.response: FloatArray = np.zeros((rows, sizes.slots), dtype=np.float32)
        self.pool: IntArray = np.full((rows, sizes.candidates), NOTHING, dtype=np.int32)
        self.open: BoolArray = np.zeros((rows, sizes.candidates), dtype=np.bool_)

    def begin(self, rows: IntArray, episode: IntArray) -> None:
        """Nothing has been seen of these rows in their new episode."""
        self.episode[rows] = episode
        for zero in (self.day, self.page, self.away, self.since, self.stars, self.response):
            zero[rows] = 0
        for none in (self.recent, self.shown):
            none[rows] = NOTHING


def item_features(catalog: Catalog) -> FloatArray:
    """Of every item its popularity, mean stars (0 where unknown) and themes, and a last row of zeros."""
    known = (catalog.popularity[:, None], np.nan_to_num(catalog.mean_rating)[:, None], catalog.themes)
    table = np.concatenate(known, axis=1, dtype=np.float32)
    return np.concatenate([table, np.zeros_like(table[:1])])


@dataclass(frozen=True)
class Sight:
    """One column of an observation.

    Args:
        space: of one row.
        take: the column of some rows, rising and distinct, in an array that nobody else holds.
        offered: whether it is about candidates.
    """

    space: Callable[[Seen], Space[Any]]
    take: Callable[[Seen, IntArray], npt.NDArray[Any]]
    offered: bool = False


def chosen(names: Sequence[str] | None, *, offered: bool) -> Mapping[str, Sight]:
    """The sights of these names, all that there can be where none is named.

    Raises:
        UnknownSettingError: there is no such sight, or it is about candidates and there are none.
    """
    there = {name: sight for name, sight in SIGHTS.items() if offered or not sight.offered}
    for name in names or ():
        if name not in there:
            raise UnknownSettingError(str(unknown_name("sight", name, there)))
    return {name: there[name] for name in (there if names is None else names)}


def _of(column: npt.NDArray[Any], rows: IntArray) -> npt.NDArray[Any]:
    return column.copy() if len(rows) == len(column) else column.take(rows, axis=0)


def _taken(column: npt.NDArray[Any], rows: IntArray) -> npt.NDArray[Any]:
    return column if len(rows) == len(column) else column.take(rows, axis=0)


def _items(count: int, seen: Seen) -> Space[Any]:
    return Box(NOTHING, seen.sizes.catalogue - 1, (count,), np.int32)


def _stars(count: int) -> Space[Any]:
    return Box(0.0, MOST_STARS, (count,), np.float32)


SIGHTS: Mapping[str, Sight] = {
    "recent": Sight(lambda seen: _items(seen.sizes.window, seen), lambda seen, rows: _of(seen.recent, rows)),
    "stars": Sight(lambda seen: _stars(seen.sizes.window), lambda seen, rows: _of(seen.stars, rows)),
    "shown": Sight(lambda seen: _items(seen.sizes.slots, seen), lambda seen, rows: _of(seen.shown, rows)),
    "response": Sight(lambda seen: _stars(seen.sizes.slots), lambda seen, rows: _of(seen.response, rows)),
    "context": Sight(
        lambda _: Box(0, np.iinfo(np.int32).max, (4,), np.int32),
        lambda seen, rows: kernels.side_by_side((seen.day, seen.page, seen.away, seen.since), rows),
    ),
    "liking": Sight(
        lambda seen: Box(-MOST_STARS, MOST_STARS, (seen.features.shape[1],), np.float32),
        lambda seen, rows: kernels.liking(seen.recent, seen.stars, seen.features, rows),
    ),
    "candidates": Sight(
        lambda seen: Box(0.0, MOST_STARS, (seen.sizes.candidates, seen.features.shape[1]), np.float32),
        lambda seen, rows: seen.features.take(_taken(seen.pool, rows), axis=0),
        offered=True,
    ),
    "candidates_open": Sight(
        lambda seen: MultiBinary(seen.sizes.candidates),
        lambda seen, rows: _of(seen.open, rows).view(np.int8),
        offered=True,
    ),
    "offered": Sight(
        lambda seen: _items(seen.sizes.candidates, seen), lambda seen, rows: _of(seen.pool, rows), offered=True
    ),
}
"""Of each person: ``recent`` items watched, newest first, and their ``stars``; the items ``shown`` on the last
page and the ``response`` (stars, 0 where not watched); the ``context``: day, page of the visit, days since the last
visit and pages since something was watched; and ``liking``, what the recent items have in common: the mean of
their features times (stars - 3) / 2. Of each candidate its features (popularity from 0 to 1, mean stars,
themes), whether it is ``open`` (may be shown), and which item is ``offered``. Numbers of items mean nothing to a
network that does not embed them: one that does not should see ``context``, ``liking`` and the candidates."""
