"""What genres and years say of titles that nobody has rated, in the terms of those that people did rate."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from agents.behaviour.head_start import Factors
from agents.behaviour.lexicon import YEARS
from simenv.types import NOTHING, Catalog, FloatArray, IntArray

Wide = npt.NDArray[np.float64]
NEAR = 3
"""Years so far apart say nothing about each other."""
_RIDGE = 3.0


@dataclass(frozen=True)
class Content:
    """A title's factors and appeal are about the mean of its themes' plus its year's, and the usual appeal.

    Args:
        wanted: float32 (themes, FACTORS), of each theme.
        appeal: float32 (themes,), how much more appeal titles of a theme have than others.
        wanted_then, appeal_then: float32 (years, FACTORS) and (years,), of each of ``YEARS``; those beyond
            the catalogue's are taken for the nearest of them.
        usual: float32 (), the appeal of a title of which nothing is known.
    """

    wanted: FloatArray
    appeal: FloatArray
    wanted_then: FloatArray
    appeal_then: FloatArray
    usual: FloatArray


def content(catalog: Catalog, factors: Factors) -> Content:
    """Ridge regression of what titles are known to say on their themes and years.

    Args:
        catalog: the items.
        factors: of the same items; for taste, a title counts as the root of how many have seen it.
    """
    themes = catalog.themes / np.maximum(catalog.themes.sum(axis=1, keepdims=True), 1)
    dated = catalog.years[catalog.years != NOTHING]
    first, last = (int(dated.min()), int(dated.max())) if len(dated) else (YEARS[0], YEARS[0])
    told = np.where(catalog.years[:, None] == NOTHING, 0, _nearness(catalog.years, first, last))
    known, size = factors.share > 0, themes.shape[1]
    columns = np.concatenate([themes, told, np.ones((len(themes), 1))], axis=1)[known]
    taste = _ridge(columns[:, :-1], factors.wanted[known], np.sqrt(factors.share[known]))
    appeal = _ridge(columns, factors.appeal[known, None], np.ones(len(columns)))[:, 0]
    then = _nearness(np.clip(np.array(YEARS), first, last), first, last)
    parts = taste[:size], appeal[:size], then @ taste[size:], then @ appeal[size:-1], appeal[-1]
    return Content(*(np.asarray(part, dtype=np.float32) for part in parts))


def _nearness(years: IntArray, first: int, last: int) -> Wide:
    """1 for each year's own column, less for those beside it: (years, last - first + 1)."""
    apart = np.abs(years[:, None] - np.arange(first, last + 1))
    return np.asarray(np.maximum(0, 1 - apart / NEAR), dtype=np.float64)


def _ridge(columns: Wide, target: FloatArray, weight: Wide) -> Wide:
    weighted = columns * (weight / weight.mean())[:, None]
    inner = weighted.T @ columns + _RIDGE * np.eye(columns.shape[1])
    return np.asarray(np.linalg.solve(inner, weighted.T @ target))
