"""Episodes of our RecSim worlds, with the measures that ``record_recsim.py`` took from the package."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import gymnasium
import numpy as np
import numpy.typing as npt

import simenv.gym  # noqa: F401 (registers the worlds)

Numbers = npt.NDArray[Any]
Seen = Mapping[str, Numbers]
Score = Callable[[Seen], Numbers]

EPISODES, SEED, EARLY = 8_192, 7, 10
MEANS = np.concatenate([np.linspace(-3, 0, 14), np.linspace(0, 3, 6)])


@dataclass
class Page:
    """One step of all rows; ``alive``, bool (rows,), where it is still the first episode."""

    number: int
    before: Seen
    seen: Seen
    reward: Numbers
    infos: Mapping[str, Numbers]
    alive: Numbers

    def total(self, numbers: Numbers) -> Numbers:
        """The numbers (rows, ...) added up for each row, 0 where its episode is over."""
        return np.where(self.alive, numbers.reshape(len(numbers), -1).sum(axis=1, dtype=np.float64), 0)


def at_random() -> Score:
    """Scores of luck: candidates without repetition."""
    rng = np.random.default_rng(SEED)
    return lambda seen: rng.random(seen["candidates"].shape[:2], dtype=np.float32)


def pages(world: str, score: Score, **settings: Any) -> Iterator[Page]:
    """Play everybody's first episode to its end."""
    env = gymnasium.make_vec(
        f"simenv/{world}-v0", num_envs=EPISODES, actions="scores", autoreset_mode="NextStep", **settings
    )
    before, _ = env.reset(seed=SEED)
    alive, number = np.ones(EPISODES, dtype=np.bool_), 0
    while alive.any():
        seen, reward, terminated, truncated, infos = env.step(score(before))
        number += 1
        yield Page(number, before, seen, reward, infos, alive)
        before, alive = seen, alive & ~terminated & ~truncated


def satisfaction(score: Score, **settings: Any) -> dict[str, Numbers]:
    """Long-term satisfaction."""
    sums = {name: np.zeros(EPISODES) for name in ("return", "length", "clicks", "moved", "log", "log2")}
    states: dict[str, Numbers] = {}
    exposure = np.zeros(EPISODES)
    for page in pages("LongTermSatisfaction", score, **settings):
        now, bait = page.infos["exposure"].astype(np.float64), page.seen["shown"][:, 0]
        engaged = np.log(np.where(page.alive, page.reward, 1))
        sums["return"] += page.total(page.reward)
        sums["length"] += page.alive
        sums["clicks"] += page.total(page.seen["clicked"])
        sums["log"] += page.total(engaged)
        sums["log2"] += page.total(engaged**2)
        if page.number == 1:
            states["exposure at first"] = now + 2 * (bait - 0.5)
        else:
            sums["moved"] += page.total((now - 0.7 * exposure + 2 * (bait - 0.5)) ** 2)
        if page.number == EARLY:
            states["exposure early"], states["satisfaction early"] = now, page.infos["satisfaction"]
        exposure = now
    length = sums["length"]
    return states | {
        **{name: sums[name] for name in ("return", "length", "clicks")},
        "innovation": np.sqrt(sums["moved"] / (length - 1)),
        "spread of engagement": np.sqrt(sums["log2"] / length - (sums["log"] / length) ** 2),
    }


def evolution(score: Score, **settings: Any) -> dict[str, Numbers]:
    """Interest evolution."""
    sums = {name: np.zeros(EPISODES) for name in ("return", "length", "clicks", "quality", "noise")}
    early, start, last = np.zeros(EPISODES), np.zeros(0), np.zeros(0)
    for page in pages("InterestEvolution", score, **settings):
        if page.number == 1:
            start = last = page.before["user"].astype(np.float64)
        sums["return"] += page.total(page.reward)
        sums["length"] += page.alive
        sums["clicks"] += page.total(page.seen["clicked"])
        sums["quality"] += page.total(page.seen["clicked"] * page.seen["quality"])
        sums["noise"] += page.total((page.seen["quality"] - MEANS[page.seen["shown"]]) ** 2)
        early = page.infos["time_left"] if page.number == EARLY else early
        last = np.where(page.alive[:, None], page.seen["user"], last)
    return {
        **{name: sums[name] for name in ("return", "length", "clicks")},
        "time left early": early,
        "quality": sums["quality"] / sums["clicks"],
        "noise of quality": np.sqrt(sums["noise"] / sums["length"] / 3),
        "interests moved": np.abs(last - start).sum(axis=1),
        "interests grown": (last - start).sum(axis=1),
    }


def exploration(score: Score, **settings: Any) -> dict[str, Numbers]:
    """Interest exploration."""
    sums = {name: np.zeros(EPISODES) for name in ("return", "length", "early", "first", "quality")}
    states: dict[str, Numbers] = {}
    for page in pages("InterestExploration", score, **settings):
        sums["return"] += page.total(page.reward)
        sums["length"] += page.alive
        sums["early"] += page.total(page.reward) if page.number <= EARLY else 0
        sums["first"] += page.total(page.infos["topic"] == 0)
        sums["quality"] += page.total(page.seen["clicked"] * page.seen["shown_quality"])
        if page.number == 1:
            for place, name in enumerate(("first", "second")):
                states[f"affinity to the {name} topic"] = page.infos["affinity"][:, place]
            states["first topic on offer"] = (page.before["candidates"] == 0).sum(axis=1)
            states["first quality on offer"] = page.before["candidates_quality"][:, 0]
    return states | {
        "return": sums["return"],
        "length": sums["length"],
        "clicks": sums["return"],
        "clicks early": sums["early"],
        "clicks on the first topic": sums["first"],
        "quality": sums["quality"] / np.maximum(sums["return"], 1),
    }


POLICIES: dict[str, dict[str, Callable[[], Score]]] = {
    "satisfaction": {
        "random": at_random,
        "choc": lambda: lambda seen: seen["candidates"],
        "kale": lambda: lambda seen: -seen["candidates"],
    },
    "evolution": {
        "random": at_random,
        "interest": lambda: lambda seen: np.take_along_axis(seen["user"], seen["candidates"], axis=1),
    },
    "exploration": {"random": at_random, "quality": lambda: lambda seen: seen["candidates_quality"]},
}
WORLDS: dict[str, Callable[..., dict[str, Numbers]]] = {
    "satisfaction": satisfaction,
    "evolution": evolution,
    "exploration": exploration,
}
