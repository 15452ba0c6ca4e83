"""The leading directions of a sparse matrix: how items are placed by who took them."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from simenv.luck import stream
from simenv.types import FloatArray

_ROUNDS, _SPARE = 12, 8


def leading_vectors(matrix: Any, factors: int) -> FloatArray:
    """The right singular vectors of the largest singular values, as columns: float32 (items, factors).

    By subspace iteration from a start that luck gives (Halko, Martinsson and Tropp, 2011); columns of zeros
    where the matrix has no more directions than that.

    Args:
        matrix: sparse (rows, items).
    """
    items = matrix.shape[1]
    width = min(factors + _SPARE, *matrix.shape)
    luck = stream(0, "factors").uniform(np.arange(items)[:, None], np.arange(width))
    basis: npt.NDArray[np.float64] = luck.astype(np.float64) - 0.5
    for _ in range(_ROUNDS):
        basis, _ = np.linalg.qr(matrix.T @ (matrix @ basis))
    _, sizes, rotation = np.linalg.svd(matrix @ basis, full_matrices=False)
    real = min(factors, int((sizes > 1e-9).sum()))
    vectors = np.zeros((items, factors), dtype=np.float32)
    vectors[:, :real] = (basis @ rotation.T)[:, :real]
    return vectors
