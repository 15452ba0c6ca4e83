"""Observations for networks that look at a person and at each candidate: two tables of numbers and a mask."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from gymnasium import Space
from gymnasium.spaces import Box, Dict, MultiBinary, MultiDiscrete

from simenv.gym.stage import Columns
from simenv.gym.views import Flat, Observation
from simenv.types import FloatArray

ABOUT_CANDIDATES = "candidates"
"""Columns whose names begin so have one entry for each candidate; all others are about the person."""
OPEN = "candidates_open"
"""The column that says which candidates may be shown; all may where there is none."""


class Pairs:
    """``state`` float32 (width,), ``features`` float32 (candidates, width), ``open`` (candidates,), 0 or 1.

    Numbers stay as they are, choices (topics, items) become one-hot, side by side in the columns' order.
    """

    def space(self, spaces: Mapping[str, Space[Any]]) -> Space[Any]:
        """A Dict of two boxes and a mask."""
        mine, theirs = _parted(spaces)
        count = spaces[ABOUT_CANDIDATES].shape[0]  # type: ignore[index]  # every column has an axis
        wide = Flat().space(theirs).shape[0] // count  # type: ignore[index]
        return Dict(
            {
                "state": Flat().space(mine),
                "features": Box(-np.inf, np.inf, (count, wide), np.float32),
                "open": MultiBinary(count),
            }
        )

    def show(self, columns: Columns, spaces: Mapping[str, Space[Any]]) -> Observation:
        """The columns side by side."""
        mine, theirs = _parted(spaces)
        rows, count = columns[ABOUT_CANDIDATES].shape[:2]
        state = Flat().show(columns, mine)
        features = [_each(columns, name, space) for name, space in theirs.items()]
        allowed = columns.get(OPEN, np.ones((rows, count), dtype=np.int8))
        return {
            "state": state,  # type: ignore[dict-item]
            "features": np.concatenate(features, axis=2),
            "open": allowed.astype(np.int8),
        }


def _parted(spaces: Mapping[str, Space[Any]]) -> tuple[dict[str, Space[Any]], dict[str, Space[Any]]]:
    """The columns about the person, and those about the candidates, the mask left out."""
    parts: tuple[dict[str, Space[Any]], dict[str, Space[Any]]] = {}, {}
    for name, space in spaces.items():
        if name != OPEN:
            parts[name.startswith(ABOUT_CANDIDATES)][name] = space
    return parts


def _each(columns: Columns, name: str, space: Space[Any]) -> FloatArray:
    """One column's numbers for each candidate: float32 (rows, candidates, width)."""
    flat: Any = Flat().show(columns, {name: space})
    count = space.nvec.shape[0] if isinstance(space, MultiDiscrete) else space.shape[0]  # type: ignore[index]
    return np.asarray(flat.reshape(len(flat), count, -1), dtype=np.float32)
