"""What an environment needs of a world: every row its own clock and its own episode."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
from gymnasium import Space

from simenv.types import BoolArray, FloatArray, IntArray

Columns = Mapping[str, npt.NDArray[np.generic]]
"""Named columns (rows, ...): what a recommender may see, or what a step measured."""


@dataclass(frozen=True, slots=True)
class Offer:
    """What may be recommended now.

    Args:
        items: int32 (rows, candidates), the item behind each candidate; (1, candidates) where it is the same
            for all rows.
        open: bool, the shape of items, False for what must not be shown (again).
    """

    items: IntArray
    open: BoolArray


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a slate led to. Entry b of every column is about ``rows[b]`` of the question.

    Args:
        rewards: float32 (rows,) each, by the name of the part.
        terminated: bool (rows,), the agent has left for good.
        measures: what else a step shows, (rows, ...) each.
        truncated: bool (rows,), the stage's own time is up; None where it knows none.
    """

    rewards: Mapping[str, FloatArray]
    terminated: BoolArray
    measures: Columns
    truncated: BoolArray | None = None


class Stage(Protocol):
    """A world that environments drive: row b is agent ``agents[b]``, and knows nothing of other rows.

    All luck is keyed by (seed, part, episode, round, page, agent), so that a row does not depend on which
    rows are reset, asked or stepped with it.
    """

    @property
    def agents(self) -> IntArray:
        """Whom the rows are about: int32 (rows,)."""

    @property
    def slots(self) -> int:
        """How many items a slate holds."""

    @property
    def candidates(self) -> int:
        """How many items are on offer on each page."""

    @property
    def catalogue(self) -> int:
        """How many items there are; item indices are below it."""

    @property
    def horizon(self) -> int:
        """After how many steps an episode is cut short, where the user names no other number."""

    @property
    def rewards(self) -> tuple[str, ...]:
        """The parts a reward can be made of; the first is the reward where the user names none."""

    @property
    def spaces(self) -> Mapping[str, Space[Any]]:
        """Of one row's observation columns; every column has at least one axis.

        Columns about the candidates have names that begin with "candidates", and an entry for each of them.
        """

    def seed(self, seed: int) -> None:
        """Take all luck from this seed from here on."""

    def reset(self, rows: IntArray, episode: IntArray) -> None:
        """Begin an episode, by its number: two int32 (n,)."""

    def offer(self, rows: IntArray) -> Offer:
        """What may be recommended to these rows now."""

    def observe(self, rows: IntArray) -> Columns:
        """What a recommender may see of these rows: new arrays, one for each of ``spaces``."""

    def respond(self, rows: IntArray, items: IntArray) -> Outcome:
        """What these rows do with their slates, int32 (n, slots), NOTHING in empty slots."""

    def page(self, row: int) -> str:
        """The last page as the person saw it, and what they did, in words."""
