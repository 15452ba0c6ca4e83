"""How fast the world is: a million light agents, each of them shown pages of ten items out of a thousand."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

import numpy as np

from agents.decision import Decision
from agents.memory import Window
from agents.taste_policy import TastePolicy
from recommenders.popularity import Popularity
from scenarios.bench.invented import Invented, luck
from simenv.loop import loop
from simenv.luck import stream
from simenv.metrics import Scoreboard
from simenv.people import People
from simenv.records.folder import RunFolder
from simenv.records.recorder import Recorder
from simenv.types import Population, Step
from simenv.world import Calendar, World

SIZES = (1_000, 10_000, 100_000, 1_000_000)
ITEMS, SLOTS, FACTORS, PAGES, BLOCK = 1_000, 10, 16, 5, 16_384
TOWN = Invented(items=ITEMS, factors=FACTORS)
ENOUGH = 1_000_000
"""Agent-pages at least that a measurement counts: small worlds are lived through several times."""

Notes = Callable[[Population, Path], AbstractContextManager[Callable[[Step], None]]]
"""Whoever watches a day of some people, and may write in a folder."""


@dataclass(frozen=True)
class Measured:
    """What one process measured: agent-pages a second, bare numpy's, and megabytes before and at the peak."""

    rate: float
    bare: float
    before: float
    peak: float


def bench_world() -> list[dict[str, object]]:
    """Agent-pages a second, memory at the peak, and what a page costs in small and large worlds."""
    alone = {agents: _apart(agents, "unwatched") for agents in SIZES}
    most, crowd = alone[SIZES[-1]], f"{SIZES[-1]:,} light agents"
    bare = "bare numpy: gathered dot products, logistic, draw"
    rows = [
        _row(f"{crowd}, no records", most.rate, "agent-pages/s", (bare, most.rate / most.bare)),
        _row(f"{crowd}, no records, peak", most.peak, "MB", ("before the day", most.peak / most.before)),
    ]
    for notes in ("recorded", "recorded and measured"):
        one = _apart(SIZES[-1], notes)
        rows.append(_row(f"{crowd}, {notes}", one.rate, "agent-pages/s", (bare, one.rate / one.bare)))
    for agents, one in alone.items():
        case = f"cost with {agents:,} agents"
        rows.append(_row(case, 1e9 / one.rate, "ns/agent-page", (crowd, most.rate / one.rate)))
    return rows


def _row(case: str, value: float, unit: str, beside: tuple[str, float]) -> dict[str, object]:
    baseline, ratio = beside
    return {
        "bench": "world",
        "case": case,
        "value": value,
        "unit": unit,
        "baseline": baseline,
        "ratio": ratio,
    }


def _apart(agents: int, notes: str) -> Measured:
    """Measure in a process of its own, so that nobody else's memory counts."""
    command = [sys.executable, "-m", "scenarios.bench.world", str(agents), notes]
    root = Path(__file__).parents[2]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, cwd=root)  # noqa: S603
    return Measured(**json.loads(done.stdout))


def measure(agents: int, notes: Notes) -> Measured:
    """Live through a day of so many agents, compiled and warm, and compare with bare numpy."""
    _live(TOWN.population(SIZES[0]), notes)
    population = TOWN.population(agents)
    before = peak_megabytes()
    pages, seconds = 0, 0.0
    while pages < ENOUGH:
        more, took = _live(population, notes)
        pages, seconds = pages + more, seconds + took
    peak = peak_megabytes()
    return Measured(pages / seconds, _bare_rate(population), before, peak)


def _live(population: Population, notes: Notes) -> tuple[int, float]:
    """One day: how many agent-pages, and how many seconds."""
    agents, pages = len(population), 0
    policy = TastePolicy(TOWN.taste(), population, Decision(seed=1))
    people = People(population, policy, Window(agents), pages=PAGES)
    world = World(people, Calendar(rounds=1, block=BLOCK))
    recommender = Popularity()
    recommender.fit(TOWN.train(agents))
    with TemporaryDirectory() as place:
        start = perf_counter()
        with notes(population, Path(place)) as note:
            for step in loop(world, recommender, SLOTS):
                note(step)
                pages += len(step.slate.visit)
        return pages, perf_counter() - start


def _ignore(step: Step) -> None:
    """Take no note."""


@contextmanager
def unwatched(population: Population, place: Path) -> Iterator[Callable[[Step], None]]:  # noqa: ARG001
    """Nobody takes notes."""
    yield _ignore


@contextmanager
def recorded(population: Population, place: Path) -> Iterator[Callable[[Step], None]]:
    """Every page is written down."""
    folder = RunFolder.create(place / "run", {"seeds": [0], "arms": ["popularity"]})
    recorder = Recorder(folder, folder.world(0, "popularity"), population)
    yield recorder.write
    recorder.end_round()
    recorder.finish()
    folder.close()


@contextmanager
def recorded_and_measured(population: Population, place: Path) -> Iterator[Callable[[Step], None]]:
    """Every page is written down and measured, as in a run."""
    board = Scoreboard(len(population), TOWN.catalog())

    with recorded(population, place) as write:

        def note(step: Step) -> None:
            write(step)
            board.update(step)

        yield note
        board.values()


NOTES: dict[str, Notes] = {
    "unwatched": unwatched,
    "recorded": recorded,
    "recorded and measured": recorded_and_measured,
}


def _bare_rate(population: Population) -> float:
    """Agent-pages a second of the heart of a decision alone, as one writes it in numpy."""
    chance, watch = stream(1, "bare"), TOWN.taste().watch
    rows = np.arange(min(BLOCK, len(population)), dtype=np.int32)
    slate = (luck("slate", len(rows), SLOTS) * ITEMS).astype(np.int32)
    start, pages = perf_counter(), 0
    while pages < ENOUGH:
        odds = np.einsum("bf,bsf->bs", population.taste[rows, :FACTORS], watch[slate])
        watched = chance.uniform(pages, rows[:, None], slate) < 1 / (1 + np.exp(-odds))
        pages += len(watched)
    return pages / (perf_counter() - start)


def peak_megabytes() -> float:
    """The most memory this process has held."""
    status = Path("/proc/self/status")
    if status.is_file():
        lines = dict(line.split(":", 1) for line in status.read_text().splitlines())
        return float(lines["VmHWM"].split()[0]) / 1e3
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6


if __name__ == "__main__":
    sys.stdout.write(json.dumps(asdict(measure(int(sys.argv[1]), NOTES[sys.argv[2]]))))
