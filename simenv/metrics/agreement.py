"""Whether two judges put the same systems in the same order."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from simenv.metrics.resampling import Bootstrap, Figure
from simenv.types import BoolArray, IntArray

Wide = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Agreement:
    """How alike two orders of the same systems are.

    Args:
        tau: Kendall's tau-b of the systems' means.
        right: share of the pairs that the first judge tells apart which the second puts in the same order;
            NaN where it tells none apart.
        pairs: how many pairs the first judge tells apart: zero is outside the 95 % interval of their
            difference, people resampled.
    """

    tau: Figure
    right: Figure
    pairs: int


def agreement(real: Wide, other: Wide, bootstrap: Bootstrap) -> Agreement:
    """Compare how two judges order systems, people resampled for both at once.

    Args:
        real, other: float64 (people, systems), what each system is worth to each person.
    """
    (truth, drawn_truth), (said, drawn) = bootstrap.sums(real), bootstrap.sums(other)
    apart = told_apart(drawn_truth)
    one, two = pairs(real.shape[1])
    order = np.sign(truth[one] - truth[two])[apart]

    def right(sums: Wide) -> Wide:
        same = np.sign(sums[:, one] - sums[:, two])[:, apart] == order
        return np.asarray(same.mean(axis=1)) if apart.any() else np.full(len(sums), np.nan)

    return Agreement(
        Figure(float(kendall_tau(truth, said)), kendall_tau(drawn_truth, drawn)),
        Figure(float(right(said[None])[0]), right(drawn)),
        int(apart.sum()),
    )


def kendall_tau(one: Wide, other: Wide) -> Wide:
    """Kendall's tau-b (1945) along the last axis: 1 for the same order, -1 for the opposite one.

    Args:
        one, other: float64 (..., systems).

    Returns:
        float64 (...), NaN where either has no order at all.
    """
    left, right = pairs(one.shape[-1])
    first = np.sign(one[..., left] - one[..., right])
    second = np.sign(other[..., left] - other[..., right])
    ordered = np.sqrt((first != 0).sum(axis=-1) * (second != 0).sum(axis=-1).astype(np.float64))
    agree = (first * second).sum(axis=-1)
    return np.asarray(np.divide(agree, ordered, out=np.full(ordered.shape, np.nan), where=ordered > 0))


def told_apart(drawn: Wide) -> BoolArray:
    """Which pairs of systems differ, zero being outside the 95 % interval of the difference: bool (pairs,).

    Args:
        drawn: float64 (times, systems), sums or means in each draw of people.
    """
    one, two = pairs(drawn.shape[1])
    low, high = np.quantile(drawn[:, one] - drawn[:, two], [0.025, 0.975], axis=0)
    return np.asarray((low > 0) | (high < 0))


def pairs(systems: int) -> tuple[IntArray, IntArray]:
    """Every pair of systems, once: two columns, int32."""
    one, two = np.triu_indices(systems, 1)
    return one.astype(np.int32), two.astype(np.int32)
