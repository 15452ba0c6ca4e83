"""Whether learning works: what recommenders earn over several seeds, with intervals.

``python -m scenarios.bench.learning`` takes about an hour on one core, so ``simenv bench`` leaves it out.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np

from recommenders.threads import one_thread
from scenarios.rl.arena import Arena
from scenarios.rl.course import Course
from scenarios.rl.evaluating import Chooser, RandomSlates, evaluate
from scenarios.rl.student import Student

SEEDS, EPISODES = 5, 1000
_ALGORITHMS = ("myopic", "slateq", "ppo")


@dataclass(frozen=True)
class Task:
    """A world, and what is known of it.

    Args:
        known: what others have reached there, or what is the best.
        steps: pages to learn from.
        envs: people at a time.
        beside: recommenders that are fitted before and learn nothing in the world.
    """

    world: str
    settings: Mapping[str, Any]
    known: str
    steps: int
    envs: int = 64
    beside: Sequence[str] = ()


TASKS = {
    "satisfaction": Task(
        "LongTermSatisfaction-v0",
        {},
        "RLlib: random about 950, good above 1,000; always the most clickbait, which hardly harms: 1,111",
        200_000,
    ),
    "sensitive": Task(
        "LongTermSatisfaction-v0",
        {"sensitivity": 0.1},
        "always the most clickbait: 840, always the least: 992",
        200_000,
    ),
    "evolution": Task(
        "InterestEvolution-v0",
        {},
        "published: random 159.2, myopic 166.3, best SlateQ 174.6",
        600_000,
    ),
    "feed": Task(
        "crowd",
        {
            "dataset": "ml-1m",
            "agents": 1128,
            "rounds": 7,
            "retriever": "item_knn",
            "candidates": 200,
            "reward": "like",
        },
        "items liked in seven days by a thousand people who were not trained on",
        150_000,
        envs=128,
        beside=("popularity", "item_knn", "ease"),
    ),
}
_T = 2.776
"""Half of a 95 % interval of 5 values in standard errors (Student's t)."""
_CHAPTERS = 4

Maker = Callable[[Arena, int], Chooser]


def bench_learning(task: Task, algorithms: Iterable[str] = _ALGORITHMS) -> Iterator[dict[str, Any]]:
    """One row for each recommender: the mean return over seeds, and beside it random slates."""
    arena = Arena.of(task.world, task.settings)
    random = _over_seeds(arena, _random)
    yield _row(task, "random", random, random)
    for name in task.beside:
        plain = Arena.of(task.world, {**task.settings, "retriever": name})
        yield _row(task, name, _over_seeds(plain, _best), random)
    for algorithm in algorithms:
        values = _over_seeds(arena, partial(_learned, task, algorithm))
        yield _row(task, algorithm, values, random)


def _over_seeds(arena: Arena, make: Maker) -> list[float]:
    return [evaluate(arena, make(arena, seed), EPISODES, seed).value for seed in range(SEEDS)]


def _random(arena: Arena, seed: int) -> Chooser:
    return RandomSlates(arena.slots, seed)


def _best(arena: Arena, _: int) -> Chooser:
    """What the retriever thinks best."""
    first = np.arange(arena.slots)
    return lambda seen: np.where(seen.open[:, first], first, -1)


def _learned(task: Task, algorithm: str, arena: Arena, seed: int) -> Chooser:
    """What an algorithm has learned; ``myopic`` is SlateQ that sees nothing beyond the page."""
    here = replace(arena, gamma=0.0) if algorithm == "myopic" else arena
    name = "slateq" if algorithm == "myopic" else algorithm
    course = Course(
        scenario=task.world,
        algorithm=name,
        values=task.settings,
        steps=task.steps,
        envs=task.envs,
        seed=seed,
        chapters=_CHAPTERS,
    )
    student: Student = course.student(here)
    with one_thread():
        for chapter in range(_CHAPTERS):
            student.study(chapter, course.pages(chapter))
    return student.choose


def _row(task: Task, case: str, values: list[float], random: list[float]) -> dict[str, Any]:
    mean, error = float(np.mean(values)), float(np.std(values, ddof=1)) / len(values) ** 0.5
    settings = "".join(f", {name} {value}" for name, value in task.settings.items())
    return {
        "bench": "learning",
        "case": f"{task.world}{settings}, {case}",
        "value": mean,
        "low": mean - _T * error,
        "high": mean + _T * error,
        "unit": "return of an episode",
        "baseline": f"random slates, {np.mean(random):.1f}; {task.known}",
        "ratio": mean / float(np.mean(random)),
    }


if __name__ == "__main__":
    for wanted in sys.argv[1:] or TASKS:
        for row in bench_learning(TASKS[wanted]):
            print(json.dumps(row), flush=True)  # noqa: T201
