"""Parts of one's own, as other people write them: named in a scenario as ``tests.scenarios.parts:Class``."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from agents.decision import Decision
from simenv.types import (
    NOTHING,
    Catalog,
    Feedback,
    FloatArray,
    IntArray,
    Interactions,
    Population,
    Recall,
    Response,
    Slate,
    Visit,
)


class Forgetful:
    """Shows what was watched most so far, and cannot say what it has learned."""

    def fit(self, train: Interactions) -> None:
        self._watched: IntArray = np.zeros(train.items, dtype=np.int32)

    def recommend(self, visit: Visit, slots: int) -> Slate:
        items = np.full((len(visit), slots), NOTHING, dtype=np.int32)
        order = np.argsort(-self._watched, kind="stable").astype(np.int32)
        for b, excluded in enumerate(visit.exclude):
            best = order[~np.isin(order, excluded)][:slots]
            items[b, : len(best)] = best
        return Slate.certain(visit, items)

    def learn(self, feedback: Sequence[Feedback]) -> None:
        for page in feedback:
            np.add.at(self._watched, page.slate.items[page.watched], 1)


class Breaking(Forgetful):
    """Fails on the second day."""

    def learn(self, feedback: Sequence[Feedback]) -> None:
        if self._watched.any():
            raise RuntimeError("the [red]second[/red] day is too much")
        super().learn(feedback)


class EveryOther:
    """Watches every other item, by its place on the page."""

    def __init__(self, *, population: Population, catalog: Catalog, decision: Decision) -> None:
        self.given = (population, catalog, decision)

    def decide(self, slate: Slate, recall: Recall) -> Response:  # noqa: ARG002
        shown = slate.items != NOTHING
        watched = shown & (np.arange(slate.items.shape[1]) % 2 == 0)
        chance: FloatArray = np.where(shown, watched.astype(np.float32), np.float32(np.nan))
        stars: FloatArray = np.where(shown, np.float32(4), np.float32(np.nan))
        rating: FloatArray = np.where(watched, stars, np.float32(np.nan))
        return Response(watched, rating, chance, stars, np.zeros(len(slate.visit), dtype=np.int8))


class Blank:
    """A class that can do nothing."""
