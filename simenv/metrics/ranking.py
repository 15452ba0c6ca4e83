"""How well scores put what is wanted above what is not."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from simenv.types import BoolArray, IntArray


def auc(wanted: npt.NDArray[np.floating[Any]], other: npt.NDArray[np.floating[Any]]) -> float:
    """Chance that a wanted item scores above another one, ties counting half (Mann and Whitney, 1947).

    Args:
        wanted, other: scores, float (n,) and float (m,); NaN where there is nothing to ask.
    """
    from scipy.stats import rankdata

    if len(wanted) == 0 or len(other) == 0:
        return float("nan")
    ranks = rankdata(np.concatenate([wanted, other]))[: len(wanted)]
    n, m = len(wanted), len(other)
    return float((ranks.sum() - n * (n + 1) / 2) / (n * m))


def auc_of_each(
    scores: npt.NDArray[np.floating[Any]], wanted: BoolArray, row: IntArray
) -> npt.NDArray[np.float64]:
    """The same within each person: float64 (people,), NaN where a person lacks one or the other.

    Args:
        scores: float (n,).
        wanted: bool (n,).
        row: int32 (n,), whose score it is; people are numbered from 0.
    """
    from scipy.stats import rankdata

    people = int(row.max(initial=-1)) + 1
    order = np.lexsort((scores, row))
    level = np.empty(len(scores), dtype=np.int64)
    level[order] = np.cumsum(
        (np.diff(scores[order], prepend=0) != 0) | (np.diff(row[order], prepend=-1) != 0)
    )
    both = np.bincount(row, minlength=people).astype(np.float64)
    n = np.bincount(row[wanted], minlength=people).astype(np.float64)
    own = rankdata(level) - (np.cumsum(both) - both)[row]
    ranks = np.bincount(row[wanted], weights=own[wanted], minlength=people)
    with np.errstate(invalid="ignore"):
        return np.asarray((ranks - n * (n + 1) / 2) / (n * (both - n)))
