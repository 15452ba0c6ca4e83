"""The hot loops of the feed: what a page leaves behind, and when the next one comes."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from simenv.kernels import Taken, at, inlined, kernel
from simenv.types import NOTHING, BoolArray, FloatArray, IntArray

Seen = tuple[IntArray, FloatArray, IntArray, FloatArray, IntArray]
"""Recent items and their stars (rows, window), the last page and its stars (rows, slots), and pages since
something was watched (rows,)."""

Clocks = tuple[IntArray, IntArray, IntArray, IntArray, IntArray]
"""Day, page of the visit, days since the last one, and day and page of the last page: int32 (rows,) each."""

WATCH, LIKE, RATING, ENGAGEMENT, RETURN = range(5)
"""Rows of what a page is worth, in the order of ``simenv.gym.feed.REWARDS``."""
_ZERO, _ONE, _TWO, _LIKED = (np.float32(x) for x in (0, 1, 2, 3))


@kernel
def forget(rows: IntArray, notes: Seen, clocks: Clocks) -> None:
    """Nothing has been seen of these rows."""
    recent, stars, shown, response, since = notes
    day, page, away, last_day, last_page = clocks
    for b in range(rows.shape[0]):
        row = at(rows[b])
        for place in range(recent.shape[1]):
            recent[row, place], stars[row, place] = NOTHING, _ZERO
        for slot in range(shown.shape[1]):
            shown[row, slot], response[row, slot] = NOTHING, _ZERO
        day[row], page[row], away[row], since[row], last_day[row], last_page[row] = 0, 0, 0, 0, 0, 0


@kernel
def note(rows: IntArray, shown: IntArray, took: Taken, seen: Seen) -> FloatArray:
    """What a page leaves behind for a recommender to see, and what it is worth: float32 (5, n).

    Args:
        rows: int32 (n,).
        shown: int32 (n, slots).
        took: what was watched of it; stars are NaN where nobody counts them.
        seen: what has been seen of all rows, which changes.
    """
    who, slot, stars = took
    recent, recent_stars, last, response, since = seen
    count, liked, total = (_zeros(rows.shape[0]), _zeros(rows.shape[0]), _zeros(rows.shape[0]))
    _clear(rows, shown, last, response)
    for n in range(who.shape[0]):
        b = at(who[n])
        row, item = at(rows[b]), shown[b, at(slot[n])]
        given = stars[n] if stars[n] > _ZERO else _ZERO  # NaN is no more than 0
        response[row, at(slot[n])] = given
        count[b] += _ONE
        liked[b] += _ONE if given > _LIKED else _ZERO
        _push(recent, row, item)
        _push(recent_stars, row, given)
    # from the last slot to the first
    for n in range(who.shape[0] - 1, -1, -1):
        total[at(who[n])] += stars[n] if stars[n] > _ZERO else _ZERO
    for b in range(rows.shape[0]):
        since[at(rows[b])] = 0 if count[b] > _ZERO else since[at(rows[b])] + 1
    return _worth(shown, count, liked, total)


@kernel
def _zeros(count: int) -> FloatArray:
    return np.zeros(count, dtype=np.float32)


@kernel
def _clear(rows: IntArray, shown: IntArray, last: IntArray, response: FloatArray) -> None:
    """The last page of these rows is this one, and nothing was said to it yet."""
    if side_by_side(rows):
        first, end = rows[0], rows[-1] + 1
        new, old, said = shown.ravel(), last[first:end].ravel(), response[first:end].ravel()
        for n in range(new.shape[0]):
            old[n] = new[n]
        for n in range(new.shape[0]):
            said[n] = _ZERO
    else:
        for b in range(rows.shape[0]):
            last[at(rows[b])], response[at(rows[b])] = shown[b], _ZERO


@inlined
def side_by_side(rows: IntArray) -> bool:
    """Whether some rows, rising and distinct, leave nobody out between them."""
    return rows.shape[0] > 0 and rows[-1] - rows[0] + 1 == rows.shape[0]


@inlined
def _push(window: npt.NDArray[np.generic], row: np.uint64, newest: np.generic) -> None:
    """Put something in front of a row's window, out of which the oldest falls."""
    for place in range(window.shape[1] - 1, 0, -1):
        window[row, place] = window[row, place - 1]
    if window.shape[1]:
        window[row, 0] = newest


@kernel
def _worth(shown: IntArray, count: FloatArray, liked: FloatArray, total: FloatArray) -> FloatArray:
    """From what was watched, liked and given, float32 (n,) each, to what a page was worth."""
    real = _zeros(count.shape[0])
    for b in range(shown.shape[0]):
        some = 0
        for slot in range(shown.shape[1]):
            some += shown[b, slot] != NOTHING
        real[b] = some
    worth = np.zeros((5, count.shape[0]), dtype=np.float32)
    watch, like, rating, engagement = worth[WATCH], worth[LIKE], worth[RATING], worth[ENGAGEMENT]
    for b in range(count.shape[0]):
        watch[b], like[b] = count[b], liked[b]
    for b in range(count.shape[0]):
        rating[b] = total[b] / max(count[b], _ONE)
    for b in range(count.shape[0]):
        engagement[b] = count[b] / max(real[b], _ONE)
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
    ends = (np.empty(rows.shape[0], dtype=np.bool_), np.empty(rows.shape[0], dtype=np.bool_))
    for b in range(rows.shape[0]):
        row, leaves = at(rows[b]), left[b]
        today, next_ = day[row], min(again[b], rounds) if leaves else day[row]
        last_day[row], last_page[row] = today, page[row]
        day[row], page[row] = next_, 0 if leaves else page[row] + 1
        away[row] = next_ - today if leaves else away[row]
        worth[RETURN, b] = _ONE if leaves & (again[b] == today + 1) else _ZERO
        over = leaves & (next_ == rounds)
        ends[0][b], ends[1][b] = over & gone[b], over & (not gone[b])
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
