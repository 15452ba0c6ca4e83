"""Where items lie: short vectors of who took what."""

from __future__ import annotations

from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits

from simenv.factors import leading_vectors
from simenv.types import FloatArray


def placed(matrix: Any, size: int) -> FloatArray:
    """The leading right singular vectors of a sparse matrix, scaled to a mean square length of 1.

    Args:
        matrix: sparse (users, items), 1 where the user has taken the item.

    Returns:
        float32 (items, size), zeros where there are fewer directions.
    """
    items = matrix.shape[1]
    if not matrix.nnz:
        return np.zeros((items, size), dtype=np.float32)
    with threadpool_limits(1, user_api="blas"):
        vectors = leading_vectors(matrix, size)
    found = max(int((vectors != 0).any(axis=0).sum()), 1)
    return vectors * np.float32(np.sqrt(items / found))
