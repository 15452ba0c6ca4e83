"""The frame that all personal recommenders share: know, refit, score, rank."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence

import numpy as np

from recommenders.known import Known
from simenv.protocols import State
from simenv.scoring import best
from simenv.types import Feedback, FloatArray, IntArray, Interactions, Slate, Visit


class Personal(ABC):
    """Scores every item for every person from who has taken what.

    Among equal scores the more popular item wins, so people of whom nothing is known get what most
    others take. Having learned a round equals having been fitted on all that is then known.
    """

    _known: Known
    _order: IntArray
    _stale: bool

    def fit(self, train: Interactions) -> None:
        """Learn from the train split."""
        self._known = Known(train)
        self._refit()

    def recommend(self, visit: Visit, slots: int) -> Slate:
        """The items with the highest scores, best first."""
        self._known.expect(visit.rows)
        if self._stale:
            self._refit()
        items = best(lambda block: self.scores(visit.rows[block]), slots, visit.exclude, self._order)
        return Slate.certain(visit, items)

    def ranking(self, rows: IntArray) -> IntArray:
        """All items as ``recommend`` would put them if nothing was excluded: int32 (batch, items)."""
        worst_last = np.argsort(-self.scores(rows)[:, self._order], axis=1, kind="stable")
        return self._order[worst_last]

    def learn(self, feedback: Sequence[Feedback]) -> None:
        """Add what was watched in a round to what is known, and fit again as soon as somebody comes."""
        # not before: after the last round nobody does, and fitting is most of the work
        self._stale = self._known.learn(feedback) or self._stale

    def state(self) -> State:
        """What was learned since the train split."""
        return self._known.state()

    def restore(self, state: State) -> None:
        """Continue from what was learned, after ``fit`` on the same train split."""
        self._known.restore(state)
        self._stale = True

    def _refit(self) -> None:
        self._order = self._known.order()
        self._model(self._known)
        self._stale = False

    @abstractmethod
    def _model(self, known: Known) -> None:
        """Fit the model on all that is known: the same knowledge gives the same bytes."""

    @abstractmethod
    def scores(self, rows: IntArray) -> FloatArray:
        """How much each agent is thought to want each item: float32 (batch, items), on any scale.

        A row's bits depend on that row alone.
        """
