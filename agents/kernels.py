"""The hot loops of agents, compiled; see ``simenv.kernels`` for what keeps a row's bits its own."""

from __future__ import annotations

import numpy as np

from agents.lanes import dot
from simenv.early import LINE, ask_early
from simenv.kernels import Clock, at, exp, fold, inlined, kernel, unit
from simenv.types import NOTHING, BoolArray, ByteArray, FloatArray, IntArray

_AHEAD = 4
_ZERO, _HALF, _ONE, _TWO, _THREE = (np.float32(x) for x in (0, 0.5, 1, 2, 3))
Chances = tuple[np.float32, np.float32, np.float32, np.float32, np.float32]
"""Probability of 1 star to 5 stars."""


@inlined
def looks(fatigue: np.float32, weight: np.float32, depth: np.float32) -> np.float32:
    """Chance of looking at a slot whose depth alone leaves the chance ``depth``."""
    return (_ONE - weight * fatigue) * depth


@inlined
def wants(affinity: np.float32, lift: np.float32) -> np.float32:
    """P(wants) after the odds were multiplied: Bayes' rule for a prior shift."""
    wanted = affinity * lift
    return wanted / (wanted + _ONE - affinity)


@inlined
def leaves(satisfaction: np.float32, fatigue: np.float32, activity: np.int8) -> np.float32:
    """Chance of leaving after a page; see ``agents.decision.leave_chance``."""
    pull = -_ONE + _THREE * fatigue - _TWO * satisfaction - _HALF * (np.float32(activity) - _ONE)
    return _ONE / (_ONE + exp(-pull))


@inlined
def logit_of_stars(
    latent: np.float32, edges: tuple[np.float32, np.float32, np.float32, np.float32], scale: np.float32
) -> Chances:
    """Ordered logit: P(stars <= k) = 1 / (1 + e to the (latent - cut k) / spread).

    e to the difference is a quotient of two powers: one of them for all slots, one for all cuts (``edges``).
    """
    e = exp(latent * scale)
    p1, p2 = _ONE / (_ONE + e * edges[0]), _ONE / (_ONE + e * edges[1])
    p3, p4 = _ONE / (_ONE + e * edges[2]), _ONE / (_ONE + e * edges[3])
    return p1, p2 - p1, p3 - p2, p4 - p3, _ONE - p4


@inlined
def edges_of(cuts: FloatArray, scale: np.float32) -> tuple[np.float32, np.float32, np.float32, np.float32]:
    """e to the -cut / spread, for each of the four cuts."""
    return exp(-cuts[0] * scale), exp(-cuts[1] * scale), exp(-cuts[2] * scale), exp(-cuts[3] * scale)


@inlined
def stars_drawn(luck: np.float32, chances: Chances) -> np.float32:
    """How many stars, 1 to 5."""
    upto, stars = _ZERO, _ONE
    for k in range(4):
        upto += chances[k]
        if luck >= upto:
            stars += _ONE
    return stars


@kernel
def odds_of_wanting(
    taste: FloatArray, rows: IntArray, items: IntArray, watch: FloatArray, lure: FloatArray
) -> FloatArray:
    """Log-odds of watching every slot: float32 (batch, slots), without meaning in empty slots."""
    out = np.empty(items.shape, dtype=np.float32)
    last = items.shape[0] - 1
    for b in range(items.shape[0]):
        later = min(b + _AHEAD, last)
        for factor in range(0, taste.shape[1], LINE):
            ask_early(taste, rows[later], factor)
        for slot in range(items.shape[1]):
            for factor in range(0, watch.shape[1], LINE):
                ask_early(watch, max(items[later, slot], 0), factor)
        row = at(rows[b])
        for slot in range(items.shape[1]):
            item = at(max(items[b, slot], 0))
            out[b, slot] = lure[item] + dot(taste, row, 0, watch, item)
    return out


@kernel
def latent_stars(
    taste: FloatArray, rows: IntArray, items: IntArray, stars: FloatArray, level: FloatArray
) -> FloatArray:
    """Latent stars of every slot: float32 (batch, slots), without meaning in empty slots."""
    factors = stars.shape[1]
    out = np.empty(items.shape, dtype=np.float32)
    for b in range(items.shape[0]):
        row = rows[b]
        for slot in range(items.shape[1]):
            item = max(items[b, slot], 0)
            out[b, slot] = level[item] + taste[row, 2 * factors] + dot(taste, row, factors, stars, item)
    return out


@kernel
def star_chances(latent: FloatArray, cuts: FloatArray, spread: np.float32) -> FloatArray:
    """P(1 star) to P(5 stars), float32 (n, 5), for latent stars (n,) and four rising cuts."""
    out = np.empty((latent.shape[0], 5), dtype=np.float32)
    scale = _ONE / spread
    edges = edges_of(cuts, scale)
    for i in range(latent.shape[0]):
        chances = logit_of_stars(latent[i], edges, scale)
        out[i, 0], out[i, 1], out[i, 2], out[i, 3], out[i, 4] = chances
    return out


@kernel
def examined(items: IntArray, fatigue: FloatArray, depths: FloatArray, weight: np.float32) -> FloatArray:
    """Chance of looking at every slot: float32 (batch, slots), 0 in empty slots.

    Args:
        fatigue: float32 (batch,).
        depths: float32 (slots,), the chance that a slot's depth leaves.
        weight: of fatigue.
    """
    out = np.empty(items.shape, dtype=np.float32)
    for b in range(items.shape[0]):
        for slot in range(items.shape[1]):
            out[b, slot] = looks(fatigue[b], weight, depths[slot]) if items[b, slot] != NOTHING else _ZERO
    return out


@kernel
def lifted(affinity: FloatArray, lift: np.float32) -> FloatArray:
    """P(wants) (batch, slots) after the odds were multiplied by ``lift``."""
    out = np.empty(affinity.shape, dtype=np.float32)
    for b in range(affinity.shape[0]):
        for slot in range(affinity.shape[1]):
            out[b, slot] = wants(affinity[b, slot], lift)
    return out


@kernel
def leaving(satisfaction: FloatArray, fatigue: FloatArray, activity: ByteArray) -> FloatArray:
    """Chance of leaving after a page: float32 (batch,)."""
    out = np.empty(satisfaction.shape, dtype=np.float32)
    for b in range(satisfaction.shape[0]):
        out[b] = leaves(satisfaction[b], fatigue[b], activity[b])
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
            p = chances[b, slot]
            mean = _ZERO
            for k in range(5):
                mean += np.float32(k + 1) * p[k]
            expected[b, slot] = mean
            if watched[b, slot]:
                luck = unit(fold(own, items[b, slot]))
                rating[b, slot] = stars_drawn(luck, (p[0], p[1], p[2], p[3], p[4]))
    return rating, expected
