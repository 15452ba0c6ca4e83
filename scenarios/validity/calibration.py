"""Whether P(watch) says how often: at the base rate of a page, not only where half is wanted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from agents.behaviour.validation import calibrate
from agents.card import PREVALENCE
from agents.decision import Decision
from agents.language_policy import Calibration
from scenarios.validity.evidence import Evidence
from scenarios.validity.pages import UNIFORM, Pages
from simenv.metrics.probabilities import BINS, bins_of, calibration_error, shifted, squared_error
from simenv.metrics.resampling import Bootstrap, Figure
from simenv.types import FloatArray

NATURAL = Decision(seed=0).base_rate
"""The share of looked-at items that is wanted where a scenario says nothing else."""
RATES = (0.05, 0.1, NATURAL, PREVALENCE)
COMPARED = ("popularity", "ease", "mf", "stacked")

Wide = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Reliable:
    """How reliable probabilities are at one base rate.

    Args:
        ece: expected calibration error.
        brier_skill: how much of the squared error of the base rate itself they take away.
        said, was, weight: float64 (steps,): mean probability, share that came to rate, weight.
    """

    ece: Figure
    brier_skill: Figure
    said: Wide
    was: Wide
    weight: Wide


@dataclass(frozen=True)
class Reliability:
    """Of the model at several base rates, and of controls at the natural one."""

    rates: Mapping[float, Reliable]
    controls: Mapping[str, Reliable]

    def secondary(self) -> dict[str, Figure]:
        """How much more skill the model has than the stacked control."""
        own, other = self.rates[NATURAL], self.controls["stacked"]
        return {"calibration.brier_skill": own.brier_skill - other.brier_skill}


def reliability(evidence: Evidence) -> Reliability:
    """Judge probabilities on wanted items and any others, weighed so that a base rate holds."""
    side, page = evidence.reported, everything(evidence.reported.panel[UNIFORM])
    yes = side.answers.yes[side.answers.at(page.row, page.item)]
    chance, boot = evidence.calibration(yes), evidence.bootstrap
    rates = {rate: reliable(shifted(chance, PREVALENCE, rate), page, rate, boot) for rate in RATES}
    tuned = _calibrations(evidence)
    said = evidence.opinions.about(UNIFORM, page.row, page.item)
    controls = {
        name: reliable(shifted(tuned[name](_squashed(said[name])), PREVALENCE, NATURAL), page, NATURAL, boot)
        for name in COMPARED
    }
    return Reliability(rates, controls)


def everything(pages: Mapping[int, Pages]) -> Pages:
    """Every pair of some pages, once."""
    row, item, wanted = (
        np.concatenate([getattr(page, name) for page in pages.values()]) for name in ("row", "item", "wanted")
    )
    _, first = np.unique(row.astype(np.int64) << 32 | item, return_index=True)
    return Pages(row[first], item[first], wanted[first])


def reliable(chance: FloatArray, page: Pages, rate: float, bootstrap: Bootstrap) -> Reliable:
    """Judge probabilities on pairs weighed so that each person wants a share ``rate`` of them."""
    people = bootstrap.weights.shape[1]
    weight = np.where(page.wanted, rate, 1 - rate) / _size_of_own(page, people)
    steps = bins_of(chance)

    def columns(values: npt.NDArray[np.floating]) -> Wide:
        place = page.row * BINS + steps
        sums = np.bincount(place, weights=weight * values, minlength=people * BINS)
        return sums.astype(np.float64).reshape(people, BINS)

    one = np.ones(len(chance))
    error = [squared_error(chance, page.wanted), squared_error(np.full(len(chance), rate), page.wanted)]
    every = np.concatenate([columns(chance), columns(page.wanted * 1.0), columns(one)], axis=1)
    total, drawn = bootstrap.sums(every)
    ece = Figure(float(_ece(total[None])[0]), _ece(drawn))
    ratio = bootstrap.ratio(*(columns(part).sum(axis=1) for part in error))
    said, was, size = total.reshape(3, BINS)
    full = np.maximum(size, 1e-12)
    skill = Figure(1 - ratio.value, 1 - ratio.samples)
    return Reliable(ece, skill, said / full, was / full, size / max(size.sum(), 1e-12))


def _ece(sums: Wide) -> Wide:
    return calibration_error(*np.split(sums, 3, axis=1))


def _size_of_own(page: Pages, people: int) -> Wide:
    """How many pairs like it (wanted or not) stand beside each pair of the same person: float64 (n,)."""
    place = page.row * 2 + page.wanted
    return np.bincount(place, minlength=people * 2)[place].astype(np.float64)


def _calibrations(evidence: Evidence) -> dict[str, Calibration]:
    """Each control's scores made right where half is wanted, on people for tuning."""
    controls = evidence.controls
    page = controls.tuning_pages[UNIFORM][1]
    said = controls.in_tuning.about(UNIFORM, page.row, page.item)
    return {name: calibrate(_squashed(said[name]), page.wanted) for name in COMPARED}


def _squashed(scores: FloatArray) -> FloatArray:
    """Scores on any scale as chances: their logarithm becomes the logit, as counts and products call for."""
    positive = np.maximum(scores.astype(np.float64), 0) + 1e-3
    return np.asarray(positive / (1 + positive), dtype=np.float32)
