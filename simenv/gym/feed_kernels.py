"""The hot loops of the feed: what is known, what is on offer, and what a page leaves behind."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from simenv.gym.early import ask_early
from simenv.kernels import Clock, LongArray, at, fold, heads, inlined, kernel
from simenv.types import NOTHING, BoolArray, FloatArray, IntArray

Bits = npt.NDArray[np.uint64]
Page = tuple[IntArray, BoolArray, FloatArray]
"""Items, watched and rating: (n, slots) each."""
Seen = tuple[IntArray, FloatArray, IntArray, FloatArray, IntArray]
"""Recent items and their stars (rows, window), the last page and its stars (rows, slots), and pages since
something was watched (rows,)."""

Clocks = tuple[IntArray, IntArray, IntArray, IntArray, IntArray]
"""Day, page of the visit, days since the last one, and day and page of the last page: int32 (rows,) each."""

WATCH, LIKE, RATING, ENGAGEMENT, RETURN = range(5)
"""Rows of what a page is worth, in the order of ``simenv.gym.feed.REWARDS``."""
_ZERO, _ONE, _TWO, _LIKED = (np.float32(x) for x in (0, 1, 2, 3))
_FAIR_TRIES = 8
_AHEAD = 8


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
            ask_early(bits, rows[later], max(items[later, slot], 0) >> 6)
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


@kernel
def note(rows: IntArray, page: Page, seen: Seen) -> FloatArray:
    """What a page leaves behind for a recommender to see, and what it is worth: float32 (5, n)."""
    items, watched, rating = page
    recent, stars, shown, response, since = seen
    batch, slots = items.shape
    worth = np.zeros((5, batch), dtype=np.float32)
    size = slots + recent.shape[1]
    new_items, new_stars = np.empty(size, dtype=np.int32), np.empty(size, dtype=np.float32)
    for b in range(batch):
        row, count, total = at(rows[b]), at(0), _ZERO
        liked, real = at(0), at(0)
        for place in range(slots):
            slot = at(slots - 1 - place)  # the last one watched is the newest
            item, star, took = items[b, slot], rating[b, slot], watched[b, slot]
            # NaN, where nobody counts stars, is no more than 0
            given = star if took & (star > _ZERO) else _ZERO
            shown[row, slot], response[row, slot] = item, given
            new_items[count], new_stars[count] = item, given
            count += at(took)
            liked += at(given > _LIKED)
            real += at(item != NOTHING)
            total += given
        since[row] = 0 if count else since[row] + 1
        worth[WATCH, b], worth[LIKE, b] = count, liked
        worth[RATING, b] = total / np.float32(max(count, at(1)))
        worth[ENGAGEMENT, b] = np.float32(count) / np.float32(max(real, at(1)))
        if count:
            for place in range(recent.shape[1]):
                there = count + at(place)
                new_items[there], new_stars[there] = recent[row, place], stars[row, place]
            for place in range(recent.shape[1]):
                recent[row, place], stars[row, place] = new_items[place], new_stars[place]
    return worth


@kernel
def turn(
    rows: IntArray, home: tuple[BoolArray, IntArray, BoolArray], worth: FloatArray, seen: Clocks, rounds: int
) -> tuple[BoolArray, BoolArray]:
    """The next page of each row, or the first one of the day on which it comes again.

    Args:
        rows: int32 (n,).
        home: whose visit is over; the days on which they come again; and who never does: (n,) each.
        worth: float32 (5, n), where it is written whether the next day follows with another visit.
        rounds: days.

    Returns:
        Who has left for good, and who else has no day left: bool (n,) each.
    """
    left, again, gone = home
    day, page, away, last_day, last_page = seen
    ends = (np.zeros(rows.shape[0], dtype=np.bool_), np.zeros(rows.shape[0], dtype=np.bool_))
    for b in range(rows.shape[0]):
        row = at(rows[b])
        last_day[row], last_page[row] = day[row], page[row]
        page[row] += 1
        worth[RETURN, b] = _ZERO
        if left[b]:
            next_ = min(again[b], rounds)
            worth[RETURN, b] = again[b] == day[row] + 1
            away[row], day[row], page[row] = next_ - day[row], next_, 0
            ends[0][b], ends[1][b] = (next_ == rounds) & gone[b], (next_ == rounds) & (not gone[b])
    return ends


@kernel
def liking(recent: IntArray, stars: FloatArray, features: FloatArray, rows: IntArray) -> FloatArray:
    """Mean of the recent items' features times (stars - 3) / 2, 0 without any: float32 (n, features)."""
    out = np.zeros((rows.shape[0], features.shape[1]), dtype=np.float32)
    for b in range(rows.shape[0]):
        row, count = rows[b], _ZERO
        for place in range(recent.shape[1]):
            item = recent[row, place]
            if item == NOTHING:
                break
            count += _ONE
            weight = (stars[row, place] - _LIKED) / _TWO
            for f in range(features.shape[1]):
                out[b, f] += weight * features[item, f]
        for f in range(features.shape[1]):
            out[b, f] /= max(count, _ONE)
    return out
