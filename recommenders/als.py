"""Matrix factorisation for counts of behaviour, by alternating least squares.

Hu, Koren and Volinsky, "Collaborative filtering for implicit feedback datasets" (2008), in the
implementation of the library ``implicit``.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from implicit.cpu.als import AlternatingLeastSquares
from scipy.sparse import csr_matrix

from recommenders.factors import Factors
from recommenders.settings import at_least
from simenv.luck import Stream, stream
from simenv.types import FloatArray


class Als(Factors):
    """What a person took is explained by a vector of hers and a vector of each item.

    Args:
        factors: length of the vectors.
        regularization: weight of the vectors' squared lengths.
        confidence: the paper's alpha: how much more a taken item weighs than one not taken.
        iterations: rounds of solving for people, then for items.
        seed: the luck of the first vectors.
    """

    def __init__(
        self,
        *,
        factors: int = 64,
        regularization: float = 10.0,
        confidence: float = 2.0,
        iterations: int = 15,
        seed: int = 0,
    ) -> None:
        at_least(1, factors=factors, iterations=iterations)
        at_least(0, regularization=regularization, confidence=confidence)
        self._luck = stream(seed, "recommenders.als")
        self._settings = {
            "factors": factors,
            "regularization": regularization,
            "alpha": confidence,
            "iterations": iterations,
        }

    def _factorize(self, matrix: Any) -> tuple[FloatArray, FloatArray]:
        model = AlternatingLeastSquares(num_threads=1, **self._settings)
        model.user_factors, model.item_factors = (
            _small(self._luck, side, size, model.factors) for side, size in enumerate(matrix.shape)
        )
        model.fit(csr_matrix(matrix), show_progress=False)
        return model.user_factors, model.item_factors


def _small(luck: Stream, side: int, rows: int, factors: int) -> FloatArray:
    """Vectors to begin with: float32 (rows, factors), 0 to 0.01."""
    return luck.uniform(side, np.arange(rows)[:, None], np.arange(factors)) * np.float32(0.01)
