"""The frame that linear bandits share: each person has a linear taste of her own for features of items."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array

from recommenders.known import Known
from recommenders.places import placed
from recommenders.settings import at_least
from recommenders.watched import shown
from simenv.protocols import State
from simenv.types import Feedback, IntArray, Interactions, Slate, Visit

Wide = npt.NDArray[np.float64]


class Linear(ABC):
    """Believes that the chance of a watch is linear in an item's features, with weights of each person's own.

    Features are the leading right singular vectors of who took what in the train split, scaled to a mean
    square length of 1. What a person took in the train split counts as shown and watched; then every shown
    item teaches, whether it was watched or not. A belief is the ridge regression on all of that, drawn to
    the weights m that fit how often others took the items, the most taken one counted as 1: precision
    A = regularization I + sum of x x', mean A^-1 (regularization m + sum of x over what was watched).

    Args:
        features: length of the feature vectors.
        regularization: precision of the belief in m that everybody begins with.
    """

    def __init__(self, *, features: int, regularization: float) -> None:
        at_least(1, features=features)
        at_least(1e-6, regularization=regularization)
        self._size = features
        self._regularization = regularization
        self._half = np.triu_indices(features)

    def fit(self, train: Interactions) -> None:
        """Place the items, and begin with what people took."""
        self._known = Known(train)
        self._order = self._known.order()
        self._features = placed(self._known.matrix, self._size)
        self._prior = self._usual(self._known.counts())
        one, other = self._half
        pairs = self._features[:, one] * self._features[:, other]
        self._pairs = (pairs * np.where(one == other, 1, 2)).astype(np.float32)
        self._learned = np.zeros((4, 0), dtype=np.int32)
        self._count()

    @abstractmethod
    def recommend(self, visit: Visit, slots: int) -> Slate:
        """Choose from what is believed, and explore."""

    def learn(self, feedback: Sequence[Feedback]) -> None:
        """Count what was shown and what was watched in a round."""
        columns = shown(feedback)
        if columns.shape[1]:
            self._learned = _summed(np.concatenate([self._learned, columns], axis=1))
            self._count()

    def state(self) -> State:
        """What was learned since the train split: int32 columns user, item, times shown, times watched."""
        return dict(zip(_COLUMNS, self._learned, strict=True))

    def restore(self, state: State) -> None:
        """Continue from what was learned, after ``fit`` on the same train split."""
        self._learned = np.stack([state[name].astype(np.int32) for name in _COLUMNS])
        self._count()

    def beliefs(self, rows: IntArray) -> tuple[Wide, Wide]:
        """Of the agents' weights: float64 mean (batch, features), precision (batch, features, features)."""
        one, other = self._half
        precision = np.zeros((len(rows), self._size, self._size))
        sums = self._shown[rows] @ (self._pairs.astype(np.float64) / np.where(one == other, 1, 2))
        precision[:, one, other] = precision[:, other, one] = sums
        precision[:, range(self._size), range(self._size)] += self._regularization
        rewards = self._watched[rows] @ self._features.astype(np.float64) + self._regularization * self._prior
        return np.linalg.solve(precision, rewards[:, :, None])[:, :, 0], precision

    def _count(self) -> None:
        user, item, times, watched = self._learned
        train = self._known.matrix
        self._shown = train + csr_array((times.astype(np.float32), (user, item)), shape=train.shape)
        self._watched = train + csr_array((watched.astype(np.float32), (user, item)), shape=train.shape)

    def _usual(self, counts: npt.NDArray[np.int64]) -> Wide:
        """The weights that fit how often the items were taken: float64 (features,)."""
        features = self._features.astype(np.float64)
        lengths = np.maximum((features**2).sum(axis=0), 1e-12)  # the columns are orthogonal
        return (counts / max(counts.max(initial=0), 1)) @ features / lengths


_COLUMNS = ("user", "item", "shown", "watched")


def _summed(columns: IntArray) -> IntArray:
    """Each pair of user and item once, its counts added: int32 (4, pairs), in order."""
    user, item, times, watched = columns
    pairs, place = np.unique(user.astype(np.int64) << 32 | item, return_inverse=True)
    counts = [np.bincount(place, weights=column) for column in (times, watched)]
    return np.stack([pairs >> 32, pairs & 0xFFFFFFFF, *counts]).astype(np.int32)
