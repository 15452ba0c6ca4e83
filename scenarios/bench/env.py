"""How fast environments are: people who are served a slate, stepped from outside."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib.util import find_spec
from time import perf_counter
from typing import Any

import gymnasium
import numpy as np

import simenv.gym  # noqa: F401 (registers the worlds)
from scenarios.bench.env_users import BareNumpy, Compiled
from scenarios.bench.feed import bench_feed, row
from scenarios.bench.scoring import bench_scoring
from simenv.luck import stream

WORLDS = ("InterestEvolution", "LongTermSatisfaction", "InterestExploration")
PEOPLE, SIZES, SEED = 10_000, (1_000, 10_000, 100_000), 1
ROUNDS, SECONDS = 5, 0.4
"""The best of so many rounds, of so many seconds each, counts: other work only slows a machine down."""

BATCH = 22_000.0
"""RecSim 0.2.4's interest evolution with many people at once, user-steps/s, the best figure recorded."""
ALONE = {"InterestEvolution": 11_900.0, "LongTermSatisfaction": 38_200.0, "InterestExploration": 4_300.0}
"""RecSim 0.2.4 with one person at our sizes, user-steps/s of one core, recorded."""
RECSIM = {
    "RecSim, one person": 7.8e3,
    "RecSim, many at once (16,000 to 22,000)": BATCH,
    "RecSim, many at once, 10,000 candidates": 12.0,
}
"""User-steps/s of RecSim 0.2.4, recorded on a machine with two such cores; beside them our ``WORLDS[0]``."""
PEERS = {
    "RecSim NG, random slates, 2 topics": 5.1e6,
    "RecSim NG, slates of 10, 32 dimensions": 1.55e6,
    "RecSim NG, stepped from outside": 0.25e6,
    "RecSim NG, stepped from outside, one person": 65.0,
    "RecSim NG, its own recommender, 100 items": 650e3,
    "RecSim NG, its own recommender, 10,000 items": 4.9e3,
    "EasyRL4Rec (a table lookup)": 0.14e6,
    "SUBER's frame without a model": 4.5e3,
    "OASIS": 260.0,
    "limit: the people alone in C, one core": 15.8e6,
    "limit: the people alone in C, two cores": 31.2e6,
}
"""User-steps/s of others, recorded there too; beside them our feed, on random slates."""

Step = Callable[[Any], object]


def bench_env() -> list[dict[str, object]]:
    """User-steps a second of each world, beside the user model alone, and what others reach."""
    evolution = {people: _vector("InterestEvolution", people) for people in SIZES}
    fast = evolution[PEOPLE]
    rows = [
        row(_case("InterestEvolution"), fast, ("recsim 0.2.4, many at once, recorded: 22,000/s", BATCH)),
        row(_case("InterestEvolution"), fast, ("the people alone in bare numpy", _bare())),
        row(_case("InterestEvolution"), fast, ("limit: the people alone, one compiled kernel", _limit())),
    ]
    for world in WORLDS[1:]:
        beside = (f"recsim 0.2.4, one person, recorded: {ALONE[world]:,.0f}/s", ALONE[world])
        rows.append(row(_case(world), _vector(world, PEOPLE), beside))
    for people, rate in evolution.items():
        cost = {"value": 1e9 / rate, "unit": "ns/user-step", "ratio": fast / rate}
        rows.append({**row(f"cost with {people:,} people", rate, (f"{PEOPLE:,} people", fast)), **cost})
    for world in WORLDS:
        beside = (f"recsim 0.2.4, one person, recorded: {ALONE[world]:,.0f}/s", ALONE[world])
        rows.append(row(f"{world}, one person through gymnasium.make", _single(world), beside))
    fed = bench_feed()
    ours: tuple[str, Any] = str(fed[0]["case"]), fed[0]["value"]
    rows += fed + bench_scoring() + _learning()
    rows += [row(f"{peer}, recorded", rate, (_case(WORLDS[0]), fast)) for peer, rate in RECSIM.items()]
    return rows + [row(f"{peer}, recorded", rate, ours) for peer, rate in PEERS.items()]


def _learning() -> list[dict[str, object]]:
    """What learners keep of their pace, where they are installed (the extra ``rl``)."""
    if find_spec("stable_baselines3") is None:
        return []
    from scenarios.bench.learning_rate import bench_learning_rate

    return bench_learning_rate()


def _case(world: str) -> str:
    return f"{world}, {PEOPLE:,} people"


def rate(step: Step, actions: Sequence[Any], people: int) -> float:
    """User-steps a second, with actions that are there beforehand: the best of several rounds."""
    for action in actions[:3]:
        step(action)
    best = 0.0
    for _ in range(ROUNDS):
        start, done = perf_counter(), 0
        while (took := perf_counter() - start) < SECONDS:
            step(actions[done % len(actions)])
            done += 1
        best = max(best, done * people / took)
    return best


def slates(candidates: int, slots: int, people: int) -> list[Any]:
    """Random slates without repetition for several steps: int64 (people, slots) each."""
    rng = np.random.default_rng(SEED)
    every = np.tile(np.arange(candidates), (people, 1))
    return [np.ascontiguousarray(rng.permuted(every, axis=1)[:, :slots]) for _ in range(4)]


def _vector(world: str, people: int) -> float:
    env: Any = gymnasium.make_vec(f"simenv/{world}-v0", num_envs=people, autoreset_mode="SameStep")
    env.reset(seed=SEED)
    stage = env.play.stage
    return rate(env.step, slates(stage.candidates, stage.slots, people), people)


def _single(world: str) -> float:
    env: Any = gymnasium.make(f"simenv/{world}-v0")
    env.reset(seed=SEED)
    stage = env.unwrapped.play.stage

    def step(action: Any) -> None:
        _, _, terminated, truncated, _ = env.step(action)
        if terminated or truncated:
            env.reset()

    return rate(step, [one[0] for one in slates(stage.candidates, stage.slots, 1)], 1)


def _bare() -> float:
    return rate(BareNumpy(PEOPLE).step, slates(10, 3, PEOPLE), PEOPLE)


def _limit() -> float:
    return rate(compiled(PEOPLE).step, slates(10, 3, PEOPLE), PEOPLE)


def compiled(people: int) -> Compiled:
    """The people of the environment, on their first page, in the compiled kernel."""
    env: Any = gymnasium.make_vec("simenv/InterestEvolution-v0", num_envs=people)
    seen, _ = env.reset(seed=SEED)
    return Compiled(seen["user"], seen["candidates"], np.uint64(stream(SEED, "gym.InterestEvolution").key))
