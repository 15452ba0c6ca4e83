"""The recommenders that are judged: shipped ones, some of them so alike that they are hard to tell apart."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

import recommenders
from simenv.ragged import Ragged
from simenv.types import IntArray, Interactions, Slate, Visit

SLOTS = 10
"""Items on the page that each system shows to each person."""

_FAMILIES = {"als": "mf", "bpr": "mf"}


@dataclass(frozen=True)
class System:
    """A recommender and its settings.

    Args:
        name: in the report.
        use: its name in the register.
    """

    name: str
    use: str
    settings: Mapping[str, Any] = field(default_factory=dict)

    @property
    def family(self) -> str:
        """What kind of model it is, as model cards name their teachers."""
        return _FAMILIES.get(self.use, self.use)

    def shown(self, known: Interactions, visit: Visit) -> IntArray:
        """What it shows to each visitor when it has learned from ``known``: int32 (batch, SLOTS)."""
        system = recommenders.create(self.use, 0, self.settings)
        system.fit(known)
        slate: Slate = system.recommend(visit, SLOTS)
        return slate.items


SYSTEMS = (
    System("random", "random"),
    System("popularity", "popularity"),
    System("item_knn, 5 neighbours", "item_knn", {"neighbours": 5}),
    System("item_knn, 20 neighbours", "item_knn", {"neighbours": 20}),
    System("item_knn, 200 neighbours", "item_knn", {"neighbours": 200}),
    System("item_knn, shrinkage 100", "item_knn", {"shrinkage": 100.0}),
    System("ease, lambda 20", "ease", {"regularization": 20.0}),
    System("ease, lambda 100", "ease", {"regularization": 100.0}),
    System("ease, lambda 500", "ease", {"regularization": 500.0}),
    System("ease, lambda 100, less popular", "ease", {"regularization": 100.0, "popularity_exponent": 0.5}),
    System("als, 8 factors", "als", {"factors": 8}),
    System("als, 32 factors", "als", {"factors": 32}),
    System("als, 32 factors, confident", "als", {"factors": 32, "confidence": 20.0}),
    System("bpr, 16 factors", "bpr", {"factors": 16}),
    System("bpr, 64 factors", "bpr", {"factors": 64}),
)
"""All of them differ from others by their settings alone, but for the first two."""


def without(teachers: Iterable[str]) -> tuple[Sequence[System], Sequence[System]]:
    """The systems that did not teach a model, and those of the families that did."""
    named = {teacher.casefold() for teacher in teachers}
    taught = [system for system in SYSTEMS if {system.use, system.family} & named]
    return [system for system in SYSTEMS if system not in taught], taught


def visit_of(user: IntArray, seen: Interactions) -> Visit:
    """People who come for the first time; none is shown what ``seen`` says that they know."""
    start = np.zeros(len(user), dtype=np.int32)
    exclude = Ragged.grouped(seen.user, seen.item, seen.users).take(user)
    return Visit(start, start, start, user, exclude)
