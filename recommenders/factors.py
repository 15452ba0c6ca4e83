"""People and items as short vectors, whose product is the score."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits

from recommenders.known import Known
from recommenders.personal import Personal
from simenv.scoring import product
from simenv.types import FloatArray, IntArray


class Factors(Personal):
    """Fits vectors from scratch, from its seed, whenever something new is known."""

    def _model(self, known: Known) -> None:
        users, items = known.matrix.shape
        self._users = np.zeros((users, 1), dtype=np.float32)
        self._items = np.zeros((1, items), dtype=np.float32)
        if known.matrix.nnz:
            with threadpool_limits(1, user_api="blas"):
                people, things = self._factorize(known.matrix)
            people[np.diff(known.matrix.indptr) == 0] = 0.0
            self._users, self._items = people, np.ascontiguousarray(things.T)

    @abstractmethod
    def _factorize(self, matrix: Any) -> tuple[FloatArray, FloatArray]:
        """Vectors of users and of items: float32 (users, factors) and (items, factors)."""

    def scores(self, rows: IntArray) -> FloatArray:
        """Each agent's vector times the items' vectors: float32 (batch, items)."""
        return product(self._users[rows], self._items)
