"""A recorded world, page by page, as if it happened again: measured later, it measures the same."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import groupby

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from simenv.metrics import Scoreboard
from simenv.ragged import Ragged
from simenv.records.parts import round_of
from simenv.records.run import Run
from simenv.records.tables import ACTIONS, SOURCES, World, floats
from simenv.types import NOTHING, IntArray, Response, Slate, Step, Visit


def steps(run: Run, seed: int, arm: str) -> Iterator[Iterator[Step]]:
    """The pages of one world: round after round, and in each the blocks as they are stored.

    What was not recorded is not there: exclusions, episodes and words.
    """
    pairs = zip(run.parts("pages", seed, arm), run.parts("interactions", seed, arm), strict=False)
    for _, parts in groupby(pairs, key=lambda pair: round_of(pair[0])):
        yield (
            step
            for pages, interactions in parts
            for step in _steps(pq.read_table(pages), pq.read_table(interactions))
        )


def scoreboard(run: Run, seed: int, arm: str, numbers: IntArray | None = None) -> Scoreboard:
    """The measures of one world, from its records: the same bits as when it was run.

    Args:
        numbers: int32 (agents,), other row numbers for the agents, for example those of another run.
    """
    agents = len(World(seed, arm, run.arms).rows_of(run.agents))
    board = Scoreboard(agents, run.items)
    for day in steps(run, seed, arm):
        for step in day:
            board.update(step if numbers is None else _renumbered(step, numbers))
        board.end_round()
    return board


def _renumbered(step: Step, numbers: IntArray) -> Step:
    visit = replace(step.slate.visit, rows=numbers[step.slate.visit.rows])
    return replace(step, slate=replace(step.slate, visit=visit))


def _steps(pages: pa.Table, interactions: pa.Table) -> Iterator[Step]:
    """One step for each page number of one part; both tables are ordered by page and user."""
    on_page = pages["page"].to_numpy()
    shown_on = interactions["page"].to_numpy()
    width = int(interactions["slot"].to_numpy().max(initial=0)) + 1
    for page in np.unique(on_page):
        first, last = np.searchsorted(on_page, [page, page + 1])
        begin, end = np.searchsorted(shown_on, [page, page + 1])
        yield _step(pages.slice(first, last - first), interactions.slice(begin, end - begin), width)


def _step(pages: pa.Table, shown: pa.Table, width: int) -> Step:
    rows = pages["user"].to_numpy()
    at = (np.searchsorted(rows, shown["user"].to_numpy()), shown["slot"].to_numpy())

    def spread(values: np.ndarray, filling: float) -> np.ndarray:
        grid = np.full((len(rows), width), filling, dtype=values.dtype)
        grid[at] = values
        return grid

    visit = Visit(
        np.zeros(len(rows), dtype=np.int32),
        pages["round"].to_numpy(),
        pages["page"].to_numpy(),
        rows,
        Ragged.empty(len(rows)),
    )
    source = np.zeros(len(rows), dtype=np.int8)
    source[at[0]] = _indices(shown["source"], SOURCES)
    items = spread(shown["item"].to_numpy(), NOTHING)
    slate = Slate(visit, items, spread(floats(shown["propensity"]), np.nan), source)
    response = Response(
        spread(shown["watched"].to_numpy(), False),
        spread(floats(shown["rating"]), np.nan),
        spread(floats(shown["chance"]), np.nan),
        spread(floats(shown["expected"]), np.nan),
        _indices(pages["action"], ACTIONS).astype(np.int8),
    )
    satisfaction, fatigue = floats(pages["satisfaction"]), floats(pages["fatigue"])
    return Step(slate, response, satisfaction, fatigue, pages["left"].to_numpy())


def _indices(column: pa.ChunkedArray, words: list[str]) -> np.ndarray:
    """A column of words as their places in a list."""
    return pc.index_in(column.cast(pa.string()), pa.array(words)).to_numpy()
