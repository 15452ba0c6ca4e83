"""A training as the command line asks for it, and what it tells in the end."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scenarios.rl.arena import FEED
from scenarios.rl.bandits import BANDITS
from scenarios.rl.course import Course
from scenarios.rl.training import Watcher, train
from simenv.gym import WORLDS
from simenv.types import Estimate


@dataclass(frozen=True)
class Taught:
    """What came of a training.

    Args:
        course: what it was.
        out: its folder.
        evaluations: of random slates, then after each chapter; or of each day.
    """

    course: Course
    out: Path
    evaluations: Sequence[Estimate]

    def sentences(self) -> list[str]:
        """How good it is, and beside it where it began."""
        first, last = (_words(estimate) for estimate in (self.evaluations[0], self.evaluations[-1]))
        if self.course.algorithm in BANDITS:
            return [f"Items watched by a visitor: {first} on the first day, {last} on the last."]
        return [f"Return of an episode: {first} with random slates, {last} with what was learned."]

    def next_steps(self) -> list[str]:
        """Where it is, and what to do with it."""
        told = ["", f"Training folder: {self.out}", "Next:"]
        if self.course.scenario not in WORLDS or self.course.scenario == FEED:
            arms = f"recommenders=[popularity, item_knn, model:{self.out}]"
            told.append(f"  simenv run {shlex.quote(self.course.scenario)} --set {shlex.quote(arms)}")
        return [*told, f"  tensorboard --logdir {shlex.quote(str(self.out / 'tensorboard'))}"]


def teach(
    scenario: str, algorithm: str, plan: Mapping[str, Any], out: Path | None, watcher: Watcher
) -> Taught:
    """Train a recommender, or go on with its training.

    Args:
        scenario, algorithm, plan: of a ``Course``.
        out: the folder; ``trained/SCENARIO-ALGORITHM`` where left out.

    Raises:
        UsageError: it cannot be as it was asked for, or libraries are missing.
    """
    course = Course(scenario=scenario, algorithm=algorithm, **plan)
    folder = out or Path("trained") / f"{Path(scenario).stem}-{algorithm}"
    return Taught(course, folder, train(course, folder, watcher))


def _words(estimate: Estimate) -> str:
    return f"{estimate.value:.1f} ± {(estimate.high - estimate.low) / 2:.1f}"
