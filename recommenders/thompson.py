"""Acting on one guess at what a person's taste may be, drawn anew for every page.

Agrawal and Goyal, "Thompson sampling for contextual bandits with linear payoffs" (2013).
"""

from __future__ import annotations

import numpy as np
from scipy.special import ndtri

from recommenders.linear import Linear, Wide
from recommenders.settings import at_least
from simenv.luck import Stream, clock, stream
from simenv.scoring import best, blocks, part, product
from simenv.types import NOTHING, FloatArray, IntArray, Slate, Source, Visit


class Thompson(Linear):
    """An item's score is what one draw from the belief in a person's weights says of it.

    The propensity of a shown item is the share of slates with it among those of ``draws`` draws, the one
    that was acted on included: there is no closed form for being among the best.

    Args:
        features: length of the items' feature vectors.
        regularization: precision of the belief that everybody begins with.
        scale: the paper's v: by how much draws spread wider than the belief; 0 never explores.
        draws: how many draws the propensity is estimated from; 1 leaves every propensity at 1.
        seed: the luck; each (episode, round, page, row) has draws of its own.
    """

    def __init__(
        self,
        *,
        features: int = 16,
        regularization: float = 100.0,
        scale: float = 0.5,
        draws: int = 20,
        seed: int = 0,
    ) -> None:
        super().__init__(features=features, regularization=regularization)
        at_least(0, scale=scale)
        at_least(1, draws=draws)
        self._scale, self._draws = scale, draws
        self._luck = stream(seed, "recommenders.thompson")

    def recommend(self, visit: Visit, slots: int) -> Slate:
        """The items with the highest scores, best first, and how likely each was to be among them."""
        self._known.expect(visit.rows)
        items = np.empty((len(visit), slots), dtype=np.int32)
        propensity = np.ones(items.shape, dtype=np.float32)
        for block in blocks(len(visit)):
            weights = self._drawn(visit, block)
            slates = [self._best(visit, block, weights[:, draw], slots) for draw in range(self._draws)]
            items[block] = slates[0]
            hits = sum(_among(slates[0], other) for other in slates)
            propensity[block] = np.where(slates[0] == NOTHING, 1, hits / np.float32(self._draws))
        return Slate(visit, items, propensity, np.full(len(visit), Source.FEED, dtype=np.int8))

    def _best(self, visit: Visit, block: slice, weights: FloatArray, slots: int) -> IntArray:
        """The slates of one draw for a block of agents: int32 (block, slots)."""
        exclude = part(visit.exclude, block)
        return best(lambda rows: product(weights[rows], self._features.T), slots, exclude, self._order)

    def _drawn(self, visit: Visit, block: slice) -> FloatArray:
        """Draws from the belief in each agent's weights: float32 (block, draws, features)."""
        mean, precision = self.beliefs(visit.rows[block])
        root = np.linalg.cholesky(precision).transpose(0, 2, 1)
        noise = np.linalg.solve(root, _normal(self._luck, visit, block, (self._size, self._draws)))
        return (mean[:, :, None] + self._scale * noise).transpose(0, 2, 1).astype(np.float32)


def _normal(luck: Stream, visit: Visit, block: slice, shape: tuple[int, int]) -> Wide:
    """Standard normal numbers of each agent's own: float64 (block, *shape)."""
    counters = [column[block, None, None] for column in clock(visit)]
    lanes = np.arange(shape[0])[:, None], np.arange(shape[1])
    half_a_step = 2.0**-25  # so that no uniform number is 0, which would be minus infinity
    return np.asarray(ndtri(luck.uniform(*counters, *lanes).astype(np.float64) + half_a_step))


def _among(items: IntArray, others: IntArray) -> IntArray:
    """1 where an item is in another slate of the same agent: int32 (batch, slots)."""
    return (items[:, :, None] == others[:, None, :]).any(axis=2).astype(np.int32)
