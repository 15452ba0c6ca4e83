"""All controls of a report, fitted, tuned, and asked about pairs as the model is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from scenarios.validity.asking import Watcher, nobody
from scenarios.validity.controls.factors import mf
from scenarios.validity.controls.histories import histories, learners
from scenarios.validity.controls.linear import ease
from scenarios.validity.controls.neighbours import item_knn
from scenarios.validity.controls.stacked import Facts, OutOfFold, Stacked
from scenarios.validity.controls.tuning import Chosen, Family, tuned
from scenarios.validity.pages import MATCHED, UNIFORM, Pages, Panel, Rivals, panel
from scenarios.validity.people import Group, Judged
from simenv.luck import stream
from simenv.types import Catalog, FloatArray, IntArray

FAMILIES: Mapping[str, Family] = {"item_knn": item_knn, "ease": ease, "mf": mf}
SYSTEMS = ("random", "popularity", "mean_rating", *FAMILIES, "stacked", "stacked_alone")
"""In the order of a table; ``stacked_alone`` has learned from the others of one kind only."""
_PAIRS = 30
"""The most wanted items of each person that the stacked control learns from, for each kind of the others."""
BOTH = "both"

Blend = Callable[[str, IntArray, IntArray], FloatArray]


@dataclass(frozen=True)
class Opinions:
    """What the controls say of a group's people.

    Args:
        facts: about them.
        scores: by kind of page, then by control: float32 (people, items).
        blended: of pairs, by trees for one kind of page or for both.
    """

    facts: Facts
    scores: Mapping[str, Mapping[str, FloatArray]]
    blended: Blend

    def about(self, kind: str, row: IntArray, item: IntArray) -> dict[str, FloatArray]:
        """Every control's score of pairs: float32 (n,), higher for what is wanted more.

        Args:
            kind: of page that settings are chosen for.
            row, item: int32 (n,).
        """
        said = {name: table[row, item] for name, table in self.scores[kind].items()}
        trees = {"stacked": BOTH, "stacked_alone": kind}
        return said | {name: self.blended(which, row, item) for name, which in trees.items()}


@dataclass(frozen=True)
class Controls:
    """Everything that the model is compared with.

    Args:
        catalog: the items.
        counts: float32 (items,), how many learners rated each.
        chosen: the tuned controls by name, then by kind of page.
        trees: stacked controls by kind of page, and for both.
        pairs: what those learned from, likewise; rows are people for tuning.
        tuning: people for tuning.
        tuning_pages: theirs.
        seed: of the random control.
    """

    catalog: Catalog
    counts: FloatArray
    chosen: Mapping[str, Mapping[str, Chosen]]
    trees: Mapping[str, Stacked]
    pairs: Mapping[str, Pages]
    tuning: Group
    tuning_pages: Panel
    seed: int

    @classmethod
    def fitted(cls, judged: Judged, seed: int = 0, watcher: Watcher = nobody) -> Controls:
        """Fit and tune all of them, on learners and on people for tuning alone."""
        group, train = judged.validation, learners(judged.train)
        known, counts = histories(group.context, group.user), judged_counts(judged)
        every = panel(judged, group, seed)
        pages, chosen = {kind: ratios[1] for kind, ratios in every.items()}, {}
        for place, (name, family) in enumerate(FAMILIES.items()):
            watcher(f"tuning {name}", place / len(FAMILIES))
            chosen[name] = tuned(family, train, known, pages)
        watcher("stacking", 1.0)
        facts = Facts.of(judged.catalog, counts, known, chosen)
        pairs = _pairs(Rivals.of(judged, group, seed))
        trees = {kind: Stacked.fitted(facts, own) for kind, own in pairs.items()}
        return cls(judged.catalog, counts, chosen, trees, pairs, group, every, seed)

    def of(self, group: Group) -> Opinions:
        """What they say of people who are in nobody's training."""
        facts, known = self._facts(group)
        trees = self.trees
        return Opinions(facts, self._scores(group, known), lambda which, r, i: trees[which](facts, r, i))

    @cached_property
    def in_tuning(self) -> Opinions:
        """What they say of people for tuning, each of whom the stacked control has not learned from then."""
        facts, known = self._facts(self.tuning)
        trees = {kind: OutOfFold.fitted(facts, own) for kind, own in self.pairs.items()}
        scores = self._scores(self.tuning, known)
        return Opinions(facts, scores, lambda which, r, i: trees[which](facts, r, i))

    @property
    def settings(self) -> dict[str, Any]:
        """What was chosen, by control and kind of page, beside its AUC in tuning."""
        return {
            name: {kind: {**one.shaped.settings, "auc_in_tuning": one.auc} for kind, one in kinds.items()}
            for name, kinds in self.chosen.items()
        }

    def _facts(self, group: Group) -> tuple[Facts, Any]:
        known = histories(group.context, group.user)
        return Facts.of(self.catalog, self.counts, known, self.chosen), known

    def _scores(self, group: Group, known: Any) -> dict[str, dict[str, FloatArray]]:
        luck = stream(self.seed, "validity.random")
        items = np.arange(len(self.counts))
        liked = self.catalog.mean_rating
        usual = float(np.nanmean(liked)) if np.isfinite(liked).any() else 0.0
        shape = (len(group), len(items))
        simple = {
            "random": luck.uniform(group.user[:, None], items),
            "popularity": np.broadcast_to(self.counts, shape),
            "mean_rating": np.broadcast_to(np.nan_to_num(liked, nan=usual), shape),
        }
        return {
            kind: simple | {name: kinds[kind].shaped(known) for name, kinds in self.chosen.items()}
            for kind in (UNIFORM, MATCHED)
        }


def judged_counts(judged: Judged) -> FloatArray:
    """How many ratings of learners each item has: float32 (items,)."""
    return np.bincount(judged.train.item, minlength=len(judged.catalog)).astype(np.float32)


def _pairs(rivals: Rivals) -> dict[str, Pages]:
    """What the stacked controls learn from."""
    alone = {UNIFORM: rivals.uniform(_PAIRS, _PAIRS), MATCHED: rivals.matched(_PAIRS, 1)}
    row, item, wanted = (
        np.concatenate([getattr(pages, name) for pages in alone.values()])
        for name in ("row", "item", "wanted")
    )
    return {**alone, BOTH: Pages(row, item, wanted)}
