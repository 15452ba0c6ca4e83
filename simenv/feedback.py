"""What a real system saw in one round, kept small: a million people's day fits in a few hundred megabytes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar, overload

import numpy as np
import numpy.typing as npt

from simenv.ragged import Ragged
from simenv.types import BoolArray, Feedback, FloatArray, IntArray, Slate, Step, Visit

Column = TypeVar("Column", bound=npt.NDArray[np.generic])


SHARE = 65_536
"""Agents of whom one entry tells: few enough that what is made of an entry stays near the processor."""


class RoundLog(Sequence[Feedback]):
    """What happened in one round, page by page, each page in row order, the same whatever the block size was.

    An entry tells of one page and one fixed range of agents. Blocks are kept compact and joined anew whenever
    an entry is asked for, so only what a recommender learns from at the moment is there in full.
    """

    def __init__(self) -> None:
        self._entries: dict[tuple[int, int], list[_Block]] = {}

    def add(self, step: Step) -> None:
        """Keep the part of a step that a real system could see; blocks must come in row order."""
        visit = step.slate.visit
        shares, firsts = np.unique(visit.rows // SHARE, return_index=True)
        for share, first, last in zip(shares, firsts, [*firsts[1:], len(visit)], strict=True):
            key = int(visit.page[first]), int(share)
            self._entries.setdefault(key, []).append(_Block.of(step, slice(first, last)))

    def __len__(self) -> int:
        return len(self._entries)

    @overload
    def __getitem__(self, index: int) -> Feedback: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Feedback]: ...
    def __getitem__(self, index: int | slice) -> Feedback | Sequence[Feedback]:
        keys = sorted(self._entries)
        if isinstance(index, slice):
            return [_joined(self._entries[key]) for key in keys[index]]
        return _joined(self._entries[keys[index]])

    def added_to(self, known: Ragged) -> Ragged:
        """What each agent knows after the round: what it knew (int32 items), then what it was shown."""
        from simenv import kernels

        blocks = [block for key in sorted(self._entries) for block in self._entries[key]]
        counts = known.lengths()
        for block in blocks:
            kernels.tally(counts, block.visit.rows, block.items.astype(np.int32))
        starts = np.concatenate([[0], np.cumsum(counts)])
        values, ends = kernels.spread(known.starts, known.values, starts)
        for block in blocks:
            kernels.append(ends, values, block.visit.rows, block.items.astype(np.int32))
        return Ragged(starts, values)


@dataclass(frozen=True, slots=True)
class _Block:
    """One page of one block: small integers, and what was watched only where something was.

    ``places`` are int32 indices into the page's flattened slots, ``rating`` the stars given there.
    """

    visit: Visit
    items: npt.NDArray[np.signedinteger]
    propensity: FloatArray
    source: npt.NDArray[np.int8]
    places: IntArray
    rating: FloatArray
    action: npt.NDArray[np.int8]

    @classmethod
    def of(cls, step: Step, part: slice) -> _Block:
        slate, response, visit = step.slate, step.response, step.slate.visit
        episode, day, page = (_shrunk(column[part]) for column in (visit.episode, visit.round, visit.page))
        items, places = slate.items[part], np.flatnonzero(response.watched[part])
        return cls(
            # exclusions were a question, not an observation
            Visit(episode, day, page, visit.rows[part], Ragged.empty(0)),
            items.astype(np.int16) if items.max(initial=0) < 2**15 else items,
            _shrunk(slate.propensity[part]),
            _shrunk(slate.source[part]),
            places.astype(np.int32),
            response.rating[part].ravel()[places],
            response.action[part],
        )


def _joined(blocks: list[_Block]) -> Feedback:
    """The blocks of one entry, one below the other."""
    visits = [block.visit for block in blocks]
    lengths = [len(block.items) for block in blocks]
    visit = Visit(
        _stacked([visit.episode for visit in visits], lengths),
        _stacked([visit.round for visit in visits], lengths),
        _stacked([visit.page for visit in visits], lengths),
        np.concatenate([visit.rows for visit in visits]),
        Ragged.empty(sum(lengths)),
    )
    slate = Slate(
        visit,
        np.concatenate([block.items for block in blocks], dtype=np.int32),
        _stacked([block.propensity for block in blocks], lengths),
        _stacked([block.source for block in blocks], lengths),
    )
    watched: BoolArray = np.zeros(slate.items.shape, dtype=np.bool_)
    rating: FloatArray = np.full(slate.items.shape, np.nan, dtype=np.float32)
    first = 0
    for block, length in zip(blocks, lengths, strict=True):
        last = first + length
        watched[first:last].ravel()[block.places] = True
        rating[first:last].ravel()[block.places] = block.rating
        first = last
    return Feedback(slate, watched, rating, np.concatenate([block.action for block in blocks]))


def _shrunk(column: Column) -> Column:
    """The first entry alone where all entries (batch, ...) are equal, as most often they are."""
    if (column == column[:1]).all():
        return column[:1].copy()  # type: ignore[return-value]
    return column


def _stacked(columns: list[Column], lengths: list[int]) -> Column:
    """Shrunk columns one below the other, each grown to its length."""
    shape = columns[0].shape[1:]
    if all(len(column) == 1 and (column == columns[0]).all() for column in columns):
        return np.broadcast_to(columns[0], (sum(lengths), *shape))  # type: ignore[return-value]
    grown = [np.broadcast_to(c, (n, *shape)) for c, n in zip(columns, lengths, strict=True)]
    return np.concatenate(grown)  # type: ignore[return-value]
