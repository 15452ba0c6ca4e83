"""How well scores put what is wanted above what is not."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt


def auc(wanted: npt.NDArray[np.floating], other: npt.NDArray[np.floating]) -> float:
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
