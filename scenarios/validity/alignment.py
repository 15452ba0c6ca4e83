"""Whether somebody who came to rate an item is told from somebody who did not: Agent4Rec's protocol."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from scenarios.validity.controls.every import SYSTEMS
from scenarios.validity.evidence import Evidence, Side
from scenarios.validity.pages import MATCHED, Pages
from simenv.metrics.ranking import auc_of_each
from simenv.metrics.resampling import Bootstrap, Figure
from simenv.types import BoolArray, FloatArray

Wide = npt.NDArray[np.float64]

MODEL = "model"
METRICS = ("accuracy", "precision", "recall", "f1", "auc", "auc_pooled")

Table = Mapping[str, Mapping[str, Figure]]
"""Metrics by system."""


@dataclass(frozen=True)
class Alignment:
    """Metrics by kind of the others, by how many of them stand to one wanted item, by system."""

    tables: Mapping[str, Mapping[int, Table]]

    def difference(self, kind: str, ratio: int, metric: str, control: str = "stacked") -> Figure:
        """The model less a control, person by person."""
        table = self.tables[kind][ratio]
        return table[MODEL][metric] - table[control][metric]


def alignment(evidence: Evidence) -> Alignment:
    """Judge the model and every control on the same pages, thresholds from people for tuning."""
    return Alignment(
        {
            kind: {ratio: judged_pages(evidence, kind, ratio) for ratio in ratios}
            for kind, ratios in evidence.reported.panel.items()
        }
    )


def judged_pages(evidence: Evidence, kind: str, ratio: int) -> Table:
    """Everybody's metrics on the pages of one kind."""
    page, tuned = evidence.reported.panel[kind][ratio], evidence.tuning.panel[kind][ratio]
    least = thresholds(evidence, kind, ratio)
    least[MODEL] = threshold(_yes(evidence.tuning, tuned), tuned)
    said = {MODEL: _yes(evidence.reported, page), **evidence.opinions.about(kind, page.row, page.item)}
    return {name: measured(said[name], page, least[name], evidence.bootstrap) for name in (MODEL, *SYSTEMS)}


def thresholds(evidence: Evidence, kind: str, ratio: int) -> dict[str, float]:
    """Each control's score from which on "yes" is right most often on pages of people for tuning."""
    controls = evidence.controls
    page = controls.tuning_pages[kind][ratio]
    said = controls.in_tuning.about(kind, page.row, page.item)
    return {name: threshold(own, page) for name, own in said.items()}


def threshold(scores: FloatArray, page: Pages) -> float:
    """The lowest score to call wanted, so that accuracy (the mean over people) is highest."""
    if not len(page.row):
        return float("inf")
    weight = 1 / np.bincount(page.row)[page.row]
    order = np.argsort(-scores, kind="stable")
    gain = np.cumsum(np.where(page.wanted, weight, -weight)[order])
    last = np.append(np.diff(scores[order]) != 0, True)
    best = int(np.argmax(np.where(last, gain, -np.inf)))
    if gain[best] <= 0:
        return float("inf")
    return float(scores[order][best])


def measured(scores: FloatArray, page: Pages, least: float, bootstrap: Bootstrap) -> dict[str, Figure]:
    """All metrics, each the mean over people; ``auc_pooled`` throws everybody's items together.

    Precision is 0 for somebody of whom nothing is called wanted (as scikit-learn has it).
    """
    people = bootstrap.weights.shape[1]
    called = scores >= least

    def count(which: BoolArray) -> Wide:
        return np.bincount(page.row[which], minlength=people).astype(np.float64)

    asked, both = count(np.ones(len(called), dtype=bool)), count(called & page.wanted)
    said, wanted = count(called), count(page.wanted)
    here = asked > 0
    columns = {
        "accuracy": _share(count(called == page.wanted), asked, here),
        "precision": _share(both, said, here),
        "recall": _share(both, wanted, here),
        "f1": _share(2 * both, said + wanted, here),
        "auc": np.append(auc_of_each(scores, page.wanted, page.row), np.full(people, np.nan))[:people],
    }
    figures = {name: bootstrap.mean(column) for name, column in columns.items()}
    return {**figures, "auc_pooled": bootstrap.auc(scores, page.wanted, page.row)}


def popularity_is_even(found: Alignment) -> bool:
    """Whether popularity alone tells nothing among matched items, as it should."""
    return abs(found.tables[MATCHED][1]["popularity"]["auc"].value - 0.5) <= 0.01


def dropped(side: Side) -> dict[str, int]:
    """How many wanted items found no others as popular, by ratio."""
    return {str(ratio): page.dropped for ratio, page in side.panel[MATCHED].items()}


def secondary(found: Alignment) -> dict[str, Figure]:
    """The model less the stacked control, wherever it is not the primary endpoint."""
    return {
        f"alignment.{kind}.{ratio}.{metric}": found.difference(kind, ratio, metric)
        for kind, ratios in found.tables.items()
        for ratio in ratios
        for metric in ("accuracy", "f1", "auc")
        if (ratio, metric) != (1, "auc")
    }


def _yes(side: Side, page: Pages) -> FloatArray:
    return side.answers.yes[side.answers.at(page.row, page.item)]


def _share(
    above: Wide,
    below: Wide,
    here: BoolArray,
) -> Wide:
    """Above over below, 0 where below is; NaN of people who were asked nothing."""
    return np.where(here, np.divide(above, below, out=np.zeros(len(above)), where=below > 0), np.nan)
