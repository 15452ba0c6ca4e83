"""How fast people are served by a recommender that scores the whole catalogue for everybody on every page."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np

from recommenders.factors import Factors
from scenarios.bench.feed import ROUNDS, SECONDS, SEED, SLOTS, feed, user_steps
from scenarios.bench.invented import Invented, luck
from scenarios.bench.world import peak_megabytes
from simenv import kernels
from simenv.ragged import Ragged
from simenv.types import NOTHING, FloatArray, IntArray, Visit

PEOPLE, MANY, FACTORS, FEW, LARGE = 1_000, 10_000, 32, 10_000, 100_000
"""People who are served and who see random slates, length of the vectors, items of two catalogues."""
NG = ("RecSim NG, its own recommender, 10,000 items, recorded: 4,900/s", 4.9e3)


def bench_scoring() -> list[dict[str, object]]:
    """User-steps a second, scoring and exclusion included, of a catalogue and of one ten times as large."""
    few, large = _apart(FEW), _apart(LARGE)
    case, wide = (f"Feed, {PEOPLE:,} people, {items:,} items scored for each" for items in (FEW, LARGE))
    flat = f"Feed, {MANY:,} people, random slates of {{:,}} items"
    pairs = (FEW * few["served"], LARGE * large["served"])
    return [
        _row(case, few["served"], "user-steps/s", NG),
        _row(wide, large["served"], "user-steps/s", (case, few["served"])),
        _row(f"{wide}: scores", pairs[1], "scores/s", (case, pairs[0])),
        _row(flat.format(LARGE), large["random"], "user-steps/s", (flat.format(FEW), few["random"])),
        _row(f"{wide}: peak", large["peak"], "MB", ("500 MB, the most allowed", 500.0)),
    ]


class Invention(Factors):
    """Vectors of luck, recommended as those of ALS or BPR are."""

    def _factorize(self, matrix: Any) -> tuple[FloatArray, FloatArray]:
        users, items = (luck(side, n, FACTORS) - 0.5 for side, n in zip(_SIDES, matrix.shape, strict=True))
        return users.astype(np.float32), items.astype(np.float32)


_SIDES = ("scored users", "scored items")


class Served:
    """Many people, and a recommender that stands outside and remembers whom it has shown what."""

    def __init__(self, town: Invented, people: int) -> None:
        self._env = feed(town, people)
        self._recommender = Invention()
        self._recommender.fit(town.train(people))
        self._history = town.population(people).history
        self._rows: IntArray = np.arange(people, dtype=np.int32)
        self._pages: IntArray = np.zeros(people, dtype=np.int32)
        self._shown: IntArray = np.full((people, self._env.play.horizon, SLOTS), NOTHING, dtype=np.int32)
        self._env.reset(seed=SEED)

    def step(self) -> FloatArray:
        """One page of everybody: rewards float32 (people,)."""
        rows, pages = self._rows, self._pages
        seen = self._shown[:, : pages.max() + 1].reshape(len(rows), -1)
        known = kernels.beside(self._history.starts, self._history.values, rows, seen)
        visit = Visit(np.zeros_like(rows), np.zeros_like(rows), pages, rows, Ragged(*known))
        items = self._recommender.recommend(visit, SLOTS).items
        self._shown[rows, pages] = items
        _, reward, terminated, truncated, _ = self._env.step(items)
        over = terminated | truncated
        self._shown[over] = NOTHING
        self._pages = np.where(over, 0, pages + 1).astype(np.int32)
        return reward


def served(town: Invented, people: int) -> float:
    """User-steps a second: the best of several rounds."""
    stepped, best = Served(town, people), 0.0
    stepped.step()
    for _ in range(ROUNDS):
        start, steps = perf_counter(), 0
        while (took := perf_counter() - start) < SECONDS:
            stepped.step()
            steps += 1
        best = max(best, steps * people / took)
    return best


def measured(items: int) -> dict[str, float]:
    """What one process measures: user-steps a second, served and at random, and megabytes while serving."""
    town = Invented(items=items, factors=FACTORS)
    told = {"served": served(town, PEOPLE), "peak": peak_megabytes()}
    return {**told, "random": user_steps(feed(town, MANY), MANY)}


def _row(case: str, value: float, unit: str, beside: tuple[str, float]) -> dict[str, object]:
    baseline, other = beside
    row = {"bench": "env", "case": case, "value": value, "unit": unit}
    return {**row, "baseline": baseline, "ratio": value / other}


def _apart(items: int) -> dict[str, float]:
    """Measured in a process of its own, so that nobody else's memory counts."""
    command = [sys.executable, "-m", "scenarios.bench.scoring", str(items)]
    root = Path(__file__).parents[2]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, cwd=root)  # noqa: S603
    told: dict[str, float] = json.loads(done.stdout)
    return told


if __name__ == "__main__":
    sys.stdout.write(json.dumps(measured(int(sys.argv[1]))))
