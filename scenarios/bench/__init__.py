"""Speed and memory, each figure beside a baseline that was measured in the same run."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib import import_module
from typing import Any

from simenv.errors import unknown_name

Row = dict[str, Any]
"""``bench``, ``case``, ``value``, ``unit``, ``baseline`` (what stood beside it) and ``ratio``."""

_BENCHES = {
    "dashboard": "scenarios.bench.dashboard:bench_dashboard",
    "env": "scenarios.bench.env:bench_env",
    "import": "scenarios.bench.startup:bench_import",
    "llm": "scenarios.bench.llm:bench_llm",
    "world": "scenarios.bench.world:bench_world",
}


def names() -> list[str]:
    """What can be measured."""
    return sorted(_BENCHES)


def measure(wanted: Sequence[str]) -> list[Row]:
    """Rows of the wanted benches, of all where none is named.

    Raises:
        UsageError: there is no such bench.
    """
    for name in wanted:
        if name not in _BENCHES:
            raise unknown_name("bench", name, _BENCHES)
    return [row for name in (wanted or names()) for row in _load(_BENCHES[name])()]


def _load(place: str) -> Callable[[], list[Row]]:
    module, _, name = place.partition(":")
    bench: Callable[[], list[Row]] = getattr(import_module(module), name)
    return bench
