"""What follows a page, compiled: steps are counted, what is to be seen is written down, episodes begin."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from simenv.gym.feed_kernels import forget, liking, side_by_side
from simenv.gym.kernels import tick
from simenv.gym.known_kernels import know_history
from simenv.gym.swift_kernels import Kept, Told
from simenv.kernels import LongArray, at, kernel
from simenv.nights import Home, begin
from simenv.types import BoolArray, FloatArray, IntArray


class Lives(NamedTuple):
    """How rows go on and begin.

    Args:
        steps, over, episode: of each: int32, bool and int32 (rows,).
        horizon: steps of an episode.
        history: starts and items of what each agent knows from the beginning.
        context: what the clocks are views of, int32 (rows, 4).
        features: float32 (items + 1, features).
    """

    steps: IntArray
    over: BoolArray
    episode: IntArray
    horizon: int
    history: tuple[LongArray, IntArray]
    context: IntArray
    features: FloatArray


class Sheets(NamedTuple):
    """Where to write what is seen, by the names of sights: (n, ...) each, without rows where nobody looks."""

    recent: IntArray
    stars: FloatArray
    shown: IntArray
    response: FloatArray
    context: IntArray
    liking: FloatArray


@kernel
def go_on(
    world: tuple[Kept, Lives, Home],
    page: tuple[IntArray, int],
    told: Told,
    sheets: tuple[Sheets, Sheets],
    ended: tuple[IntArray, int],
) -> int:
    """After a page the next one is seen; whose episode is over may begin anew.

    Args:
        world: what changes.
        page: the rows, side by side, and the entry of the first of them in what is told and seen.
        told: whose ``truncated`` becomes all who are cut short.
        sheets: what is seen, and what was seen at the end by those who begin anew.
        ended: rows of these, from which entry on they are written; no rows where nobody begins anew.

    Returns:
        How many they are by now.
    """
    (kept, lives, home), (rows, first), (seen, last), (out, count) = world, page, sheets, ended
    end = first + rows.shape[0]
    late = told.truncated[first:end]
    late[:] = tick(rows, (told.terminated[first:end], late), (lives.steps, lives.over), lives.horizon)
    look(kept, lives, rows, seen, first)
    if not out.shape[0]:
        return 0
    over = _over(rows, lives.over)
    look(kept, lives, over, last, count)
    out[count : count + over.shape[0]] = over
    _begin(kept, lives, home, over)
    for n in range(over.shape[0]):
        look(kept, lives, over[n : n + 1], seen, first + over[n] - rows[0])
    return count + over.shape[0]


@kernel
def look(kept: Kept, lives: Lives, rows: IntArray, sheets: Sheets, first: int) -> None:
    """Write what is seen of rows, from an entry on."""
    recent, stars, shown, response, _ = kept.notes
    _copy(recent, rows, sheets.recent, first)
    _copy(stars, rows, sheets.stars, first)
    _copy(shown, rows, sheets.shown, first)
    _copy(response, rows, sheets.response, first)
    _copy(lives.context, rows, sheets.context, first)
    if sheets.liking.shape[0]:
        sheets.liking[first : first + rows.shape[0]] = liking(recent, stars, lives.features, rows)


@kernel
def _copy(column: npt.NDArray[Any], rows: IntArray, sheet: npt.NDArray[Any], first: int) -> None:
    """Copy the entries of rows, if anybody looks."""
    if not sheet.shape[0]:
        return
    if side_by_side(rows):
        old = column[rows[0] : rows[-1] + 1].ravel()
        new = sheet[first : first + rows.shape[0]].ravel()
        for n in range(new.shape[0]):
            new[n] = old[n]
    else:
        for b in range(rows.shape[0]):
            for place in range(column.shape[1]):
                sheet[at(first + b), place] = column[at(rows[b]), place]


@kernel
def _over(rows: IntArray, over: BoolArray) -> IntArray:
    """Those of the rows whose episodes are over."""
    some, count = np.empty(rows.shape[0], dtype=np.int32), 0
    for b in range(rows.shape[0]):
        some[at(count)] = rows[b]
        count += over[at(rows[b])]
    return some[:count]


@kernel
def _begin(kept: Kept, lives: Lives, home: Home, rows: IntArray) -> None:
    """The next episode of these rows: they know their history, and nothing has happened to them."""
    agents = np.empty(rows.shape[0], dtype=np.int32)
    for b in range(rows.shape[0]):
        row = at(rows[b])
        agents[b] = kept.agents[row]
        lives.episode[row] += 1
        kept.episode[row] = lives.episode[row]
        lives.steps[row], lives.over[row] = 0, False
    begin(home, agents)
    know_history(kept.bits, rows, kept.agents, lives.history[0], lives.history[1])
    forget(rows, kept.notes, kept.clocks)
