"""Least squares for many rows at once: compiled, as a factorisation solves them a hundred thousand times."""

from __future__ import annotations

import numba
import numpy as np
import numpy.typing as npt

from simenv.types import IntArray

Wide = npt.NDArray[np.float64]


@numba.njit(nogil=True, cache=True)
def ridges(starts: IntArray, columns: IntArray, values: Wide, factors: Wide, strength: float) -> Wide:
    """Each row's vector x that is nearest to its values: the values less factors x, squared, plus a penalty.

    The penalty on x x' grows with the row's length, as in ALS-WR (Zhou et al., 2008).

    Args:
        starts: integer (rows + 1,), where each row begins and ends.
        columns: integer (n,), which factors each value is about.
        values: float64 (n,).
        factors: float64 (columns, size).

    Returns:
        float64 (rows, size), zeros where a row is empty.
    """
    size = factors.shape[1]
    out = np.zeros((len(starts) - 1, size))
    curve = np.empty((size, size))
    slope = np.empty(size)
    for row in range(len(out)):
        curve[:] = 0.0
        slope[:] = 0.0
        length = starts[row + 1] - starts[row]
        for place in range(starts[row], starts[row + 1]):
            own = factors[columns[place]]
            for one in range(size):
                slope[one] += values[place] * own[one]
                for other in range(size):
                    curve[one, other] += own[one] * own[other]
        if length:
            for one in range(size):
                curve[one, one] += strength * length
            out[row] = np.linalg.solve(curve, slope)
    return out
