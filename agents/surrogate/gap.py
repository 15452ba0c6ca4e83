"""How far a surrogate is from those whom it stands for, on the same pages and with the same luck."""

from __future__ import annotations

import numpy as np

from simenv.protocols import Policy
from simenv.types import Recall, Response, Slate

_BINS, _LEAST = 10, 1e-12


class Gap:
    """Adds up, page by page, what both did."""

    def __init__(self) -> None:
        self._slots = self._equal = self._pages = 0
        self._watched = np.zeros(2)
        self._left = np.zeros(2)
        self._stars = np.zeros(2)
        self._bins = np.zeros((_BINS, 3))
        self._powers = np.zeros(3)

    def add(self, real: Response, other: Response) -> None:
        """Take in what real users and the surrogate did with the same slates."""
        there = ~np.isnan(real.chance)
        self._slots += int(there.sum())
        self._pages += len(there)
        self._equal += int((real.watched == other.watched)[there].sum())
        self._watched += (real.watched.sum(), other.watched.sum())
        self._left += (real.action.sum(), other.action.sum())
        self._stars += (np.nansum(real.expected), np.nansum(np.where(there, other.expected, np.nan)))
        chance = other.chance[there]
        place = np.minimum((chance * _BINS).astype(int), _BINS - 1)
        values = np.stack([np.ones_like(chance), chance, real.chance[there]], axis=1)
        np.add.at(self._bins, place, values)
        true = real.chance[there].astype(np.float64)
        self._powers += (true.sum(), (true**2).sum(), ((chance - true) ** 2).sum())

    def value(self) -> dict[str, float]:
        """By name.

        ``agreement``: share of items that both or neither watched. ``explained``: share of the variance of
        the real chances that the surrogate's explain, 0 for a constant. ``calibration``: expected calibration
        error of the surrogate's chances against the real ones. ``reward``, ``leave``, ``stars``: by how much
        it watches more a page, leaves oftener, and expects more stars.
        """
        count, told, real = self._bins.T
        pages, slots = max(self._pages, 1), max(self._slots, 1)
        total, squares, off = self._powers
        return {
            "agreement": self._equal / slots,
            "explained": 1 - float(off / max(squares - total**2 / slots, _LEAST)),
            "calibration": float(np.abs(told - real).sum() / max(count.sum(), 1)),
            "reward": float(self._watched[1] - self._watched[0]) / pages,
            "leave": float(self._left[1] - self._left[0]) / pages,
            "stars": float(self._stars[1] - self._stars[0]) / slots,
        }


class Beside:
    """Real users decide; the surrogate is asked what it would have done.

    Args:
        real: the policy that decides.
        surrogate: the other one.
    """

    def __init__(self, real: Policy, surrogate: Policy) -> None:
        self._real, self._surrogate, self.gap = real, surrogate, Gap()

    def decide(self, slate: Slate, recall: Recall) -> Response:
        """As the real users do."""
        response = self._real.decide(slate, recall)
        self.gap.add(response, self._surrogate.decide(slate, recall))
        return response
