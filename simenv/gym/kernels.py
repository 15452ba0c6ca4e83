"""Hot loops that every environment needs: normal luck, slates from actions; see ``simenv.kernels``."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from simenv.kernels import at, fold, inlined, kernel
from simenv.types import NOTHING, BoolArray, FloatArray, IntArray

LongArray = npt.NDArray[np.int64]
LuckArray = npt.NDArray[np.uint64]

_TO_UNIT = np.float32(2.0**-24)
_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_HALF, _ONE = np.float32(0.5), np.float32(1)
_ROOT_HALF = np.float32(0.70710678)

LARGEST_NORMAL = 6.0
"""No normal draw is further from 0: the smallest chance that 24 bits can tell is 2**-25."""


@inlined
def log(x: np.float32) -> np.float32:
    """Natural logarithm of a positive number, to about one unit in the last place (as Cephes' logf)."""
    bits = np.float32(x).view(np.int32)
    power = np.float32((bits >> 23) - 126)
    m = np.int32((bits & 0x007FFFFF) | 0x3F000000).view(np.float32)
    small = m < _ROOT_HALF
    power = power - _ONE if small else power
    m = m + m - _ONE if small else m - _ONE
    z = m * m
    y = np.float32(7.0376836292e-2) * m - np.float32(1.1514610310e-1)
    y = y * m + np.float32(1.1676998740e-1)
    y = y * m - np.float32(1.2420140846e-1)
    y = y * m + np.float32(1.4249322787e-1)
    y = y * m - np.float32(1.6668057665e-1)
    y = y * m + np.float32(2.0000714765e-1)
    y = y * m - np.float32(2.4999993993e-1)
    y = y * m + np.float32(3.3333331174e-1)
    y = y * m * z - np.float32(2.12194440e-4) * power - _HALF * z
    return m + y + np.float32(0.693359375) * power


@inlined
def normal(bits: np.uint64) -> np.float32:
    """A standard normal number from the 24 highest bits: the inverse distribution function (AS 241)."""
    # both branches are computed, so that a loop over many becomes vector instructions
    q = np.float32(np.int32(bits >> np.uint64(40))) * _TO_UNIT - _HALF + np.float32(2.0**-25)
    r = np.float32(0.180625) - q * q
    top = ((np.float32(59.109374720) * r + np.float32(159.29113202)) * r + np.float32(50.434271938)) * r
    low = ((np.float32(67.187563600) * r + np.float32(78.757757664)) * r + np.float32(17.895169469)) * r
    near = q * (top + np.float32(3.3871327179)) / (low + _ONE)
    r = np.sqrt(-log(_HALF - abs(q))) - np.float32(1.6)
    top = ((np.float32(0.17023821103) * r + np.float32(1.3067284816)) * r + np.float32(2.7568153900)) * r
    low = (np.float32(0.12021132975) * r + np.float32(0.73700164250)) * r
    far = (top + np.float32(1.4234372777)) / (low + _ONE)
    far = far if q > 0 else -far
    return near if abs(q) <= np.float32(0.425) else far


@kernel
def normals(rows: IntArray, luck: LuckArray, first: int, lanes: IntArray) -> FloatArray:
    """A standard normal number for each row's lanes: float32 (n, width).

    Args:
        rows: int32 (n,).
        luck: uint64 (all,), into which ``first`` + lane is folded.
        lanes: int32 (n, width), or (1, width) where all rows have the same.
    """
    bits = np.empty((len(rows), lanes.shape[1]), dtype=np.uint64)
    for b in range(len(rows)):
        same = b if len(lanes) > 1 else 0
        for place in range(lanes.shape[1]):
            bits[b, place] = fold(luck[rows[b]], first + lanes[same, place])
    out = np.empty(bits.shape, dtype=np.float32)
    from_bits, to = bits.ravel(), out.ravel()
    for i in range(len(to)):
        to[i] = normal(from_bits[i])
    return out


@kernel
def tick(
    rows: IntArray, ends: tuple[BoolArray, BoolArray], clocks: tuple[IntArray, BoolArray], horizon: int
) -> BoolArray:
    """These rows have made a step: whether each episode is cut short, bool (n,).

    Args:
        rows: int32 (n,).
        ends: who has left for good, and whose time is up anyway: bool (n,) each.
        clocks: steps of all rows, and whether their episodes are over, which change.
        horizon: steps of an episode.
    """
    terminated, late = ends
    steps, over = clocks
    truncated = np.empty(rows.shape[0], dtype=np.bool_)
    for b in range(rows.shape[0]):
        row = at(rows[b])
        steps[row] += 1
        truncated[b] = (late[b] | (steps[row] >= horizon)) & (not terminated[b])
        over[row] = truncated[b] | terminated[b]
    return truncated


@kernel
def picked(choice: LongArray, pool: IntArray, may: BoolArray, items: IntArray) -> int:
    """Fill in the items of the chosen candidates, (n, slots); the first row out of range, or -1.

    A candidate that stands further up the slate already, or that may not be shown, leaves its slot empty.

    Args:
        choice: int64 (n, slots), numbers of candidates.
        pool: int32 (n, candidates), or (1, candidates) where all rows have the same; ``may`` likewise.
        items: int32 (n, slots).
    """
    bad = distinct(choice, pool.shape[1], items)
    for b in range(items.shape[0] if bad < 0 else 0):
        same = b if len(pool) > 1 else 0
        for slot in range(items.shape[1]):
            one = max(items[b, slot], 0)
            real = (items[b, slot] != NOTHING) & may[same, one]
            items[b, slot] = pool[same, one] if real else NOTHING
    return bad


@kernel
def distinct(chosen: LongArray, catalogue: int, items: IntArray) -> int:
    """Fill in chosen items without repetition, int32 (n, slots); the first row out of range, or -1."""
    for b in range(chosen.shape[0]):
        # two sets of 64 bits tell quickly that no item stands there twice
        some, others, maybe, wrong = np.uint64(0), np.uint64(0), np.uint64(0), False
        for slot in range(chosen.shape[1]):
            one = chosen[b, slot]
            wrong |= (one < 0) | (one >= catalogue)
            bit = np.uint64(1) << np.uint64(one & 63)
            other = np.uint64(1) << ((np.uint64(one) * _GOLDEN) >> np.uint64(58))
            # 1 where neither set is without the bit
            maybe |= np.uint64((some & bit) != 0) & np.uint64((others & other) != 0)
            some, others = some | bit, others | other
            items[b, slot] = one
        if wrong:
            return b
        if maybe:
            _empty_repeated(items[b])
    return -1


@kernel
def narrowed(chosen: LongArray, catalogue: int, items: IntArray) -> int:
    """Fill in chosen items as they are, int32 (n, slots); the first row out of range, or -1."""
    from_, to, wrong = chosen.ravel(), items.ravel(), np.uint64(0)
    for n in range(to.shape[0]):
        # the highest bit is a sign: of a number below 0, or of a last item that is below the number
        wrong |= np.uint64(from_[n]) | (np.uint64(catalogue - 1) - np.uint64(from_[n]))
        to[n] = from_[n]
    if not wrong >> np.uint64(63):
        return -1
    for b in range(chosen.shape[0]):
        for slot in range(chosen.shape[1]):
            if chosen[b, slot] < 0 or chosen[b, slot] >= catalogue:
                return b
    return -1


@kernel
def _empty_repeated(slate: IntArray) -> None:
    """NOTHING for what stands further up already."""
    for slot in range(len(slate) - 1, 0, -1):
        for above in range(slot):
            if slate[above] == slate[slot]:
                slate[slot] = NOTHING


@kernel
def best(scores: FloatArray, pool: IntArray, may: BoolArray, slots: int) -> tuple[IntArray, int]:
    """The best-scored items, best first: int32 (n, slots), and the first row with NaN, or -1.

    Of equal scores the earlier candidate comes first; what may not be shown never comes.
    """
    rows, candidates = scores.shape
    items = np.full((rows, slots), NOTHING, dtype=np.int32)
    top = np.empty(slots, dtype=np.float32)
    for b in range(rows):
        same = b if len(pool) > 1 else 0
        kept = 0
        for one in range(candidates):
            score = scores[b, one]
            if np.isnan(score):
                return items, b
            if not may[same, one] or (kept == slots and score <= top[slots - 1]):
                continue
            kept = min(kept + 1, slots)
            place = kept - 1
            while place > 0 and top[place - 1] < score:
                top[place], items[b, place] = top[place - 1], items[b, place - 1]
                place -= 1
            top[place], items[b, place] = score, pool[same, one]
    return items, -1
