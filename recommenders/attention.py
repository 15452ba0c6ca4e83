"""What a recommender has seen of each person since the train split, brought up to date page by page."""

from __future__ import annotations

import numpy as np

from recommenders.insight import Glimpse, last_page
from simenv.kernels import push
from simenv.protocols import State
from simenv.types import NOTHING, Feedback, FloatArray, IntArray, Visit


class Attention:
    """The last watched items, the last page and the last two days of every person.

    Args:
        people: how many there are.
        window: watched items that are remembered of each.
    """

    def __init__(self, people: int, window: int) -> None:
        self._recent: IntArray = np.full((people, window), NOTHING, dtype=np.int32)
        self._stars: FloatArray = np.zeros((people, window), dtype=np.float32)
        self._last: FloatArray = np.zeros((people, 2), dtype=np.float32)
        self._since: IntArray = np.zeros(people, dtype=np.int32)
        self._days: IntArray = np.full((people, 2), NOTHING, dtype=np.int32)

    def notice(self, page: Feedback) -> None:
        """Take in one page."""
        visit, items = page.slate.visit, page.slate.items
        rows, watched = visit.rows, page.watched
        given = np.where(watched & (page.rating > 0), page.rating, np.float32(0))
        push(self._recent, self._stars, (rows, items, watched, given))
        self._last[rows] = last_page(given)
        self._since[rows] = np.where(watched.any(axis=1), 0, self._since[rows] + 1)
        new = rows[self._days[rows, 0] != visit.round]
        self._days[new, 1] = self._days[new, 0]
        self._days[rows, 0] = visit.round

    def glimpse(self, visit: Visit, offered: IntArray) -> Glimpse:
        """What has been seen of the visitors, and what the retriever offers them."""
        rows = visit.rows
        days = self._days[rows]
        before = np.where(days[:, 0] == visit.round, days[:, 1], days[:, 0])
        away = np.where(before == NOTHING, 0, visit.round - before)
        context = np.stack([visit.round, visit.page, away, self._since[rows]], axis=1).astype(np.int32)
        known = (rows, self._recent[rows], self._stars[rows], self._last[rows])
        return Glimpse(*known, context, offered, offered != NOTHING)

    def state(self) -> State:
        """All columns."""
        return {name: getattr(self, f"_{name}").copy() for name in _COLUMNS}

    def restore(self, state: State) -> None:
        """Continue with such columns."""
        for name in _COLUMNS:
            setattr(self, f"_{name}", state[name].astype(getattr(self, f"_{name}").dtype))


_COLUMNS = ("recent", "stars", "last", "since", "days")
