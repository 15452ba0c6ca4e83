"""The folder of runs, whatever somebody has put into it."""

from __future__ import annotations

import itertools
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from dashboard.data.files import Stamp, entries
from dashboard.data.opened import Opened
from simenv.errors import SimenvError, UsageError, unknown_name
from simenv.records.schema import METRICS
from simenv.types import NOTHING

_LATEST = 4e9
"""Seconds since 1970 beyond which no file was changed."""
_MANY = 10**9
"""Agents, more than which no run has."""


@dataclass(frozen=True, slots=True)
class Summary:
    """One line about a run, or about a folder that holds none (state ``unreadable``).

    Args:
        began: seconds since 1970.
        share: how much of a running run is done, 0 to 1.
        headline: final values by (arm, measure).
        problem: why it failed, or why it cannot be read.
    """

    name: str
    state: str
    problem: str = ""
    scenario: str = ""
    arms: tuple[str, ...] = ()
    agents: int | None = None
    dataset: str = ""
    model: str = ""
    seeds: tuple[int, ...] = ()
    began: float = 0.0
    share: float = 0.0
    headline: Mapping[tuple[str, str], float] = field(default_factory=dict)

    def best(self, measure: str) -> float | None:
        """The highest final value among the recommenders; None where none is known."""
        return max((value for (_, name), value in self.headline.items() if name == measure), default=None)


@dataclass(frozen=True, slots=True)
class Runs:
    """The folders in one folder; a name is looked up among them and never joined to a path."""

    root: Path

    def names(self) -> list[str]:
        """All folders and links in it that are not hidden and whose names are text, newest first."""
        try:
            found = [
                (entry.stat(follow_symlinks=False).st_mtime, entry.name)
                for entry in entries(self.root)
                if not entry.name.startswith(".")
                and entry.name.isprintable()
                and (entry.is_dir() or entry.is_symlink())
            ]
        except OSError:
            return []
        return [name for _, name in sorted(found, reverse=True)]

    def open(self, name: str) -> Opened:
        """The run of that name.

        Raises:
            UsageError: it is none of the folders here, a link, or holds no run that can be read.
        """
        try:
            found = next((entry for entry in entries(self.root) if entry.name == name), None)
        except OSError as problem:
            raise UsageError(f"The folder of runs cannot be read ({problem.strerror}).") from problem
        if found is None or name.startswith("."):
            raise unknown_name("run", name[:100], self.names())
        if found.is_symlink():
            raise UsageError(f"{name} is a link, and links are not followed; put the run itself here.")
        if not found.is_dir(follow_symlinks=False):
            raise UsageError(f"{name} is a file; expected the folder of a run.")
        return Opened(self.root.resolve() / found.name)

    def free(self, name: str) -> str:
        """A name for a new run, with the first number behind it that is not taken."""
        numbered = (name if number == 1 else f"{name}-{number}" for number in itertools.count(1))
        return next(own for own in numbered if not os.path.lexists(self.root / own))

    def summary(self, name: str) -> Summary:
        """One line about a run; what cannot be read says why."""
        try:
            return _summary(self.open(name))
        except SimenvError as problem:
            return Summary(name, "unreadable", problem=str(problem))

    def summaries(self) -> list[Summary]:
        """One line about each, newest first."""
        return sorted((self.summary(name) for name in self.names()), key=lambda run: -run.began)


def _summary(run: Opened) -> Summary:
    changed = {name: time / 1e9 for name, time, _ in run.files}
    agents = run.scenario.get("agents")
    return Summary(
        run.name,
        run.state,
        str(run.manifest.get("error") or "")[:500],
        run.word("scenario", "name"),
        run.arms,
        agents if isinstance(agents, int) and 0 <= agents <= _MANY else None,
        run.word("dataset", "name"),
        run.word("model", "name"),
        run.seeds,
        min(max(changed.get("catalog.parquet", changed["manifest.json"]), 0.0), _LATEST),
        1.0 if run.state == "done" else min(max(run.progress.get("share", 0.0), 0.0), 1.0),
        _headline(run),
    )


def _headline(run: Opened) -> Mapping[tuple[str, str], float]:
    """The final values by arm and measure; none where they are damaged or not there yet."""
    return _final(run.folder, tuple(file for file in run.files if file[0] == "metrics.parquet"))


@lru_cache(maxsize=4096)
def _final(folder: Path, file: Stamp) -> Mapping[tuple[str, str], float]:
    """Read without a database, of which a folder of many runs would need many."""
    try:
        table = pq.read_table(folder / "metrics.parquet", schema=METRICS) if file else METRICS.empty_table()
    except (pa.ArrowException, OSError, ValueError):
        return {}
    whole = table.filter(pc.and_(pc.equal(table["seed"], NOTHING), pc.equal(table["round"], NOTHING)))
    names = zip(whole["arm"].to_pylist(), whole["measure"].to_pylist(), strict=True)
    values = zip(names, whole["value"].to_pylist(), strict=True)
    return {name: value for name, value in values if value is not None}
