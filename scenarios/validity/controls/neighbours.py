"""Items that are often rated together with what a person rated."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import Any

import numpy as np

from scenarios.validity.controls.variant import Variant
from simenv.types import FloatArray

NEIGHBOURS = (20, 100, 1000)
SHRINKAGES = (0.0, 10.0, 100.0)


def item_knn(train: Any) -> Iterator[Variant]:
    """Sums of cosines to a history (Sarwar et al., 2001), shrunk where people are few (Bell and Koren, 2007).

    Args:
        train: sparse float32 (people, items).
    """
    together = (train.T @ train).toarray()
    counts = together.diagonal().copy()
    np.fill_diagonal(together, 0)
    norms = np.sqrt(np.outer(counts, counts))
    for shrinkage, most in product(SHRINKAGES, NEIGHBOURS):
        cosine = together / np.maximum(norms + shrinkage, 1)
        settings = {"neighbours": most, "shrinkage": shrinkage}
        yield Variant(settings, _times(_nearest(cosine, most)))


def _nearest(similar: FloatArray, most: int) -> FloatArray:
    """Each item's greatest similarities, 0 for all others."""
    if most >= len(similar):
        return similar
    lowest = -np.partition(-similar, most - 1, axis=0)[most - 1]
    return np.where(similar >= lowest, similar, 0).astype(np.float32)


def _times(weights: FloatArray) -> Any:
    return lambda histories: np.asarray(histories @ weights)
