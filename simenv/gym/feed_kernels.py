"""The hot loops of the feed: what is known, what is on offer, and what a page leaves behind."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from simenv.kernels import Clock, LongArray, fold, heads, inlined, kernel, push
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
    for b in range(items.shape[0]):
        own = bits[rows[b]]
        for slot in range(items.shape[1]):
            item = items[b, slot]
            out[b, slot] = NOTHING
            if item != NOTHING and not own[item >> 6] & bit(item):
                own[item >> 6] |= bit(item)
                out[b, slot] = item
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
def first_new(order: IntArray, bits: Bits, rows: IntArray, count: int) -> IntArray:
    """The first items of one order that each row does not know: int32 (n, count), NOTHING in the end."""
    out = np.full((rows.shape[0], count), NOTHING, dtype=np.int32)
    for b in range(rows.shape[0]):
        own = bits[rows[b]]
        found = 0
        for item in order:
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
    given = np.empty((batch, slots), dtype=np.float32)
    for b in range(batch):
        for slot in range(slots):
            # NaN, where nobody counts stars, is no more than 0
            real = watched[b, slot] & (rating[b, slot] > _ZERO)
            given[b, slot] = rating[b, slot] if real else _ZERO
    for b in range(batch):
        row, count, liked, real, total = rows[b], 0, 0, 0, _ZERO
        for slot in range(slots):
            shown[row, slot], response[row, slot] = items[b, slot], given[b, slot]
        for slot in range(slots):
            count += watched[b, slot]
            liked += given[b, slot] > _LIKED
            real += items[b, slot] != NOTHING
            total += given[b, slot]
        since[row] = 0 if count else since[row] + 1
        worth[WATCH, b], worth[LIKE, b] = count, liked
        worth[RATING, b] = total / np.float32(max(count, 1))
        worth[ENGAGEMENT, b] = np.float32(count) / np.float32(max(real, 1))
    push(recent, stars, (rows, items, watched, given))
    return worth


@kernel
def turn(rows: IntArray, home: IntArray, again: IntArray, clocks: Clocks, rounds: int) -> BoolArray:
    """The next page of each row, or the first one of the day on which it comes ``again``; if no day is left.

    Args:
        rows: int32 (n,).
        home: int64 (m,), places in rows: whose visit is over.
        again: int32 (m,), days, which beyond ``rounds`` do not count.
    """
    day, page, away, last_day, last_page = clocks
    over = np.zeros(rows.shape[0], dtype=np.bool_)
    for b in range(rows.shape[0]):
        row = rows[b]
        last_day[row], last_page[row] = day[row], page[row]
        page[row] += 1
    for m in range(home.shape[0]):
        row, next_ = rows[home[m]], min(again[m], rounds)
        away[row], day[row], page[row] = next_ - day[row], next_, 0
        over[home[m]] = next_ == rounds
    return over


@kernel
def side_by_side(columns: tuple[IntArray, IntArray, IntArray, IntArray], rows: IntArray) -> IntArray:
    """Four columns of some rows: int32 (n, 4)."""
    out = np.empty((rows.shape[0], 4), dtype=np.int32)
    one, two, three, four = columns
    for b in range(rows.shape[0]):
        row = rows[b]
        out[b, 0], out[b, 1], out[b, 2], out[b, 3] = one[row], two[row], three[row], four[row]
    return out


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
