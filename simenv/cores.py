"""All cores for work on rows that know nothing of each other."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache


def on_all_cores(work: Callable[[slice], None], parts: Sequence[slice]) -> None:
    """Do something for every part; it must let go of Python's lock, and must not ask for all cores itself.

    Whatever went wrong in a thread is raised here.
    """
    if len(parts) < 2:
        for part in parts:
            work(part)
        return
    for _ in _threads().map(work, parts):
        pass


@cache
def _threads() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(max_workers=os.cpu_count() or 1, thread_name_prefix="simenv")


# a forked process has none of its parent's threads, and starts its own
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_threads.cache_clear)
