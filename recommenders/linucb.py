"""Optimism about what is little known: the upper end of what a person's taste may be.

Li, Chu, Langford and Schapire, "A contextual-bandit approach to personalized news article recommendation"
(2010), with a linear model for each person over features of items.
"""

from __future__ import annotations

import numpy as np

from recommenders.linear import Linear
from recommenders.settings import at_least
from simenv.scoring import best, product
from simenv.types import FloatArray, IntArray, Slate, Visit


class LinUcb(Linear):
    """An item's score is what is believed of it plus ``alpha`` times the spread of that belief.

    Args:
        features: length of the items' feature vectors.
        regularization: precision of the belief that everybody begins with.
        alpha: how much doubt counts in an item's favour; 0 never explores.
    """

    def __init__(self, *, features: int = 16, regularization: float = 100.0, alpha: float = 0.5) -> None:
        super().__init__(features=features, regularization=regularization)
        at_least(0, alpha=alpha)
        self._alpha = np.float32(alpha)

    def recommend(self, visit: Visit, slots: int) -> Slate:
        """The items with the highest scores, best first."""
        self._known.expect(visit.rows)
        items = best(lambda block: self.scores(visit.rows[block]), slots, visit.exclude, self._order)
        return Slate.certain(visit, items)

    def scores(self, rows: IntArray) -> FloatArray:
        """The upper ends: float32 (batch, items)."""
        mean, precision = self.beliefs(rows)
        one, other = self._half
        doubt = np.linalg.inv(precision)[:, one, other].astype(np.float32)
        spread = np.sqrt(np.maximum(product(doubt, self._pairs.T), 0))
        return np.asarray(product(mean.astype(np.float32), self._features.T) + self._alpha * spread)
