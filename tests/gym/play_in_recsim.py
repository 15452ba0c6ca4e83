"""Lets what was trained on ``InterestEvolution-v0`` recommend in the package recsim 0.2.4 itself.

Run it where recsim is installed, as ``record_recsim.py`` says, with safetensors beside it; nothing of simenv
is used, so that a mistake in our world cannot hide::

    simenv train --scenario InterestEvolution-v0 --algorithm ppo --steps 600000 --out trained/evolution
    python tests/gym/play_in_recsim.py trained/evolution
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from record_recsim import SEED, highest, interest_evolution, items, made, random
from safetensors.numpy import load_file

EPISODES, CANDIDATES, SLOTS, TOPICS = 300, 10, 3, 20
_FARTHEST = 10
Policy = Callable[[dict[str, Any]], np.ndarray]


class Learned:
    """The two towers of ``recommenders/towers.py``, written anew in numpy."""

    def __init__(self, folder: Path) -> None:
        self._weights = load_file(folder / "model.safetensors")

    def __call__(self, seen: dict[str, Any]) -> np.ndarray:
        """The candidates with the highest scores."""
        person = self._tower("person", _state(seen))
        item = self._tower("item", items(seen))
        width = item.shape[1] - 1
        scores = item[:, :-1] @ person[:width] / width**0.5 + item[:, -1]
        return np.argsort(-scores, kind="stable")[:SLOTS]

    def _tower(self, name: str, numbers: np.ndarray) -> np.ndarray:
        of = {
            key.removeprefix(f"{name}."): value
            for key, value in self._weights.items()
            if key.startswith(name)
        }
        numbers = ((numbers - of["0.mean"]) * of["0.factor"]).clip(-_FARTHEST, _FARTHEST)
        layers = sorted(int(key.partition(".")[0]) for key in of if key.endswith("weight"))
        for layer in layers:
            numbers = numbers @ of[f"{layer}.weight"].T + of[f"{layer}.bias"]
            numbers = numbers if layer == layers[-1] else np.maximum(numbers, 0)
        return numbers


def _state(seen: dict[str, Any]) -> np.ndarray:
    """What our environment shows: last clicks, qualities and topics (one-hot), interests, minutes watched."""
    last = seen["response"] or [{"click": 0, "quality": 0, "cluster_id": -1, "watch_time": 0}] * SLOTS
    topics = np.zeros((SLOTS, TOPICS + 1))
    topics[np.arange(SLOTS), [1 + int(one["cluster_id"]) for one in last]] = 1
    told = {name: [float(one[name]) for one in last] for name in ("click", "quality", "watch_time")}
    return np.concatenate([told["click"], told["quality"], topics.ravel(), seen["user"], told["watch_time"]])


def mean_return(policy: Policy) -> tuple[float, float]:
    """The mean return of an episode, and half of its 95 % interval."""
    env = made(interest_evolution, CANDIDATES, SLOTS)
    returns = []
    for _ in range(EPISODES):
        seen, total, over = env.reset(), 0.0, False
        while not over:
            seen, reward, over, _ = env.step(policy(seen))
            total += reward
        returns.append(total)
    return float(np.mean(returns)), float(1.96 * np.std(returns, ddof=1) / EPISODES**0.5)


if __name__ == "__main__":
    np.random.seed(SEED)  # recsim's people draw from numpy's own
    policies = {
        "random": random(CANDIDATES, SLOTS),
        "what the person likes most": highest(SLOTS, lambda seen: items(seen) @ seen["user"]),
        "learned": Learned(Path(sys.argv[1])),
    }
    for name, policy in policies.items():
        value, half = mean_return(policy)
        print(f"{name}: {value:.1f} ± {half:.1f}")  # noqa: T201
