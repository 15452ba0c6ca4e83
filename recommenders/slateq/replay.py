"""What SlateQ learns from again and again: the last pages of many people, as columns."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from simenv.luck import Stream
from simenv.protocols import State
from simenv.types import BoolArray, FloatArray

LongArray = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Situation:
    """What a recommender knows as it chooses; entry b of every column is about the same person.

    Args:
        state: float32 (batch, state), how the person is.
        features: float32 (batch, candidates, features), what the candidates are.
        open: bool (batch, candidates), which of them may be shown.
    """

    state: FloatArray
    features: FloatArray
    open: BoolArray


@dataclass(frozen=True, slots=True)
class Moment:
    """A page and what it led to.

    Args:
        before: as the slate was chosen.
        slate: int64 (batch, slots), candidates, -1 in empty slots.
        taken: bool (batch, slots), what the person took of it.
        reward: float32 (batch,), of the page.
        later: float32 (batch,), of the pages after it that are still counted, discounted.
        ended: bool (batch,), a life ended on one of these pages.
        after: as the slate after them is chosen; without meaning where it ended.
    """

    before: Situation
    slate: LongArray
    taken: BoolArray
    reward: FloatArray
    later: FloatArray
    ended: BoolArray
    after: Situation


class Replay:
    """A ring of pages of all rows together: a page is kept once, as what comes before and after.

    Args:
        pages: how many pages of every row are kept.
        ahead: pages whose rewards are counted before the worth of what follows is guessed.
        gamma: how much the next page counts beside this one.
    """

    def __init__(self, pages: int, ahead: int, gamma: float) -> None:
        self._pages, self._ahead, self._gamma = pages, ahead, gamma
        self._next = 0
        self._columns: dict[str, npt.NDArray[np.generic]] = {}

    def __len__(self) -> int:
        """Pages that can be learned from: of the last ones, what followed is not known yet."""
        return max(min(self._next, self._pages) - self._ahead, 0)

    @property
    def rows(self) -> int:
        """How many people there are; 0 before the first page."""
        return len(self._columns["reward"][0]) if self._columns else 0

    def add(
        self,
        seen: Situation,
        slate: LongArray,
        taken: BoolArray,
        told: tuple[FloatArray, BoolArray, BoolArray],
    ) -> None:
        """Keep a page of every row.

        Args:
            told: reward float32, ended and cut short bool (rows,): what follows a page on which a row's life
                was cut short is not known, so it is not learned from.
        """
        reward, ended, cut = told
        page = {
            "state": seen.state,
            "features": seen.features,
            "open": seen.open,
            "slate": slate.astype(np.int16),
            "taken": taken,
            "reward": reward,
            "ended": ended,
            "cut": cut,
        }
        if not self._columns:
            self._columns = {n: np.zeros((self._pages, *c.shape), dtype=c.dtype) for n, c in page.items()}
        for name, column in page.items():
            self._columns[name][self._next % self._pages] = column
        self._next += 1

    def cut(self) -> None:
        """What follows the last page is not known: new episodes begin."""
        self._columns["cut"][(self._next - 1) % self._pages] = True

    def draw(self, luck: Stream, turn: int, size: int) -> Moment:
        """Some moments at random, by the turn's own luck; a few less where lives were cut short."""
        lanes = np.arange(size)
        back = (luck.uniform(turn, 0, lanes) * len(self)).astype(np.int64)
        row = (luck.uniform(turn, 1, lanes) * self.rows).astype(np.int64)
        return self._moment(self._next - 1 - self._ahead - back, row)

    def latest(self) -> Moment:
        """The last page of every row of which it is known what followed."""
        row = np.arange(self.rows)
        return self._moment(np.full(self.rows, self._next - 1 - self._ahead), row)

    def _moment(self, when: LongArray, row: LongArray) -> Moment:
        page = when % self._pages
        later, ended, known = self._followed(page, row)
        page, row = page[known], row[known]
        of = {name: self._columns[name][page, row] for name in ("slate", "taken", "reward")}
        return Moment(
            self._situation(page, row),
            of["slate"].astype(np.int64),
            of["taken"].astype(np.bool_),
            of["reward"].astype(np.float32),
            later[known],
            ended[known],
            self._situation((page + self._ahead) % self._pages, row),
        )

    def _situation(self, page: LongArray, row: LongArray) -> Situation:
        return Situation(*(self._columns[name][page, row] for name in ("state", "features", "open")))  # type: ignore[arg-type]

    def _followed(self, page: LongArray, row: LongArray) -> tuple[FloatArray, BoolArray, BoolArray]:
        """Discounted later rewards, whether a life ended on these pages, and whether all are known."""
        total = np.zeros(len(page), dtype=np.float32)
        ended, known = np.zeros(len(page), dtype=np.bool_), np.ones(len(page), dtype=np.bool_)
        for ahead in range(self._ahead):
            here = (page + ahead) % self._pages, row
            if ahead:
                reward = self._columns["reward"][here].astype(np.float32)
                total += np.where(ended, 0, np.float32(self._gamma**ahead) * reward)
            known &= ended | ~self._columns["cut"][here].astype(np.bool_)
            ended |= self._columns["ended"][here].astype(np.bool_)
        return total, ended, known

    def state(self) -> State:
        """Everything that is kept, the oldest page first."""
        if not self._columns:
            return {}
        kept = (np.arange(max(self._next - self._pages, 0), self._next)) % self._pages
        return {name: column[kept] for name, column in self._columns.items()}

    def restore(self, state: State) -> None:
        """Continue with such columns."""
        self._columns, self._next = {}, 0
        for name, kept in state.items():
            self._next = len(kept)
            self._columns[name] = np.zeros((self._pages, *kept.shape[1:]), dtype=kept.dtype)
            self._columns[name][: len(kept)] = kept
