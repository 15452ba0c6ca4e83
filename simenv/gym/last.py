"""What was last seen of episodes that ended, as Gymnasium hands it out: one observation a row."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from simenv.gym.views import Observation
from simenv.types import IntArray

Objects = npt.NDArray[np.object_]


class LastSeen:
    """An array of objects, one for each row: its last observation, or None where no episode ended.

    Observations are columns, and taking them apart costs as much as many rows' whole step; so it is done when
    somebody first looks, which algorithms that do not bootstrap never do.

    Args:
        rows: how many rows there are.
    """

    dtype = np.dtype(object)

    def __init__(self, rows: int) -> None:
        self.shape = (rows,)
        self._parts: list[tuple[IntArray, Observation]] = []
        self._apart: Objects | None = None

    def keep(self, rows: IntArray, seen: Observation) -> None:
        """Remember what was seen of some rows; other threads may do so at the same time for other rows."""
        self._parts.append((rows, seen))

    def __len__(self) -> int:
        return self.shape[0]

    def __getitem__(self, rows: Any) -> Any:
        return self._objects()[rows]

    def __setitem__(self, rows: Any, seen: Any) -> None:
        self._objects()[rows] = seen

    def __iter__(self) -> Iterator[Any]:
        return iter(self._objects())

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Objects:
        return np.array(self._objects(), dtype=dtype, copy=copy)

    def _objects(self) -> Objects:
        if self._apart is None:
            self._apart = np.empty(self.shape, dtype=object)
            for rows, seen in self._parts:
                _take_apart(seen, rows, self._apart)
        return self._apart


def _take_apart(seen: Observation, rows: IntArray, out: Objects) -> None:
    """Write one observation for each of ``rows`` into object (all,)."""
    ones: Any = list(seen)
    if isinstance(seen, dict):
        ones = [{} for _ in rows]
        for name, column in seen.items():
            for one, entry in zip(ones, column, strict=True):
                one[name] = entry
    for row, one in zip(rows.tolist(), ones, strict=True):
        out[row] = one
