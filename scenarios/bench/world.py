"""How fast the world is: a million light agents, each of them shown pages of ten items out of a thousand."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from time import perf_counter

import numpy as np

from agents.decision import Decision
from agents.memory import Window
from agents.taste import ItemTaste
from agents.taste_policy import TastePolicy
from recommenders.popularity import Popularity
from simenv.loop import loop
from simenv.luck import stream
from simenv.types import FloatArray, IntArray, Interactions, Population, Ragged
from simenv.world import Calendar, World

SIZES = (1_000, 10_000, 100_000, 1_000_000)
ITEMS, SLOTS, FACTORS, HISTORY, PAGES, BLOCK = 1_000, 10, 16, 16, 5, 16_384
ENOUGH = 1_000_000
"""Agent-pages at least that a measurement counts: small worlds are lived through several times."""


@dataclass(frozen=True)
class Measured:
    """What one process measured: agent-pages a second, bare numpy's, and megabytes before and at the peak."""

    rate: float
    bare: float
    before: float
    peak: float


def bench_world() -> list[dict[str, object]]:
    """Agent-pages a second, memory at the peak, and what a page costs in small and large worlds."""
    measured = {agents: _apart(agents) for agents in SIZES}
    most = measured[SIZES[-1]]
    crowd = f"{SIZES[-1]:,} light agents"
    bare = "bare numpy: gathered dot products, logistic, draw"
    rows = [
        _row(f"{crowd}, no records", most.rate, "agent-pages/s", bare, most.rate / most.bare),
        _row(f"{crowd}, peak", most.peak, "MB", "before the world began", most.peak / most.before),
    ]
    for agents, one in measured.items():
        cost = f"cost with {agents:,} agents"
        rows.append(_row(cost, 1e9 / one.rate, "ns/agent-page", crowd, most.rate / one.rate))
    return rows


def _row(case: str, value: float, unit: str, baseline: str, ratio: float) -> dict[str, object]:
    return {
        "bench": "world",
        "case": case,
        "value": value,
        "unit": unit,
        "baseline": baseline,
        "ratio": ratio,
    }


def _apart(agents: int) -> Measured:
    """Measure in a process of its own, so that nobody else's memory counts."""
    command = [sys.executable, "-m", "scenarios.bench.world", str(agents)]
    root = Path(__file__).parents[2]
    done = subprocess.run(command, check=True, capture_output=True, text=True, cwd=root)  # noqa: S603
    return Measured(**json.loads(done.stdout))


def measure(agents: int) -> Measured:
    """Live through a day of so many agents, compiled and warm, and compare with bare numpy."""
    _live(_population(SIZES[0]))
    population = _population(agents)
    before = _peak_megabytes()
    pages, seconds = 0, 0.0
    while pages < ENOUGH:
        more, took = _live(population)
        pages, seconds = pages + more, seconds + took
    peak = _peak_megabytes()
    return Measured(pages / seconds, _bare_rate(population), before, peak)


def _live(population: Population) -> tuple[int, float]:
    """One day: how many agent-pages, and how many seconds."""
    agents = len(population)
    policy = TastePolicy(_items(), population, Decision(seed=1))
    world = World(population, policy, Window(agents), Calendar(rounds=1, pages=PAGES, block=BLOCK))
    recommender = Popularity()
    recommender.fit(_train(agents))
    start = perf_counter()
    pages = sum(len(step.slate.visit) for step in loop(world, recommender, SLOTS))
    return pages, perf_counter() - start


def _bare_rate(population: Population) -> float:
    """Agent-pages a second of the heart of a decision alone, as one writes it in numpy."""
    luck, watch = stream(1, "bare"), _items().watch
    rows = np.arange(min(BLOCK, len(population)), dtype=np.int32)
    slate = (_luck("slate", len(rows), SLOTS) * ITEMS).astype(np.int32)
    start, pages = perf_counter(), 0
    while pages < ENOUGH:
        odds = np.einsum("bf,bsf->bs", population.taste[rows, :FACTORS], watch[slate])
        watched = luck.uniform(pages, rows[:, None], slate) < 1 / (1 + np.exp(-odds))
        pages += len(watched)
    return pages / (perf_counter() - start)


def _population(agents: int) -> Population:
    """People of luck alone."""
    starts = np.arange(agents + 1, dtype=np.int64) * HISTORY
    history = (_luck("history", agents, HISTORY) * ITEMS).astype(np.int32).ravel()
    level = np.ones(agents, dtype=np.int8)
    stars: FloatArray = np.full(agents, 3.5, dtype=np.float32)
    nothing = ("",) * agents
    return Population(
        ids=nothing,
        user=np.arange(agents, dtype=np.int32),
        cohort=np.zeros(agents, dtype=np.int8),
        taste=_luck("taste", agents, 2 * FACTORS + 1) - np.float32(0.5),
        activity=level,
        diversity=level,
        conformity=level,
        rating_mean=stars,
        rating_spread=stars,
        gender=nothing,
        age=nothing,
        occupation=nothing,
        history=Ragged(starts, history),
        history_rating=Ragged(starts, np.full(len(history), 3.5, dtype=np.float32)),
    )


def _items() -> ItemTaste:
    watch, stars = (_luck(part, ITEMS, FACTORS) - np.float32(0.5) for part in ("watch", "stars"))
    cuts = np.array([1.5, 2.5, 3.5, 4.5], dtype=np.float32)
    lure: FloatArray = np.zeros(ITEMS, dtype=np.float32)
    return ItemTaste(watch, lure, stars, lure + np.float32(3.5), cuts, np.asarray(0.5, dtype=np.float32))


def _train(agents: int) -> Interactions:
    """Each item once: an order to start from."""
    items: IntArray = np.arange(ITEMS, dtype=np.int32)
    stars: FloatArray = np.full(ITEMS, 3.5, dtype=np.float32)
    return Interactions(items % agents, items, stars, np.zeros(ITEMS, dtype=np.int64), agents, ITEMS)


def _luck(part: str, rows: int, columns: int) -> FloatArray:
    """Uniform numbers, column by column, for little memory: float32 (rows, columns)."""
    out = np.empty((rows, columns), dtype=np.float32)
    for column in range(columns):
        out[:, column] = stream(0, part).uniform(np.arange(rows), column)
    return out


def _peak_megabytes() -> float:
    """The most memory this process has held."""
    status = Path("/proc/self/status")
    if status.is_file():
        lines = dict(line.split(":", 1) for line in status.read_text().splitlines())
        return float(lines["VmHWM"].split()[0]) / 1e3
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6


if __name__ == "__main__":
    sys.stdout.write(json.dumps(asdict(measure(int(sys.argv[1])))))
