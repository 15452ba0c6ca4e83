"""The hot loops of what each person knows, a bit for each item: what is new to it, and what is on offer."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from simenv.early import ask_once
from simenv.kernels import Clock, LongArray, at, fold, heads, inlined, kernel
from simenv.types import NOTHING, BoolArray, IntArray

Bits = npt.NDArray[np.uint64]
_FAIR_TRIES = 8
_AHEAD = 4


@inlined
def bit(item: np.int32) -> np.uint64:
    """The bit of an item in its word."""
    return np.uint64(1) << np.uint64(item & 63)


@kernel
def know_history(bits: Bits, rows: IntArray, agents: IntArray, starts: LongArray, items: IntArray) -> None:
    """Each row knows its agent's history, and nothing else."""
    for b in range(rows.shape[0]):
        own = bits[rows[b]]
        for word in range(own.shape[0]):
            own[word] = 0
        agent = agents[rows[b]]
        for place in range(starts[agent], starts[agent + 1]):
            own[items[place] >> 6] |= bit(items[place])


@kernel
def show(bits: Bits, rows: IntArray, items: IntArray) -> IntArray:
    """The items (n, slots) that are new to their rows, NOTHING for the others; all are known from now on."""
    out = np.empty(items.shape, dtype=np.int32)
    last = items.shape[0] - 1
    for b in range(items.shape[0]):
        later = min(b + _AHEAD, last)
        for slot in range(items.shape[1]):
            ask_once(bits, rows[later], max(items[later, slot], 0) >> 6)
        row = at(rows[b])
        for slot in range(items.shape[1]):
            item = items[b, slot]
            word = at(max(item, 0)) >> at(6)
            # no branch, so that the processor need not wait for memory to know how to go on
            new = bit(item) if item != NOTHING else np.uint64(0)
            out[b, slot] = item if new & ~bits[row, word] else NOTHING
            bits[row, word] |= new
    return out


@kernel
def knows(bits: Bits, rows: IntArray, items: IntArray) -> BoolArray:
    """Whether each row knows each of its items (n, m); nobody knows NOTHING."""
    out = np.zeros(items.shape, dtype=np.bool_)
    for b in range(items.shape[0]):
        own = bits[rows[b]]
        for place in range(items.shape[1]):
            item = items[b, place]
            out[b, place] = item != NOTHING and (own[item >> 6] & bit(item)) != 0
    return out


@kernel
def known_items(bits: Bits, rows: IntArray) -> tuple[LongArray, IntArray]:
    """What each row knows, as starts and values of ragged rows."""
    words = bits.shape[1]
    ends = np.zeros(rows.shape[0] + 1, dtype=np.int64)
    for b in range(rows.shape[0]):
        ends[b + 1] = ends[b]
        for word in range(words):
            rest = bits[rows[b], word]
            while rest:
                rest &= rest - np.uint64(1)
                ends[b + 1] += 1
    out = np.empty(ends[-1], dtype=np.int32)
    n = 0
    for b in range(rows.shape[0]):
        for word in range(words):
            rest = bits[rows[b], word]
            for place in range(64 if rest else 0):
                if rest & (np.uint64(1) << np.uint64(place)):
                    out[n] = 64 * word + place
                    n += 1
    return ends, out


@kernel
def first_new(orders: IntArray, whose: IntArray, known: tuple[Bits, IntArray], count: int) -> IntArray:
    """The first items of an order that each row does not know: int32 (n, count), NOTHING in the end.

    Args:
        orders: int32 (m, items), best first.
        whose: int32 (n,), which of the orders is each row's.
        known: what is known, and the rows (int32 (n,)) at which it is written.
    """
    bits, rows = known
    out = np.full((rows.shape[0], count), NOTHING, dtype=np.int32)
    for b in range(rows.shape[0]):
        own = bits[rows[b]]
        found = 0
        for item in orders[whose[b]]:
            if found == count:
                break
            out[b, found] = item
            found += not own[item >> 6] & bit(item)
        for place in range(found, count):
            out[b, place] = NOTHING
    return out


@kernel
def drawn_new(
    key: np.uint64, clock: Clock, known: tuple[Bits, IntArray], catalogue: int, count: int
) -> IntArray:
    """Items that each row does not know, all as likely: int32 (n, count), NOTHING where they ran out.

    Items are drawn until enough are new; where almost all are known the rest is taken in order, from an item
    that is drawn.
    """
    bits, rows = known
    out = np.full((rows.shape[0], count), NOTHING, dtype=np.int32)
    luck = heads(key, clock)
    for b in range(rows.shape[0]):
        own, found, tries = bits[rows[b]], 0, _FAIR_TRIES * count
        for lane in range(tries + catalogue):
            if found == count:
                break
            drawn = fold(luck[b], min(lane, tries))
            first = np.int32(((drawn >> np.uint64(32)) * np.uint64(catalogue)) >> np.uint64(32))
            item = np.int32((first + max(lane - tries, 0)) % catalogue)
            if not own[item >> 6] & bit(item):
                own[item >> 6] |= bit(item)
                out[b, found] = item
                found += 1
        for place in range(found):  # on offer is not yet shown
            own[out[b, place] >> 6] ^= bit(out[b, place])
    return out
