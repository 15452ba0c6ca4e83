"""What learns in an environment, chapter by chapter."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

import numpy as np
import numpy.typing as npt

from recommenders.slateq.replay import LongArray, Situation
from recommenders.towers import Shape
from simenv.protocols import State

Scalars = Mapping[str, float]
"""What a chapter was like: returns, losses."""


class Student(Protocol):
    """A learner whose chapters begin with new episodes and luck of their own.

    Between chapters all that matters is in ``state``, so that a training that goes on from there has the same
    bytes as one that was never stopped.
    """

    @property
    def shape(self) -> Shape:
        """Of its networks."""

    def study(self, chapter: int, pages: int) -> Scalars:
        """Learn from so many pages of all rows together."""

    def choose(self, seen: Situation) -> LongArray:
        """What it would show, without exploring: candidates int64 (rows, slots), -1 in empty slots."""

    def model(self) -> Mapping[str, npt.NDArray[np.generic]]:
        """The weights that ``choose`` needs, by name."""

    def state(self) -> State:
        """Everything that changes."""

    def restore(self, state: State) -> None:
        """Continue exactly from there."""
