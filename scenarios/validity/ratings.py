"""Whether simulated people give stars as real ones do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from scenarios.validity.controls.stars import LOGIT, Stars, with_stars
from scenarios.validity.evidence import Evidence
from simenv.metrics.probabilities import ranked_score
from simenv.metrics.resampling import Bootstrap, Figure
from simenv.types import FloatArray, IntArray

MODEL = "model"
METRICS = ("rmse", "mae", "log_loss", "crps")
_LEAST = 1e-6

Wide = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Ratings:
    """What came of asking for stars.

    Args:
        tables: metrics by system; the mean over ratings, so that people who rated more count more.
        shape: ``histogram_tv``, ``variance_ratio`` and ``variance_ratio_between`` of the model.
        shares: float64 (5,) each: of 1 to 5 stars, as the model says and as the people gave.
        settings: of the controls.
    """

    tables: Mapping[str, Mapping[str, Figure]]
    shape: Mapping[str, Figure]
    shares: tuple[Wide, Wide]
    settings: Mapping[str, float]

    def secondary(self) -> dict[str, Figure]:
        """How much better the model is than the strongest control of each kind (positive is better)."""
        rivals = {"rmse": "mf", "mae": "mf", "log_loss": LOGIT, "crps": LOGIT}
        return {
            f"ratings.{metric} against {rival}": self.tables[rival][metric] - self.tables[MODEL][metric]
            for metric, rival in rivals.items()
        }


def ratings(evidence: Evidence) -> Ratings | None:
    """Judge the stars of the model and of every control on the same hidden ratings; None without stars."""
    side = evidence.reported
    asked, tuning = with_stars(side.rated), with_stars(evidence.judged.validation.held)
    if not len(asked) or not len(tuning):
        return None
    controls, row = Stars.fitted(evidence.judged), side.group.row_of(asked.user)
    answers = side.answers
    own = answers.stars[answers.at(row, asked.item)]
    said = {MODEL: (own @ np.arange(1.0, 6.0), own), **controls(side.group, asked)}
    tables = {
        name: _measured(expected, stars, (row, asked.rating), evidence.bootstrap)
        for name, (expected, stars) in said.items()
    }
    shares = (own.mean(axis=0, dtype=np.float64), np.eye(5)[whole(asked.rating) - 1].mean(axis=0))
    return Ratings(tables, _shape(own, row, asked.rating, evidence.bootstrap), shares, controls.settings)


def whole(stars: FloatArray) -> IntArray:
    """Stars as agents can give them, halves counting as the next whole one: int32 (n,), 1 to 5."""
    return np.clip(np.floor(stars + np.float32(0.5)), 1, 5).astype(np.int32)


def _measured(
    expected: Wide, stars: FloatArray, given: tuple[IntArray, FloatArray], bootstrap: Bootstrap
) -> dict[str, Figure]:
    row, rating = given
    level = stars[np.arange(len(rating)), whole(rating) - 1].astype(np.float64)
    columns = {
        "rmse": (rating - expected) ** 2,
        "mae": np.abs(rating - expected),
        "log_loss": -np.log(np.maximum(level, _LEAST)),
        "crps": ranked_score(stars, rating),
    }
    count = np.bincount(row, minlength=bootstrap.weights.shape[1])
    found = {
        name: bootstrap.ratio(np.bincount(row, weights=column, minlength=len(count)), count)
        for name, column in columns.items()
    }
    found["rmse"] = Figure(float(np.sqrt(found["rmse"].value)), np.sqrt(found["rmse"].samples))
    return found


def _shape(stars: FloatArray, row: IntArray, rating: FloatArray, bootstrap: Bootstrap) -> dict[str, Figure]:
    """Whether simulated people differ within and between themselves as real ones do."""
    people = bootstrap.weights.shape[1]
    gap = stars.astype(np.float64) - np.eye(5)[whole(rating) - 1]
    total, drawn = bootstrap.sums(np.column_stack([_sums(row, column, people) for column in gap.T]))
    size, sizes = bootstrap.sums(np.bincount(row, minlength=people)[:, None])
    within, between = _variances(stars, row, rating, people)
    return {
        "histogram_tv": Figure(float(np.abs(total / size).sum() / 2), np.abs(drawn / sizes).sum(axis=1) / 2),
        "variance_ratio": bootstrap.ratio(*within),
        "variance_ratio_between": _ratio_of_variances(*between, bootstrap),
    }


Two = tuple[Wide, Wide]


def _variances(stars: FloatArray, row: IntArray, rating: FloatArray, people: int) -> tuple[Two, Two]:
    """Of each person's stars, simulated and real: variances (0 with fewer than two), and means (NaN without).

    Simulated stars are drawn from the model's distribution; their variance is that of the draws, exactly.
    """
    count = np.bincount(row, minlength=people).astype(np.float64)
    levels = np.arange(1.0, 6.0)
    mean, square = stars @ levels, stars @ levels**2
    size = np.where(count > 0, count, np.nan)
    own, real = _sums(row, mean, people) / size, _sums(row, rating, people) / size
    # each draw's own variance counts in full, that of the expectations with the sample's n - 1
    noise = _sums(row, square - mean**2, people) / size
    several = count > 1
    drawn = noise + _sums(row, (mean - own[row]) ** 2, people) / np.maximum(count - 1, 1)
    given = _sums(row, (rating - real[row]) ** 2, people) / np.maximum(count - 1, 1)
    within = np.where(several, drawn, 0), np.where(several, given, 0)
    return within, (np.column_stack([own, noise / size]), real)


def _ratio_of_variances(simulated: Wide, real: Wide, bootstrap: Bootstrap) -> Figure:
    """Variance between people's mean stars, simulated over real.

    Args:
        simulated: float64 (people, 2), expected mean, and variance of the mean of draws.
        real: float64 (people,).
    """
    here = ~np.isnan(real)
    own, noise = np.where(here[:, None], simulated, 0).T
    given = np.where(here, real, 0)
    columns = np.column_stack([here, own, own**2 + noise, given, given**2])

    def ratio(sums: Wide) -> Wide:
        size, one, one_squared, other, other_squared = np.atleast_2d(sums).T
        below = other_squared / size - (other / size) ** 2
        above = one_squared / size - (one / size) ** 2
        return np.divide(above, below, out=np.full(len(below), np.nan), where=below > 1e-12)

    total, drawn = bootstrap.sums(columns)
    return Figure(float(ratio(total)[0]), ratio(drawn))


def _sums(row: IntArray, values: npt.NDArray[np.floating], people: int) -> Wide:
    return np.bincount(row, weights=values, minlength=people).astype(np.float64)
