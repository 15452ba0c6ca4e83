"""Train PPO of stable-baselines3 on people whom clickbait tires, and compare it with random slates.

python examples/train_sb3.py --steps 150000
"""

from __future__ import annotations

import argparse
from collections.abc import Callable

import gymnasium
import numpy as np
import torch
from stable_baselines3 import PPO
from stable_baselines3.common.vec_env import VecNormalize

import simenv.gym  # noqa: F401 - registers the environments
from simenv.gym.sb3 import SB3VecEnv

Act = Callable[[np.ndarray], np.ndarray]


def people(count: int, first: int = 0) -> gymnasium.vector.VectorEnv:
    """People whose satisfaction suffers when clickbait is all they get, as RecSim has them."""
    return gymnasium.make_vec(
        "simenv/LongTermSatisfaction-v0",
        num_envs=count,
        agent=first,
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
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--steps", type=int, default=150_000)
    torch.set_num_threads(1)  # for networks as small as these more threads are slower
    env = VecNormalize(SB3VecEnv(people(64)), norm_obs=False, gamma=0.9)
    model = PPO("MlpPolicy", env, gamma=0.9, n_steps=60, batch_size=480, learning_rate=1e-3, seed=0)
    model.learn(parser.parse_args().steps)
    anything = np.random.default_rng(0)
    print("random", round(mean_return(lambda seen: anything.integers(0, 10, (len(seen), 1))), 1))  # noqa: T201
    print("PPO", round(mean_return(lambda seen: model.predict(seen, deterministic=True)[0]), 1))  # noqa: T201


if __name__ == "__main__":
    main()
