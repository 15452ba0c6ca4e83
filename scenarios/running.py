"""Running a scenario: every arm meets the same people under the same luck, and every page is written down."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path
from typing import Any

from agents.models.usage import Metered, Usage
from scenarios.building import Lab
from scenarios.interrupt import Stopped, stop_on_signals
from scenarios.loading import checked, load_scenario
from scenarios.meeting import Meeting
from scenarios.provenance import about, check_same
from scenarios.schema import LAST_SEED
from simenv.errors import SimenvError, UsageError
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
MOST_SEEDS = 1000
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
        values: what to change in it.
        seeds: how many times, each with luck of its own.
        out: the run folder; ``runs/<name>`` where left out, with a number where that is taken.
        watcher: is shown the progress.

    Raises:
        UsageError: something cannot be as it was asked for; nothing was written.
        Stopped: somebody stopped the run; it can be resumed.
        SimenvError: the run failed, and why; it can be resumed.
    """
    scenario = load_scenario(name, values)
    numbers = _seeds(scenario.seed, seeds)
    lab = Lab.of(scenario)
    try:
        folder = _new_folder(Path(out) if out else free_folder(scenario.name), about(lab, numbers))
    except BaseException:
        lab.close()
        raise
    return _Running(lab, folder, watcher).to_the_end(None)


def resume(path: str | Path, *, watcher: Watcher = lambda _: None) -> Run:
    """Continue a run that was stopped, failed or killed, from its last whole round.

    Raises:
        UsageError: there is no run, it is being written, or data or model have changed since.
    """
    folder = RunFolder.open(path)
    try:
        if folder.manifest["state"] == "done":
            return Run(path)
        last = folder.load_checkpoint()
        lab = Lab.of(checked(folder.manifest.get("scenario") or {}))
        check_same(folder.manifest, lab)
        folder.clear_stop()
        folder.drop_after(last)
        folder.set_state("running", error=None)
        return _Running(lab, folder, watcher).to_the_end(last)
    finally:
        folder.close()


def free_folder(name: str) -> Path:
    """``runs/<name>``, with the first number behind it that is not taken."""
    name = re.sub(r"[^\w.-]+", "-", name).strip(".-") or "run"
    path, number = RUNS / name, 1
    while path.exists():
        number += 1
        path = RUNS / f"{name}-{number}"
    return path


def _seeds(first: int, seeds: int) -> range:
    if not 1 <= seeds <= MOST_SEEDS or first + seeds - 1 > LAST_SEED:
        raise UsageError(
            f"Expected 1 to {MOST_SEEDS} seeds up to the number {LAST_SEED}, found {seeds} from {first} on."
        )
    return range(first, first + seeds)


def _new_folder(path: Path, about: Mapping[str, Any]) -> RunFolder:
    try:
        return RunFolder.create(path, about)
    except OSError as problem:
        raise UsageError(
            f"Expected to write a run into {path}, but cannot ({problem.strerror}); choose another --out."
        ) from problem


@dataclass
class _Running:
    """One run under way.

    Args:
        over: the readings of each arm under the seeds that are over, in their order.
    """

    lab: Lab
    folder: RunFolder
    watcher: Watcher
    over: dict[str, list[Mapping[str, Reading]]] = field(default_factory=dict)

    def to_the_end(self, last: Checkpoint | None) -> Run:
        """Run every world that is not over yet; the folder says how it ended, whatever happens."""
        try:
            self._remembering(last)
        except (Stopped, KeyboardInterrupt):
            self.folder.set_state("stopped", thinking=self._thinking())
            raise
        except BaseException as problem:
            known = isinstance(problem, SimenvError)
            told = str(problem) if known else f"{type(problem).__name__}: {problem}"
            self.folder.set_state("failed", error=told)
            if isinstance(problem, UsageError):  # something was written, so it is no matter of usage any more
                raise SimenvError(told) from problem
            raise
        finally:
            self.lab.close()
            self.folder.close()
        return Run(self.folder.path)

    def _remembering(self, last: Checkpoint | None) -> None:
        """Live with a file of answers, which is taken away when nobody will ask for them again."""
        self.folder.write_catalog(self.lab.dataset.catalog)
        bare, file = self.lab, self.folder.path / ANSWERS
        self.lab = bare.remembering(file)
        try:
            self._worlds(last)
            thinking = self._thinking()
        finally:
            self.lab.close()
            self.lab = bare
        for left in file.parent.glob(f"{file.name}*"):
            left.unlink()
        self.folder.set_state("done", thinking=thinking, error=None)

    def _worlds(self, last: Checkpoint | None) -> None:
        scenario = self.lab.scenario
        begun = int(last.counters["world"]) if last else 0
        day = int(last.counters["round"]) if last else 0
        worlds = list(product(self.folder.seeds, scenario.recommenders))
        plan = Plan(worlds=len(worlds), rounds=scenario.rounds, agents=scenario.agents)
        before = (begun * scenario.rounds + day) * scenario.agents
        with stop_on_signals() as signalled, Progress(self.folder, plan, done=before) as progress:
            for number, (seed, arm) in enumerate(worlds[begun:], start=begun):
                meeting = Meeting.of(self.lab, self.folder, number, seed, arm)
                if last and number == begun and day > 0:
                    meeting.restore(last.state)
                for step in meeting.rounds(progress):
                    progress.update(step, self._cost())
                    self.watcher(progress)
                    if signalled() or self.folder.stop_requested():
                        raise Stopped(self.folder.path)
                self._tell(seed, arm.name, meeting.board.readings())

    def _tell(self, seed: int, arm: str, readings: Mapping[str, Reading]) -> None:
        """The final table so far: every measure of an arm over the seeds that are over."""
        if arm not in self.over:
            run, number = Run(self.folder.path), self.folder.seeds.index(seed)
            before = self.folder.seeds[:number]
            self.over[arm] = [scoreboard(run, early, arm).readings() for early in before]
        self.over[arm].append(readings)
        self.folder.write_metrics((NOTHING, arm, NOTHING), estimates_over_seeds(self.over[arm]))
        if len(self.over[arm]) == len(self.folder.seeds):
            del self.over[arm]

    def _thinking(self) -> dict[str, float]:
        """What thinking has cost, earlier parts of a resumed run included."""
        before = self.folder.manifest.get("thinking") or {}
        return {name: value + before.get(name, 0) for name, value in self._cost().items()}

    def _cost(self) -> dict[str, float]:
        """What thinking has cost in this process; pages are those of the answers that are kept in a file."""
        model = self.lab.minds.model
        usage = model.usage() if isinstance(model, Metered) else Usage()
        return {
            "prompt_tokens": usage.prompt,
            "cached_tokens": usage.cached,
            "generated_tokens": usage.generated,
            "evaluations": usage.evaluations,
            "seconds": round(usage.seconds, 3),
            "remembered_pages": getattr(model, "hits", 0),
            "asked_pages": getattr(model, "misses", 0),
            "unread_answers": 0,
        }
