"""Training a recommender in an environment: chapters, evaluations, checkpoints, and a model at the end."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from agents.behaviour.checkpoint import claim
from recommenders.saved import Saved, read_columns, write_columns
from scenarios.rl.arena import Arena
from scenarios.rl.course import Course
from scenarios.rl.evaluating import evaluate
from scenarios.rl.student import Scalars, Student
from simenv.types import Estimate

CHECKPOINT, BOARD = "checkpoint.safetensors", "tensorboard"

Watcher = Callable[[int, int, Scalars], None]
"""Is told after each chapter: how many pages are done, of how many, and what the last ones were like."""


def train(course: Course, out: Path, watcher: Watcher = lambda *_: None) -> list[Estimate]:
    """Train a recommender, or go on with its training; ``model:OUT`` names it from then on.

    Args:
        out: the folder of the training.

    Returns:
        The mean return of an episode before the first chapter and after each.

    Raises:
        UsageError: the course cannot be, or another training was begun in the folder.
    """
    arena = course.arena()
    with one_thread():
        student = course.student(arena)
        claim(out, {"course": json.loads(json.dumps(asdict(course)))})
        return _Training(course, arena, student, out).to_the_end(watcher)


class _Training:
    """A training under way in its folder."""

    def __init__(self, course: Course, arena: Arena, student: Student, out: Path) -> None:
        self.course, self.arena, self.student, self.out = course, arena, student, out
        self.told: list[Estimate] = []

    def to_the_end(self, watcher: Watcher) -> list[Estimate]:
        """Every chapter that has not been done yet."""
        from torch.utils.tensorboard import SummaryWriter

        self._go_back()
        course = self.course
        board = SummaryWriter(str(self.out / BOARD), purge_step=self._done())
        for chapter in range(len(self.told) - 1, course.chapters):
            scalars = dict(self.student.study(chapter, course.pages(chapter))) if chapter >= 0 else {}
            estimate = evaluate(self.arena, self.student.choose, course.episodes, course.seed)
            self.told.append(estimate)
            self._keep()
            scalars["evaluation"] = estimate.value
            for name, value in scalars.items():
                board.add_scalar(name, value, self._done())
            board.flush()
            watcher(self._done(), course.steps, scalars)
        board.close()
        return self.told

    def _done(self) -> int:
        """Pages of the chapters that are over."""
        return sum(self.course.pages(chapter) for chapter in range(len(self.told) - 1))

    def _go_back(self) -> None:
        """To where the last checkpoint was taken, if there is one."""
        if (self.out / CHECKPOINT).exists():
            columns, notes = read_columns(self.out / CHECKPOINT)
            self.told = [Estimate(*numbers) for numbers in json.loads(notes["evaluations"])]
            self.student.restore(columns)

    def _keep(self) -> None:
        """The model as it is now, and everything that is needed to go on."""
        evaluations = [(e.value, e.low, e.high) for e in self.told]
        Saved(self._about(evaluations), self.student.model()).write(self.out)
        notes = {"evaluations": json.dumps(evaluations)}
        write_columns(self.out / CHECKPOINT, self.student.state(), notes)

    def _about(self, evaluations: list[tuple[float, float, float]]) -> dict[str, Any]:
        return {
            "algorithm": self.course.algorithm,
            "course": asdict(self.course),
            "shape": asdict(self.student.shape),
            "evaluations": evaluations,
        }


@contextmanager
def one_thread() -> Iterator[None]:
    """Within it torch computes on one thread: more would change its bits."""
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)
