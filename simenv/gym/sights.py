"""What a recommender sees of a person in the feed: behaviour and candidates, never taste or mood."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any

import numpy as np
import numpy.typing as npt
from gymnasium import Space
from gymnasium.spaces import Box, MultiBinary

from simenv.errors import unknown_name
from simenv.gym import feed_kernels as kernels
from simenv.gym.blocks import BLOCK, over_blocks
from simenv.gym.errors import UnknownSettingError
from simenv.gym.life_kernels import Sheets
from simenv.gym.sheets import sheet
from simenv.gym.stage import Columns
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
        self.episode, self.last_day, self.last_page = (np.zeros(rows, dtype=np.int32) for _ in range(3))
        self.context: IntArray = np.zeros((rows, 4), dtype=np.int32)
        self.day, self.page, self.away, self.since = self.context.T
        self.recent: IntArray = np.full((rows, sizes.window), NOTHING, dtype=np.int32)
        self.stars: FloatArray = np.zeros((rows, sizes.window), dtype=np.float32)
        self.shown: IntArray = np.full((rows, sizes.slots), NOTHING, dtype=np.int32)
        self.response: FloatArray = np.zeros((rows, sizes.slots), dtype=np.float32)
        self.pool: IntArray = np.full((rows, sizes.candidates), NOTHING, dtype=np.int32)
        self.open: BoolArray = np.zeros((rows, sizes.candidates), dtype=np.bool_)

    @property
    def clocks(self) -> kernels.Clocks:
        """What a page moves."""
        return self.day, self.page, self.away, self.last_day, self.last_page

    @property
    def notes(self) -> kernels.Seen:
        """What a page leaves behind."""
        return self.recent, self.stars, self.shown, self.response, self.since

    def begin(self, rows: IntArray, episode: IntArray) -> None:
        """Nothing has been seen of these rows in their new episode."""
        self.episode[rows] = episode
        kernels.forget(rows, self.notes, self.clocks)


def item_features(catalog: Catalog) -> FloatArray:
    """Of every item its popularity, mean stars (0 where unknown) and themes, and a last row of zeros."""
    known = (catalog.popularity[:, None], np.nan_to_num(catalog.mean_rating)[:, None], catalog.themes)
    table = np.concatenate(known, axis=1, dtype=np.float32)
    return np.concatenate([table, np.zeros_like(table[:1])])


Look = Callable[[Seen, IntArray], npt.NDArray[Any]]
"""From what is seen of all, and some rows, to a column about them."""


@dataclass(frozen=True)
class Sight:
    """One column of an observation.

    Args:
        space: of one row.
        look: what makes it, or the name of a column of ``Seen`` that is it.
        offered: whether it is about candidates.
    """

    space: Callable[[Seen], Space[Any]]
    look: Look | str
    offered: bool = False

    def looking(self, seen: Seen) -> Callable[[IntArray], npt.NDArray[Any]]:
        """From some rows, rising and distinct, to their column; it may be a view of what is kept."""
        if isinstance(self.look, str):
            return partial(taken, getattr(seen, self.look))
        return partial(self.look, seen)


class Lookout:
    """Looks at people by some sights.

    Args:
        sights: by name, in the order of the columns.
        seen: at what.
    """

    def __init__(self, sights: Mapping[str, Sight], seen: Seen) -> None:
        self._looks = {name: sight.looking(seen) for name, sight in sights.items()}
        self.spaces = {name: sight.space(seen) for name, sight in sights.items()}
        every = {name: SIGHTS[name].space(seen) for name in Sheets._fields}
        self._kinds = [(space.shape or (), np.dtype(space.dtype)) for space in every.values()]
        self._shapes = {
            name: (space.shape or (), np.dtype(space.dtype)) for name, space in self.spaces.items()
        }

    def observe(self, rows: IntArray) -> Columns:
        """What is seen of some rows, in arrays that nobody else holds."""
        if len(rows) <= BLOCK:
            return {name: look(rows).copy() for name, look in self._looks.items()}
        columns = self.sheets(len(rows))
        over_blocks(lambda cut: self.fill(columns, rows[cut], cut), len(rows))
        return columns

    @cached_property
    def nobody(self) -> Sheets:
        """Sheets for nobody to look at."""
        return Sheets(*(np.empty((0, *shape), dtype=kind) for shape, kind in self._kinds))

    def sheets(self, rows: int) -> dict[str, npt.NDArray[Any]]:
        """Columns that nobody else holds, with anything in them."""
        return {name: sheet((rows, *shape), kind) for name, (shape, kind) in self._shapes.items()}

    def fill(self, columns: Mapping[str, npt.NDArray[Any]], rows: IntArray, cut: slice) -> None:
        """Write what is seen of some rows into a part of such columns."""
        for name, look in self._looks.items():
            columns[name][cut] = look(rows)


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


def taken(column: npt.NDArray[Any], rows: IntArray) -> npt.NDArray[Any]:
    """A column's entries for some rows, rising and distinct: a view where they stand side by side."""
    if len(rows) == len(column):
        return column
    beside = len(rows) > 1 and rows[-1] - rows[0] + 1 == len(rows)
    return column[rows[0] : rows[-1] + 1] if beside else column.take(rows, axis=0)


def _item_numbers(column: str, width: str, *, offered: bool = False) -> Sight:
    return Sight(
        lambda seen: Box(NOTHING, seen.sizes.catalogue - 1, (getattr(seen.sizes, width),), np.int32),
        column,
        offered,
    )


def _stars(column: str, width: str) -> Sight:
    return Sight(
        lambda seen: Box(0.0, MOST_STARS, (getattr(seen.sizes, width),), np.float32),
        column,
    )


SIGHTS: Mapping[str, Sight] = {
    "recent": _item_numbers("recent", "window"),
    "stars": _stars("stars", "window"),
    "shown": _item_numbers("shown", "slots"),
    "response": _stars("response", "slots"),
    "context": Sight(
        lambda _: Box(0, np.iinfo(np.int32).max, (4,), np.int32),
        "context",
    ),
    "liking": Sight(
        lambda seen: Box(-MOST_STARS, MOST_STARS, (seen.features.shape[1],), np.float32),
        lambda seen, rows: kernels.liking(seen.recent, seen.stars, seen.features, rows),
    ),
    "candidates": Sight(
        lambda seen: Box(0.0, MOST_STARS, (seen.sizes.candidates, seen.features.shape[1]), np.float32),
        lambda seen, rows: seen.features.take(taken(seen.pool, rows), axis=0),
        offered=True,
    ),
    "candidates_open": Sight(
        lambda seen: MultiBinary(seen.sizes.candidates),
        lambda seen, rows: taken(seen.open, rows).view(np.int8),
        offered=True,
    ),
    "offered": _item_numbers("pool", "candidates", offered=True),
}
"""What there is to see.

- ``recent``: items watched, newest first; ``stars``: what they got.
- ``shown``: the items of the last page; ``response``: their stars, 0 where not watched.
- ``context``: day, page of the visit, days since the last visit, pages since something was watched.
- ``liking``: what the recent items have in common: the mean of their features times (stars - 3) / 2.
- ``candidates``: their features: popularity (0 to 1), mean stars, themes; ``candidates_open``: which may be
  shown; ``offered``: which items they are.

The numbers of items mean nothing to a network that does not embed them: such a one is better off with
``context``, ``liking`` and the candidates alone.
"""
