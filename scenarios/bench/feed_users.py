"""The feed's people alone: in numpy, as one writes it, and as one compiled kernel (the limit).

Neither has memory, days, episodes or observations: looking, wanting, stars, mood and leaving are all they do.
The kernel may add in any order and draws its luck by a shift register.
"""

from __future__ import annotations

from collections.abc import Callable
from time import perf_counter

import numpy as np
import numpy.typing as npt
from numba import njit

from scenarios.bench.invented import Invented
from simenv.kernels import exp
from simenv.types import FloatArray, IntArray

SLOTS, CHUNK, ROUNDS = 10, 2_048, 8
LIFT, TIRING = np.float32(0.25), np.float32(0.2)
_ZERO, _HALF, _ONE, _TWO, _THREE = (np.float32(x) for x in (0, 0.5, 1, 2, 3))
_TO_UNIT = np.float32(2.0**-24)


def bare(town: Invented, people: int) -> float:
    """User-steps a second in numpy, chunk by chunk as suits a processor's cache."""
    taste, items = town.population(people).taste, town.taste()
    rng, factors = np.random.default_rng(0), town.factors
    depths = (1 + np.arange(SLOTS, dtype=np.float32)) ** np.float32(-0.3)
    satisfaction, fatigue = np.full(people, _HALF), np.zeros(people, dtype=np.float32)

    def page(cut: slice, shown: IntArray) -> None:
        own = taste[cut]
        odds = np.einsum("bf,bsf->bs", own[:, :factors], items.watch[shown])
        wanted = LIFT / (1 / (1 / (1 + np.exp(-odds)) + np.float32(1e-6)) - 1 + LIFT)
        chance = (1 - _HALF * fatigue[cut, None]) * depths * wanted
        who, slot = np.nonzero(rng.random(chance.shape, dtype=np.float32) < chance)
        there = shown[who, slot]
        product = np.einsum("nf,nf->n", own[who, factors:-1], items.stars[there])
        latent = items.level[there] + own[who, -1] + product
        upto = 1 / (1 + np.exp((latent[:, None] - items.cuts) / items.spread))
        stars = (rng.random(len(who), dtype=np.float32)[:, None] >= upto).sum(axis=1)
        total, seen = np.bincount(who, stars, len(own)) / 4, np.bincount(who, minlength=len(own))
        satisfaction[cut] = _HALF * satisfaction[cut] + _HALF * (total / np.maximum(seen, 1))
        fatigue[cut] += TIRING * (1 - fatigue[cut])
        pull = -1 + 3 * fatigue[cut] - 2 * satisfaction[cut]
        left = rng.random(len(own), dtype=np.float32) < 1 / (1 + np.exp(-pull))
        satisfaction[cut][left], fatigue[cut][left] = _HALF, 0

    cuts = [slice(first, first + CHUNK) for first in range(0, people, CHUNK)]
    pages = [rng.integers(0, town.items, (len(taste[cut]), SLOTS), dtype=np.int32) for cut in cuts]

    def work() -> None:
        for cut, shown in zip(cuts, pages, strict=True):
            page(cut, shown)

    return _best(work, people)


def compiled(town: Invented, people: int) -> float:
    """User-steps a second of one compiled pass, on one core."""
    taste, items = town.population(people).taste, town.taste()
    pages = np.random.default_rng(0).integers(0, town.items, (people, SLOTS), dtype=np.int32)
    depths = (1 + np.arange(SLOTS, dtype=np.float32)) ** np.float32(-0.3)
    moods = np.full((people, 2), _HALF)
    luck = np.arange(1, people + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    sides = (items.watch, items.stars, items.level, items.cuts)
    return _best(lambda: _pages(taste, pages, sides, depths, (moods, luck)), people)


def _best(work: Callable[[], object], people: int) -> float:
    """User-steps a second: the best of several rounds counts."""
    work()
    took = []
    for _ in range(ROUNDS):
        start = perf_counter()
        work()
        took.append(perf_counter() - start)
    return people / min(took)


@njit(fastmath=True, nogil=True, cache=True, error_model="numpy")
def _pages(
    taste: FloatArray,
    shown: IntArray,
    sides: tuple[FloatArray, FloatArray, FloatArray, FloatArray],
    depths: FloatArray,
    state: tuple[FloatArray, npt.NDArray[np.uint64]],
) -> int:
    watch, stars, level, cuts = sides
    moods, luck = state
    factors, slots, count = watch.shape[1], shown.shape[1], 0
    chance, draw = np.empty(slots, dtype=np.float32), np.empty(slots, dtype=np.float32)
    for b in range(shown.shape[0]):
        x, energy = luck[b], _ONE - _HALF * moods[b, 1]
        for slot in range(slots):
            odds = _ZERO
            for f in range(factors):
                odds += taste[b, f] * watch[shown[b, slot], f]
            chance[slot] = odds
            x ^= x << np.uint64(13)
            x ^= x >> np.uint64(7)
            x ^= x << np.uint64(17)
            draw[slot] = np.float32(x >> np.uint64(40)) * _TO_UNIT
        for slot in range(slots):
            affinity = _ONE / (_ONE + exp(-chance[slot]))
            wanted = affinity * LIFT
            chance[slot] = energy * depths[slot] * (wanted / (wanted + _ONE - affinity))
        total, seen = _ZERO, _ZERO
        for slot in range(slots):
            if draw[slot] < chance[slot]:
                item = shown[b, slot]
                latent = level[item] + taste[b, 2 * factors]
                for f in range(factors):
                    latent += taste[b, factors + f] * stars[item, f]
                again = draw[slot] / chance[slot]
                for k in range(4):
                    total += _ONE if again >= _ONE / (_ONE + exp(_TWO * (latent - cuts[k]))) else _ZERO
                seen += _ONE
                count += 1
        pleased = _HALF * moods[b, 0] + _HALF * (total / max(np.float32(4) * seen, _ONE))
        tired = moods[b, 1] + TIRING * (_ONE - moods[b, 1])
        pull = -_ONE + _THREE * tired - _TWO * pleased
        left = np.float32(x >> np.uint64(20) & np.uint64(0xFFFFFF)) * _TO_UNIT < _ONE / (_ONE + exp(-pull))
        moods[b, 0], moods[b, 1] = (_HALF, _ZERO) if left else (pleased, tired)
        luck[b] = x
    return count
