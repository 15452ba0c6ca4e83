"""Who has taken what: the memory that personal recommenders score from.

Agent r is user r of the train split; a rating and a watch count alike, as one interaction.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array

from recommenders.watched import watched
from simenv.errors import UsageError
from simenv.protocols import State
from simenv.types import Feedback, IntArray, Interactions


class Known:
    """The train split and everything watched since, each pair of user and item once.

    Attributes:
        matrix: sparse float32 (users, items), 1 where the user has taken the item.
    """

    def __init__(self, train: Interactions) -> None:
        self._train = _ones(train.user, train.item, (train.users, train.items))
        self._learned = _ones(_NOBODY, _NOBODY, self._train.shape)
        self._together: Any = None
        self.matrix = self._train

    def learn(self, feedback: Sequence[Feedback]) -> bool:
        """Take in what was watched in a round; false if nothing of it was new."""
        pairs = _ones(*watched(feedback), self.matrix.shape)
        new = _without(pairs, self.matrix)
        if self._together is not None:
            cross = self.matrix.T @ new
            self._together = self._together + cross + cross.T + new.T @ new
        self._learned = self._learned + new
        self.matrix = self.matrix + new
        return bool(new.nnz)

    def together(self) -> Any:
        """How many users took both of two items: sparse float32 (items, items).

        Brought up to date by what is new. These are whole numbers below 2**24, which float32 sums
        exactly, so the bytes are those of a sum from the beginning.
        """
        if self._together is None:
            self._together = self.matrix.T @ self.matrix
        return self._together.tocsr()

    def counts(self) -> npt.NDArray[np.int64]:
        """How many users took each item: int64 (items,)."""
        return np.bincount(self.matrix.indices, minlength=self.matrix.shape[1])

    def order(self) -> IntArray:
        """All items, most taken first: what is shown to people of whom nothing is known."""
        return np.argsort(-self.counts(), kind="stable").astype(np.int32)

    def expect(self, rows: IntArray) -> None:
        """Refuse agents who are not among the users.

        Raises:
            UsageError: an agent is not among them.
        """
        users = self.matrix.shape[0]
        if len(rows) and rows.max() >= users:
            raise UsageError(
                f"Agents must be the first users of the train split, which has {users} users, "
                f"but agent {rows.max()} came; renumber the users so that agent r is user r."
            )

    def histories(self, rows: IntArray) -> Any:
        """What the given agents have taken: sparse float32 (batch, items)."""
        return self.matrix[rows]

    def state(self) -> State:
        """What was learned, as pairs."""
        pairs = self._learned.tocoo()
        return {"learned_user": pairs.row.astype(np.int32), "learned_item": pairs.col.astype(np.int32)}

    def restore(self, state: State) -> None:
        """Know the train split and these pairs, and nothing else."""
        self._learned = _ones(state["learned_user"], state["learned_item"], self._train.shape)
        self._together = None
        self.matrix = self._train + self._learned


_NOBODY = np.zeros(0, dtype=np.int32)


def _ones(user: npt.NDArray[Any], item: npt.NDArray[Any], shape: tuple[int, int]) -> Any:
    """A sparse matrix with a 1 for each pair, however often it is named."""
    matrix = csr_array((np.ones(len(user), dtype=np.float32), (user, item)), shape=shape)
    matrix.sum_duplicates()
    matrix.data[:] = 1.0
    return matrix


def _without(pairs: Any, known: Any) -> Any:
    """The pairs that are not known yet."""
    new = (pairs - pairs.multiply(known)).tocsr()
    new.eliminate_zeros()
    return new
