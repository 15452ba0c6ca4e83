"""A page of a feed in two compiled halves, what comes before people decide and what comes after.

People who take a page in one compiled pass call both, block by block, so that a block's numbers stay in the
processor's nearest memory from one kernel to the next.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from simenv.gym.feed_kernels import Clocks, Seen, note, turn
from simenv.gym.known_kernels import Bits, show
from simenv.kernels import Clock, Taken, at, kernel
from simenv.nights import Home, come_again
from simenv.types import BoolArray, FloatArray, IntArray


class Kept(NamedTuple):
    """What a feed keeps of its rows: whom each is about, its episode, what it knows, and what was seen.

    ``agents`` and ``episode`` are int32 (rows,).
    """

    agents: IntArray
    episode: IntArray
    bits: Bits
    notes: Seen
    clocks: Clocks
    rounds: int


class Told(NamedTuple):
    """What a page tells, for a step to fill in: (n,) each.

    Args:
        day, page: int32, on which it was.
        left: bool, whether the visit is over.
        worth: five float32, as ``simenv.gym.feed.REWARDS``.
        terminated, truncated: bool, who has left for good, and who else has no day left.
    """

    day: IntArray
    page: IntArray
    left: BoolArray
    worth: tuple[FloatArray, ...]
    terminated: BoolArray
    truncated: BoolArray

    @classmethod
    def empty(cls, rows: int) -> Told:
        """Columns with anything in them."""
        day, page = np.empty((2, rows), dtype=np.int32)
        left, terminated, truncated = np.empty((3, rows), dtype=np.bool_)
        return cls(day, page, left, tuple(np.empty((5, rows), dtype=np.float32)), terminated, truncated)

    @property
    def columns(self) -> tuple[npt.NDArray[Any], ...]:
        """All of them side by side."""
        return (self.day, self.page, self.left, *self.worth, self.terminated, self.truncated)

    def part(self, cut: slice) -> Told:
        """Those of some rows, to be filled in as well."""
        worth = tuple(column[cut] for column in self.worth)
        day, page, left = self.day[cut], self.page[cut], self.left[cut]
        return Told(day, page, left, worth, self.terminated[cut], self.truncated[cut])


@kernel
def open_page(kept: Kept, rows: IntArray, items: IntArray) -> tuple[Clock, IntArray]:
    """When it is for each row, and those items (n, slots) that are new to it; all are known from now on."""
    batch = rows.shape[0]
    episode, agents = np.empty(batch, dtype=np.int32), np.empty(batch, dtype=np.int32)
    day, page = np.empty(batch, dtype=np.int32), np.empty(batch, dtype=np.int32)
    for b in range(batch):
        row = at(rows[b])
        episode[b], agents[b] = kept.episode[row], kept.agents[row]
        day[b], page[b] = kept.clocks[0][row], kept.clocks[1][row]
    return (episode, day, page, agents), show(kept.bits, rows, items)


@kernel
def close_page(
    kept: Kept,
    page: tuple[IntArray, Clock, IntArray],
    did: tuple[Taken, BoolArray],
    home: Home,
    told: tuple[Told, int],
) -> None:
    """The page is noted, its clock moves on, and whose visit is over goes home until it comes again.

    Args:
        page: the rows, when it was, and what was shown.
        did: what was watched, and whose visit is over.
        home: where those go.
        told: where to tell of it, from which entry on.
    """
    (rows, clock, shown), (took, left), (out, first) = page, did, told
    episode, day, number, agents = clock
    worth = note(rows, shown, took, kept.notes)
    visits = (episode, day, agents, left)
    # the morning after the last day is lived through, so that its return is known
    again, gone = come_again(home, visits, kept.rounds + 1)
    terminated, truncated = turn(rows, (left, again, gone), worth, kept.clocks, kept.rounds)
    for b in range(rows.shape[0]):
        out.day[first + b], out.page[first + b] = day[b], number[b]
    for b in range(rows.shape[0]):
        out.left[first + b] = left[b]
        out.terminated[first + b], out.truncated[first + b] = terminated[b], truncated[b]
    for part in range(len(out.worth)):
        for b in range(rows.shape[0]):
            out.worth[part][first + b] = worth[part, b]
