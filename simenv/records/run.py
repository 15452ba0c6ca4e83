"""A run as a reader sees it, while it grows and after it is done."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from simenv.errors import unknown_name
from simenv.records.ledger import Ledger
from simenv.records.manifest import Manifest, read_manifest
from simenv.records.parts import part_paths, world_prefix
from simenv.records.progress import STALE, read_progress
from simenv.records.schema import AGENTS, CATALOG, METRICS, PARTS
from simenv.records.tables import catalog_of
from simenv.types import NOTHING, Catalog, Estimate


@dataclass(frozen=True, slots=True)
class Value:
    """One entry of a run's final table: a measure of an arm, over all seeds and rounds."""

    arm: str
    measure: str
    estimate: Estimate


class Run:
    """A run folder, read lazily: every table is read when it is asked for, from files that are whole.

    Raises:
        UsageError: when the folder holds no run.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        about = read_manifest(self.path)
        self.seeds: tuple[int, ...] = tuple(about["seeds"])
        self.arms: tuple[str, ...] = tuple(about["arms"])
        self._read: dict[str, tuple[tuple[tuple[Path, int], ...], pa.Table]] = {}

    def __repr__(self) -> str:
        return (
            f"Run({str(self.path)!r}: {self.state}, arms {', '.join(self.arms)}; {len(self.seeds)} seed(s))"
        )

    @property
    def name(self) -> str:
        """The folder's own name."""
        return self.path.resolve().name

    @property
    def manifest(self) -> Manifest:
        """What was run, as it now says."""
        return read_manifest(self.path)

    @property
    def state(self) -> str:
        """running, done, failed or stopped; dead where a running run has no heartbeat any more."""
        state: str = self.manifest["state"]
        heart = (self.progress or {}).get("heartbeat")
        silent = heart is not None and time.time() - heart > STALE
        return "dead" if state == "running" and silent else state

    @property
    def progress(self) -> dict[str, Any] | None:
        """How far it is; None where it never said."""
        return read_progress(self.path)

    @property
    def interactions(self) -> pa.Table:
        """One row per shown item."""
        return self.table("interactions")

    @property
    def pages(self) -> pa.Table:
        """One row per page."""
        return self.table("pages")

    @property
    def words(self) -> pa.Table:
        """One row per page of a thinking agent."""
        return self.table("words")

    @property
    def agents(self) -> pa.Table:
        """One row per agent of each world."""
        return self._whole("agents.parquet", AGENTS)

    @property
    def catalog(self) -> pa.Table:
        """One row per item."""
        return self._whole("catalog.parquet", CATALOG)

    @property
    def items(self) -> Catalog:
        """The catalogue as the run had it."""
        return catalog_of(self.catalog)

    @property
    def metrics(self) -> pa.Table:
        """One row per measure of each seed, arm and round."""
        return self._whole(Ledger.FILE, METRICS)

    def measures(self) -> list[Value]:
        """The final table: every measure of every arm over the seeds and rounds that are over."""
        rows = (row for row in self.metrics.to_pylist() if row["seed"] == row["round"] == NOTHING)
        return [Value(row["arm"], row["measure"], _estimate(row)) for row in rows]

    def parts(self, table: str, seed: int | None = None, arm: str | None = None) -> list[Path]:
        """The whole part files of a table that grows, of one world where seed and arm are given."""
        if seed is None or arm is None:
            return part_paths(self.path, table)
        if arm not in self.arms:
            raise unknown_name("arm", arm, self.arms)
        prefix = world_prefix(self.seeds.index(seed), self.arms.index(arm))
        return part_paths(self.path, table, prefix)

    def table(self, name: str) -> pa.Table:
        """All rows of interactions, pages or words so far."""
        if name not in PARTS:
            raise unknown_name("table", name, PARTS)
        return self._cached(name, self.parts(name), PARTS[name])

    def sql(self, query: str) -> pa.Table:
        """The answer of DuckDB to a query over interactions, pages, words, agents, catalog and metrics."""
        import duckdb
        from pyarrow.dataset import dataset

        with duckdb.connect(config={"python_enable_replacements": False}) as database:
            for name, schema in PARTS.items():
                parts = [str(part) for part in self.parts(name)]
                database.register(name, dataset(parts, schema=schema) if parts else schema.empty_table())
            for name in ("agents", "catalog", "metrics"):
                database.register(name, getattr(self, name))
            return database.sql(query).to_arrow_table()

    def _whole(self, file: str, schema: pa.Schema) -> pa.Table:
        path = self.path / file
        return self._cached(file, [path] if path.exists() else [], schema)

    def _cached(self, name: str, files: list[Path], schema: pa.Schema) -> pa.Table:
        """Read files again only when there are others, or newer ones, than the last time."""
        seen = tuple((file, file.stat().st_mtime_ns) for file in files)
        if name not in self._read or self._read[name][0] != seen:
            tables = [pq.read_table(file) for file in files]
            self._read[name] = (seen, pa.concat_tables(tables) if tables else schema.empty_table())
        return self._read[name][1]


def _estimate(row: dict[str, Any]) -> Estimate:
    value, low, high = (float("nan") if row[name] is None else row[name] for name in ("value", "low", "high"))
    return Estimate(value, low, high)
