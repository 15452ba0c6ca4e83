"""Many rows in blocks that fit a processor's cache, on all cores: rows know nothing of each other."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import numpy as np

from simenv.cores import CORES, on_all_cores
from simenv.gym.stage import Outcome
from simenv.types import IntArray

BLOCK = 8192


def in_blocks(respond: Callable[[IntArray, IntArray], Outcome], rows: IntArray, items: IntArray) -> Outcome:
    """What all rows answer to their slates, asked block by block; it must let go of Python's lock."""
    if len(rows) <= BLOCK:
        return respond(rows, items)
    return joined(on_all_cores(lambda cut: respond(rows[cut], items[cut]), cuts(len(rows))))


def cuts(rows: int) -> list[slice]:
    """Even parts of so many rows, no larger than a block, as many for each core."""
    parts = -(-rows // (BLOCK * CORES)) * CORES
    ends = [rows * part // parts for part in range(parts + 1)]
    return [slice(first, last) for first, last in pairwise(ends) if first < last]


def over_blocks(work: Callable[[slice], None], rows: int) -> None:
    """Do something for all rows, block by block; it must let go of Python's lock."""
    if rows <= BLOCK:
        work(slice(0, rows))
    else:
        on_all_cores(work, cuts(rows))


def over_shares(work: Callable[[slice], None], rows: int) -> None:
    """Do something for all rows, an even share on each core: for kernels that have blocks of their own."""
    if rows <= BLOCK:
        work(slice(0, rows))
    else:
        ends = [rows * part // CORES for part in range(CORES + 1)]
        on_all_cores(work, [slice(first, last) for first, last in pairwise(ends) if first < last])


def joined(outcomes: list[Outcome]) -> Outcome:
    """One outcome after the other."""
    first = outcomes[0]
    return Outcome(
        {name: np.concatenate([one.rewards[name] for one in outcomes]) for name in first.rewards},
        np.concatenate([one.terminated for one in outcomes]),
        {name: np.concatenate([one.measures[name] for one in outcomes]) for name in first.measures},
        None if first.truncated is None else np.concatenate([one.truncated for one in outcomes]),
    )
