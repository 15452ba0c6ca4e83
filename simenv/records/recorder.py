"""Writes down what happens in one world, page by page, in the same bytes whatever the block size."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from simenv.protocols import State
from simenv.records.folder import RunFolder
from simenv.records.tables import Pages, When, World, agents_table, words_table
from simenv.types import IntArray, Population, Step
from simenv.words import Words

SHARE = 32_768
"""Agents whose pages of one round go into one part file."""
SPEAKERS = 128
"""Agents whose words of one round go into one part file: words take a hundred times the room of numbers."""


class Recorder:
    """Takes in a world's pages and writes its parts.

    A part holds one round of a fixed range of agents, ordered by page, user and slot. A range is written as
    soon as later agents come, since a block finishes all its pages before the next one starts; so a round of
    a million agents is never held in memory, and blocks leave no trace in the files. Words are cut in the
    same way, by the number of agents who said something.

    Args:
        folder: where to write.
        world: which of the run's worlds this is.
        population: who the agents are.
        keep: words are written of agents with a row below it; None for all.
        share: agents in one part.
        speakers: agents whose words are in one part.
    """

    def __init__(
        self,
        folder: RunFolder,
        world: World,
        population: Population,
        *,
        keep: int | None = None,
        share: int = SHARE,
        speakers: int = SPEAKERS,
    ) -> None:
        self._folder = folder
        self._world = world
        self._population = population
        self._keep = len(population) if keep is None else keep
        self._share = share
        self._speakers = speakers
        self._pages: dict[int, list[Pages]] = {}
        self._words: dict[int, list[tuple[When, Words]]] = {}
        self._word_parts = 0
        self._last_row = -1
        self._open_row = 0
        self._became = _nothing_yet(len(population))
        self._write_agents()

    def write(self, step: Step) -> None:
        """Take in one page of one block of agents; blocks come in row order, each with all its pages.

        Raises:
            ValueError: when an agent comes back after later agents were written.
        """
        rows = step.slate.visit.rows
        if len(rows) == 0:
            return
        first = int(rows.min())
        if first < self._open_row:
            raise ValueError(f"Expected agents from row {self._open_row} on in this round, got row {first}.")
        if first > self._last_row:
            self._flush(first)
        self._last_row = max(self._last_row, int(rows.max()))
        self._hold(Pages.of(step))
        self._hold_words(step)
        self._note(step, rows)

    def end_round(self) -> None:
        """Write what is left of a round that ends."""
        self._flush(len(self._population) + self._share)
        self._flush_words(len(self._population), least=1)
        self._last_row, self._open_row, self._word_parts = -1, 0, 0

    def finish(self) -> None:
        """Write what became of everybody, now that the world's last round is over."""
        self._write_agents()

    def state(self) -> State:
        """What became of everybody so far, to be taken between rounds."""
        return {name: column.copy() for name, column in self._became.items()}

    def restore(self, state: State) -> None:
        """Continue after the round after which ``state`` was taken."""
        for name, column in self._became.items():
            column[:] = state[name]

    def _hold(self, pages: Pages) -> None:
        """Keep pages until their range of agents is complete."""
        share = pages.user // self._share
        numbers = np.unique(share)
        for number in numbers:
            own = pages if len(numbers) == 1 else pages.take(share == number)
            self._pages.setdefault(int(number), []).append(own)

    def _hold_words(self, step: Step) -> None:
        if not step.response.words:
            return
        visit = step.slate.visit
        clock = {int(row): (int(visit.round[b]), int(visit.page[b])) for b, row in enumerate(visit.rows)}
        for row, words in step.response.words.items():
            if row < self._keep:
                self._words.setdefault(row, []).append(((*clock[row], row), words))

    def _note(self, step: Step, rows: IntArray) -> None:
        """Add a page to what became of everybody."""
        watched, rating = step.response.watched, step.response.rating
        self._became["pages"][rows] += 1
        self._became["watched"][rows] += watched.sum(axis=1, dtype=np.int32)
        self._became["liked"][rows] += (watched & (rating > 3)).sum(axis=1, dtype=np.int32)
        self._became["satisfaction"][rows] = step.satisfaction

    def _flush(self, row: int) -> None:
        """Write all ranges of agents, and all full parts of words, that end before a row."""
        complete = row // self._share
        for number in sorted(n for n in self._pages if n < complete):
            self._write_part(number)
        self._open_row = max(self._open_row, complete * self._share)
        self._flush_words(row, least=self._speakers)

    def _flush_words(self, row: int, least: int) -> None:
        """Write the words of agents before a row; fewer agents than ``least`` wait for others."""
        complete = sorted(speaker for speaker in self._words if speaker < row)
        for first in range(0, len(complete) - least + 1, self._speakers):
            self._write_words(complete[first : first + self._speakers])

    def _write_part(self, number: int) -> None:
        pages = Pages.joined(self._pages.pop(number))
        when = (int(pages.round[0]), number)
        self._folder.write_part("interactions", self._world, when, pages.interactions(self._world))
        self._folder.write_part("pages", self._world, when, pages.pages(self._world))

    def _write_words(self, speakers: list[int]) -> None:
        said = [entry for speaker in speakers for entry in self._words.pop(speaker)]
        (day, *_), _ = said[0]
        self._folder.write_part("words", self._world, (day, self._word_parts), words_table(self._world, said))
        self._word_parts += 1
        self._open_row = max(self._open_row, speakers[-1] + 1)

    def _write_agents(self) -> None:
        self._folder.write_agents(self._world, agents_table(self._world, self._population, self._became))


def _nothing_yet(agents: int) -> dict[str, npt.NDArray[Any]]:
    counts = {name: np.zeros(agents, dtype=np.int32) for name in ("pages", "watched", "liked")}
    return {**counts, "satisfaction": np.full(agents, np.nan, dtype=np.float32)}
