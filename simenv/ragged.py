"""Rows of different lengths as two columns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True, slots=True)
class Ragged:
    """Rows of different lengths: row b is ``values[starts[b]:starts[b + 1]]``.

    Args:
        starts: int64 (rows + 1,), from 0, never falling.
        values: array (starts[-1],).
    """

    starts: npt.NDArray[np.int64]
    values: npt.NDArray[np.generic]

    @classmethod
    def empty(cls, rows: int) -> Ragged:
        """Rows without anything in them (int32)."""
        return cls(np.zeros(rows + 1, dtype=np.int64), np.zeros(0, dtype=np.int32))

    @classmethod
    def of(cls, rows: Sequence[Sequence[int]]) -> Ragged:
        """From a list of lists of integers: int32 values."""
        starts = np.concatenate([[0], np.cumsum([len(row) for row in rows], dtype=np.int64)])
        return cls(starts.astype(np.int64), np.array([v for row in rows for v in row], dtype=np.int32))

    @classmethod
    def grouped(cls, keys: npt.NDArray[np.int32], values: npt.NDArray[np.generic], rows: int) -> Ragged:
        """Group values by key (0 to rows - 1), keeping their order within a key."""
        order = np.argsort(keys, kind="stable")
        starts = np.zeros(rows + 1, dtype=np.int64)
        np.cumsum(np.bincount(keys, minlength=rows), out=starts[1:])
        return cls(starts, values[order])

    def __len__(self) -> int:
        return len(self.starts) - 1

    def __iter__(self) -> Iterator[npt.NDArray[np.generic]]:
        return (self.row(b) for b in range(len(self)))

    def row(self, b: int) -> npt.NDArray[np.generic]:
        """The values of row b (a view)."""
        return self.values[self.starts[b] : self.starts[b + 1]]

    def lengths(self) -> npt.NDArray[np.int64]:
        """How many values each row has: int64 (rows,)."""
        return np.diff(self.starts)

    def take(self, rows: npt.NDArray[np.int32]) -> Ragged:
        """The given rows, in the given order."""
        lengths = self.lengths()[rows]
        starts = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
        within = np.arange(starts[-1], dtype=np.int64) - np.repeat(starts[:-1], lengths)
        return Ragged(starts, self.values[np.repeat(self.starts[rows], lengths) + within])
