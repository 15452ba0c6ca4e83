"""How an observation is laid out: named columns, or one flat row of numbers for a network."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
from gymnasium import Space
from gymnasium.spaces import Box, Dict, MultiBinary, MultiDiscrete

from simenv.gym.stage import Columns
from simenv.types import FloatArray

Observation = dict[str, npt.NDArray[Any]] | FloatArray


class View(Protocol):
    """A layout: what it shows of row b depends on row b alone."""

    def space(self, spaces: Mapping[str, Space[Any]]) -> Space[Any]:
        """The space of one row."""

    def show(self, columns: Columns, spaces: Mapping[str, Space[Any]]) -> Observation:
        """The columns in this layout, in arrays that nobody else holds."""


class Named:
    """The columns as they are: a ``Dict``."""

    def space(self, spaces: Mapping[str, Space[Any]]) -> Space[Any]:
        """A Dict of the columns' spaces."""
        return Dict(dict(spaces))

    def show(self, columns: Columns, spaces: Mapping[str, Space[Any]]) -> Observation:  # noqa: ARG002
        """The columns themselves."""
        return dict(columns)


class Flat:
    """One ``Box``: numbers as they are, choices (topics, items) one-hot, in the columns' order.

    Where that is the order of names, as environments have it, it is ``gymnasium.spaces.flatten``, all rows at
    once.
    """

    def space(self, spaces: Mapping[str, Space[Any]]) -> Space[Any]:
        """A Box of all columns side by side: float32."""
        low, high = (
            np.concatenate([bounds[side] for bounds in map(_bounds, spaces.values())]) for side in (0, 1)
        )
        return Box(low, high, dtype=np.float32)

    def show(self, columns: Columns, spaces: Mapping[str, Space[Any]]) -> Observation:
        """All columns side by side: float32 (rows, width)."""
        widths = [_bounds(space)[0].size for space in spaces.values()]
        ends = np.cumsum(widths)
        rows = len(next(iter(columns.values())))
        flat: FloatArray = np.zeros((rows, ends[-1]), dtype=np.float32)
        for (name, space), end, width in zip(spaces.items(), ends, widths, strict=True):
            _fill(flat[:, end - width : end], columns[name], space)
        return flat


VIEWS: dict[str, View] = {"dict": Named(), "flat": Flat()}
"""The layouts by the names that ``gymnasium.make(..., observations=...)`` knows."""


def _bounds(space: Space[Any]) -> tuple[FloatArray, FloatArray]:
    """The least and largest values of a column laid flat: two float32 (width,)."""
    if isinstance(space, Box):
        return space.low.ravel().astype(np.float32), space.high.ravel().astype(np.float32)
    if isinstance(space, MultiDiscrete):
        width = int(space.nvec.sum())
    elif isinstance(space, MultiBinary):
        width = int(np.prod(space.shape))
    else:
        raise TypeError(f"Expected a Box, MultiDiscrete or MultiBinary to lay flat, found {space}.")
    return np.zeros(width, dtype=np.float32), np.ones(width, dtype=np.float32)


def _fill(flat: FloatArray, column: npt.NDArray[Any], space: Space[Any]) -> None:
    """Write a column into its place: (rows, width)."""
    if isinstance(space, MultiDiscrete):
        first = np.cumsum(space.nvec.ravel()) - space.nvec.ravel() - space.start.ravel()
        np.put_along_axis(flat, first + column.reshape(len(column), -1), 1, axis=1)
    else:
        flat[:] = column.reshape(len(column), -1)
