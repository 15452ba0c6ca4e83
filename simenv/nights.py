"""The kernels behind ``simenv.days``: who comes on which day, one row at a time."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from simenv.days import FORGETTING, PATIENCE, PULL, RENEWAL
from simenv.kernels import at, exp, fold, inlined, kernel, unit
from simenv.mood import START_FATIGUE, START_SATISFACTION
from simenv.types import BoolArray, FloatArray, IntArray

LuckArray = npt.NDArray[np.uint64]
Habits = tuple[FloatArray, FloatArray, IntArray]
"""Log-odds of coming by activity, lasting impression (float32 (agents,) each), and days away (int32)."""
Waiting = tuple[IntArray, IntArray, IntArray, LuckArray, FloatArray, FloatArray]
"""Who is at home: entry, row and day of the last visit, luck, log-odds of coming, and lasting impression."""


class Home(NamedTuple):
    """Where people are between visits.

    Args:
        key: of the luck to come back.
        mood: satisfaction and fatigue, float32 (agents,) each.
        habits: of all agents.
    """

    key: np.uint64
    mood: tuple[FloatArray, FloatArray]
    habits: Habits


_ZERO, _ONE = np.float32(0), np.float32(1)
_PULL, _FORGETTING = np.float32(PULL), np.float32(FORGETTING)


@inlined
def chance(habit: np.float32, impression: np.float32, away: np.int32) -> np.float32:
    """Chance that one agent comes on the next day, 0 if it has left for good."""
    missed = max(np.float32(away) - _ONE, _ZERO)
    pull = _PULL * (impression - START_SATISFACTION) - _FORGETTING * missed
    return _ZERO if away >= PATIENCE else _ONE / (_ONE + exp(-(habit + pull)))


@kernel
def chances(habit: FloatArray, impression: FloatArray, away: IntArray) -> FloatArray:
    """Chance that each agent comes on the next day: float32 (agents,)."""
    out = np.empty(habit.shape, dtype=np.float32)
    for row in range(habit.shape[0]):
        out[row] = chance(habit[row], impression[row], away[row])
    return out


@inlined
def impressed(impression: np.float32, satisfaction: np.float32) -> np.float32:
    """The lasting impression after one more visit."""
    return impression + RENEWAL * (satisfaction - impression)


@kernel
def go_home(rows: IntArray, satisfaction: FloatArray, habits: Habits) -> None:
    """Visits of today are over; each row left with its satisfaction (float32 (agents,))."""
    _, impression, away = habits
    for b in range(rows.shape[0]):
        row = at(rows[b])
        away[row] = 1
        impression[row] = impressed(impression[row], satisfaction[row])


@kernel
def begin(home: Home, rows: IntArray) -> None:
    """Nothing has happened to these agents (int32 (n,)) yet."""
    (satisfaction, fatigue), (_, impression, away) = home.mood, home.habits
    for b in range(rows.shape[0]):
        row = at(rows[b])
        impression[row], away[row] = START_SATISFACTION, 0
        satisfaction[row], fatigue[row] = START_SATISFACTION, START_FATIGUE


@kernel
def come_again(
    home: Home, visits: tuple[IntArray, IntArray, IntArray, BoolArray], horizon: int
) -> tuple[IntArray, BoolArray]:
    """Who left goes home and rests: the next day on which each comes, and who has left for good, (n,) each.

    Day after day, all who are still at home are asked together.

    Args:
        home: where they go; it changes.
        visits: columns of episode, day and row, int32 (n,) each, and of who has left, bool (n,); whoever has
            not comes again today.
        horizon: the day that stands for never.
    """
    again, gone = visits[1].copy(), np.zeros(visits[3].shape, dtype=np.bool_)
    waiting = _go_to_bed(home, visits)
    count, missed = waiting[0].shape[0], 1
    while count:
        comes = _come(waiting, count, missed)
        count = _wait(waiting, comes, (missed, horizon), (again, gone, home.habits[2]))
        missed += 1
    return again, gone


@kernel
def _go_to_bed(home: Home, visits: tuple[IntArray, IntArray, IntArray, BoolArray]) -> Waiting:
    """Who left keeps a lasting impression, and rests."""
    episode, day, rows, left = visits
    (satisfaction, fatigue), (habit, impression, _) = home.mood, home.habits
    who, count = np.empty(rows.shape, dtype=np.int32), at(0)
    for b in range(rows.shape[0]):
        who[count] = b
        count += at(left[b])
    ints, floats = np.empty((2, count), dtype=np.int32), np.empty((2, count), dtype=np.float32)
    luck = np.empty(count, dtype=np.uint64)
    for n in range(luck.shape[0]):
        b = at(who[n])
        row = at(rows[b])
        luck[n], ints[0, n], ints[1, n] = fold(home.key, episode[b]), rows[b], day[b]
        lasting = impressed(impression[row], satisfaction[row])
        floats[0, n], floats[1, n], impression[row] = habit[row], lasting, lasting
        satisfaction[row], fatigue[row] = START_SATISFACTION, START_FATIGUE
    return who[:count], ints[0], ints[1], luck, floats[0], floats[1]


@kernel
def _come(waiting: Waiting, count: int, missed: int) -> BoolArray:
    """Whether each of the first few at home comes so many days after its visit, if it has not come before."""
    _, rows, day, luck, usual, lasting = waiting
    comes = np.empty(count, dtype=np.bool_)
    for n in range(count):
        drawn = unit(fold(fold(fold(luck[n], day[n] + missed), 0), rows[n]))
        comes[n] = drawn < chance(usual[n], lasting[n], missed)
    return comes


@kernel
def _wait(
    waiting: Waiting, comes: BoolArray, time: tuple[int, int], ends: tuple[IntArray, BoolArray, IntArray]
) -> int:
    """Write down who comes and who never will; the others move to the front: how many they are."""
    (who, rows, day, luck, usual, lasting), (missed, horizon), (again, gone, away) = waiting, time, ends
    rest = 0
    for n in range(comes.shape[0]):
        next_ = day[n] + missed
        back, late = comes[n] & (next_ < horizon), next_ >= horizon
        lost = (missed + 1 >= PATIENCE) & (not (back | late))
        again[at(who[n])], gone[at(who[n])] = next_ if back else horizon, lost
        away[at(rows[n])] = missed + lost
        front = at(rest)
        who[front], rows[front], day[front], luck[front] = who[n], rows[n], day[n], luck[n]
        usual[front], lasting[front] = usual[n], lasting[n]
        rest += not (back | late | lost)
    return rest
