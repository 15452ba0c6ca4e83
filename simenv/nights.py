"""The kernels behind ``simenv.days``: who comes on which day, one row at a time."""

from __future__ import annotations

import numpy as np

from simenv.days import FORGETTING, PATIENCE, PULL, RENEWAL
from simenv.kernels import at, exp, fold, inlined, kernel, unit
from simenv.mood import START_FATIGUE, START_SATISFACTION
from simenv.types import BoolArray, FloatArray, IntArray

Habits = tuple[FloatArray, FloatArray, IntArray]
"""Log-odds of coming by activity, lasting impression (float32 (agents,) each), and days away (int32)."""

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
def come_again(
    key: np.uint64,
    visits: tuple[IntArray, IntArray, IntArray, BoolArray],
    mood: tuple[FloatArray, FloatArray],
    habits: Habits,
    horizon: int,
) -> tuple[IntArray, BoolArray]:
    """Who left goes home and rests: the next day on which each comes, and who has left for good, (n,) each.

    Args:
        key: of the luck.
        visits: columns of episode, day and row, int32 (n,) each, and of who has left, bool (n,); whoever has
            not comes again today.
        mood: satisfaction and fatigue, float32 (agents,) each.
        horizon: the day that stands for never.
    """
    episode, day, rows, left = visits
    habit, impression, away = habits
    satisfaction, fatigue = mood
    again, gone = day.copy(), np.zeros(rows.shape[0], dtype=np.bool_)
    for b in range(rows.shape[0]):
        if not left[b]:
            continue
        row, own = at(rows[b]), fold(key, episode[b])
        missed, usual = 1, habit[row]
        lasting = impressed(impression[row], satisfaction[row])
        again[b] = horizon
        for next_ in range(day[b] + 1, horizon):
            if unit(fold(fold(fold(own, next_), 0), rows[b])) < chance(usual, lasting, missed):
                again[b] = next_
                break
            missed += 1
            if missed >= PATIENCE:
                gone[b] = True
                break
        impression[row], away[row] = lasting, missed
        satisfaction[row], fatigue[row] = START_SATISFACTION, START_FATIGUE
    return again, gone
