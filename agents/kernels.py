"""The hot loops of agents, compiled; see ``simenv.kernels`` for what keeps a row's bits its own."""

from __future__ import annotations

import numpy as np

from simenv.kernels import Clock, exp, fold, inlined, kernel, unit
from simenv.types import NOTHING, BoolArray, FloatArray, IntArray

_ZERO, _ONE = np.float32(0), np.float32(1)


@inlined
def dot(own: FloatArray, first: int, item: FloatArray) -> np.float32:
    """Dot product of own[first:first + factors] with an item's factors, added up in order."""
    total = _ZERO
    for f in range(item.shape[0]):
        total += own[first + f] * item[f]
    return total


@kernel
def wishes(
    taste: FloatArray,
    rows: IntArray,
    items: IntArray,
    columns: tuple[FloatArray, FloatArray, FloatArray, FloatArray],
) -> tuple[FloatArray, FloatArray]:
    """Log-odds of watching and latent stars of every slot: float32 (batch, slots), 0 in empty slots."""
    watch, lure, stars, level = columns
    factors = watch.shape[1]
    odds = np.zeros(items.shape, dtype=np.float32)
    latent = np.zeros(items.shape, dtype=np.float32)
    for b in range(items.shape[0]):
        own = taste[rows[b]]
        for slot in range(items.shape[1]):
            item = items[b, slot]
            if item != NOTHING:
                odds[b, slot] = lure[item] + dot(own, 0, watch[item])
                latent[b, slot] = level[item] + own[2 * factors] + dot(own, factors, stars[item])
    return odds, latent


@kernel
def star_chances(latent: FloatArray, cuts: FloatArray, spread: np.float32) -> FloatArray:
    """Ordered logit: P(1 star) to P(5 stars), float32 (n, 5), for latent stars (n,) and four rising cuts.

    P(stars <= k) = 1 / (1 + e to the (latent - cut k) / spread).
    """
    out = np.empty((latent.shape[0], 5), dtype=np.float32)
    scale = _ONE / spread
    # e to the difference is a quotient of two powers: one of them for all slots, one for all cuts
    c1, c2 = exp(-cuts[0] * scale), exp(-cuts[1] * scale)
    c3, c4 = exp(-cuts[2] * scale), exp(-cuts[3] * scale)
    for i in range(latent.shape[0]):
        e = exp(latent[i] * scale)
        p1, p2 = _ONE / (_ONE + e * c1), _ONE / (_ONE + e * c2)
        p3, p4 = _ONE / (_ONE + e * c3), _ONE / (_ONE + e * c4)
        out[i, 0] = p1
        out[i, 1] = p2 - p1
        out[i, 2] = p3 - p2
        out[i, 3] = p4 - p3
        out[i, 4] = _ONE - p4
    return out


@kernel
def rate(
    key: np.uint64,
    clock: Clock,
    items: IntArray,
    watched: BoolArray,
    chances: FloatArray,
) -> tuple[FloatArray, FloatArray]:
    """Stars drawn for what was watched, and expected stars: two float32 (batch, slots), NaN where none."""
    episode, round_, page, rows = clock
    rating = np.full(items.shape, np.nan, dtype=np.float32)
    expected = np.full(items.shape, np.nan, dtype=np.float32)
    for b in range(items.shape[0]):
        own = fold(fold(fold(fold(key, episode[b]), round_[b]), page[b]), rows[b])
        for slot in range(items.shape[1]):
            if items[b, slot] == NOTHING:
                continue
            luck = unit(fold(own, items[b, slot]))
            upto, stars, mean = _ZERO, _ONE, _ZERO
            for k in range(5):
                mean += np.float32(k + 1) * chances[b, slot, k]
                upto += chances[b, slot, k]
                if k < 4 and luck >= upto:
                    stars += _ONE
            expected[b, slot] = mean
            if watched[b, slot]:
                rating[b, slot] = stars
    return rating, expected


@kernel
def push(
    items: IntArray, ratings: FloatArray, page: tuple[IntArray, IntArray, BoolArray, FloatArray]
) -> None:
    """Put each page's watched items, top to bottom, in front of its row's window (agents, size)."""
    rows, shown, watched, stars = page
    size = items.shape[1]
    for b in range(shown.shape[0]):
        row = rows[b]
        new = min(watched[b].sum(), size)
        if new == 0:
            continue
        for place in range(size - 1, new - 1, -1):
            items[row, place] = items[row, place - new]
            ratings[row, place] = ratings[row, place - new]
        place = 0
        for slot in range(shown.shape[1] - 1, -1, -1):
            if watched[b, slot] and place < new:
                items[row, place] = shown[b, slot]
                ratings[row, place] = stars[b, slot]
                place += 1
