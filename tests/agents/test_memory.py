"""What agents remember."""

from __future__ import annotations

import numpy as np

from agents.memory import Window
from simenv.protocols import Memory
from simenv.types import NOTHING, Response, Slate, Step
from tests.contracts.memory import MemoryContract, cue


class TestWindow(MemoryContract):
    def make(self, agents: int) -> Memory:
        return Window(agents)


class TestAVerySmallWindow(MemoryContract):
    def make(self, agents: int) -> Memory:
        return Window(agents, size=2)


def page(items: list[int], stars: list[float]) -> Step:
    """One agent watches some items; a star of 0 means that it does not."""
    one = np.zeros(1, dtype=np.float32)
    watched = np.array([stars]) > 0
    rating = np.where(watched, np.array([stars]), np.nan).astype(np.float32)
    slate = Slate.certain(cue(np.array([0])).visit, np.array([items], dtype=np.int32))
    response = Response(watched, rating, rating, rating, np.zeros(1, dtype=np.int8))
    return Step(slate, response, one, one, one > 0)


def test_the_lowest_item_of_a_page_is_the_freshest() -> None:
    memory = Window(1, size=5)
    memory.write(page([3, 4, 5], [2, 0, 4]))
    memory.write(page([6, 7, 8], [0, 1, 5]))
    recalled = memory.recall(cue(np.array([0])))
    assert recalled.items.tolist() == [[8, 7, 5, 3, NOTHING]]
    assert recalled.ratings[0, :4].tolist() == [5, 1, 4, 2]


def test_the_oldest_is_forgotten_first() -> None:
    memory = Window(1, size=3)
    memory.write(page([1, 2], [3, 3]))
    memory.write(page([4, 5], [3, 3]))
    assert memory.recall(cue(np.array([0]))).items.tolist() == [[5, 4, 2]]


def test_of_a_page_larger_than_the_window_the_last_items_stay() -> None:
    memory = Window(1, size=2)
    memory.write(page([1, 2, 3, 4], [1, 2, 3, 4]))
    recalled = memory.recall(cue(np.array([0])))
    assert recalled.items.tolist() == [[4, 3]]
    assert recalled.ratings.tolist() == [[4, 3]]
