"""How sure a figure about people is: the bootstrap over people, paired where figures are about the same."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
import numpy.typing as npt

from simenv.luck import stream
from simenv.types import BoolArray, Estimate, FloatArray, IntArray

TIMES = 1000
LEVEL = 0.95

Wide = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Figure:
    """A figure, and what it would have been had other people been asked.

    Args:
        value: of the people who were asked.
        samples: float64 (times,), of people drawn from them with replacement (Efron, 1979); the entries of
            figures from one bootstrap are about the same people.
    """

    value: float
    samples: Wide

    def __sub__(self, other: Figure) -> Figure:
        """The paired difference."""
        return Figure(self.value - other.value, self.samples - other.samples)

    def __neg__(self) -> Figure:
        return Figure(-self.value, -self.samples)

    def estimate(self, level: float = LEVEL) -> Estimate:
        """With the interval between percentiles, NaN where there is too little to say."""
        known = self.samples[~np.isnan(self.samples)]
        if not len(known):
            return Estimate(self.value, float("nan"), float("nan"))
        low, high = np.quantile(known, [(1 - level) / 2, (1 + level) / 2])
        return Estimate(self.value, float(low), float(high))

    @property
    def spread(self) -> float:
        """Standard error; NaN where there is too little to say."""
        known = self.samples[~np.isnan(self.samples)]
        return float(known.std()) if len(known) else float("nan")

    @property
    def chance(self) -> float:
        """Two-sided chance of a figure at least this far from 0 if it were 0 (normal approximation)."""
        if not self.spread > 0:
            return 1.0 if not self.value else 0.0
        return 2 * (1 - NormalDist().cdf(abs(self.value) / self.spread))


class Bootstrap:
    """Draws people with replacement, the same draws for every figure.

    Args:
        people: how many there are.
        seed: of the luck.
    """

    def __init__(self, people: int, seed: int = 0, times: int = TIMES) -> None:
        luck = stream(seed, "bootstrap").uniform(np.arange(times)[:, None], np.arange(people))
        drawn = np.minimum((luck * people).astype(np.int64), people - 1) + np.arange(times)[:, None] * people
        counts = np.bincount(drawn.ravel(), minlength=times * people)
        self.weights: Wide = counts.reshape(times, people).astype(np.float64)
        """float64 (times, people), how often each draw holds each person."""

    def mean(self, values: npt.NDArray[np.floating]) -> Figure:
        """The mean over people: float (people,), NaN for those of whom there is nothing to say."""
        known = ~np.isnan(values)
        return self.ratio(np.where(known, values, 0), known)

    def ratio(self, above: npt.NDArray[np.generic], below: npt.NDArray[np.generic]) -> Figure:
        """A sum over people divided by another one: two arrays (people,)."""
        both = np.column_stack([above, below]).astype(np.float64)
        total, drawn = both.sum(axis=0), self.weights @ both
        samples = _divided(drawn[:, 0], drawn[:, 1])
        return Figure(float(_divided(total[:1], total[1:])[0]), samples)

    def sums(self, values: npt.NDArray[np.generic]) -> tuple[Wide, Wide]:
        """Sums over people of columns (people, n): of all (n,), and of each draw (times, n)."""
        wide = values.astype(np.float64)
        return wide.sum(axis=0), self.weights @ wide

    def auc(self, scores: FloatArray, wanted: BoolArray, row: IntArray) -> Figure:
        """Chance that a wanted item scores above another one, all people's thrown together.

        Args:
            scores, wanted, row: float (n,), bool (n,) and int32 (n,): how much whom wants what.
        """
        from simenv.metrics import resampling_kernels  # numba is slow to import

        order = np.argsort(scores, kind="stable")
        new = np.diff(scores[order], prepend=np.nan) != 0
        columns = (row[order], wanted[order], new)
        everybody = np.ones((1, self.weights.shape[1]))
        value = resampling_kernels.areas(*columns, everybody)[0]
        return Figure(float(value), resampling_kernels.areas(*columns, self.weights))


def holm(figures: Mapping[str, Figure], level: float = LEVEL) -> dict[str, Estimate]:
    """Intervals that all hold together: Holm's step-down procedure (1979) on differences from 0.

    The k-th least likely of n figures gets an interval at 1 - (1 - level) / (n - k + 1); from the first that
    does not leave out 0 on, they stay that wide. Normal intervals, as percentiles so far out are not drawn.
    """
    order = sorted(figures, key=lambda name: figures[name].chance)
    found, stopped = {}, 0.0
    for place, name in enumerate(order):
        figure = figures[name]
        alpha = stopped or (1 - level) / (len(order) - place)
        stopped = stopped or (alpha if figure.chance > alpha else 0.0)
        reach = NormalDist().inv_cdf(1 - alpha / 2) * figure.spread
        found[name] = Estimate(figure.value, figure.value - reach, figure.value + reach)
    return {name: found[name] for name in figures}


def _divided(above: Wide, below: Wide) -> Wide:
    return np.divide(above, below, out=np.full(len(above), np.nan), where=below > 0)
