"""The kernels behind ``simenv.scoring``: compiled, because every page of a million people passes them."""

from __future__ import annotations

import numba
import numpy as np
import numpy.typing as npt

from simenv.types import NOTHING, FloatArray, IntArray


@numba.njit(nogil=True, cache=True)
def first_allowed(order: IntArray, starts: npt.NDArray[np.int64], excluded: IntArray, out: IntArray) -> None:
    """Fill each row with the first items of one order that the row does not exclude.

    Args:
        order: int32 (items,), best first.
        starts: int64 (rows + 1,), where each row's excluded items begin and end.
        excluded: int32 (starts[-1],), items; what is no index of an item is skipped.
        out: int32 (rows, k), written; NOTHING where the order ran out.
    """
    rows, k = out.shape
    stamp = np.full(len(order), NOTHING, dtype=np.int32)
    for row in range(rows):
        _stamp(stamp, row, excluded[starts[row] : starts[row + 1]])
        found = 0
        for item in order:
            if found == k:
                break
            if stamp[item] != row:
                out[row, found] = item
                found += 1
        out[row, found:] = NOTHING


@numba.njit(nogil=True, cache=True)
def best_allowed(
    scores: FloatArray,
    order: IntArray,
    starts: npt.NDArray[np.int64],
    excluded: IntArray,
    out: IntArray,
) -> None:
    """Fill each row with its highest scores that it does not exclude; equal scores keep the order.

    Items are tried in the order given and step up past lower scores only, so ties need no care.

    Args:
        scores: float32 (rows, items); an item with a NaN is never chosen.
        order, starts, excluded, out: as in ``first_allowed``.
    """
    rows, k = out.shape
    stamp = np.full(len(order), NOTHING, dtype=np.int32)
    kept = np.empty(k, dtype=np.float32)
    for row in range(rows if k else 0):
        _stamp(stamp, row, excluded[starts[row] : starts[row + 1]])
        found = 0
        for item in order:
            score = scores[row, item]
            if (found == k and not score > kept[k - 1]) or np.isnan(score) or stamp[item] == row:
                continue
            found = min(found + 1, k)
            at = found - 1
            while at > 0 and kept[at - 1] < score:
                kept[at], out[row, at] = kept[at - 1], out[row, at - 1]
                at -= 1
            kept[at], out[row, at] = score, item
        out[row, found:] = NOTHING


@numba.njit(nogil=True, cache=True)
def _stamp(stamp: IntArray, row: int, items: IntArray) -> None:
    """Mark items with the row that excludes them: the next row has another mark, so none is ever wiped."""
    for item in items:
        if 0 <= item < len(stamp):
            stamp[item] = row
