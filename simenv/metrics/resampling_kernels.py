"""The kernel behind ``simenv.metrics.resampling``: compiled, as every figure passes it often."""

from __future__ import annotations

import numba
import numpy as np
import numpy.typing as npt

from simenv.types import BoolArray, IntArray

Wide = npt.NDArray[np.float64]


@numba.njit(nogil=True, cache=True)
def areas(row: IntArray, wanted: BoolArray, new: BoolArray, weights: Wide) -> Wide:
    """The area under the ROC curve, in each draw of people.

    Args:
        row: int32 (n,), whose item it is, from the lowest score to the highest.
        wanted: bool (n,), whether it is wanted.
        new: bool (n,), whether its score differs from the one before.
        weights: float64 (times, people), how often each draw holds each person.

    Returns:
        float64 (times,), NaN where a draw lacks wanted or other items.
    """
    out = np.empty(len(weights))
    for draw in range(len(weights)):
        own = weights[draw]
        below, others, tied, area, total = 0.0, 0.0, 0.0, 0.0, 0.0
        for place in range(len(row)):
            if new[place]:
                area += tied * (below + 0.5 * others)
                total += tied
                below += others
                others, tied = 0.0, 0.0
            if wanted[place]:
                tied += own[row[place]]
            else:
                others += own[row[place]]
        area += tied * (below + 0.5 * others)
        total += tied
        below += others
        out[draw] = area / (total * below) if total > 0 and below > 0 else np.nan
    return out
