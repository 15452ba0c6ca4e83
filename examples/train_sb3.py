"""Train PPO of stable-baselines3 on people whom clickbait tires, and compare it with random slates.

python examples/train_sb3.py --steps 200000
"""

from __future__ import annotations

import argparse
from collections.abc import Callable

import gymnasium
import numpy as np
from stable_baselines3 import PPO

import simenv.gym  # noqa: F401 - registers the environments
from simenv.gym.sb3 import SB3VecEnv

Act = Callable[[np.ndarray], np.ndarray]


def people(count: int, first: int = 0) -> gymnasium.vector.VectorEnv:
    """People whose satisfaction suffers when clickbait is all they get."""
    return gymnasium.make_vec(
        "simenv/LongTermSatisfaction-v0",
        num_envs=count,
        agent=first,
        sensitivity=0.1,
        observations="flat",
        autoreset_mode="SameStep",
    )


def mean_return(act: Act, episodes: int = 500, pages: int = 60) -> float:
    """What new people give in one episode each."""
    env = people(episodes, first=10_000)
    seen, _ = env.reset(seed=1)
    total = np.zeros(episodes)
    for _ in range(pages):
        seen, reward, *_ = env.step(act(seen))
        total += reward
    return float(total.mean())


def main() -> None:
    """Train, and say what came of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", type=int, default=200_000)
    model = PPO("MlpPolicy", SB3VecEnv(people(64)), n_steps=64, batch_size=512, gamma=0.97, seed=0)
    model.learn(parser.parse_args().steps)
    anything = np.random.default_rng(0)
    print("random", round(mean_return(lambda seen: anything.integers(0, 10, (len(seen), 1))), 1))  # noqa: T201
    print("PPO", round(mean_return(lambda seen: model.predict(seen, deterministic=True)[0]), 1))  # noqa: T201


if __name__ == "__main__":
    main()
