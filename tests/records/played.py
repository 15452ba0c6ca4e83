"""Runs for tests: made-up worlds, recorded, measured and checkpointed as a real run is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, BinaryIO

from simenv.metrics import Reading, Scoreboard, estimates_over_seeds
from simenv.records.checkpoint import Checkpoint
from simenv.records.folder import RunFolder
from simenv.records.recorder import Recorder
from simenv.records.replay import scoreboard
from simenv.records.run import Run
from simenv.types import NOTHING
from tests.factories import Crowd, catalog, population

ABOUT: dict[str, Any] = {
    "seeds": [1, 2],
    "arms": ["popular", "random"],
    "scenario": {"name": "town"},
    "model": {"name": "embedded", "sha256": "ab12", "terms": "as the data."},
    "dataset": {"name": "movies", "sha256": "cd34", "terms": "research, non-commercial"},
}
SMALL = Crowd(agents=12, items=25, block=5)


class Killed(BaseException):
    """The process is gone, in the middle of things."""


class MortalFolder(RunFolder):
    """A run folder whose process dies as it is about to write its so many-th file."""

    lives = 10**9

    def write(self, name: Path, writer: Callable[[BinaryIO], object]) -> None:
        if self.lives == 0:
            raise Killed
        self.lives -= 1
        super().write(name, writer)


def make_run(path: Path, crowd: Crowd = SMALL, about: dict[str, Any] | None = None, **how: Any) -> Path:
    """A whole run of a crowd under every seed and arm."""
    folder = RunFolder.create(path, ABOUT if about is None else about)
    play(folder, crowd, **how)
    folder.close()
    return path


def resume(path: Path, crowd: Crowd = SMALL, **how: Any) -> Path:
    """Go on with a run whose process died."""
    folder = RunFolder.open(path)
    play(folder, crowd, **how)
    folder.close()
    return path


def play(folder: RunFolder, crowd: Crowd, **how: Any) -> None:
    """Live every world that is not finished, from where the last checkpoint was taken."""
    folder.write_catalog(catalog(crowd.items))
    last = folder.load_checkpoint()
    folder.drop_after(last)
    finished = list(last.counters["finished"]) if last else []
    readings: dict[str, list[dict[str, Reading]]] = {arm: [] for arm in folder.arms}
    for seed in folder.seeds:
        for arm in folder.arms:
            if [seed, arm] in finished:
                board = scoreboard(Run(folder.path), seed, arm)
            else:
                world = World(folder, seed, arm, replace(crowd, seed=10 * seed + folder.arms.index(arm)), how)
                board = world.live(last, finished)
                finished = [*finished, [seed, arm]]
            readings[arm].append(board.readings())
            folder.write_metrics((NOTHING, arm, NOTHING), estimates_over_seeds(readings[arm]))
    folder.set_state("done")


@dataclass
class World:
    """One seed and arm of a run for tests."""

    folder: RunFolder
    seed: int
    arm: str
    crowd: Crowd
    how: dict[str, Any]

    def live(self, last: Checkpoint | None, finished: list[Any]) -> Scoreboard:
        people = population(self.crowd.agents)
        recorder = Recorder(self.folder, self.folder.world(self.seed, self.arm), people, **self.how)
        board = Scoreboard(self.crowd.agents, catalog(self.crowd.items))
        done = -1
        if last and last.counters["world"] == [self.seed, self.arm]:
            done = last.counters["round"]
            recorder.restore(_own(last.state, "recorder."))
            board.restore(_own(last.state, "board."))
        for step, ends in self.crowd.round_ends():
            day = int(step.slate.visit.round[0])
            if day <= done:
                continue
            recorder.write(step)
            board.update(step)
            if ends:
                recorder.end_round()
                self.folder.write_metrics((self.seed, self.arm, day), board.end_round())
                state = {f"recorder.{n}": c for n, c in recorder.state().items()}
                state |= {f"board.{n}": c for n, c in board.state().items()}
                now = {"world": [self.seed, self.arm], "round": day, "finished": finished}
                self.folder.save_checkpoint(state, now)
        self.folder.write_metrics((self.seed, self.arm, NOTHING), board.values())
        recorder.finish()
        return board


def _own(state: Any, prefix: str) -> dict[str, Any]:
    return {name[len(prefix) :]: column for name, column in state.items() if name.startswith(prefix)}
