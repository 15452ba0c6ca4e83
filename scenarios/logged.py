"""A run's log as it was lived through: page by page, what was shown, remembered and done."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from agents.memory import Window
from simenv.luck import clock
from simenv.mood import START_FATIGUE, START_SATISFACTION
from simenv.ragged import Ragged
from simenv.records.run import Run
from simenv.types import NOTHING, Action, FloatArray, IntArray, Recall, Response, Slate, Step, Visit

Columns = dict[str, npt.NDArray[Any]]


_SHOWN = ("round", "page", "user", "item", "slot", "watched", "rating", "chance", "expected")
_AFTER = ("round", "page", "user", "action", "satisfaction", "fatigue", "left")
_ACTIONS = {action.name.lower(): action.value for action in Action}


@dataclass(frozen=True)
class Page:
    """One page of all agents of a world who saw it; the seed is that of the world."""

    seed: int
    slate: Slate
    recall: Recall
    response: Response

    def only(self, chosen: npt.NDArray[np.intp]) -> Page:
        """The chosen agents, by their places on the page."""
        slate, known, done = self.slate, self.recall, self.response
        episode, day, page, rows = (column[chosen] for column in clock(slate.visit))
        some = Visit(episode, day, page, rows, Ragged.empty(len(chosen)))
        felt = known.satisfaction[chosen], known.fatigue[chosen]
        told = (done.rating[chosen], done.chance[chosen], done.expected[chosen], done.action[chosen])
        return Page(
            self.seed,
            Slate.certain(some, slate.items[chosen]),
            Recall(known.items[chosen], known.ratings[chosen], *felt),
            Response(done.watched[chosen], *told),
        )


def pages(run: Run, agents: int, window: int) -> Iterator[Page]:
    """Every page of every world of a run, in order.

    Args:
        agents: how many there are.
        window: how many watched items each of them remembers.
    """
    for seed, arm in product(run.seeds, run.arms):
        shown = _world(run.interactions, seed, arm, _SHOWN)
        after = _world(run.pages, seed, arm, _AFTER)
        yield from _lived(seed, shown, after, Window(agents, window))


def _lived(seed: int, shown: Columns, after: Columns, memory: Window) -> Iterator[Page]:
    mood = np.tile([START_SATISFACTION, START_FATIGUE], (len(memory.items), 1)).astype(np.float32)
    slots = int(shown["slot"].max(initial=0)) + 1
    for day, page in _clock(after):
        now = _taken(after, (after["round"] == day) & (after["page"] == page))
        here = _taken(shown, (shown["round"] == day) & (shown["page"] == page))
        rows = now["user"].astype(np.int32)
        if page == 0:
            mood[rows] = START_SATISFACTION, START_FATIGUE
        slate, response = _page((day, page, rows), here, now, slots)
        known = memory.recall(slate)
        yield Page(seed, slate, Recall(known.items, known.ratings, *mood[rows].T), response)
        mood[rows] = np.column_stack([now["satisfaction"], now["fatigue"]])
        memory.write(Step(slate, response, mood[rows, 0], mood[rows, 1], now["left"]))


def _page(
    clock: tuple[int, int, IntArray], shown: Columns, now: Columns, slots: int
) -> tuple[Slate, Response]:
    """What was shown on one page, and what was done."""
    day, page, rows = clock
    place = np.searchsorted(rows, shown["user"]), shown["slot"]
    items = np.full((len(rows), slots), NOTHING, dtype=np.int32)
    items[place] = shown["item"]
    watched = np.zeros(items.shape, dtype=np.bool_)
    watched[place] = shown["watched"]
    nought = np.zeros(len(rows), dtype=np.int32)
    visit = Visit(nought, nought + np.int32(day), nought + np.int32(page), rows, Ragged.empty(len(rows)))
    stars, chance, expected = (
        _spread(items.shape, place, shown[name]) for name in ("rating", "chance", "expected")
    )
    return Slate.certain(visit, items), Response(watched, stars, chance, expected, now["action"])


def _spread(shape: tuple[int, ...], place: tuple[Any, Any], values: npt.NDArray[Any]) -> FloatArray:
    out = np.full(shape, np.nan, dtype=np.float32)
    out[place] = values
    return out


def _clock(after: Columns) -> list[tuple[int, int]]:
    """Every day and page, in order."""
    both = np.unique(np.stack([after["round"], after["page"]], axis=1), axis=0)
    return [(int(day), int(page)) for day, page in both]


def _world(table: pa.Table, seed: int, arm: str, names: tuple[str, ...]) -> Columns:
    """Columns of one world's rows, in the order of users."""
    mine = table.filter((pc.field("seed") == seed) & (pc.field("arm") == arm)).select(names)
    columns = {name: _plain(mine[name]) for name in names}
    order = np.argsort(columns["user"], kind="stable")
    return {name: column[order] for name, column in columns.items()}


def _plain(column: pa.ChunkedArray) -> npt.NDArray[Any]:
    """A column as numpy has it; unknown numbers are NaN, actions their numbers."""
    if pa.types.is_dictionary(column.type):
        named = column.cast(pa.string()).to_numpy()
        return np.array([_ACTIONS[name] for name in named], dtype=np.int8)
    return np.asarray(column.to_numpy())


def _taken(columns: Columns, where: npt.NDArray[np.bool_]) -> Columns:
    return {name: column[where] for name, column in columns.items()}
