"""What nobody is shown again: a bit for every person and item."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from simenv.gym import known_kernels as kernels
from simenv.ragged import Ragged
from simenv.types import BoolArray, IntArray


class Familiar:
    """What each row knows: its history, and what it has been shown in this episode.

    Args:
        histories: int32 items, one ragged row per agent.
        agents: int32 (rows,), whom the rows are about.
        catalogue: how many items there are.
    """

    def __init__(self, histories: Ragged, agents: IntArray, catalogue: int) -> None:
        self._histories, self._agents = histories, agents
        self.bits: npt.NDArray[np.uint64] = np.zeros((len(agents), -(-catalogue // 64)), dtype=np.uint64)

    def begin(self, rows: IntArray) -> None:
        """These rows know their history, and nothing else."""
        histories = self._histories
        kernels.know_history(self.bits, rows, self._agents, histories.starts, histories.values)

    def show(self, rows: IntArray, items: IntArray) -> IntArray:
        """The items (n, slots) that are new to these rows, NOTHING for others; all are known from now on."""
        return kernels.show(self.bits, rows, items)

    def items(self, rows: IntArray) -> Ragged:
        """What these rows know: int32 items, rising."""
        return Ragged(*kernels.known_items(self.bits, rows))

    def knows(self, rows: IntArray, items: IntArray) -> BoolArray:
        """Whether each row knows each of its items: bool (n, items); NOTHING is not known."""
        return kernels.knows(self.bits, rows, items)
