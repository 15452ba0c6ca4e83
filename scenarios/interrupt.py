"""Stopping a run from outside, at the end of a page."""

from __future__ import annotations

import os
import shlex
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType

from simenv.errors import SimenvError

_SEEN = b"\nStopping at the end of this page; once more stops at once.\n"


class Stopped(SimenvError):  # noqa: N818 - it names what happened
    """Somebody stopped the run; everything that is needed to go on has been written."""

    def __init__(self, folder: Path) -> None:
        super().__init__(f"Stopped. Continue with: simenv run --resume {shlex.quote(str(folder))}")
        self.folder = folder


@contextmanager
def stop_on_signals() -> Iterator[Callable[[], bool]]:
    """Within it, Ctrl-C and a polite kill only set a mark; a second one ends the process at once.

    Yields:
        Whether the mark is set.
    """
    marked = threading.Event()

    def mark(_number: int, _frame: FrameType | None) -> None:
        if marked.is_set():
            raise KeyboardInterrupt
        marked.set()
        with suppress(OSError):
            os.write(2, _SEEN)  # nothing that buffers: the signal may have come amid a write

    if threading.current_thread() is not threading.main_thread():
        yield marked.is_set
        return
    before = {number: signal.signal(number, mark) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield marked.is_set
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
