"""What every memory promises: join by subclassing the suite and saying how one is made.

class TestMine(MemoryContract):
    def make(self, agents: int) -> Memory:
        return Mine(agents)
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pytest

from simenv.protocols import Checkpointable, Forgetful, Memory
from simenv.ragged import Ragged
from simenv.types import NOTHING, IntArray, Recall, Slate, Step, Visit
from tests.factories import Crowd

AGENTS = 30


class MemoryContract:
    """What every memory promises."""

    def make(self, agents: int) -> Memory:
        """A new memory in which there is nothing yet."""
        raise NotImplementedError

    def after(self, steps: Iterable[Step]) -> Memory:
        """A memory that has lived through some pages."""
        memory = self.make(AGENTS)
        for step in steps:
            memory.write(step)
        return memory

    def test_nobody_remembers_what_has_not_been(self) -> None:
        recalled = self.make(AGENTS).recall(cue(np.arange(AGENTS)))
        assert (recalled.items == NOTHING).all()
        assert np.isnan(recalled.ratings).all()
        assert not recalled.notes

    def test_there_is_a_row_for_each_visitor(self) -> None:
        recalled = self.after(Crowd().steps()).recall(cue(np.array([4, 2, 9])))
        assert recalled.items.shape == recalled.ratings.shape
        assert len(recalled.items) == len(recalled.satisfaction) == len(recalled.fatigue) == 3
        assert (recalled.items.dtype, recalled.ratings.dtype) == (np.int32, np.float32)

    def test_what_was_watched_last_comes_back_first_with_its_stars(self) -> None:
        steps = list(Crowd().steps())
        recalled = self.after(steps).recall(cue(np.arange(AGENTS)))
        assert (recalled.items != NOTHING).any()
        for row in range(AGENTS):
            items, stars = watched(steps, row)
            kept = min(len(items), recalled.items.shape[1])
            assert recalled.items[row, :kept].tolist() == items[::-1][:kept]
            assert recalled.ratings[row, :kept].tolist() == stars[::-1][:kept]
            assert (recalled.items[row, kept:] == NOTHING).all()

    def test_a_page_on_which_nothing_was_watched_changes_nothing(self) -> None:
        before = self.after(Crowd().steps()).recall(cue(np.arange(AGENTS)))
        bored = list(Crowd(appeal=-1e6, seed=3).steps())
        assert not any(step.response.watched.any() for step in bored)
        after = self.after([*Crowd().steps(), *bored]).recall(cue(np.arange(AGENTS)))
        same(before, after)

    @pytest.mark.parametrize("block", [1, 4, 30])
    def test_blocks_make_no_difference(self, block: int) -> None:
        one = self.after(Crowd(block=7).steps()).recall(cue(np.arange(AGENTS)))
        other = self.after(Crowd(block=block).steps()).recall(cue(np.arange(AGENTS)))
        same(one, other)

    def test_a_row_does_not_depend_on_its_neighbours(self) -> None:
        memory = self.after(Crowd().steps())
        whole = memory.recall(cue(np.arange(AGENTS)))
        for row in range(AGENTS):
            alone = memory.recall(cue(np.array([row])))
            assert alone.items.tobytes() == whole.items[row].tobytes()
            assert alone.ratings.tobytes() == whole.ratings[row].tobytes()

    def test_what_is_recalled_does_not_change_when_more_is_remembered(self) -> None:
        memory = self.make(AGENTS)
        steps = list(Crowd().steps())
        memory.write(steps[0])
        rows = steps[0].slate.visit.rows
        before = memory.recall(cue(rows))
        kept = before.items.tobytes()
        for step in steps[1:]:
            memory.write(step)
        assert before.items.tobytes() == kept
        assert memory.recall(cue(rows)).items.tobytes() != kept

    def test_a_restored_memory_goes_on_as_if_it_had_never_stopped(self) -> None:
        steps = list(Crowd().steps())
        first = self.after(steps[:5])
        assert isinstance(first, Checkpointable)
        state, second = first.state(), self.make(AGENTS)
        for step in steps[5:]:
            first.write(step)
        assert isinstance(second, Checkpointable)
        second.restore(state)
        for step in steps[5:]:
            second.write(step)
        same(first.recall(cue(np.arange(AGENTS))), second.recall(cue(np.arange(AGENTS))))

    def test_who_forgets_remembers_nothing_and_the_others_everything(self) -> None:
        memory, untouched = (self.after(Crowd().steps()) for _ in range(2))
        assert isinstance(memory, Forgetful)
        forgetful, others = np.array([2, 7], dtype=np.int32), np.delete(np.arange(AGENTS), [2, 7])
        memory.forget(forgetful)
        same(memory.recall(cue(forgetful)), self.make(AGENTS).recall(cue(forgetful)))
        same(memory.recall(cue(others)), untouched.recall(cue(others)))
        for step in Crowd(seed=4).steps():
            memory.write(step)
        assert (memory.recall(cue(forgetful)).items != NOTHING).any()


def cue(rows: IntArray) -> Slate:
    """A page that makes agents remember."""
    none = np.zeros(len(rows), dtype=np.int32)
    visit = Visit(none, none, none, rows.astype(np.int32), Ragged.empty(len(rows)))
    return Slate.certain(visit, np.zeros((len(rows), 2), dtype=np.int32))


def watched(steps: Iterable[Step], row: int) -> tuple[list[int], list[float]]:
    """What one agent watched, page by page and from top to bottom, and its stars."""
    items: list[int] = []
    stars: list[float] = []
    for step in steps:
        for b in np.flatnonzero(step.slate.visit.rows == row):
            seen = step.response.watched[b]
            items += step.slate.items[b, seen].tolist()
            stars += step.response.rating[b, seen].tolist()
    return items, stars


def same(one: Recall, other: Recall) -> None:
    """Two memories agree byte for byte."""
    assert one.items.tobytes() == other.items.tobytes()
    assert one.ratings.tobytes() == other.ratings.tobytes()
