"""The rows of a world: whom they are about, the page each of them is on, and the luck of that page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from simenv.gym.kernels import LuckArray
from simenv.gym.recsim import kernels
from simenv.gym.stage import Columns, Offer
from simenv.luck import stream
from simenv.types import IntArray


class Rows:
    """Clocks of all rows. RecSim knows no days: the round is always 0.

    Args:
        part: the name of the luck.
        agents: int32 (rows,), whom the rows are about.
    """

    def __init__(self, part: str, agents: IntArray) -> None:
        self._part = part
        self._key = np.uint64(stream(0, part).key)
        self._agents = np.ascontiguousarray(agents, dtype=np.int32)
        self._episode, self._round, self.page = (np.zeros(len(agents), dtype=np.int32) for _ in range(3))
        self.luck: LuckArray = np.zeros(len(agents), dtype=np.uint64)

    def seed(self, seed: int) -> None:
        """Take all luck from this seed from here on."""
        self._key = np.uint64(stream(seed, self._part).key)

    def begin(self, rows: IntArray, episode: IntArray) -> None:
        """These rows are on the first page of an episode."""
        self._episode[rows], self.page[rows] = episode, 0
        self._turn(rows)

    def turn(self, rows: IntArray) -> None:
        """These rows go on to the next page."""
        self.page[rows] += 1
        self._turn(rows)

    def _turn(self, rows: IntArray) -> None:
        clock = (self._episode, self._round, self.page, self._agents)
        kernels.turn(self._key, clock, rows, self.luck)


def everything(candidates: int) -> Offer:
    """The offer where every page has fresh candidates, and all of them may be shown."""
    items = np.arange(candidates, dtype=np.int32)[None]
    return Offer(items, np.ones(items.shape, dtype=np.bool_))


def copies(columns: Mapping[str, npt.NDArray[Any]], rows: IntArray) -> Columns:
    """The rows of each column, in arrays that nobody else holds."""
    return {
        name: column.copy() if len(rows) == len(column) else column.take(rows, axis=0)
        for name, column in columns.items()
    }
