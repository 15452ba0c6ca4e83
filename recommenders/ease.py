"""A linear model from all items to all items, solved in closed form.

Steck, "Embarrassingly shallow autoencoders for sparse data" (2019).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.linalg import lapack
from threadpoolctl import threadpool_limits

from recommenders.known import Known
from recommenders.personal import Personal
from recommenders.settings import at_least
from simenv.types import FloatArray, IntArray


class Ease(Personal):
    """An item's score is a weighted sum of what the person has taken. Fitting costs items cubed.

    Args:
        regularization: the paper's lambda; more of it trusts the data less.
        popularity_exponent: scores are divided by the number of people who took the item to this
            power; 0 leaves them as they are, more of it favours the less known.
    """

    def __init__(self, *, regularization: float = 500.0, popularity_exponent: float = 0.0) -> None:
        at_least(1e-3, regularization=regularization)
        at_least(0, popularity_exponent=popularity_exponent)
        self._regularization = regularization
        self._exponent = popularity_exponent

    def _model(self, known: Known) -> None:
        gram = known.together().toarray().astype(np.float64)
        gram[np.diag_indices_from(gram)] += self._regularization
        inverse = _inverse(gram)
        weights = inverse / -np.diag(inverse)
        np.fill_diagonal(weights, 0.0)
        weights /= np.maximum(known.counts(), 1) ** self._exponent
        self._weights = weights.astype(np.float32)

    def scores(self, rows: IntArray) -> FloatArray:
        """Each agent's history times the weights: float32 (batch, items)."""
        return np.asarray(self._known.histories(rows) @ self._weights)


def _inverse(matrix: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """The inverse of a symmetric positive definite matrix, on one thread: more would change its bits."""
    if not len(matrix):
        return matrix
    with threadpool_limits(1, user_api="blas"):
        factor, _ = lapack.dpotrf(matrix, lower=1)
        half, _ = lapack.dpotri(factor, lower=1)
    lower = np.tril(half)
    return lower + np.tril(half, -1).T
