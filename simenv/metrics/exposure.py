"""Measures of the whole catalogue: which items are shown at all, and how evenly."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from simenv.luck import stream
from simenv.metrics.reading import Reading, estimate
from simenv.protocols import State
from simenv.types import Estimate, Step

GROUPS = 20
"""Groups of people, by a hash of their row, that the jackknife leaves out in turn."""

Counts = npt.NDArray[np.int64]
Statistic = Callable[[Counts], float]


class Exposure:
    """A statistic of how often each item was shown, with a delete-a-group jackknife interval over people.

    With theta_g the statistic without group g of G, the variance is (G - 1) / G * sum (theta_g - mean)^2
    (Kott 2001, "The delete-a-group jackknife"), written here as influences of groups. Groups in which nobody
    was shown anything are left out.
    """

    def __init__(self, agents: int, items: int, statistic: Statistic) -> None:
        self.counts: Counts = np.zeros((GROUPS, items), dtype=np.int64)
        self._group = (stream(0, "jackknife").bits(np.arange(agents)) % np.uint64(GROUPS)).astype(np.int64)
        self._statistic = statistic

    def update(self, step: Step) -> None:
        """Take in one page of one block of agents."""
        items = step.slate.items
        place = self._group[step.slate.visit.rows][:, None] * self.counts.shape[1] + items
        np.add.at(self.counts.reshape(-1), place[items >= 0], 1)

    def value(self) -> Estimate:
        """The statistic so far, with its 95 % interval over people."""
        return estimate(self.reading())

    def reading(self) -> Reading:
        """The statistic so far, with the influence of each group of people on it."""
        influence = np.full(GROUPS, np.nan)
        counts = self.counts.sum(axis=0)
        present = np.flatnonzero(self.counts.any(axis=1))
        if len(present) == 0:
            return Reading(np.nan, influence)
        if len(present) > 1:
            without = np.array([self._statistic(counts - self.counts[group]) for group in present])
            influence[present] = (without.mean() - without) * (len(present) - 1) / len(present)
        else:
            influence[present] = 0
        return Reading(self._statistic(counts), influence)

    def clear(self) -> None:
        """Forget everything."""
        self.counts[:] = 0

    def state(self) -> State:
        """How often each item was shown to each group of people."""
        return {"counts": self.counts.copy()}

    def absorb(self, state: State) -> None:
        """Add the exposure that another measure of the same kind has seen."""
        np.add(self.counts, state["counts"], out=self.counts)

    def restore(self, state: State) -> None:
        """Continue exactly from such counts."""
        self.clear()
        self.absorb(state)


def coverage(counts: Counts) -> float:
    """Share of the catalogue that was shown at least once."""
    return float(np.count_nonzero(counts)) / len(counts)


def gini(counts: Counts) -> float:
    """How unevenly exposure is spread over all items: 0 where all get the same, near 1 where one gets all.

    Gini's index of the sorted counts x_1 <= ... <= x_m: 2 * sum_i i x_i / (m sum x) - (m + 1) / m.
    """
    items = len(counts)
    ranked = int((np.arange(1, items + 1) * np.sort(counts)).sum())  # whole numbers: exact in any order
    return 2 * ranked / (items * int(counts.sum())) - (items + 1) / items
