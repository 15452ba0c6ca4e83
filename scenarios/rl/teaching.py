"""A training as the command line asks for it, and what it tells in the end."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from simenv.errors import UsageError
from simenv.types import Estimate

Watcher = Callable[[int, int, Mapping[str, float]], None]


@dataclass(frozen=True)
class Taught:
    """What came of a training.

    Args:
        out: its folder.
        unit: what was measured.
        evaluations: of random slates, then after each chapter; or of each day.
        scenario: in which it can be used now; None for a world where items mean something else.
    """

    out: Path
    unit: str
    evaluations: Sequence[Estimate]
    scenario: str | None

    def sentences(self) -> list[str]:
        """How good it is, and beside it where it began."""
        first, last = (_words(estimate) for estimate in (self.evaluations[0], self.evaluations[-1]))
        return [self.unit.format(first=first, last=last)]

    def next_steps(self) -> list[str]:
        """Where it is, and what to do with it."""
        told = ["", f"Training folder: {self.out}", "Next:"]
        if self.scenario:
            arms = f"recommenders=[popularity, item_knn, model:{self.out}]"
            told.append(f"  simenv run {shlex.quote(self.scenario)} --set {shlex.quote(arms)}")
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
    try:
        from scenarios.rl.arena import FEED
        from scenarios.rl.bandits import BANDITS
        from scenarios.rl.course import Course
        from scenarios.rl.training import train
        from simenv.gym import WORLDS

        _need_values(plan["values"])
        course = Course(scenario=scenario, algorithm=algorithm, **plan)
        folder = out or Path("trained") / f"{Path(scenario).stem}-{algorithm}"
        evaluations = train(course, folder, watcher)
    except ModuleNotFoundError as missing:
        raise UsageError(
            f"Expected the libraries to train recommenders with, found no module {missing.name!r}; "
            "install them with: pip install 'simenv[rl]'."
        ) from missing
    unit = _VISITS if algorithm in BANDITS else _RETURNS
    return Taught(folder, unit, evaluations, None if scenario in WORLDS and scenario != FEED else scenario)


_OPTIONS = ("algorithm", "envs", "out", "scenario", "steps")


def _need_values(values: Mapping[str, Any]) -> None:
    """Refuse options of the training that stand among the values of its scenario."""
    for name in _OPTIONS:
        if name in values:
            raise UsageError(
                f"Expected a value of the scenario after --set, found {name!r}, an option of its own; "
                f"write --{name} {values[name]}."
            )


_VISITS = "Items watched by a visitor: {first} on the first day, {last} on the last."
_RETURNS = "Return of an episode: {first} with random slates, {last} with what was learned."


def _words(estimate: Estimate) -> str:
    return f"{estimate.value:.1f} ± {(estimate.high - estimate.low) / 2:.1f}"
