"""Experiments: a question and plain values, in YAML, and the code that builds and runs them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from scenarios.running import run

__all__ = ["run"]


def __getattr__(name: str) -> Any:
    """``run``, loaded when it is asked for: who only reads scenarios needs no agents."""
    if name != "run":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from scenarios.running import run

    return run
