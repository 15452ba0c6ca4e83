"""The rows of a world: whom they are about, the page each of them is on, and the luck of that page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from simenv.gym.blocks import over_blocks
from simenv.gym.kernels import LuckArray
from simenv.gym.recsim import kernels
from simenv.gym.sheets import sheet
from simenv.gym.stage import Columns, Offer
from simenv.luck import stream
from simenv.types import IntArray

FEW = 1_000
"""Below so many rows, plain copies are the quickest."""


class Rows:
    """Clocks of all rows. RecSim knows no days: the round is always 0.

    Args:
        part: the name of the luck.
        agents: int32 (rows,), whom the rows are about.
    """

    def __init__(self, part: str, agents: IntArray) -> None:
        self._part = part
        self._agents = np.ascontiguousarray(agents, dtype=np.int32)
        self._episode, self._round, self.page = (np.zeros(len(agents), dtype=np.int32) for _ in range(3))
        self.luck: LuckArray = np.zeros(len(agents), dtype=np.uint64)
        self.seed(0)

    def seed(self, seed: int) -> None:
        """Take all luck from this seed from here on."""
        clock = (self._episode, self._round, self.page, self._agents)
        self.now: kernels.Now = (np.uint64(stream(seed, self._part).key), clock, self.luck)

    def begin(self, rows: IntArray, episode: IntArray) -> None:
        """These rows are on the first page of an episode."""
        self._episode[rows], self.page[rows] = episode, 0
        kernels.turn(self.now, rows, 0)


def everything(candidates: int) -> Offer:
    """The offer where every page has fresh candidates, and all of them may be shown."""
    items = np.arange(candidates, dtype=np.int32)[None]
    return Offer(items, np.ones(items.shape, dtype=np.bool_))


def copies(columns: Mapping[str, npt.NDArray[Any]], rows: IntArray) -> Columns:
    """The rows of each column, in arrays that nobody else holds."""
    if len(rows) < FEW:
        return {name: column.take(rows, axis=0) for name, column in columns.items()}
    out = {name: sheet((len(rows), *column.shape[1:]), column.dtype) for name, column in columns.items()}

    def fill(cut: slice) -> None:
        for name, column in columns.items():
            # of all rows, a slice is much faster
            out[name][cut] = column[cut] if len(rows) == len(column) else column[rows[cut]]

    over_blocks(fill, len(rows))
    return out
