"""What a behaviour model is worth on people it has never seen, and the calibration of its P(yes)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from agents.calibration import logistic_regression
from agents.decision import Decision
from agents.language_policy import Calibration, LanguagePolicy
from agents.population import people
from simenv.luck import stream
from simenv.metrics.ranking import auc
from simenv.protocols import LanguageModel
from simenv.ragged import Ragged
from simenv.types import NOTHING, BoolArray, Dataset, FloatArray, IntArray, Interactions, Recall, Slate, Visit

PAIRS = 10
"""The most items that each person is asked about of each kind."""
NEAR = 0.05
"""How far a rival's popularity may be from that of the item it is matched with, as a share of it."""


@dataclass(frozen=True)
class Trial:
    """People with a profile, and items that they rated against items that they never rated.

    Args:
        known: the ratings that the profile may know.
        user: int32 (n,), users.
        rated: int32 (n, pairs), rated but not known, NOTHING where a person has fewer.
        uniform: int32 (n, pairs), as many that were never rated, any of them.
        matched: int32 (n, pairs), beside each rated one, the never-rated one nearest in popularity; NOTHING
            where none is near.
    """

    known: Interactions
    user: IntArray
    rated: IntArray
    uniform: IntArray
    matched: IntArray

    @classmethod
    def of(cls, dataset: Dataset, user: IntArray, seed: int = 0) -> Trial:
        """Hide a fifth of each person's ratings, at most ten, and find rivals for them."""
        ratings, luck = dataset.train, stream(seed, "trial")
        entries = Ragged.grouped(ratings.user, np.arange(len(ratings)), ratings.users)
        rated = np.full((len(user), PAIRS), NOTHING, dtype=np.int32)
        uniform, matched = rated.copy(), rated.copy()
        known = np.ones(len(ratings), dtype=bool)
        for row, person in enumerate(user):
            mine = entries.row(person)
            items = ratings.item[mine]
            hidden = luck.order(0, person, items)[: min(PAIRS, len(mine) // 5)]
            known[mine[hidden]] = False
            free = np.setdiff1d(np.arange(ratings.items, dtype=np.int32), items)
            free = free[luck.order(1, person, free)]
            count = min(len(hidden), len(free))
            rated[row, :count] = items[hidden][:count]
            uniform[row, :count] = free[:count]
            matched[row, :count] = _nearest(items[hidden][:count], free, dataset.catalog.popularity)
        return cls(ratings.where(known), user, rated, uniform, matched)


@dataclass(frozen=True)
class Worth:
    """What came out of a trial.

    Args:
        people: how many were asked.
        auc: chance that a rated item has the higher P(watch) than a never-rated one, over all people.
        auc_matched: the same among items that are equally popular.
        calibration: makes P(yes) right where half of the items are wanted.
    """

    people: int
    auc: float
    auc_matched: float
    calibration: Calibration


def evaluate(model: LanguageModel, dataset: Dataset, user: IntArray, seed: int = 0) -> Worth:
    """Ask a model what people would watch, through the policy that agents have, and compare.

    Where the data hold not all that the people rated, some "never-rated" items were rated after all, and the
    model is worth a little more than this says.

    Args:
        dataset: the people's ratings in ``train``; the catalogue's popularity and means, which agents read,
            from people who are not asked.
        user: int32 (n,), who is asked.
    """
    trial = Trial.of(dataset, user, seed)
    yes = _wishes(model, dataset, trial)
    rated, uniform, matched = np.split(yes, 3, axis=1)
    paired = trial.matched != NOTHING
    real = trial.rated != NOTHING
    both = np.concatenate([rated[real], uniform[real]])
    return Worth(
        people=int(real.any(axis=1).sum()),
        auc=auc(rated[real], uniform[real]),
        auc_matched=auc(rated[paired], matched[paired]),
        calibration=calibrate(both, np.arange(len(both)) < real.sum()),
    )


def calibrate(yes: FloatArray, wanted: BoolArray) -> Calibration:
    """Slope and intercept that make P(yes) right where half of the items are wanted (Platt, 1999).

    Args:
        yes: float32 (n,), the model's P(yes) for as many rated as never-rated items.
        wanted: bool (n,), the rated ones.
    """
    inside = np.clip(yes.astype(np.float64), 1e-6, 1 - 1e-6)
    logit = np.log(inside) - np.log1p(-inside)
    slope, intercept = logistic_regression(np.stack([logit, np.ones_like(logit)], axis=1), wanted)
    return Calibration(slope=float(slope), intercept=float(intercept))


def _wishes(model: LanguageModel, dataset: Dataset, trial: Trial) -> FloatArray:
    """The model's own P(yes) for rated, uniform and matched items: float32 (n, 3 * pairs)."""
    user, catalog = trial.user, dataset.catalog
    taste = np.zeros((len(user), 0), dtype=np.float32)
    population = people(catalog, dataset.users, trial.known, user, taste)
    policy = LanguagePolicy(model, population, catalog, Decision(seed=0))
    rows, start = np.arange(len(user), dtype=np.int32), np.zeros(len(user), dtype=np.int32)
    items = np.concatenate([trial.rated, trial.uniform, trial.matched], axis=1)
    slate = Slate.certain(Visit(start, start, start, rows, Ragged.empty(len(rows))), items)
    none = np.zeros((len(rows), 0), dtype=np.int32)
    calm = np.zeros(len(rows), dtype=np.float32)
    affinity, _ = policy.wishes(slate, Recall(none, none.astype(np.float32), calm, calm))
    return affinity


def _nearest(hidden: IntArray, free: IntArray, popularity: FloatArray) -> IntArray:
    """For each item one of the free ones, no two the same: the first among the nearest in popularity."""
    open_to_all = np.ones(len(free), dtype=bool)
    found = np.full(len(hidden), NOTHING, dtype=np.int32)
    for at, item in enumerate(hidden):
        gap = np.where(open_to_all, np.abs(popularity[free] - popularity[item]), np.inf)
        best = int(np.argmin(gap))
        if gap[best] <= NEAR * popularity[item]:
            found[at], open_to_all[best] = free[best], False
    return found
