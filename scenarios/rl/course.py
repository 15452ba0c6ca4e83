"""What a training is to be, and who takes part in it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from scenarios.rl.arena import Arena
from scenarios.rl.student import Student
from simenv.errors import unknown_name


@dataclass(frozen=True, kw_only=True)
class Course:
    """What a training is to be; the same course gives the same model.

    Args:
        scenario: of a feed, or the name of another world.
        algorithm: one of ``ALGORITHMS``.
        values: what to change in the scenario, or the settings of the world.
        steps: pages of all environments together.
        envs: how many environments live side by side.
        seed: of its luck.
        chapters: after each there is an evaluation and a checkpoint.
        episodes: of an evaluation.
    """

    scenario: str
    algorithm: str
    values: Mapping[str, Any] = field(default_factory=dict)
    steps: int = 200_000
    envs: int = 64
    seed: int = 0
    chapters: int = 10
    episodes: int = 200

    def arena(self) -> Arena:
        """Where it takes place.

        Raises:
            UsageError: there is no such place.
        """
        return Arena.of(self.scenario, self.values)

    def student(self, arena: Arena) -> Student:
        """Who learns.

        Raises:
            UsageError: there is no such algorithm.
        """
        if self.algorithm not in ALGORITHMS:
            raise unknown_name("algorithm", self.algorithm, [*ALGORITHMS, "linucb", "thompson"])
        return ALGORITHMS[self.algorithm](self, arena)

    def pages(self, chapter: int) -> int:
        """How many pages a chapter has."""
        return (chapter + 1) * self.steps // self.chapters - chapter * self.steps // self.chapters


def _slateq(course: Course, arena: Arena) -> Student:
    from scenarios.rl.slateq import SlateQStudent

    return SlateQStudent(arena, course.envs, course.steps, course.seed)


def _sb3(course: Course, arena: Arena) -> Student:
    from scenarios.rl.sb3 import KINDS, Sb3Student

    return Sb3Student(KINDS[course.algorithm], arena, course.envs, course.steps, course.seed)


ALGORITHMS: Mapping[str, Callable[[Course, Arena], Student]] = {
    "a2c": _sb3,
    "dqn": _sb3,
    "maskable_ppo": _sb3,
    "ppo": _sb3,
    "slateq": _slateq,
}
