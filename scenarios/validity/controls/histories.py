"""What people are known to have rated, as a matrix: all that a control knows of them."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.sparse import csr_array

from simenv.types import IntArray, Interactions


def histories(known: Interactions, user: IntArray) -> Any:
    """A row for each of the given users: sparse float32 (people, items), 1 where the item was rated.

    Args:
        known: ratings of these users alone.
        user: int32 (people,), rising.
    """
    rows = np.searchsorted(user, known.user)
    matrix = csr_array((np.ones(len(known), dtype=np.float32), (rows, known.item)), (len(user), known.items))
    matrix.sum_duplicates()
    matrix.data[:] = 1.0
    return matrix


def learners(train: Interactions) -> Any:
    """The same of everybody who is learned from, without empty rows."""
    return histories(train, np.unique(train.user))
