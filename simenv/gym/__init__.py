"""Gymnasium environments of simulated people.

>>> import gymnasium, simenv.gym
>>> env = gymnasium.make("simenv/InterestEvolution-v0", agent=7)
>>> many = gymnasium.make_vec("simenv/InterestEvolution-v0", num_envs=4096)

``gymnasium.make("simenv.gym:simenv/InterestEvolution-v0")`` imports this package by itself. A world of one's
own is a ``Stage``: register it with these entry points and ``kwargs={"world": "package.module:Class"}``.
"""

from __future__ import annotations

import gymnasium

from simenv.gym.checker import check_vector_env
from simenv.gym.making import make_env, make_vec_env
from simenv.gym.play import Rules
from simenv.gym.reward import Reward
from simenv.gym.single import Env
from simenv.gym.stage import Offer, Outcome, Stage
from simenv.gym.vector import VectorEnv

__all__ = [
    "Env",
    "Offer",
    "Outcome",
    "Reward",
    "Rules",
    "Stage",
    "VectorEnv",
    "check_vector_env",
    "make_env",
    "make_vec_env",
]

WORLDS = {
    "Feed-v0": "simenv.gym.feeding:feed",
    "InterestEvolution-v0": "simenv.gym.recsim.evolution:InterestEvolution",
    "InterestExploration-v0": "simenv.gym.recsim.exploration:InterestExploration",
    "LongTermSatisfaction-v0": "simenv.gym.recsim.satisfaction:LongTermSatisfaction",
}

for _name, _world in WORLDS.items():
    gymnasium.register(
        id=f"simenv/{_name}",
        entry_point="simenv.gym:make_env",
        vector_entry_point="simenv.gym:make_vec_env",
        kwargs={"world": _world},
        # the environments say themselves what is wrong with an action or a missing reset, and are faster so
        order_enforce=False,
        disable_env_checker=True,
    )
