"""Asking a model about pairs of people and items: what every section of the report rests on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from agents.decision import Decision
from agents.language_policy import LanguagePolicy
from simenv.protocols import LanguageModel
from simenv.ragged import Ragged
from simenv.types import NOTHING, Catalog, FloatArray, IntArray, Population, Recall, Slate, Visit

PAGE = 20
"""The most items that somebody is asked about at a time; what is answered does not depend on it."""
BLOCK = 32
"""People who are asked together."""

Watcher = Callable[[str, float], None]
"""Is told what is being done, and what share of it is done."""


def nobody(_what: str, _share: float) -> None:
    """Watches nothing."""


@dataclass(frozen=True)
class Answers:
    """What a model answered about pairs of a row and an item.

    Args:
        row, item: int32 (n,), the pairs, as they were asked.
        yes: float32 (n,), the model's own P(yes), not calibrated.
        stars: float32 (n, 5), probability of each number of stars.
    """

    row: IntArray
    item: IntArray
    yes: FloatArray
    stars: FloatArray

    @property
    def expected(self) -> FloatArray:
        """Mean of the stars' distribution: float32 (n,), 1 to 5."""
        return np.asarray(self.stars @ np.arange(1, 6, dtype=np.float32))

    def at(self, row: IntArray, item: IntArray) -> IntArray:
        """Where pairs stand among those that were asked: int64, the shape of both broadcast.

        Raises:
            KeyError: a pair was not asked.
        """
        keys, wanted = _keys(self.row, self.item), _keys(row, item)
        order = np.argsort(keys, kind="stable")
        place = np.searchsorted(keys, wanted, sorter=order).clip(max=len(keys) - 1)
        if (keys[order[place]] != wanted).any():
            raise KeyError("a pair that was not asked about")
        return np.asarray(order[place])


@dataclass(frozen=True)
class Interview:
    """Asks a model as agents are asked, nothing having been seen today.

    Args:
        model: answers.
        watcher: is told how far it is.
    """

    model: LanguageModel
    watcher: Watcher = nobody

    def ask(self, catalog: Catalog, people: Population, row: IntArray, item: IntArray) -> Answers:
        """The answers about pairs, each asked once however often it is named.

        Args:
            catalog: how items are described.
            people: whose rows are asked.
            row, item: int32 (n,).
        """
        keys, back = np.unique(_keys(row, item), return_inverse=True)
        rows, items = (keys >> 32).astype(np.int32), (keys & 0xFFFFFFFF).astype(np.int32)
        yes = np.empty(len(keys), dtype=np.float32)
        stars = np.empty((len(keys), 5), dtype=np.float32)
        policy = LanguagePolicy(self.model, people, catalog, Decision(seed=0))
        starts = np.append(np.flatnonzero(np.diff(rows, prepend=-1)), len(rows))
        for first in range(0, len(starts) - 1, BLOCK):
            edges = starts[first : first + BLOCK + 1]
            pairs = slice(edges[0], edges[-1])
            yes[pairs], stars[pairs] = _answered(policy, rows[pairs], items[pairs])
            self.watcher("asking the model", edges[-1] / len(keys))
        return Answers(np.asarray(row), np.asarray(item), yes[back], stars[back])


def _answered(policy: LanguagePolicy, row: IntArray, item: IntArray) -> tuple[FloatArray, FloatArray]:
    """P(yes) (n,) and P(stars) (n, 5) of pairs in order of rows, page by page."""
    new = np.diff(row, prepend=-1) != 0
    place = np.arange(len(row)) - np.maximum.accumulate(np.where(new, np.arange(len(row)), 0))
    page = np.cumsum(new | (place % PAGE == 0)) - 1
    items = np.full((page[-1] + 1, PAGE), NOTHING, dtype=np.int32)
    items[page, place % PAGE] = item
    who = row[np.flatnonzero(np.diff(page, prepend=-1))]
    start = np.zeros(len(who), dtype=np.int32)
    slate = Slate.certain(Visit(start, start, start, who, Ragged.empty(len(who))), items)
    none, calm = np.zeros((len(who), 0), dtype=np.int32), np.zeros(len(who), dtype=np.float32)
    yes, stars = policy.wishes(slate, Recall(none, none.astype(np.float32), calm, calm))
    return yes[page, place % PAGE], stars[page, place % PAGE]


def _keys(row: IntArray, item: IntArray) -> IntArray:
    """One number for each pair: int64."""
    return np.asarray(row.astype(np.int64) << 32 | item)
