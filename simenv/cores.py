"""All cores for work on rows that know nothing of each other."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import TypeVar

CORES = os.cpu_count() or 1
T = TypeVar("T")


def on_all_cores(work: Callable[[slice], T], parts: Sequence[slice]) -> list[T]:
    """Do the parts, this thread among the others; the work must let go of Python's lock.

    Whoever is done takes the next part. What went wrong in the first failing part is raised here.
    """
    if len(parts) < 2 or CORES < 2:
        return [work(part) for part in parts]
    rest = iter(range(len(parts)))
    done: dict[int, T] = {}
    failed: dict[int, BaseException] = {}

    def drain() -> None:
        for part in rest:  # Python's lock sees to it that nobody else gets the same one
            try:
                done[part] = work(parts[part])
            except BaseException as problem:  # raised below, where somebody waits for it
                failed[part] = problem

    others = [_threads().submit(drain) for _ in range(min(CORES, len(parts)) - 1)]
    drain()
    for other in others:
        if not other.cancel():  # whoever has not begun by now has nothing to do
            other.result()
    if failed:
        raise failed[min(failed)]
    return [done[part] for part in range(len(parts))]


@cache
def _threads() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(max_workers=max(CORES - 1, 1), thread_name_prefix="simenv")


# a forked process has none of its parent's threads, and starts its own
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_threads.cache_clear)
