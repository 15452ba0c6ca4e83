"""One setting of a control, and what tuning adds to every one of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from simenv.types import FloatArray

Scores = Callable[[Any], FloatArray]
"""From histories, sparse float32 (people, items), to how much each item is wanted: float32, likewise."""


@dataclass(frozen=True)
class Variant:
    """A control with settings, fitted.

    Args:
        settings: what it was fitted with.
        scores: of everybody's items, on any scale.
    """

    settings: Mapping[str, float]
    scores: Scores


@dataclass(frozen=True)
class Shaped:
    """A variant whose scores are divided by powers of the items' and the histories' counts.

    Args:
        variant: gives the scores.
        counts: float32 (items,), how many learners rated each item.
        fame: power of the items' counts; more of it favours the less known (Steck, 2019, calls for it).
        length: power of the histories' lengths: it makes people comparable and leaves each one's order alone.
    """

    variant: Variant
    counts: FloatArray
    fame: float = 0.0
    length: float = 0.0

    @property
    def settings(self) -> dict[str, float]:
        """All settings by name."""
        return {**self.variant.settings, "popularity_exponent": self.fame, "length_exponent": self.length}

    def __call__(self, histories: Any) -> FloatArray:
        """How much each item is wanted: float32 (people, items)."""
        return self.shape(self.variant.scores(histories), histories)

    def shape(self, scores: FloatArray, histories: Any) -> FloatArray:
        """The variant's scores, divided."""
        lengths = np.maximum(np.diff(histories.indptr), 1).astype(np.float32)
        shaped = scores / np.maximum(self.counts, 1) ** np.float32(self.fame)
        return np.asarray(shaped / lengths[:, None] ** np.float32(self.length), dtype=np.float32)
