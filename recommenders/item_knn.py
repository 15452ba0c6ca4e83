"""What is often taken together with what you took: cosine neighbours of items.

Sarwar, Karypis, Konstan and Riedl, "Item-based collaborative filtering recommendation algorithms"
(2001); the shrinkage of similarities that rest on few people is Bell and Koren's (2007).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.sparse import csr_array, vstack

from recommenders.known import Known
from recommenders.personal import Personal
from recommenders.settings import at_least
from simenv.ragged import Ragged
from simenv.scoring import blocks, top_k
from simenv.types import NOTHING, FloatArray, IntArray


class ItemKnn(Personal):
    """An item's score is the sum of its similarities to the items that the person has taken.

    Args:
        neighbours: how many nearest items each item keeps.
        shrinkage: people who count against every similarity.
    """

    def __init__(self, *, neighbours: int = 200, shrinkage: float = 10.0) -> None:
        at_least(1, neighbours=neighbours)
        at_least(0, shrinkage=shrinkage)
        self._neighbours = neighbours
        self._shrinkage = shrinkage

    def _model(self, known: Known) -> None:
        counts = known.counts().astype(np.float32)
        together = known.together()
        near = [self._near(together[block], counts, block) for block in blocks(len(counts), 1024)]
        self._similar = vstack(near).T.tocsr() if near else together

    def _near(self, together: Any, counts: FloatArray, block: slice) -> Any:
        """The nearest items of a block of items: sparse float32 (block, items)."""
        norms = np.sqrt(counts[block, None] * counts) + np.float32(self._shrinkage)
        cosine = together.toarray() / np.maximum(norms, np.float32(1.0))
        itself = Ragged.of([[item] for item in range(block.start, block.stop)])
        item = top_k(cosine, self._neighbours, itself)
        row, slot = np.nonzero(item != NOTHING)
        column = item[row, slot]
        return csr_array((cosine[row, column], (row, column)), shape=cosine.shape)

    def scores(self, rows: IntArray) -> FloatArray:
        """Each agent's history times the similarities: float32 (batch, items)."""
        return np.asarray((self._known.histories(rows) @ self._similar).toarray())
