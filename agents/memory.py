"""What agents remember."""

from __future__ import annotations

import numpy as np

from simenv.protocols import State
from simenv.types import NOTHING, FloatArray, IntArray, Recall, Slate, Step


class Window:
    """The last items that each agent watched, with the stars it gave them, last watched first.

    People read a page from top to bottom, so of one page's watched items the lowest is remembered first.

    Args:
        agents: how many there are.
        size: how many items each of them remembers.
    """

    def __init__(self, agents: int, size: int = 16) -> None:
        self.items: IntArray = np.full((agents, size), NOTHING, dtype=np.int32)
        self.ratings: FloatArray = np.full((agents, size), np.nan, dtype=np.float32)

    def recall(self, slate: Slate) -> Recall:
        """What the agents on this page watched before; how they feel is the world's to add."""
        rows = slate.visit.rows
        calm = np.zeros(len(rows), dtype=np.float32)
        return Recall(self.items[rows], self.ratings[rows], satisfaction=calm, fatigue=calm)

    def write(self, step: Step) -> None:
        """Remember what was watched on one page."""
        from simenv import kernels  # numba is slow to import

        slate, response = step.slate, step.response
        page = (slate.visit.rows, slate.items, response.watched, response.rating)
        kernels.push(self.items, self.ratings, page)

    def forget(self, rows: IntArray) -> None:
        """Remember nothing about some agents."""
        self.items[rows] = NOTHING
        self.ratings[rows] = np.nan

    def state(self) -> State:
        """The windows: items int32 and ratings float32 (agents, size)."""
        return {"items": self.items.copy(), "ratings": self.ratings.copy()}

    def restore(self, state: State) -> None:
        """Continue with such windows."""
        self.items = state["items"].astype(np.int32)
        self.ratings = state["ratings"].astype(np.float32)
