"""Matrix factorisation that learns to put what was taken before what was not.

Rendle, Freudenthaler, Gantner and Schmidt-Thieme, "BPR: Bayesian personalized ranking from implicit
feedback" (2009), in the implementation of the library ``implicit``.
"""

from __future__ import annotations

from typing import Any

from implicit.cpu.bpr import BayesianPersonalizedRanking
from scipy.sparse import csr_matrix

from recommenders.factors import Factors
from recommenders.settings import at_least
from simenv.luck import stream
from simenv.types import FloatArray


class Bpr(Factors):
    """Learns from pairs: of one item taken and one not, the first should score higher.

    Args:
        factors: length of the vectors.
        learning_rate: size of a step.
        regularization: pull of the vectors towards zero.
        iterations: passes over everything known.
        seed: the luck of the first vectors and of the pairs.
    """

    def __init__(
        self,
        *,
        factors: int = 64,
        learning_rate: float = 0.01,
        regularization: float = 0.01,
        iterations: int = 40,
        seed: int = 0,
    ) -> None:
        at_least(1, factors=factors, iterations=iterations)
        at_least(0, learning_rate=learning_rate, regularization=regularization)
        self._settings = {
            "factors": factors,
            "learning_rate": learning_rate,
            "regularization": regularization,
            "iterations": iterations,
            "random_state": int(stream(seed, "recommenders.bpr").bits(0) >> 33),
        }

    def _factorize(self, matrix: Any) -> tuple[FloatArray, FloatArray]:
        model = BayesianPersonalizedRanking(num_threads=1, **self._settings)
        model.fit(csr_matrix(matrix), show_progress=False)
        return model.user_factors, model.item_factors
