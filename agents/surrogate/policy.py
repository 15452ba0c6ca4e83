"""Deciding at light speed as language users were seen to decide."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from agents.decision import Decision
from agents.surrogate.network import Layers
from agents.surrogate.sight import Sight
from simenv.protocols import State
from simenv.types import FloatArray, Recall, Response, Slate

STARS = 5


@dataclass(frozen=True)
class Distilled:
    """What was learned from language users.

    Args:
        wishes: from a person and an item to the log-odds of wanting it and 5 scores of stars.
        leaving: from a person after a page to the log-odds of leaving.
    """

    wishes: Layers
    leaving: Layers

    def columns(self) -> State:
        """As named columns."""
        return {**self.wishes.columns("wishes."), **self.leaving.columns("leaving.")}

    @classmethod
    def of(cls, columns: State) -> Distilled:
        """From named columns."""
        return cls(Layers.of(columns, "wishes."), Layers.of(columns, "leaving."))


class Surrogate:
    """Wants, rates and leaves with the chances that a distilled network gives.

    Args:
        sight: what it looks at.
        distilled: what was learned.
        decision: examination, choice and luck.
    """

    def __init__(self, sight: Sight, distilled: Distilled, decision: Decision) -> None:
        self.sight, self.distilled, self.decision = sight, distilled, decision

    def decide(self, slate: Slate, recall: Recall) -> Response:
        """Look at a page, watch, rate, go on or leave."""
        affinity, stars = self.wishes(slate, recall)
        watched, chance = self.decision.watch(slate, recall, affinity)
        rating, expected = self.decision.rate(slate, watched, stars)
        seen = Response(watched, rating, chance, expected, np.zeros(len(watched), dtype=np.int8))
        about = self.sight.leaving(slate, recall, seen)
        leave = _logistic(self.distilled.leaving(about)[:, 0])
        return Response(watched, rating, chance, expected, self.decision.act(slate.visit, leave))

    def wishes(self, slate: Slate, recall: Recall) -> tuple[FloatArray, FloatArray]:
        """How much each agent wants each item, and how many stars it would give.

        Returns:
            affinity: float32 (batch, slots), P(wants), calibrated for ``decision.prevalence``, and chances:
            float32 (batch, slots, 5), probability of each number of stars; without meaning in empty slots.
        """
        pairs = self.sight.pairs(slate, recall)
        told = self.distilled.wishes(pairs.reshape(-1, pairs.shape[2]))
        stars = np.exp(told[:, 1:] - told[:, 1:].max(axis=1, keepdims=True))
        stars /= stars.sum(axis=1, keepdims=True)
        shape = slate.items.shape
        return _logistic(told[:, 0]).reshape(shape), stars.reshape(*shape, STARS)


def _logistic(odds: FloatArray) -> FloatArray:
    from simenv.kernels import logistic

    return logistic(np.ascontiguousarray(odds))
