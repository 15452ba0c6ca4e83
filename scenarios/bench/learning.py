"""Whether learning works: what recommenders earn in the worlds, over several seeds, with intervals.

``python -m scenarios.bench.learning`` takes about an hour on one core, so ``simenv bench`` leaves it out.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np

from recommenders.threads import one_thread
from scenarios.rl.arena import Arena
from scenarios.rl.course import Course
from scenarios.rl.evaluating import Chooser, RandomSlates, evaluate
from scenarios.rl.student import Student

SEEDS, EPISODES, STEPS = 5, 1000, 600_000
PUBLISHED = {
    "LongTermSatisfaction-v0": "RLlib: random about 950, good above 1,000",
    "InterestEvolution-v0": "published: random 159.2, myopic 166.3, best SlateQ 174.6",
}
_T = 2.776
"""Half of a 95 % interval of 5 values in standard errors (Student's t)."""
_CHAPTERS = 4

Maker = Callable[[Arena, int], Chooser]


def bench_learning(worlds: list[str], algorithms: list[str], steps: int = STEPS) -> Iterator[dict[str, Any]]:
    """One row for each world and recommender: the mean return over seeds, and beside it random slates."""
    for world in worlds:
        arena = Arena.of(world, {})
        random = _over_seeds(arena, _random)
        yield _row(world, "random", random, random)
        for algorithm in algorithms:
            values = _over_seeds(arena, partial(_learned, world, algorithm, steps))
            yield _row(world, algorithm, values, random)


def _over_seeds(arena: Arena, make: Maker) -> list[float]:
    return [evaluate(arena, make(arena, seed), EPISODES, seed).value for seed in range(SEEDS)]


def _random(arena: Arena, seed: int) -> Chooser:
    return RandomSlates(arena.slots, seed)


def _learned(world: str, algorithm: str, steps: int, arena: Arena, seed: int) -> Chooser:
    """What an algorithm has learned; ``myopic`` is SlateQ that sees nothing beyond the page."""
    here = replace(arena, gamma=0.0) if algorithm == "myopic" else arena
    name = "slateq" if algorithm == "myopic" else algorithm
    student: Student = Course(scenario=world, algorithm=name, steps=steps, seed=seed).student(here)
    with one_thread():
        for chapter in range(_CHAPTERS):
            student.study(chapter, steps // _CHAPTERS)
    return student.choose


def _row(world: str, case: str, values: list[float], random: list[float]) -> dict[str, Any]:
    mean, error = float(np.mean(values)), float(np.std(values, ddof=1)) / len(values) ** 0.5
    return {
        "bench": "learning",
        "case": f"{world}, {case}",
        "value": mean,
        "low": mean - _T * error,
        "high": mean + _T * error,
        "unit": "return of an episode",
        "baseline": f"random slates, {np.mean(random):.1f}; {PUBLISHED[world]}",
        "ratio": mean / float(np.mean(random)),
    }


if __name__ == "__main__":
    wanted = sys.argv[1:] or ["myopic", "slateq", "ppo", "a2c"]
    for row in bench_learning(list(PUBLISHED), wanted):
        print(json.dumps(row), flush=True)  # noqa: T201
