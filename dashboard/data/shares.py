"""Shares of counted things, with their intervals."""

from __future__ import annotations

import math

_Z = 1.96


def wilson(count: float, total: float) -> tuple[float, float]:
    """The 95 % interval of a share (Wilson, 1927); 0 to 1 where nothing was counted."""
    if total <= 0:
        return 0.0, 1.0
    share, pull = count / total, _Z**2 / total
    middle = (share + pull / 2) / (1 + pull)
    half = _Z * math.sqrt(share * (1 - share) / total + pull / (4 * total)) / (1 + pull)
    return max(middle - half, 0.0), min(middle + half, 1.0)
