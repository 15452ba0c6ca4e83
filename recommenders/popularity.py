"""What most people take: the baseline that knows nobody."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from recommenders.watched import watched
from simenv.protocols import State
from simenv.scoring import rank_shared
from simenv.types import Feedback, IntArray, Interactions, Slate, Visit


class Popularity:
    """Everybody gets the items that were taken most often, apart from what they have seen."""

    def fit(self, train: Interactions) -> None:
        """Count the ratings of each item."""
        self._count(np.bincount(train.item, minlength=train.items).astype(np.int64))

    def recommend(self, visit: Visit, slots: int) -> Slate:
        """The most taken items, best first; among equals the one with the smaller index."""
        return Slate.certain(visit, rank_shared(self._order, visit.exclude, slots))

    def learn(self, feedback: Sequence[Feedback]) -> None:
        """Count what was watched in a round."""
        _, items = watched(feedback)
        self._count(self._counts + np.bincount(items, minlength=len(self._counts)))

    def state(self) -> State:
        """The counts: int64 (items,)."""
        return {"counts": self._counts}

    def restore(self, state: State) -> None:
        """Continue from such counts."""
        self._count(state["counts"].astype(np.int64))

    def _count(self, counts: npt.NDArray[np.int64]) -> None:
        self._counts = counts
        self._order: IntArray = np.argsort(-counts, kind="stable").astype(np.int32)
