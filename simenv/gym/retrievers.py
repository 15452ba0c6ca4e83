"""Where the candidates of a page come from: a few dozen items that a person does not know, out of all."""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock
from typing import Protocol

import numpy as np

from simenv.gym import known_kernels as kernels
from simenv.gym.familiar import Familiar
from simenv.luck import clock, stream
from simenv.protocols import Recommender
from simenv.ragged import Ragged
from simenv.scoring import blocks
from simenv.types import BoolArray, IntArray, Visit

NOBODY_EXCLUDED = Ragged.empty(0)
_AT_ONCE = 256
"""Agents that are ranked at a time."""


class Retriever(Protocol):
    """Finds candidates: row b of the answer depends on row b of the question alone."""

    def retrieve(self, visit: Visit, known: tuple[Familiar, IntArray], count: int) -> IntArray:
        """Up to ``count`` items that each visitor does not know, best first.

        Args:
            visit: who is here; what it excludes is not filled in.
            known: what the visitors know, and the rows (int32 (n,)) at which it is written.

        Returns:
            int32 (n, count), NOTHING where the catalogue ran out.
        """


class Ordered:
    """The same order for everybody, for example by popularity.

    Args:
        order: int32 (items,), best first.
    """

    def __init__(self, order: IntArray) -> None:
        self._order = np.ascontiguousarray(order[None], dtype=np.int32)

    def retrieve(self, visit: Visit, known: tuple[Familiar, IntArray], count: int) -> IntArray:  # noqa: ARG002
        """The first ones that each visitor does not know."""
        familiar, rows = known
        return kernels.first_new(self._order, np.zeros_like(rows), (familiar.bits, rows), count)


class Ranked:
    """An order for each agent that never changes, found when the agent first comes.

    Args:
        rank: from agents (int32 (n,)) to all items, best first: int32 (n, items).
        agents, items: how many there are.
    """

    def __init__(self, rank: Callable[[IntArray], IntArray], agents: int, items: int) -> None:
        self._rank = rank
        self._orders: IntArray = np.empty((agents, items), dtype=np.int32)
        self._there: BoolArray = np.zeros(agents, dtype=np.bool_)
        self._one_at_a_time = Lock()

    def retrieve(self, visit: Visit, known: tuple[Familiar, IntArray], count: int) -> IntArray:
        """The first ones that each visitor does not know."""
        familiar, rows = known
        with self._one_at_a_time:  # blocks of people come in threads
            new = visit.rows[~self._there[visit.rows]]
            for part in blocks(len(new), _AT_ONCE):
                self._orders[new[part]] = self._rank(new[part])
            self._there[new] = True
        return kernels.first_new(self._orders, visit.rows, (familiar.bits, rows), count)


class Drawn:
    """Any items, all as likely, others on every page.

    Args:
        catalogue: how many items there are.
        seed: of the luck.
    """

    def __init__(self, catalogue: int, seed: int) -> None:
        self._catalogue = catalogue
        self._key = np.uint64(stream(seed, "gym.candidates").key)

    def retrieve(self, visit: Visit, known: tuple[Familiar, IntArray], count: int) -> IntArray:
        """Items of each visitor's own luck."""
        familiar, rows = known
        where = (familiar.bits, rows)
        return kernels.drawn_new(self._key, clock(visit), where, self._catalogue, count)


class Recommended:
    """The best of a recommender that was fitted before; it learns nothing more here.

    Args:
        recommender: fitted on a train split in which agent r is user r.
    """

    def __init__(self, recommender: Recommender) -> None:
        self._recommender = recommender
        self._one_at_a_time = Lock()

    def retrieve(self, visit: Visit, known: tuple[Familiar, IntArray], count: int) -> IntArray:
        """What it would recommend on a very long page."""
        familiar, rows = known
        there = Visit(visit.episode, visit.round, visit.page, visit.rows, familiar.items(rows))
        with self._one_at_a_time:  # blocks of people come in threads, of which recommenders know nothing
            return self._recommender.recommend(there, count).items
