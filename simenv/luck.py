"""Luck: every random draw is a pure function of who it is for and when, so nothing can disturb it.

A draw is keyed by (seed, part, episode, round, page, row, lane). The key is folded, one counter after
another, through the 64-bit finaliser of SplitMix64 (Steele, Lea and Flood, 2014), a bijection that
passes BigCrush as a counter-based generator. A row's draws therefore do not depend on the block it is
computed in, on its neighbours, or on how many draws were made before.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import blake2b

import numpy as np
import numpy.typing as npt

from simenv.types import FloatArray, IntArray, Visit

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_FIRST = np.uint64(0xBF58476D1CE4E5B9)
_SECOND = np.uint64(0x94D049BB133111EB)
_TO_UNIT = np.float32(2.0**-24)

Counter = int | npt.NDArray[np.integer]


@dataclass(frozen=True)
class Stream:
    """The luck of one part of the simulation, for example who watches what."""

    key: int

    def uniform(self, *counters: Counter) -> FloatArray:
        """Numbers in [0, 1) for the given counters.

        Args:
            counters: integers or integer arrays that broadcast against each other, in the order
                (episode, round, page, row, lane), each at least -2**63.

        Returns:
            float32 array of the broadcast shape, with 24 random bits each.
        """
        bits = self.bits(*counters)
        return np.asarray((bits >> np.uint64(40)).astype(np.float32) * _TO_UNIT)

    def lanes(self, visit: Visit, lanes: IntArray) -> FloatArray:
        """Each visitor's own numbers, one for each of its lanes: ``uniform`` at a compiled loop's speed.

        Args:
            lanes: int32 (batch, lanes).

        Returns:
            float32 (batch, lanes), in [0, 1).
        """
        from simenv import kernels  # numba is slow to import

        return kernels.draws(np.uint64(self.key), clock(visit), lanes)

    def bits(self, *counters: Counter) -> npt.NDArray[np.uint64]:
        """64 random bits for the given counters: uint64 array of the broadcast shape."""
        state = np.asarray(self.key, dtype=np.uint64)
        with np.errstate(over="ignore"):
            for counter in counters:
                state = _mix(state ^ np.asarray(counter, dtype=np.int64).view(np.uint64))
        return state

    def order(self, *counters: Counter) -> IntArray:
        """A random order of the last counter's entries: int32 indices that sort their luck."""
        return np.argsort(self.bits(*counters), kind="stable").astype(np.int32)


def stream(seed: int, part: str) -> Stream:
    """The stream of luck for one named part: two parts never share luck, even under one seed."""
    digest = blake2b(f"{seed}/{part}".encode(), digest_size=8).digest()
    return Stream(int.from_bytes(digest, "little"))


def clock(visit: Visit) -> tuple[IntArray, IntArray, IntArray, IntArray]:
    """The counters of luck for each visitor: which episode, round, page and row."""
    return visit.episode, visit.round, visit.page, visit.rows


def _mix(x: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint64]:
    """SplitMix64's step: add the golden ratio, then two xor-shift-multiply rounds."""
    x = x + _GOLDEN
    x = (x ^ (x >> np.uint64(30))) * _FIRST
    x = (x ^ (x >> np.uint64(27))) * _SECOND
    return np.asarray(x ^ (x >> np.uint64(31)))
