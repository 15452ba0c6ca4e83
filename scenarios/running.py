"""Running a scenario: every arm meets the same people under the same luck, and every page is written down."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

from agents.models.usage import Metered, Usage
from scenarios.building import Lab
from scenarios.interrupt import Stopped, stop_on_signals
from scenarios.loading import checked, load_scenario
from scenarios.meeting import Meeting
from scenarios.provenance import about, check_same
from scenarios.schema import Arm
from simenv.errors import SimenvError
from simenv.metrics import Reading, estimates_over_seeds
from simenv.records.checkpoint import Checkpoint
from simenv.records.folder import RunFolder
from simenv.records.progress import Plan, Progress
from simenv.records.replay import scoreboard
from simenv.records.run import Run
from simenv.types import NOTHING

Watcher = Callable[[Progress], object]
"""Is shown the progress after every page of a block."""

RUNS = Path("runs")
ANSWERS = Path("checkpoint") / "answers.sqlite"


def run(
    name: str,
    values: Mapping[str, Any],
    *,
    seeds: int = 1,
    out: str | Path | None = None,
    watcher: Watcher = lambda _: None,
) -> Run:
    """Run a scenario from the beginning.

    Args:
        name: a scenario that ships, or the path of a YAML file.
        values: what to change in it; ``out`` among them names the folder as the argument does.
        seeds: how many times, each with luck of its own.
        out: the run folder; ``runs/<name>`` where left out, with a number where that is taken.
        watcher: is shown the progress.

    Raises:
        UsageError: something cannot be as it was asked for; nothing was written.
        Stopped: somebody stopped the run; it can be resumed.
        SimenvError: the run failed, and why; it can be resumed.
    """
    changes = dict(values)
    out = changes.pop("out", out)
    lab = Lab.of(load_scenario(name, changes))
    first = lab.scenario.seed
    folder = RunFolder.create(
        Path(out) if out else free_folder(lab.scenario.name), about(lab, range(first, first + seeds))
    )
    folder.write_catalog(lab.dataset.catalog)
    folder.save_checkpoint({}, {"world": 0, "round": 0})
    return _Running(lab, folder, watcher).to_the_end(None)


def resume(path: str | Path, *, watcher: Watcher = lambda _: None) -> Run:
    """Continue a run that was stopped, failed or killed, from its last whole round.

    Raises:
        UsageError: there is no run, it is being written, or data or model have changed since.
    """
    folder = RunFolder.open(path)
    try:
        lab = Lab.of(checked(folder.manifest["scenario"]))
        check_same(folder.manifest, lab)
    except BaseException:
        folder.close()
        raise
    folder.clear_stop()
    if folder.manifest["state"] == "done":
        folder.close()
        return Run(path)
    last = folder.load_checkpoint()
    folder.drop_after(last)
    folder.set_state("running")
    return _Running(lab, folder, watcher).to_the_end(last)


def free_folder(name: str) -> Path:
    """``runs/<name>``, with the first number behind it that is not taken."""
    path, number = RUNS / name, 1
    while path.exists():
        number += 1
        path = RUNS / f"{name}-{number}"
    return path


@dataclass
class _Running:
    """One run under way."""

    lab: Lab
    folder: RunFolder
    watcher: Watcher

    def to_the_end(self, last: Checkpoint | None) -> Run:
        """Run every world that is not over yet; the folder says how it ended, whatever happens."""
        try:
            self.lab = self.lab.remembering(self.folder.path / ANSWERS)
            self._worlds(last)
        except (Stopped, KeyboardInterrupt):
            self.folder.set_state("stopped", thinking=self._thinking())
            raise
        except BaseException as problem:
            told = (
                str(problem) if isinstance(problem, SimenvError) else f"{type(problem).__name__}: {problem}"
            )
            self.folder.set_state("failed", error=told)
            raise
        else:
            self.folder.set_state("done", thinking=self._thinking(), error=None)
            for file in (self.folder.path / ANSWERS.parent).glob(f"{ANSWERS.name}*"):
                file.unlink()
        finally:
            self.lab.close()
            self.folder.close()
        return Run(self.folder.path)

    def _worlds(self, last: Checkpoint | None) -> None:
        scenario = self.lab.scenario
        begun = int(last.counters["world"]) if last else 0
        day = int(last.counters["round"]) if last else 0
        worlds = list(self._each_world())
        plan = Plan(worlds=len(worlds), rounds=scenario.rounds, agents=scenario.agents)
        before = (begun * scenario.rounds + day) * scenario.agents
        readings: dict[tuple[int, str], Mapping[str, Reading]] = {}
        with stop_on_signals() as signalled, Progress(self.folder, plan, done=before) as progress:
            for number, (seed, arm) in enumerate(worlds[begun:], start=begun):
                meeting = Meeting.of(self.lab, self.folder, number, seed, arm)
                if last and number == begun and day > 0:
                    meeting.restore(last.state)
                for step in meeting.rounds(progress):
                    progress.update(step, *self._cost())
                    self.watcher(progress)
                    if signalled() or self.folder.stop_requested():
                        raise Stopped(self.folder.path)
                readings[seed, arm.name] = meeting.board.readings()
        self._over_seeds(readings)

    def _each_world(self) -> Iterator[tuple[int, Arm]]:
        return product(self.folder.seeds, self.lab.scenario.recommenders)

    def _over_seeds(self, readings: Mapping[tuple[int, str], Mapping[str, Reading]]) -> None:
        """The final table: every measure of every arm over all seeds."""
        told = Run(self.folder.path)
        for arm in self.folder.arms:
            of_seeds = [
                readings.get((seed, arm)) or scoreboard(told, seed, arm).readings()
                for seed in self.folder.seeds
            ]
            self.folder.write_metrics((NOTHING, arm, NOTHING), estimates_over_seeds(of_seeds))

    def _usage(self) -> Usage:
        model = self.lab.minds.model
        return model.usage() if isinstance(model, Metered) else Usage()

    def _cost(self) -> tuple[int, int]:
        return self._usage().prompt, getattr(self.lab.minds.model, "hits", 0)

    def _thinking(self) -> dict[str, float]:
        """What thinking has cost, earlier parts of a resumed run included."""
        before = self.folder.manifest.get("thinking") or {}
        usage = self._usage()
        now = {
            "prompt_tokens": usage.prompt,
            "cached_tokens": usage.cached,
            "generated_tokens": usage.generated,
            "evaluations": usage.evaluations,
            "seconds": round(usage.seconds, 3),
            "unread_answers": 0,
        }
        return {name: value + before.get(name, 0) for name, value in now.items()}
