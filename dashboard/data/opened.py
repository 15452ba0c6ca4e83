"""One run, opened for reading: what its manifest says, checked, and its tables."""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

import pyarrow as pa

from dashboard.data.asking import Columns, answer
from dashboard.data.files import Stamp, stamp
from simenv.errors import UsageError
from simenv.records.manifest import STATES, Manifest
from simenv.records.run import Run


def _text(value: Any) -> Any:
    """The same values, with only such words and numbers as can be sent to a browser."""
    if isinstance(value, dict):
        return {_text(str(name)): _text(own) for name, own in value.items()}
    if isinstance(value, list):
        return [_text(own) for own in value]
    if isinstance(value, str):
        return value.encode(errors="replace").decode()
    return str(value) if isinstance(value, float) and not math.isfinite(value) else value


def _state(run: Run) -> str:
    try:
        return run.state
    except TypeError:  # a heartbeat that is no time says nothing
        return str(run.manifest["state"])


class Opened:
    """A run that can be read; made by ``Runs.open``.

    Args:
        folder: a real folder, no link, that lies in the folder of runs.

    Raises:
        UsageError: there is no run in it, or something in it that is not to be opened.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.name = folder.name
        self.files: Stamp = stamp(folder)
        try:
            self.run = Run(folder)
            self.manifest: Manifest = _text(self.run.manifest)
            self.state = _state(self.run)
        except (TypeError, ValueError, AttributeError, RecursionError, OSError) as problem:
            raise UsageError(
                f"The manifest of {folder.name} holds what no run writes; it is from another program."
            ) from problem
        if self.state not in (*STATES, "dead"):
            raise UsageError(f"The manifest of {folder.name} names no known state; it is from elsewhere.")
        self.arms: tuple[str, ...] = tuple(self.manifest["arms"])
        self.seeds = self.run.seeds

    @cached_property
    def scenario(self) -> Mapping[str, Any]:
        """The scenario as run; empty where the manifest holds none."""
        return self.section("scenario")

    @property
    def days(self) -> int:
        """How many days it has; 1 where the scenario does not say."""
        said = self.scenario.get("rounds")
        return said if isinstance(said, int) else 1

    @property
    def progress(self) -> Mapping[str, float]:
        """The numbers that the run last said about its progress: share, rounds, decisions_per_s and so on."""
        said = self.run.progress
        found = said.items() if isinstance(said, dict) else ()
        return {
            name: float(value)
            for name, value in found
            if isinstance(value, int | float) and math.isfinite(value)
        }

    def section(self, name: str) -> Mapping[str, Any]:
        """A part of the manifest that is keys and values; empty where it is not."""
        found = self.manifest.get(name)
        return found if isinstance(found, dict) else {}

    def word(self, section: str, key: str) -> str:
        """One value of a part of the manifest, as text; "" where there is none."""
        found = self.section(section).get(key)
        return "" if found is None else str(found)[:500]

    def has(self, table: str) -> bool:
        """Whether a table that grows has a part, or another its file."""
        return any(name.startswith((f"{table}/part-", f"{table}.parquet")) for name, *_ in self.files)

    def ask(self, query: str, *values: Any, kept: str = "") -> pa.Table:
        """The answer to an SQL query with ``?`` for values; kept until the run's files change.

        The tables are interactions, pages, words, agents, catalog and metrics, with the columns of
        ``simenv.records.schema``. Let DuckDB aggregate: what comes back should be small.

        Args:
            kept: a query whose own answer is one more table, ``kept``, counted once for all that use it.

        Raises:
            UsageError: a file is damaged.
        """
        return answer(self.folder, self.files, query, values, kept)

    def columns(self, query: str, *values: Any, kept: str = "") -> Columns:
        """The same answer as lists by column name."""
        found: Columns = self.ask(query, *values, kept=kept).to_pydict()
        return found
