"""The one shared scorer: products whose bits depend on nothing but the row, and the best of them.

An ordinary matrix product changes its rows' bits with the number of rows, and, where the inner
dimension is long, with the number of threads. Products here go in tiles of one size, 16 rows by 128
inner by 128 columns, so that the library below always does the same sums in the same order. A tile is
small enough for a BLAS to do it on one thread, which also spares it a wait at every tile.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from simenv.cores import on_all_cores
from simenv.ragged import Ragged
from simenv.types import FloatArray, IntArray

TILE = 16
"""Rows of one product: fewer are padded with zeros."""

_EDGE = 128
"""Inner and outer columns of one product."""

_BLOCK = 4096
"""Rows in a block, so that the scores of a million people never exist at once."""

_ROOM = 1_000_000
"""Scores that exist at once: as many as a processor's cache holds are found again much faster."""

Score = Callable[[slice], FloatArray]
"""From a block of n rows to their float32 (n, items) scores; a row's scores depend on that row alone."""


def product(rows: FloatArray, columns: FloatArray) -> FloatArray:
    """The matrix product, each row with the same bits alone and in any company.

    Args:
        rows: float32 (n, k).
        columns: float32 (k, m).

    Returns:
        float32 (n, m).
    """
    (n, inner), m = rows.shape, columns.shape[1]
    count = -(-n // TILE)
    padded = np.zeros((count * TILE, inner), dtype=np.float32)
    padded[:n] = rows
    tiles = padded.reshape(count, TILE, inner)
    columns = np.ascontiguousarray(columns, dtype=np.float32)
    total = _tiled(tiles[:, :, :_EDGE], columns[:_EDGE])
    for start in range(_EDGE, inner, _EDGE):
        within = slice(start, start + _EDGE)
        total += _tiled(tiles[:, :, within], columns[within])
    return total.reshape(count * TILE, m)[:n]


def _tiled(tiles: FloatArray, columns: FloatArray) -> FloatArray:
    """Every tile (count, TILE, k) times every ``_EDGE`` columns of (k, m), each a product of its own."""
    (count, _, inner), m = tiles.shape, columns.shape[1]
    out = np.empty((count, TILE, m), dtype=np.float32)
    whole, even = m // _EDGE, m // _EDGE * _EDGE
    # both are views, so that one call does all of them and nothing is copied
    parts = columns[:, :even].reshape(inner, whole, _EDGE).transpose(1, 0, 2)
    places = out[:, :, :even].reshape(count, TILE, whole, _EDGE).transpose(0, 2, 1, 3)
    np.matmul(tiles[:, None], parts, out=places)
    np.matmul(tiles, columns[:, even:], out=out[:, :, even:])
    return out


def top_k(scores: FloatArray, k: int, exclude: Ragged, order: IntArray | None = None) -> IntArray:
    """The k best items of each row that the row does not exclude, best first.

    Args:
        scores: float32 (n, items); an item with a NaN is never chosen.
        k: how many; it may exceed the number of items.
        exclude: int32 items, one ragged row per row of scores; what is no item is skipped.
        order: int32 (items,), every item once: among equal scores the earlier wins, by default the
            one with the smaller index.

    Returns:
        int32 (n, k), NOTHING where the items ran out.
    """
    from simenv.ranking import best_allowed

    out = np.empty((len(scores), k), dtype=np.int32)
    order = np.arange(scores.shape[1], dtype=np.int32) if order is None else order.astype(np.int32)
    scores = np.require(scores, dtype=np.float32, requirements=["C", "W"])
    best_allowed(scores, order, exclude.starts, exclude.values.astype(np.int32, copy=False), out)
    return out


def rank_shared(order: IntArray, exclude: Ragged, k: int) -> IntArray:
    """The first k items of one order that each row does not exclude, best first.

    Args:
        order: int32 (items,), every item once, best first.
        exclude: int32 items, one ragged row per row of the result; what is no item is skipped.
        k: how many; it may exceed the number of items.

    Returns:
        int32 (n, k), NOTHING where the items ran out.
    """
    from simenv.ranking import first_allowed

    out = np.empty((len(exclude), k), dtype=np.int32)
    first_allowed(order.astype(np.int32), exclude.starts, exclude.values.astype(np.int32, copy=False), out)
    return out


def best(score: Score, k: int, exclude: Ragged, order: IntArray | None = None) -> IntArray:
    """The k best items of each row, scored block by block on all cores: all scores never exist at once.

    Args:
        score: gives the scores of one block of rows; it may be asked for two blocks at the same time.
        k, exclude, order: as in ``top_k``.

    Returns:
        int32 (len(exclude), k), NOTHING where the items ran out.
    """
    out = np.empty((len(exclude), k), dtype=np.int32)
    size = _BLOCK if order is None else _fitting(len(order))

    def fill(block: slice) -> None:
        out[block] = top_k(score(block), k, part(exclude, block), order)

    on_all_cores(fill, list(blocks(len(exclude), size)))
    return out


def _fitting(items: int) -> int:
    """Rows in a block whose scores fit into a cache: whole tiles."""
    return min(max(_ROOM // max(items, 1) // TILE, 1) * TILE, _BLOCK)


def blocks(rows: int, size: int = _BLOCK) -> Iterator[slice]:
    """Slices that walk through the rows, ``size`` at a time."""
    return (slice(start, min(start + size, rows)) for start in range(0, rows, size))


def part(ragged: Ragged, block: slice) -> Ragged:
    """A block of consecutive ragged rows (the values are a view)."""
    starts = ragged.starts[block.start : block.stop + 1]
    return Ragged(starts - starts[0], ragged.values[starts[0] : starts[-1]])
