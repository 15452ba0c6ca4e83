"""How fast the feed is: light people who are shown random slates from outside, with all that happens then."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from time import perf_counter
from typing import Any

import gymnasium
import numpy as np

import simenv.gym  # noqa: F401 (registers the worlds)
from agents.crowd import Crowd
from agents.decision import Decision
from agents.taste_policy import TastePolicy
from scenarios.bench.feed_users import bare, compiled
from scenarios.bench.invented import Invented
from scenarios.bench.world import peak_megabytes
from simenv.gym import Rules, VectorEnv
from simenv.gym.actions import ACTIONS
from simenv.gym.feed import Feed
from simenv.gym.retrievers import Drawn

SIZES, MIDDLE, MANY, SLOTS, DAYS = (1_000, 10_000, 100_000, 1_000_000), 10_000, 100_000, 10, 30
THINKERS = 64
LARGE, SMALL = Invented(items=10_000, factors=32), Invented(items=1_000, factors=32)
"""32 factors of watching and as many of stars; a million people have a catalogue that leaves them memory."""
SHOWN = ("recent", "stars", "shown", "response", "context")
ROUNDS, SECONDS, SEED = 5, 0.4, 1
"""The best of so many rounds, of so many seconds each, counts: other work only slows a machine down."""


def bench_feed() -> list[dict[str, object]]:
    """User-steps a second of many people and of one, memory, and what candidates and thinking cost."""
    rates = {people: user_steps(feed(LARGE, people), people) for people in (MIDDLE, MANY)}
    fast, case = rates[MIDDLE], f"Feed, {MIDDLE:,} people, random slates"
    few, featured = MIDDLE // 10, ("candidates", "candidates_open")
    rows = [
        (case, fast, ("RecSim NG, slates of 10, 32 dimensions, recorded: 1,550,000/s", 1.55e6)),
        (case, fast, ("RecSim NG, stepped from outside, recorded: 250,000/s", 0.25e6)),
        (case, fast, ("the people alone in bare numpy", bare(LARGE, MIDDLE))),
        (case, fast, ("limit: the people alone, one compiled kernel, one core", compiled(LARGE, MIDDLE))),
        (f"Feed, {MANY:,} people, random slates", rates[MANY], (case, fast)),
        ("Feed, 100 candidates offered", user_steps(offering(MIDDLE, ()), MIDDLE), (case, fast)),
        ("Feed, and their features seen", user_steps(offering(few, featured), few), (case, fast)),
        (f"Feed, {THINKERS} people who think", thinking(), ("SUBER, a step in 2.42 s, recorded", 1 / 2.42)),
        ("Feed, one person through gymnasium.make", one_person(), ("RecSim NG, one person, recorded", 65.0)),
    ]
    return [row(*told) for told in rows] + _sizes()


def _sizes() -> list[dict[str, object]]:
    """What a user-step costs among few and many, and the memory of the most."""
    apart = {people: _apart(people) for people in SIZES}
    beside, rows = (f"Feed, cost with {SIZES[0]:,} people", apart[SIZES[0]][0]), []
    for people, (rate, _) in apart.items():
        told = row(f"Feed, cost with {people:,} people", rate, beside)
        rows.append({**told, "value": 1e9 / rate, "unit": "ns/user-step"})
    peak = row(f"Feed, peak with {SIZES[-1]:,} people", apart[SIZES[-1]][1], ("2 GB, the most allowed", 2e3))
    return [*rows, {**peak, "unit": "MB"}]


def feed(town: Invented, people: int, **settings: Any) -> VectorEnv:
    """Many people who begin anew in the step that ends an episode, shown items of the whole catalogue."""
    population, items = town.population(people), town.taste()
    stage = Feed(
        agents=np.arange(people, dtype=np.int32),
        catalog=town.catalog(),
        people=lambda seed: Crowd(TastePolicy(items, population, Decision(seed=seed)), seed=seed),
        **{"slots": SLOTS, "rounds": DAYS, "sights": SHOWN, **settings},
    )
    actions = ACTIONS["slate" if stage.retriever else "items"]
    return VectorEnv(stage, Rules(actions=actions), autoreset_mode="SameStep")


def offering(people: int, sights: Sequence[str]) -> VectorEnv:
    """Many people whose slates are chosen from 100 candidates of luck."""
    drawn = {"retriever": lambda seed: Drawn(LARGE.items, seed), "sights": (*SHOWN, "offered", *sights)}
    return feed(LARGE, people, **drawn)


def user_steps(env: VectorEnv, people: int) -> float:
    """User-steps a second, with slates that are there before the watch runs: the best of several rounds."""
    env.reset(seed=SEED)
    slates = _slates(env, people)
    for _ in range(5):
        env.step(next(slates))
    return max(_round(env, slates) for _ in range(ROUNDS)) * people


def _round(env: Any, slates: Iterator[Any]) -> float:
    """Steps a second."""
    took, steps = 0.0, 0
    while took < SECONDS:
        actions = next(slates)
        start = perf_counter()
        env.step(actions)
        took += perf_counter() - start
        steps += 1
    return steps / took


def _slates(env: VectorEnv, people: int) -> Iterator[Any]:
    """Random slates, others in every step: int64 (people, slots)."""
    choices = int(env.single_action_space.nvec[0])  # type: ignore[attr-defined]
    slates = np.random.default_rng(SEED).integers(0, choices, (people, SLOTS))
    while True:
        yield slates
        slates += 137  # in place, for a million people's sake
        slates %= choices


def one_person() -> float:
    """Steps a second of one person, through the name and all that stands around it."""
    env: Any = gymnasium.make(
        "simenv/Feed-v0", retriever=None, actions="items", rounds=DAYS, sights=SHOWN, slots=SLOTS
    )
    env.reset(seed=SEED)
    slates = [np.random.default_rng(n).integers(0, 1_000, SLOTS) for n in range(500)]
    best = 0.0
    for _ in range(ROUNDS):
        start = perf_counter()
        for slate in slates:
            _, _, terminated, truncated, _ = env.step(slate)
            if terminated or truncated:
                env.reset()
        best = max(best, len(slates) / (perf_counter() - start))
    return best


def thinking() -> float:
    """User-steps a second of people who think in the embedded model."""
    env: Any = gymnasium.make_vec("simenv/Feed-v0", num_envs=THINKERS, users="language", slots=SLOTS)
    env.reset(seed=SEED)
    slates = np.tile(np.arange(SLOTS), (THINKERS, 1))
    env.step(slates)
    start = perf_counter()
    env.step(slates)
    return THINKERS / (perf_counter() - start)


def row(case: str, rate: float, beside: tuple[str, float]) -> dict[str, object]:
    """A row of the bench: user-steps a second, and what they stand beside."""
    baseline, other = beside
    return {
        "bench": "env",
        "case": case,
        "value": rate,
        "unit": "user-steps/s",
        "baseline": baseline,
        "ratio": rate / other,
    }


def _apart(people: int) -> tuple[float, float]:
    """Rate and megabytes at the peak, in a process of its own, so that nobody else's memory counts."""
    command = [sys.executable, "-m", "scenarios.bench.feed", str(people)]
    root = Path(__file__).parents[2]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, cwd=root)  # noqa: S603
    rate, megabytes = json.loads(done.stdout)
    return rate, megabytes


if __name__ == "__main__":
    asked = int(sys.argv[1])
    sys.stdout.write(json.dumps([user_steps(feed(SMALL, asked), asked), peak_megabytes()]))
