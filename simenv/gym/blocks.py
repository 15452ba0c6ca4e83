"""Many rows in blocks that fit a processor's cache, on all cores: rows know nothing of each other."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from itertools import pairwise
from typing import Any

import numpy as np

from simenv.gym.stage import Outcome
from simenv.types import IntArray

BLOCK = 8192
CORES = os.cpu_count() or 1


def in_blocks(respond: Callable[[IntArray, IntArray], Outcome], rows: IntArray, items: IntArray) -> Outcome:
    """What all rows answer to their slates, asked block by block; it must let go of Python's lock."""
    if len(rows) <= BLOCK:
        return respond(rows, items)
    return joined(_shared(lambda cut: respond(rows[cut], items[cut]), cuts(len(rows))))


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
        _shared(work, cuts(rows))


def joined(outcomes: list[Outcome]) -> Outcome:
    """One outcome after the other."""
    first = outcomes[0]
    return Outcome(
        {name: np.concatenate([one.rewards[name] for one in outcomes]) for name in first.rewards},
        np.concatenate([one.terminated for one in outcomes]),
        {name: np.concatenate([one.measures[name] for one in outcomes]) for name in first.measures},
        None if first.truncated is None else np.concatenate([one.truncated for one in outcomes]),
    )


def _shared(work: Callable[[slice], Any], parts: list[slice]) -> list[Any]:
    """Do the parts on all cores, this thread among them: whoever is done takes the next one."""
    rest = iter(range(len(parts)))
    done: list[Any] = [None] * len(parts)
    failed: dict[int, BaseException] = {}

    def drain() -> None:
        for part in rest:  # Python's lock sees to it that nobody else gets the same one
            try:
                done[part] = work(parts[part])
            except BaseException as problem:  # raised below, where somebody waits for it
                failed[part] = problem

    others = [_threads().submit(drain) for _ in range(CORES - 1)]
    drain()
    for other in others:
        other.result()
    if failed:
        raise failed[min(failed)]
    return done


@cache
def _threads() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(max_workers=max(CORES - 1, 1), thread_name_prefix="simenv.gym")


# a forked process has none of its parent's threads, and starts its own
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_threads.cache_clear)
