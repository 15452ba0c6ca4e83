"""Choosing each control's settings on people for tuning: the best for each kind of page."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from scenarios.validity.controls.variant import Shaped, Variant
from scenarios.validity.pages import Pages
from simenv.metrics.ranking import auc, auc_of_each
from simenv.types import FloatArray

FAMES = (0.0, 0.25, 0.5, 0.75, 1.0)
LENGTHS = (0.0, 0.5, 1.0)

Family = Callable[[Any], Iterator[Variant]]
"""Fits all variants of a control on who rated what."""


@dataclass(frozen=True)
class Chosen:
    """The best of a family for one kind of page, and how good it was in tuning."""

    shaped: Shaped
    auc: float


def tuned(family: Family, train: Any, histories: Any, pages: Mapping[str, Pages]) -> dict[str, Chosen]:
    """For each kind of page the variant with the highest AUC over people, made comparable between them.

    Args:
        train: sparse float32 (people, items), what is learned from.
        histories: sparse float32 (people, items), of the people for tuning.
        pages: theirs, by kind.
    """
    counts = np.bincount(train.indices, minlength=train.shape[1]).astype(np.float32)
    best: dict[str, Chosen] = {}
    for variant in family(train):
        raw = variant.scores(histories)
        for fame in FAMES:
            shaped = Shaped(variant, counts, fame)
            scores = shaped.shape(raw, histories)
            for kind, page in pages.items():
                found = float(np.nanmean(auc_of_each(scores[page.row, page.item], page.wanted, page.row)))
                if kind not in best or found > best[kind].auc:
                    best[kind] = Chosen(shaped, found)
    return {kind: _comparable(chosen, histories, pages[kind]) for kind, chosen in best.items()}


def _comparable(chosen: Chosen, histories: Any, page: Pages) -> Chosen:
    """The power of the histories' length with which all people together are ordered best."""

    def over_all(length: float) -> float:
        scores = replace(chosen.shaped, length=length)(histories)[page.row, page.item]
        return auc(scores[page.wanted], scores[~page.wanted])

    return replace(chosen, shaped=replace(chosen.shaped, length=max(LENGTHS, key=over_all)))


def standardized(scores: FloatArray) -> FloatArray:
    """Each person's scores with mean 0 and spread 1 over all items: float32 (people, items)."""
    spread = np.maximum(scores.std(axis=1, keepdims=True), 1e-12)
    return np.asarray((scores - scores.mean(axis=1, keepdims=True)) / spread, dtype=np.float32)
