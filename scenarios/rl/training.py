"""Training a recommender in an environment: chapters, evaluations, checkpoints, and a model at the end."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, closing
from dataclasses import asdict
from functools import cached_property
from pathlib import Path
from typing import Any

from agents.behaviour.checkpoint import ABOUT, claim, read_about
from recommenders.saved import CHECKPOINT, WAY_OUT, Saved
from recommenders.threads import one_thread
from scenarios.rl.bandits import BANDITS, BanditTraining
from scenarios.rl.course import Course
from scenarios.rl.evaluating import Chooser, RandomSlates, evaluate, seed_of
from scenarios.rl.reality import Reality
from scenarios.rl.student import Scalars
from simenv.errors import UsageError
from simenv.records.columns import read_columns, write_columns
from simenv.types import Estimate

BOARD = "tensorboard"

Watcher = Callable[[int, int, Scalars], None]
"""Is told after each chapter: how many pages are done, of how many, and what the last ones were like."""


def train(course: Course, out: Path, watcher: Watcher = lambda *_: None) -> list[Estimate]:
    """Train a recommender, or go on with its training; ``model:OUT`` names it from then on.

    Args:
        out: the folder of the training.

    Returns:
        The mean return of an episode, of random slates first, then after each chapter; of a bandit, items
        watched by each visitor of each day.

    Raises:
        UsageError: the course cannot be, or another training was begun in the folder.
    """
    with one_thread():
        lessons = BanditTraining(course, out) if course.algorithm in BANDITS else Training(course, out)
        _claim(course, out)
        lessons.go_back()
        with closing(lessons), closing(_board(out, len(lessons.told))) as board:
            for done, total, scalars in lessons.go_on():
                for name, value in scalars.items():
                    board.add_scalar(name, value, done)
                board.flush()
                watcher(done, total, scalars)
    return lessons.told


class Training:
    """Chapters of a student in an environment.

    Raises:
        UsageError: the course cannot be.
    """

    def __init__(self, course: Course, out: Path) -> None:
        self.course, self.out = course, out
        self.arena = course.arena()
        self.student = course.student(self.arena)
        self.told: list[Estimate] = []
        self._open = ExitStack()

    def go_on(self) -> Iterator[tuple[int, int, Scalars]]:
        """Every chapter that has not been done yet: pages done, of how many, and what the last were like."""
        course = self.course
        if not self.told:
            self.told.append(self._evaluated(RandomSlates(self.arena.slots, course.seed)))
            self._keep()
            yield 0, course.steps, {"evaluation": self.told[0].value}
        for chapter in range(len(self.told) - 1, course.chapters):
            scalars = dict(self.student.study(chapter, course.pages(chapter)))
            if self._reality is not None:
                seed = seed_of(course.seed, "reality", chapter)
                scalars |= self._reality.met(self.student.choose, seed)
            self.told.append(self._evaluated(self.student.choose))
            self._keep()
            yield self._done(), course.steps, {**scalars, "evaluation": self.told[-1].value}

    def go_back(self) -> None:
        """To where the last checkpoint was taken, if there is one."""
        if (self.out / CHECKPOINT).exists():
            columns, notes = read_columns(self.out / CHECKPOINT)
            self.told = [Estimate(*numbers) for numbers in json.loads(notes["evaluations"])]
            self.student.restore(columns)

    def close(self) -> None:
        """Free what language users think with, where some were met."""
        self._open.close()

    @cached_property
    def _reality(self) -> Reality | None:
        """The language users whom surrogates stand for, where there are surrogates."""
        plan = self.arena.plan
        if plan is None or plan.users != "surrogate":
            return None
        return self._open.enter_context(closing(Reality(self.arena, plan)))

    def _evaluated(self, choose: Chooser) -> Estimate:
        return evaluate(self.arena, choose, self.course.episodes, self.course.seed)

    def _done(self) -> int:
        """Pages of the chapters that are over."""
        return sum(self.course.pages(chapter) for chapter in range(len(self.told) - 1))

    def _keep(self) -> None:
        """The model as it is now, and everything that is needed to go on."""
        evaluations = [(e.value, e.low, e.high) for e in self.told]
        Saved(self._about(evaluations), self.student.model()).write(self.out)
        notes = {"evaluations": json.dumps(evaluations)}
        write_columns(self.out / CHECKPOINT, self.student.state(), notes, WAY_OUT)

    def _about(self, evaluations: list[tuple[float, float, float]]) -> dict[str, Any]:
        return {
            "algorithm": self.course.algorithm,
            "course": asdict(self.course),
            "shape": asdict(self.student.shape),
            "evaluations": evaluations,
            **self.arena.about(),
        }


def _claim(course: Course, out: Path) -> None:
    """Make a folder the one of this course, unless something else is in it.

    Raises:
        UsageError: another training was begun there, or it is no training's.
    """
    wanted = json.loads(json.dumps(asdict(course)))
    if (out / ABOUT).exists():
        begun = read_about(out).get("course", {})
        other = [name for name, value in wanted.items() if begun.get(name) != value]
        if other:
            raise UsageError(
                f"Expected the course that the training in {out} began with ({_some(begun, other)}), found "
                f"{_some(wanted, other)}; go on with the first, or name another folder with --out."
            )
    elif out.exists() and any(not path.name.startswith(".") for path in out.iterdir()):
        raise UsageError(
            f"Expected a new folder, or that of a training, found other files in {out}; name another folder "
            "with --out."
        )
    claim(out, {"course": wanted})


def _some(values: Mapping[str, Any], names: list[str]) -> str:
    return ", ".join(f"{name} {values.get(name)!r}" for name in names)


def _board(out: Path, begun: int) -> Any:
    """Where scalars are written for TensorBoard; a training that is gone on with adds to them."""
    from torch.utils.tensorboard import SummaryWriter

    return SummaryWriter(str(out / BOARD), filename_suffix=f".{begun}")
