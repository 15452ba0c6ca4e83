"""How a page changes an agent's mood: the same arithmetic for light and thinking agents.

Both states are assumptions that no data set fixes, kept simple and in one place. Satisfaction is an
exponential average of what the pages gave; fatigue grows by a fixed share of what is left with every page.
"""

from __future__ import annotations

import numpy as np

from simenv.types import BoolArray, FloatArray

START_SATISFACTION = np.float32(0.5)
START_FATIGUE = np.float32(0.0)
MEMORY = np.float32(0.5)
"""Share of the satisfaction before a page that remains after it."""
TIRING = np.float32(0.2)
"""Share of the remaining energy that one page costs."""


def enjoyment(watched: BoolArray, rating: FloatArray) -> FloatArray:
    """What a page gave: the mean of (stars - 1) / 4 over what was watched, 0 where nothing was.

    Args:
        watched: bool (batch, slots).
        rating: float32 (batch, slots), stars, NaN where not watched.

    Returns:
        float32 (batch,), 0 to 1.
    """
    from simenv import kernels  # numba is slow to import

    return kernels.enjoyment(watched, rating)


def after_page(
    satisfaction: FloatArray, fatigue: FloatArray, watched: BoolArray, rating: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Satisfaction and fatigue (float32 (batch,), 0 to 1) after a page, given those before it."""
    from simenv import kernels  # numba is slow to import

    return kernels.after_page(satisfaction, fatigue, watched, rating)
