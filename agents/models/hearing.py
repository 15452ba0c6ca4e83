"""llama.cpp, loaded so that it gets along with its surroundings: every other module takes it from here.

What it says is kept from the terminal, and heard where it explains a failure.
"""

from __future__ import annotations

import ctypes
import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

# Threads that wait for each other by spinning make a small model ten times slower as soon as anything else
# runs on the machine; this is read once, when llama.cpp's threads library is loaded.
os.environ.setdefault("GOMP_SPINCOUNT", "1000")

import llama_cpp

__all__ = ["Complaints", "complaints", "llama_cpp"]

_LOG = logging.getLogger("simenv.models")
_ERROR = 4


@dataclass(eq=False)  # each listener is its own, also where two have heard the same
class Complaints:
    """What llama.cpp wrote to its log at level error."""

    lines: list[str] = field(default_factory=list)

    def first(self) -> str:
        """The first complaint (the later ones mostly repeat it), without the function's name."""
        return self.lines[0].split(": ", 1)[-1].rstrip(" .") if self.lines else "no reason given"


_listening: list[Complaints] = []


@llama_cpp.llama_log_callback
def _hear(level: int, text: bytes, _: object) -> None:
    line = text.decode("utf-8", errors="replace").strip()
    if level == _ERROR and line:
        _LOG.debug("llama.cpp: %s", line)
        for complaints in _listening:
            complaints.lines.append(line)


llama_cpp.llama_log_set(_hear, ctypes.c_void_p(0))


@contextmanager
def complaints() -> Iterator[Complaints]:
    """Hear what llama.cpp complains about; nothing of it reaches the terminal."""
    heard = Complaints()
    _listening.append(heard)
    try:
        yield heard
    finally:
        _listening.remove(heard)
