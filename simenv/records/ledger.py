"""All values of all measures that a run has told so far."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from simenv.records.schema import METRICS
from simenv.records.tables import known, names
from simenv.types import NOTHING, Estimate

Place = tuple[int, str, int]
"""Seed, arm and round; NOTHING for all seeds, or for the whole run."""


class Ledger:
    """Values by seed, arm and round; a value that is told again replaces the one before."""

    FILE = "metrics.parquet"

    def __init__(self, seeds: Sequence[int], arms: Sequence[str]) -> None:
        self._seeds = [*seeds, NOTHING]
        self._arms = list(arms)
        self._values: dict[Place, dict[str, Estimate]] = {}

    def put(self, place: Place, values: Mapping[str, Estimate]) -> None:
        """Note the values of all measures at one place."""
        self._values[place] = dict(values)

    def read(self, path: Path) -> None:
        """Go on from what was written."""
        for row in pq.read_table(path).to_pylist():
            bounds = (np.nan if row[name] is None else row[name] for name in ("value", "low", "high"))
            place = self._values.setdefault((row["seed"], row["arm"], row["round"]), {})
            place[row["measure"]] = Estimate(*bounds)

    def table(self) -> pa.Table:
        """Everything so far, seed after seed, arm after arm, round after round, the whole last."""
        rows = [
            (*place, measure, value)
            for place in sorted(self._values, key=self._order)
            for measure, value in self._values[place].items()
        ]
        arms = np.array([self._arms.index(row[1]) for row in rows], dtype=np.int32)
        columns = {
            "seed": pa.array([row[0] for row in rows], pa.int32()),
            "arm": names(arms, self._arms),
            "round": pa.array([row[2] for row in rows], pa.int32()),
            "measure": pa.array([row[3] for row in rows], pa.string()),
        }
        bounds = {name: [getattr(row[4], name) for row in rows] for name in ("value", "low", "high")}
        return pa.table(columns | {name: known(np.array(b)) for name, b in bounds.items()}, schema=METRICS)

    def _order(self, place: Place) -> tuple[int, int, bool, int]:
        seed, arm, day = place
        return self._seeds.index(seed), self._arms.index(arm), day == NOTHING, day
