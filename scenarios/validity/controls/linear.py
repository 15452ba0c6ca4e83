"""EASE: a linear model from all items to all items, solved in closed form (Steck, 2019)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.linalg import cho_factor, cho_solve

from scenarios.validity.controls.variant import Variant

LAMBDAS = (30.0, 100.0, 300.0, 1000.0, 3000.0, 10000.0)

Wide = npt.NDArray[np.float64]


def ease(train: Any) -> Iterator[Variant]:
    """One variant for each strength of regularisation.

    Args:
        train: sparse float32 (people, items).
    """
    for strength in LAMBDAS:
        inverse = _inverse(train.astype(np.float64), strength)
        weights = inverse / -np.diag(inverse)
        np.fill_diagonal(weights, 0)
        yield Variant({"lambda": strength}, _times(weights.astype(np.float32)))


def _inverse(train: Any, strength: float) -> Wide:
    """Of the items' Gram matrix plus so much on its diagonal, by way of the smaller side (Woodbury, 1950)."""
    people, items = train.shape
    if items <= people:
        return _solved((train.T @ train).toarray(), strength, np.eye(items))
    inner = _solved((train @ train.T).toarray(), strength, train.toarray())
    return np.asarray((np.eye(items) - train.T @ inner) / strength)


def _solved(gram: Wide, strength: float, right: Wide) -> Wide:
    gram[np.diag_indices_from(gram)] += strength
    return np.asarray(cho_solve(cho_factor(gram, overwrite_a=True), right, overwrite_b=True))


def _times(weights: npt.NDArray[np.float32]) -> Any:
    return lambda histories: np.asarray(histories @ weights)
