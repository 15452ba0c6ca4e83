"""Matrix factorisation of who rated what; people it never met are placed by their history."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix

from scenarios.validity.controls.variant import Variant
from simenv.luck import stream
from simenv.types import FloatArray

FACTORS = (32, 96)
CONFIDENCES = (3.0, 10.0)
REGULARIZATIONS = (10.0, 60.0)
_ITERATIONS = 10

Wide = npt.NDArray[np.float64]


def mf(train: Any) -> Iterator[Variant]:
    """One variant for each length, confidence and regularisation of ALS (Hu, Koren and Volinsky, 2008).

    Args:
        train: sparse float32 (people, items).
    """
    for factors, confidence, regularization in product(FACTORS, CONFIDENCES, REGULARIZATIONS):
        settings = {"factors": factors, "confidence": confidence, "regularization": regularization}
        items = _items(train, settings).astype(np.float64)
        yield Variant(settings, Placed(items, confidence, regularization))


@dataclass(frozen=True)
class Placed:
    """Scores people by the vector that explains their history best, given the items' vectors.

    Args:
        items: float64 (items, factors).
        confidence: the paper's alpha: how much more a rated item weighs than one that was not.
        regularization: weight of the vectors' squared lengths.
    """

    items: Wide
    confidence: float
    regularization: float

    def __call__(self, histories: Any) -> FloatArray:
        """One step of the paper's least squares for each person: float32 (people, items)."""
        return np.asarray(self.vectors(histories) @ self.items.T, dtype=np.float32)

    def vectors(self, histories: Any) -> Wide:
        """float64 (people, factors)."""
        size = self.items.shape[1]
        everything = self.items.T @ self.items + self.regularization * np.eye(size)
        vectors = np.zeros((histories.shape[0], size))
        for row, (start, end) in enumerate(zip(histories.indptr[:-1], histories.indptr[1:], strict=True)):
            own = self.items[histories.indices[start:end]]
            curve = everything + self.confidence * own.T @ own
            vectors[row] = np.linalg.solve(curve, (1 + self.confidence) * own.sum(axis=0))
        return vectors


def _items(train: Any, settings: dict[str, float]) -> FloatArray:
    """The items' vectors, learned on one thread: float32 (items, factors)."""
    from implicit.cpu.als import AlternatingLeastSquares
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1, user_api="blas"):  # it warns where there are more
        model = AlternatingLeastSquares(
            factors=int(settings["factors"]),
            regularization=settings["regularization"],
            alpha=settings["confidence"],
            iterations=_ITERATIONS,
            num_threads=1,
        )
    luck = stream(0, "validity.mf")
    model.user_factors, model.item_factors = (
        luck.uniform(side, np.arange(size)[:, None], np.arange(model.factors)) * np.float32(0.01)
        for side, size in enumerate(train.shape)
    )
    with threadpool_limits(1, user_api="blas"):
        model.fit(csr_matrix(train), show_progress=False)
    return np.asarray(model.item_factors)
