"""Measures that are one total divided by another, with both totals kept for each person."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from simenv.metrics.reading import Column, Reading, estimate
from simenv.protocols import State
from simenv.types import BoolArray, Estimate, Step

Count = Callable[[Step], Column]
"""What one page adds to each agent who is here: float64 (batch,)."""


class Ratio:
    """sum(numerator) / sum(denominator) over people, with the linearised (delta method) interval.

    Each person's totals are reduced page after page, so they do not depend on the block size. The influence
    of person i is (n_i - ratio * d_i) / sum(d) (Cochran 1977, Sampling Techniques, section 6.4).
    """

    def __init__(self, agents: int, numerator: Count, denominator: Count) -> None:
        self.numerator: Column = np.zeros(agents)
        self.denominator: Column = np.zeros(agents)
        self._above = numerator
        self._below = denominator

    def update(self, step: Step) -> None:
        """Take in one page of one block of agents."""
        np.add.at(self.numerator, step.slate.visit.rows, self._above(step))
        np.add.at(self.denominator, step.slate.visit.rows, self._below(step))

    def value(self) -> Estimate:
        """The ratio so far, with its 95 % interval over people."""
        return estimate(self.reading())

    def reading(self) -> Reading:
        """The ratio so far, with everybody's influence on it."""
        weight = self.weight()
        total = float(weight.sum())
        if total == 0:
            return Reading(np.nan, np.full(len(weight), np.nan))
        ratio = float(self.numerator.sum()) / total
        return Reading(ratio, np.where(weight > 0, (self.numerator - ratio * weight) / total, np.nan))

    def weight(self) -> Column:
        """Each person's part of the denominator: float64 (agents,)."""
        return self.denominator

    def clear(self) -> None:
        """Forget everything."""
        self.numerator[:] = 0
        self.denominator[:] = 0

    def state(self) -> State:
        """Both totals of every person."""
        return {"numerator": self.numerator.copy(), "denominator": self.denominator.copy()}

    def absorb(self, state: State) -> None:
        """Add the totals of another measure of the same kind, person by person."""
        np.add(self.numerator, state["numerator"], out=self.numerator)
        np.add(self.denominator, state["denominator"], out=self.denominator)

    def restore(self, state: State) -> None:
        """Continue exactly from such totals."""
        self.clear()
        self.absorb(state)


class PerPerson(Ratio):
    """A total divided by the number of people who came at all."""

    def __init__(self, agents: int, numerator: Count) -> None:
        super().__init__(agents, numerator, pages)

    def weight(self) -> Column:
        """1 for everybody who came, however often."""
        return (self.denominator > 0).astype(np.float64)


def pages(step: Step) -> Column:
    """1 for each agent on this page."""
    return np.ones(len(step.left))


def shown(step: Step) -> Column:
    """How many items the page shows."""
    return count(step.slate.items >= 0)


def watched(step: Step) -> Column:
    """How many items were watched."""
    return count(step.response.watched)


def rated(step: Step) -> Column:
    """How many items were watched and given stars."""
    return count(step.response.watched & ~np.isnan(step.response.rating))


def liked(step: Step) -> Column:
    """How many watched items got more than 3 stars."""
    return count(step.response.watched & (step.response.rating > 3))


def stars(step: Step) -> Column:
    """The stars given, added up."""
    given = step.response.watched & ~np.isnan(step.response.rating)
    return total(np.where(given, step.response.rating, 0))


def ended(step: Step) -> Column:
    """1 where the visit ended with this page."""
    return step.left.astype(np.float64)


def pages_of_ended(step: Step) -> Column:
    """How many pages the visit had, where it ended with this page."""
    return np.where(step.left, step.slate.visit.page + 1.0, 0.0)


def visits(step: Step) -> Column:
    """1 where the visit began with this page."""
    return (step.slate.visit.page == 0).astype(np.float64)


def index_of_ended(step: Step) -> Column:
    """1 + 9 * satisfaction, where the visit ended with this page."""
    return np.where(step.left, 1 + 9 * step.satisfaction.astype(np.float64), 0.0)


def count(marked: BoolArray) -> Column:
    """How many slots of each row are marked: exact, whatever order the product adds in."""
    ones = np.ones(marked.shape[1], dtype=np.float32)
    return (marked.astype(np.float32) @ ones).astype(np.float64)


def total(values: np.ndarray[tuple[int, ...], np.dtype[np.floating]]) -> Column:
    """Each row's sum, slot after slot, so that its bits never depend on the rows beside it."""
    result = np.zeros(len(values))
    for column in values.T:
        result += column
    return result
