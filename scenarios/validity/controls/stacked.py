"""The best that can be had without language: gradient boosting over all controls, items and habits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from scenarios.validity.controls.tuning import Chosen, standardized
from scenarios.validity.pages import Pages
from simenv.types import NOTHING, BoolArray, Catalog, FloatArray, IntArray

ROUNDS, LEAVES, RATE = 250, 24, 0.05
FOLDS = 4
FEWEST = 20
"""Wanted items, and others, from which something can be learned."""


@dataclass(frozen=True)
class Facts:
    """Everything about some people and all items that the boosted trees may look at.

    Args:
        opinions: float32 (people, items) each: every tuned control's scores, and each person's standardised.
        people: float32 (people, facts), habits.
        items: float32 (items, facts).
        themes: float32 (people, items), how much more often an item's themes stand in the history than usual.
        age: float32 (people, items), years between an item and the person's mean.
    """

    opinions: list[FloatArray]
    people: FloatArray
    items: FloatArray
    themes: FloatArray
    age: FloatArray

    @classmethod
    def of(cls, catalog: Catalog, counts: FloatArray, histories: Any, chosen: Mapping[str, Any]) -> Facts:
        """Look at people's histories.

        Args:
            counts: float32 (items,), how many learners rated each item.
            histories: sparse float32 (people, items).
            chosen: the tuned controls: by name, then by kind, ``Chosen``.
        """
        opinions = []
        for kinds in chosen.values():
            for one in kinds.values():
                own: Chosen = one
                scores = own.shaped(histories)
                opinions += [scores, standardized(scores)]
        fame = np.log1p(counts).astype(np.float32)
        years = np.where(catalog.years == NOTHING, np.nan, catalog.years).astype(np.float32)
        usual = _filled(years)
        lengths = np.maximum(np.diff(histories.indptr), 1).astype(np.float32)
        means = [histories @ column / lengths for column in (fame, fame**2, usual)]
        spread = np.sqrt(np.maximum(means[1] - means[0] ** 2, 0))
        people = np.column_stack([np.log(lengths), means[0], spread, means[2]]).astype(np.float32)
        items = np.column_stack([fame, catalog.mean_rating, years, catalog.themes.sum(axis=1)])
        return cls(
            opinions,
            people,
            items.astype(np.float32),
            _themes(catalog.themes, counts, histories),
            np.asarray(years - means[2][:, None], dtype=np.float32),
        )

    def __call__(self, row: IntArray, item: IntArray) -> FloatArray:
        """Of pairs: float32 (n, facts)."""
        both = [*self.opinions, self.themes, self.age]
        return np.column_stack([*(table[row, item] for table in both), self.people[row], self.items[item]])


@dataclass(frozen=True)
class Stacked:
    """Gradient-boosted trees (scikit-learn's histogram kind): would somebody come to rate an item?

    Args:
        trees: None where there was nothing to learn from; then nothing is known.
    """

    trees: Any

    @classmethod
    def fitted(cls, facts: Facts, pairs: Pages) -> Stacked:
        """Learn from people for tuning."""
        if min(pairs.wanted.sum(), (~pairs.wanted).sum()) < FEWEST:
            return cls(None)
        return cls(_boosted(facts(pairs.row, pairs.item), pairs.wanted))

    def __call__(self, facts: Facts, row: IntArray, item: IntArray) -> FloatArray:
        """P(came to rate) of pairs."""
        if self.trees is None or not len(row):
            return np.full(len(row), 0.5, dtype=np.float32)
        return np.asarray(self.trees.predict_proba(facts(row, item))[:, 1], dtype=np.float32)


@dataclass(frozen=True)
class OutOfFold:
    """The same for people for tuning: each is judged by trees that have not learned from them."""

    folds: Sequence[Stacked]

    @classmethod
    def fitted(cls, facts: Facts, pairs: Pages) -> OutOfFold:
        """Learn once without each fold of people."""
        apart = [pairs.row % FOLDS != fold for fold in range(FOLDS)]
        few = [Pages(pairs.row[own], pairs.item[own], pairs.wanted[own]) for own in apart]
        return cls([Stacked.fitted(facts, own) for own in few])

    def __call__(self, facts: Facts, row: IntArray, item: IntArray) -> FloatArray:
        """P(came to rate) of pairs."""
        said = np.zeros(len(row), dtype=np.float32)
        for fold, trees in enumerate(self.folds):
            own = row % FOLDS == fold
            if own.any():
                said[own] = trees(facts, row[own], item[own])
        return said


def _boosted(facts: FloatArray, wanted: BoolArray) -> Any:
    from sklearn.ensemble import HistGradientBoostingClassifier

    trees = HistGradientBoostingClassifier(
        max_iter=ROUNDS, learning_rate=RATE, max_leaf_nodes=LEAVES, l2_regularization=1.0, random_state=0
    )
    return trees.fit(with_something(facts), wanted)


def with_something(facts: npt.NDArray[np.floating[Any]]) -> npt.NDArray[np.floating[Any]]:
    """The same facts, 0 where one is known of nobody: scikit-learn cannot bin a column without numbers."""
    return np.where(np.isnan(facts).all(axis=0), np.float32(0), facts)


def _themes(themes: BoolArray, counts: FloatArray, histories: Any) -> FloatArray:
    """Mean over an item's themes of their share in the history less that in all: float32 (people, items)."""
    shares = themes / np.maximum(themes.sum(axis=1, keepdims=True), 1)
    lengths = np.maximum(np.diff(histories.indptr), 1)[:, None]
    usual = counts @ themes / max(float(counts.sum()), 1)
    own = histories @ themes.astype(np.float32) / lengths - usual
    return np.asarray(own @ shares.T, dtype=np.float32)


def _filled(years: FloatArray) -> FloatArray:
    known = years[~np.isnan(years)]
    usual: np.floating[npt.NBitBase] | float = known.mean() if len(known) else 0.0
    return np.nan_to_num(years, nan=float(usual)).astype(np.float32)
