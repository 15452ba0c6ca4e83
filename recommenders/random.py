"""Anything, with equal chances: the floor that every recommender must beat."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from simenv.luck import stream
from simenv.protocols import State
from simenv.ragged import Ragged
from simenv.scoring import best, blocks, part
from simenv.types import NOTHING, Feedback, FloatArray, IntArray, Interactions, Slate, Source, Visit


class Random:
    """Every item that is not excluded has the same chance to be shown.

    Args:
        seed: the luck; each (episode, round, page, row, item) has a draw of its own.
    """

    def __init__(self, *, seed: int = 0) -> None:
        self._luck = stream(seed, "recommenders.random")
        self._items = 0

    def fit(self, train: Interactions) -> None:
        """See how large the catalogue is."""
        self._items = train.items

    def recommend(self, visit: Visit, slots: int) -> Slate:
        """The items with the best luck on this page; propensity is slots over the items that are left."""
        items = best(lambda block: self._draw(visit, block), slots, visit.exclude)
        propensity = np.empty(items.shape, dtype=np.float32)
        for block in blocks(len(visit)):
            left = self._left(part(visit.exclude, block))
            propensity[block] = (slots / np.maximum(left, max(slots, 1)))[:, None]
        return Slate(visit, items, propensity, np.full(len(visit), Source.FEED, dtype=np.int8))

    def learn(self, feedback: Sequence[Feedback]) -> None:
        """Nothing to learn."""

    def state(self) -> State:
        """Nothing changes, so a run can go on from any round."""
        return {}

    def restore(self, state: State) -> None:
        """Nothing to restore."""

    def _draw(self, visit: Visit, block: slice) -> FloatArray:
        """Luck of every item for every agent in the block: float32 (batch, items), 0 to 1."""
        from simenv.kernels import draws

        clock = (visit.episode[block], visit.round[block], visit.page[block], visit.rows[block])
        items = np.tile(np.arange(self._items, dtype=np.int32), (len(clock[0]), 1))
        return np.asarray(draws(np.uint64(self._luck.key), clock, items))

    def _left(self, exclude: Ragged) -> IntArray:
        """How many items each agent may still be shown: int32 (batch,)."""
        row, item = np.repeat(np.arange(len(exclude)), exclude.lengths()), exclude.values
        gone = np.zeros((len(exclude), self._items), dtype=np.bool_)
        gone[row[item != NOTHING], item[item != NOTHING]] = True
        return (self._items - gone.sum(axis=1)).astype(np.int32)
