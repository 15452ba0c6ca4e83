"""How right a taste is about what people did later."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy.stats import rankdata

from agents.calibration import never_rated
from agents.decision import Decision
from agents.taste import TasteModel
from agents.taste_policy import TastePolicy
from simenv.luck import stream
from simenv.ragged import Ragged
from simenv.types import Dataset, FloatArray, IntArray, Interactions, Slate, Visit
from tests import factories

Wide = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Judged:
    """Measures on the test split, against as many items that the same people never rated."""

    auc: float
    auc_of_popularity: float
    calibration_error: float
    rmse: float
    rmse_of_item_means: float
    shares: Wide
    shares_in_data: Wide


def judged(dataset: Dataset, model: TasteModel) -> Judged:
    """Ask the policy itself about every rating that was held out."""
    test, people = dataset.test, _policy(dataset, model)
    user, item = never_rated(test, _everything(dataset), stream(3, "judging"))
    came, stars = _asked(people, test.user, test.item)
    stayed, _ = _asked(people, user, item)
    chance, happened = np.concatenate([came, stayed]), np.arange(len(came) + len(stayed)) < len(came)
    fame = dataset.catalog.popularity
    expected = stars.astype(np.float64) @ np.arange(1, 6)
    return Judged(
        auc=_auc(came, stayed),
        auc_of_popularity=_auc(fame[test.item], fame[item]),
        calibration_error=_calibration_error(chance, happened),
        rmse=_rmse(test.rating - expected),
        rmse_of_item_means=_rmse(test.rating - np.nan_to_num(dataset.catalog.mean_rating, nan=3)[test.item]),
        shares=stars.mean(axis=0, dtype=np.float64),
        shares_in_data=np.bincount(np.rint(test.rating).astype(int), minlength=6)[1:6] / len(test),
    )


def _policy(dataset: Dataset, model: TasteModel) -> TastePolicy:
    crowd = replace(factories.population(len(dataset.users)), taste=model.users)
    return TastePolicy(model.items, crowd, Decision(seed=0))


def _asked(policy: TastePolicy, user: IntArray, item: IntArray) -> tuple[FloatArray, FloatArray]:
    none = np.zeros(len(user), dtype=np.int32)
    visit = Visit(none, none, none, user.astype(np.int32), Ragged.empty(len(user)))
    affinity, stars = policy.wishes(Slate.certain(visit, item[:, None].astype(np.int32)))
    return affinity[:, 0], stars[:, 0]


def _everything(dataset: Dataset) -> Interactions:
    both = (dataset.train, dataset.test)
    names = ("user", "item", "rating", "time")
    columns = (np.concatenate([getattr(part, name) for part in both]) for name in names)
    return Interactions(*columns, dataset.train.users, dataset.train.items)


def _auc(higher: FloatArray, lower: FloatArray) -> float:
    ranks = rankdata(np.concatenate([higher, lower]))[: len(higher)]
    return float((ranks.mean() - (len(higher) + 1) / 2) / len(lower))


def _calibration_error(chance: FloatArray, happened: npt.NDArray[np.bool_]) -> float:
    """Expected calibration error over fifteen bins of equal width."""
    bins = np.minimum((chance * 15).astype(int), 14)
    said = np.bincount(bins, weights=chance, minlength=15)
    was = np.bincount(bins, weights=happened, minlength=15)
    return float(np.abs(said - was).sum() / len(chance))


def _rmse(error: npt.NDArray[np.floating]) -> float:
    return float(np.sqrt((error.astype(np.float64) ** 2).mean()))
