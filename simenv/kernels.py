"""The hot loops of the mechanism, compiled: the same arithmetic row after row, whatever the block.

Every kernel works on one row at a time in a fixed order of operations and calls no mathematics library, so
a row's bits depend neither on the batch nor on the processor's vector width. Importing this module costs a
third of a second (numba); it is imported where a kernel is first needed.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import njit

from simenv.mood import MEMORY, TIRING
from simenv.types import NOTHING, BoolArray, FloatArray, IntArray

Clock = tuple[IntArray, IntArray, IntArray, IntArray]
"""Columns of episode, round, page and row: int32 (batch,) each."""
Taken = tuple[IntArray, IntArray, FloatArray]
"""Entry, slot and stars of all that is watched: (n,) each, entry by entry from the first slot to the last."""
LongArray = npt.NDArray[np.int64]

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_FIRST = np.uint64(0xBF58476D1CE4E5B9)
_SECOND = np.uint64(0x94D049BB133111EB)
_TO_UNIT = np.float32(2.0**-24)
_ZERO, _HALF, _ONE, _FOUR = np.float32(0), np.float32(0.5), np.float32(1), np.float32(4)

# numpy's error model divides without a check, so that loops become vector instructions
kernel = njit(cache=True, nogil=True, error_model="numpy")
inlined = njit(cache=True, inline="always", error_model="numpy")


@inlined
def at(index: np.int32) -> np.uint64:
    """An index that is not negative: numba asks of every other one whether it counts from the end."""
    return np.uint64(index)


@inlined
def fold(state: np.uint64, counter: np.int64) -> np.uint64:
    """Luck after one more counter: SplitMix64's step, as in ``simenv.luck``."""
    x = (state ^ np.uint64(counter)) + _GOLDEN
    x = (x ^ (x >> np.uint64(30))) * _FIRST
    x = (x ^ (x >> np.uint64(27))) * _SECOND
    return x ^ (x >> np.uint64(31))


@inlined
def unit(bits: np.uint64) -> np.float32:
    """A number in [0, 1) from the 24 highest bits."""
    return np.float32(bits >> np.uint64(40)) * _TO_UNIT


@kernel
def draws(key: np.uint64, clock: Clock, lanes: IntArray) -> FloatArray:
    """A number in [0, 1) for every lane of every row: float32, the shape of lanes (batch, lanes)."""
    own = heads(key, clock)
    states = np.empty(lanes.shape, dtype=np.uint64)
    for b in range(lanes.shape[0]):
        for lane in range(lanes.shape[1]):
            states[b, lane] = own[b] ^ np.uint64(lanes[b, lane])
    out = np.empty(lanes.shape, dtype=np.float32)
    # one long loop, which becomes vector instructions
    before, after = states.ravel(), out.ravel()
    for n in range(after.shape[0]):
        after[n] = unit(fold(before[n], 0))
    return out


@kernel
def heads(key: np.uint64, clock: Clock) -> npt.NDArray[np.uint64]:
    """Luck of every row before its lanes: uint64 (batch,); ``unit(fold(head, lane))`` is a lane's number."""
    episode, round_, page, rows = clock
    out = np.empty(rows.shape, dtype=np.uint64)
    for b in range(rows.shape[0]):
        out[b] = fold(fold(fold(fold(key, episode[b]), round_[b]), page[b]), rows[b])
    return out


@inlined
def exp(x: np.float32) -> np.float32:
    """e to the x in float32, to about one unit in the last place (as Cephes' expf)."""
    x = min(max(x, np.float32(-87.0)), np.float32(88.0))
    power = np.floor(x * np.float32(1.44269504) + _HALF)
    r = x - power * np.float32(0.693359375) + power * np.float32(2.12194440e-4)
    y = np.float32(1.9875691500e-4) * r + np.float32(1.3981999507e-3)
    y = y * r + np.float32(8.3334519073e-3)
    y = y * r + np.float32(4.1665795894e-2)
    y = y * r + np.float32(1.6666665459e-1)
    y = y * r + np.float32(5.0000001201e-1)
    y = y * r * r + r + _ONE
    return y * np.int32((np.int32(power) + 127) << 23).view(np.float32)


@kernel
def logistic(x: FloatArray) -> FloatArray:
    """1 / (1 + e to the -x): float32 (n,)."""
    out = np.empty(x.shape, dtype=np.float32)
    for i in range(x.shape[0]):
        out[i] = _ONE / (_ONE + exp(-x[i]))
    return out


@kernel
def places(watched: BoolArray) -> tuple[IntArray, IntArray]:
    """Entry and slot of everything that is watched: int32 (n,) each, in order."""
    who = np.empty(watched.size, dtype=np.int32)
    slot = np.empty(watched.size, dtype=np.int32)
    n = at(0)
    for b in range(watched.shape[0]):
        for s in range(watched.shape[1]):
            # written whether it is or not, so that nothing hangs on a guess
            who[n], slot[n] = b, s
            n += at(watched[b, s])
    return who[:n], slot[:n]


@kernel
def taken(watched: BoolArray, rating: FloatArray) -> Taken:
    """What was watched, of columns (batch, slots)."""
    who, slot = places(watched)
    stars = np.empty(who.shape, dtype=np.float32)
    for n in range(who.shape[0]):
        stars[n] = rating[at(who[n]), at(slot[n])]
    return who, slot, stars


@inlined
def enjoyed(stars: np.float32) -> np.float32:
    """What stars are worth: 1 is nothing, 5 is 1."""
    return (stars - _ONE) / _FOUR


@kernel
def enjoyment(watched: BoolArray, rating: FloatArray) -> FloatArray:
    """The mean of (stars - 1) / 4 over what was watched, 0 where nothing was: float32 (batch,)."""
    out = np.empty(watched.shape[0], dtype=np.float32)
    for b in range(watched.shape[0]):
        total, count = _ZERO, _ZERO
        for slot in range(watched.shape[1]):
            stars = rating[b, slot]
            # to add 0 is cheaper than not to know whether to add
            real = watched[b, slot] & (not np.isnan(stars))
            count += _ONE if watched[b, slot] else _ZERO
            total += enjoyed(stars) if real else _ZERO
        out[b] = total / max(count, _ONE)
    return out


@inlined
def felt(satisfaction: np.float32, fatigue: np.float32, gain: np.float32) -> tuple[np.float32, np.float32]:
    """Satisfaction and fatigue of one agent after a page that gave ``gain``."""
    return MEMORY * satisfaction + (_ONE - MEMORY) * gain, fatigue + TIRING * (_ONE - fatigue)


@kernel
def after_page(
    satisfaction: FloatArray, fatigue: FloatArray, watched: BoolArray, rating: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Satisfaction and fatigue after a page: float32 (batch,) each."""
    gain = enjoyment(watched, rating)
    pleased = np.empty(gain.shape, dtype=np.float32)
    tired = np.empty(gain.shape, dtype=np.float32)
    for b in range(gain.shape[0]):
        pleased[b], tired[b] = felt(satisfaction[b], fatigue[b], gain[b])
    return pleased, tired


@kernel
def beside(starts: LongArray, values: IntArray, rows: IntArray, seen: IntArray) -> tuple[LongArray, IntArray]:
    """The ragged entries of ``rows``, each followed by its real entries of seen (batch, width)."""
    batch, width = seen.shape
    ends = np.zeros(batch + 1, dtype=np.int64)
    for b in range(batch):
        ends[b + 1] = ends[b] + starts[rows[b] + 1] - starts[rows[b]]
        for place in range(width):
            ends[b + 1] += seen[b, place] != NOTHING
    out = np.empty(ends[batch], dtype=np.int32)
    for b in range(batch):
        n = ends[b]
        for source in range(starts[rows[b]], starts[rows[b] + 1]):
            out[n] = values[source]
            n += 1
        for place in range(width):
            if seen[b, place] != NOTHING:
                out[n] = seen[b, place]
                n += 1
    return ends, out


@kernel
def tally(counts: LongArray, rows: IntArray, items: IntArray) -> None:
    """Add the number of real items (batch, slots) to each row's count."""
    for b in range(items.shape[0]):
        for slot in range(items.shape[1]):
            counts[rows[b]] += items[b, slot] != NOTHING


@kernel
def spread(starts: LongArray, values: IntArray, wider: LongArray) -> tuple[IntArray, LongArray]:
    """Ragged entries moved to wider rows: the new values, and where each row's entries end for now."""
    out = np.empty(wider[-1], dtype=np.int32)
    ends = wider[:-1].copy()
    for b in range(len(ends)):
        for source in range(starts[b], starts[b + 1]):
            out[ends[b]] = values[source]
            ends[b] += 1
    return out, ends


@kernel
def append(ends: LongArray, values: IntArray, rows: IntArray, items: IntArray) -> None:
    """Write each row's real items (batch, slots) where its entries end, and move the end."""
    for b in range(items.shape[0]):
        for slot in range(items.shape[1]):
            if items[b, slot] != NOTHING:
                values[ends[rows[b]]] = items[b, slot]
                ends[rows[b]] += 1


@kernel
def push(
    items: IntArray, ratings: FloatArray, page: tuple[IntArray, IntArray, BoolArray, FloatArray]
) -> None:
    """Put each page's watched items, top to bottom, in front of its row's window (agents, size)."""
    rows, shown, watched, stars = page
    size, slots = items.shape[1], shown.shape[1]
    new_items = np.empty(slots + size, dtype=np.int32)
    new_stars = np.empty(slots + size, dtype=np.float32)
    for b in range(shown.shape[0]):
        row, new = rows[b], 0
        for slot in range(slots - 1, -1, -1):
            new_items[new], new_stars[new] = shown[b, slot], stars[b, slot]
            new += watched[b, slot]
        for place in range(size):
            new_items[new + place], new_stars[new + place] = items[row, place], ratings[row, place]
        for place in range(size):
            items[row, place], ratings[row, place] = new_items[place], new_stars[place]
