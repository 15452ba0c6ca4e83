"""What was measured, and how much each person moved it: the algebra behind every interval.

A reading is a value and the influence of each person on it (the linearised variable: Deville 1999, "Variance
estimation for complex statistics and estimators"). Readings of the same people can be averaged over seeds and
subtracted between arms, person by person, so a paired interval is the interval of a difference of readings.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from simenv.protocols import Metric, State
from simenv.types import Estimate

Column = npt.NDArray[np.float64]

CONFIDENCE = 0.95


@dataclass(frozen=True, slots=True)
class Reading:
    """A measured value and each person's influence on it.

    Args:
        value: NaN where nothing happened.
        influence: float64 (units,): by how much the value would move per unit of extra weight for this
            person (or group of people), divided by the number of units; sums to about 0; NaN where the person
            had no part in it.
    """

    value: float
    influence: Column


class Measure(Metric, Protocol):
    """A metric whose values can be averaged over seeds, compared between arms, stopped and resumed."""

    def reading(self) -> Reading:
        """The value so far, with everybody's influence on it."""

    def clear(self) -> None:
        """Forget everything."""

    def state(self) -> State:
        """Everything that changes, as named columns that add up."""

    def absorb(self, state: State) -> None:
        """Add what another measure of the same kind has seen, for example one more round."""

    def restore(self, state: State) -> None:
        """Continue exactly from such columns."""


def estimate(reading: Reading) -> Estimate:
    """The 95 % interval of one reading over people.

    Variance n / (n - 1) * sum of influence squared, n the people who had a part; Student's t with n - 1
    degrees of freedom. With one person only, nothing is known about others: the bounds are NaN.
    """
    return over_seeds([reading])


def over_seeds(readings: Sequence[Reading]) -> Estimate:
    """The mean over seeds, with the interval for other people and other seeds than these.

    With readings v_s and influences z_si of S seeds over n people, who meet every seed, the variance of the
    mean is a people part P, which holds each person's own luck, and what is left of the spread between seeds:
    what a seed does to everybody at once, for example through a recommender that learns.

        P = n / (n - 1) * sum_i (mean_s z_si)^2
        B = sum_s (v_s - mean v)^2 / (S (S - 1))
        L = sum_i sum_s (z_si - mean_s z_si)^2 / (S (S - 1))     what own luck alone adds to B
        variance = P + max(B - L, 0)                             B = L = 0 with one seed

    Student's t has the degrees of freedom of Welch (1947) and Satterthwaite (1946), from n - 1 and S - 1 for
    the two parts.

    Args:
        readings: one per seed, over the same number of people; those without a value are left out.
    """
    heard = [reading for reading in readings if not np.isnan(reading.value)]
    if not heard:
        return Estimate(np.nan, np.nan, np.nan)
    values = np.array([reading.value for reading in heard])
    influences = np.array([reading.influence for reading in heard])
    people = int((~np.isnan(influences)).any(axis=0).sum())
    influences = np.nan_to_num(influences)
    mean = influences.mean(axis=0)
    seeds = max(_spread(values) - _spread(influences), 0.0)
    parts = np.array([float(np.square(mean).sum()) * people / max(people - 1, 1), seeds])
    middle = float(values.mean())
    half = _half_width(parts, np.array([people - 1, len(heard) - 1]))
    return Estimate(middle, middle - half, middle + half)


def difference(first: Reading, second: Reading) -> Reading:
    """How much more ``first`` is than ``second``, person by person: both must be over the same people."""
    gap = np.nan_to_num(first.influence) - np.nan_to_num(second.influence)
    apart = np.isnan(first.influence) & np.isnan(second.influence)
    return Reading(first.value - second.value, np.where(apart, np.nan, gap))


def estimates_over_seeds(readings: Sequence[Mapping[str, Reading]]) -> dict[str, Estimate]:
    """``over_seeds`` for every measure, given each seed's readings by name."""
    return {name: over_seeds([of_seed[name] for of_seed in readings]) for name in readings[0]}


def _spread(values: Column) -> float:
    """Variance of the mean over the first axis (seeds), summed over the second: 0 with one seed."""
    seeds = len(values)
    return float(np.square(values - values.mean(axis=0)).sum()) / max(seeds * (seeds - 1), 1)


def _half_width(parts: Column, free: npt.NDArray[np.int64]) -> float:
    """Half the width of the interval for a variance in parts, each with its own degrees of freedom."""
    from scipy.special import stdtrit

    if free[0] < 1:
        return np.nan
    variance = float(parts.sum())
    if variance == 0:
        return 0.0
    freedom = 1 / float(np.sum((parts / variance) ** 2 / np.maximum(free, 1)))
    return float(stdtrit(freedom, (1 + CONFIDENCE) / 2)) * variance**0.5
