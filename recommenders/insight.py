"""What a trained recommender knows of people and items, from the train split and the last pages."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array

from recommenders.places import placed
from recommenders.slateq.replay import Situation
from simenv.types import NOTHING, BoolArray, FloatArray, IntArray, Interactions

FACTORS = 16
PERSON, CANDIDATE = 2 * FACTORS + 7, FACTORS + 5
"""How many numbers tell of a person, and of a candidate."""


@dataclass(frozen=True, slots=True)
class Glimpse:
    """What has been seen of some people, and what may be shown to them; entry b is about the same person.

    Args:
        agents: int32 (batch,), who they are: users of the train split.
        recent, stars: items watched since, newest first, int32 (batch, window), NOTHING where there is none,
            and the stars given to them, float32.
        last: float32 (batch, 2), watched share of the last page, and mean stars there.
        context: int32 (batch, 4): day, page, days since the last visit, pages since something was watched.
        offered: int32 (batch, candidates), the retriever's candidates, best first, NOTHING at the end.
        open: bool (batch, candidates), which of them may be shown.
    """

    agents: IntArray
    recent: IntArray
    stars: FloatArray
    last: FloatArray
    context: IntArray
    offered: IntArray
    open: BoolArray


class Insight:
    """Items lie where the leading factors of who took what place them; people where what they took lies.

    Args:
        train: what is known before anybody comes.
    """

    def __init__(self, train: Interactions) -> None:
        known = (np.ones(len(train), dtype=np.float32), (train.user, train.item))
        taken = csr_array(known, shape=(train.users, train.items))
        self._places = _and_nothing(placed(taken, FACTORS))
        counts = np.bincount(train.item, minlength=train.items)
        rated = train.where(~np.isnan(train.rating))
        liked = np.bincount(rated.item, weights=rated.rating - 3, minlength=train.items)
        share, stars = counts / max(train.users, 1), liked / (2 * np.maximum(counts, 1))
        self._items = _and_nothing(np.column_stack([np.log1p(100 * share), stars]).astype(np.float32))
        lengths = np.bincount(train.user, minlength=train.users).astype(np.float32)
        sums = taken @ self._places[:-1].astype(np.float64)
        self._people = (sums / np.maximum(lengths, 1)[:, None]).astype(np.float32)
        self._active = np.log1p(lengths)

    def situation(self, seen: Glimpse) -> Situation:
        """Numbers for networks: of each person, and of each candidate."""
        liking = self._liking(seen)
        return Situation(self._person(seen, liking), self._candidates(seen, liking), seen.open)

    def _liking(self, seen: Glimpse) -> FloatArray:
        """Where what was watched lately lies, what was liked ahead, what was not behind: (batch, factors)."""
        weight = np.where(seen.recent == NOTHING, np.float32(0), (seen.stars - np.float32(2.5)) / 2)
        count = np.maximum((seen.recent != NOTHING).sum(axis=1), 1).astype(np.float32)
        total = np.einsum("bw,bwf->bf", weight, self._places[seen.recent], optimize=False)
        return np.asarray(total / count[:, None], dtype=np.float32)

    def _person(self, seen: Glimpse, liking: FloatArray) -> FloatArray:
        """Long-term and recent liking, activity, circumstances and the last page: float32 (batch, PERSON)."""
        parts = [
            self._people[seen.agents],
            liking,
            self._active[seen.agents, None],
            np.log1p(seen.context),
            seen.last,
        ]
        return np.concatenate(parts, axis=1, dtype=np.float32)

    def _candidates(self, seen: Glimpse, liking: FloatArray) -> FloatArray:
        """Rank, both likings, fame, stars and place: float32 (batch, candidates, CANDIDATE)."""
        places = self._places[seen.offered]
        count = seen.offered.shape[1]
        rank = np.broadcast_to(1 - np.arange(count, dtype=np.float32) / count, seen.offered.shape)
        likings = [
            np.einsum("bcf,bf->bc", places, whose, optimize=False)
            for whose in (self._people[seen.agents], liking)
        ]
        narrow = np.stack([rank, *likings], axis=2)
        return np.concatenate([narrow, self._items[seen.offered], places], axis=2, dtype=np.float32)


def last_page(response: FloatArray) -> FloatArray:
    """Watched share and mean stars (batch, 2) of pages whose stars (batch, slots) are 0 where not watched."""
    count = (response > 0).sum(axis=1).astype(np.float32)
    return np.column_stack([count / response.shape[1], response.sum(axis=1) / np.maximum(count, 1)])


def _and_nothing(table: npt.NDArray[np.float32]) -> FloatArray:
    """A table with a last row of zeros: what NOTHING points to."""
    return np.concatenate([table, np.zeros((1, *table.shape[1:]), dtype=np.float32)])
