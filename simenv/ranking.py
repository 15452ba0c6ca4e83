"""The kernels behind ``simenv.scoring``: compiled, because every page of a million people passes them."""

from __future__ import annotations

import numba
import numpy as np
import numpy.typing as npt

from simenv.types import NOTHING, FloatArray, IntArray

_LOWEST = np.float32(-np.inf)
_LANES = 128
"""Every how manyth score belongs to one lane; a compiler looks at many lanes with one instruction."""


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

    The k-th highest of the lanes' highest scores is a bound: at least k scores reach it, all in the few lanes
    that do.

    Args:
        scores: float32 (rows, items), each row without gaps; an item with a NaN is never chosen. On the way
            it is written to, and in the end it is as it was.
        order, starts, excluded, out: as in ``first_allowed``.
    """
    rows, k = out.shape
    rank = np.empty(len(order), dtype=np.int32)
    for place in range(len(order)):
        rank[order[place]] = place
    kept = np.empty(k, dtype=np.float32)
    highest = np.empty(_LANES, dtype=np.float32)
    held = np.empty((starts[1:] - starts[:-1]).max() if rows else 0, dtype=np.float32)
    for row in range(rows if k else 0):
        line, never = scores[row], excluded[starts[row] : starts[row + 1]]
        _hide(line, never, held)
        _find_highest(line, highest)
        found, low = 0, _last_of_best(highest, kept)
        for lane in range(_LANES):
            for item in range(lane, len(line) if highest[lane] >= low else 0, _LANES):
                if line[item] >= low:
                    found = _placed(out[row], kept, rank, found, (np.int32(item), line[item]))
                    low = kept[k - 1] if found == k else low
        out[row, found:] = NOTHING
        _bring_back(line, never, held)


@numba.njit(nogil=True, cache=True)
def _hide(line: FloatArray, items: IntArray, held: FloatArray) -> None:
    """Let no item be a number, and keep the numbers in ``held``."""
    for place in range(len(items)):
        if 0 <= items[place] < len(line):
            held[place] = line[items[place]]
            line[items[place]] = np.nan


@numba.njit(nogil=True, cache=True)
def _bring_back(line: FloatArray, items: IntArray, held: FloatArray) -> None:
    """Undo ``_hide``, the last item first, since an item may be named twice."""
    for place in range(len(items) - 1, -1, -1):
        if 0 <= items[place] < len(line):
            line[items[place]] = held[place]


@numba.njit(nogil=True, cache=True)
def _find_highest(line: FloatArray, highest: FloatArray) -> None:
    """The highest score of each lane (``_LANES``,), NaN left out."""
    highest[:] = _LOWEST
    whole = len(line) // _LANES * _LANES
    for first in range(0, whole, _LANES):
        for lane in range(_LANES):
            score = line[first + lane]
            highest[lane] = score if score > highest[lane] else highest[lane]
    for lane in range(len(line) - whole):
        score = line[whole + lane]
        highest[lane] = score if score > highest[lane] else highest[lane]


@numba.njit(nogil=True, cache=True)
def _last_of_best(scores: FloatArray, best: FloatArray) -> np.float32:
    """The k-th highest score, or minus infinity; the k highest are written to ``best`` (k,)."""
    if len(scores) < len(best):
        return _LOWEST
    best[:] = _LOWEST
    for score in scores:
        if score > best[-1]:
            at = len(best) - 1
            while at > 0 and best[at - 1] < score:
                best[at] = best[at - 1]
                at -= 1
            best[at] = score
    return best[-1]


@numba.njit(nogil=True, cache=True)
def _placed(
    best: IntArray, kept: FloatArray, rank: IntArray, found: int, one: tuple[np.int32, np.float32]
) -> int:
    """Put an item among the best so far, of which the last falls out; how many they are now."""
    item, score = one
    if found == len(kept) and score == kept[-1] and rank[item] > rank[best[found - 1]]:
        return found
    at = min(found, len(kept) - 1)
    while at > 0 and (kept[at - 1] < score or (kept[at - 1] == score and rank[best[at - 1]] > rank[item])):
        kept[at], best[at] = kept[at - 1], best[at - 1]
        at -= 1
    kept[at], best[at] = score, item
    return min(found + 1, len(kept))


@numba.njit(nogil=True, cache=True)
def _stamp(stamp: IntArray, row: int, items: IntArray) -> None:
    """Mark items with the row that excludes them: the next row has another mark, so none is ever wiped."""
    for item in items:
        if 0 <= item < len(stamp):
            stamp[item] = row
