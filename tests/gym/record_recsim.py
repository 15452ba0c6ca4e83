"""Records what people do in the package recsim 0.2.4 itself, for ``test_recsim_figures.py`` to compare with.

Run it where recsim is installed, which wants its own environment; nothing of simenv is used::

    python -m pip install "numpy<2" scipy absl-py six gym==0.26.2
    python -m pip install --no-deps gin-config recsim==0.2.4
    python record_recsim.py

It writes the package's parameters, and one file for each world: 2,000 episodes of each policy, and of every
measure its sorted values.
"""

from __future__ import annotations

import inspect
import json
import sys
import types
from collections.abc import Callable
from pathlib import Path
from typing import Any

import gin
import numpy as np

# recsim's environments want neither tensorflow nor dopamine: only its agents do
gin.tf = sys.modules["gin.tf"] = types.ModuleType("gin.tf")
gin.tf.configurable = gin.configurable
sys.modules["recsim.simulator.runner_lib"] = types.ModuleType("runner_lib")

from recsim.environments import interest_evolution, interest_exploration, long_term_satisfaction  # noqa: E402

HERE = Path(__file__).parent
EPISODES, SEED, EARLY = 2_000, 20_240, 10
Measures = dict[str, float]
Policy = Callable[[dict[str, Any]], np.ndarray]
MEANS = np.concatenate([np.linspace(-3, 0, 14), np.linspace(0, 3, 6)])


def made(module: Any, candidates: int, slots: int) -> Any:
    """A world whose samplers of people and items do not share their luck, as they would under one seed."""
    settings = {"num_candidates": candidates, "slate_size": slots, "resample_documents": True, "seed": SEED}
    env = module.create_environment(settings)
    env.environment._document_sampler._rng = np.random.RandomState(SEED + 1)
    return env


def random(candidates: int, slots: int) -> Policy:
    """Candidates without repetition, as recsim's random agent."""
    return lambda _: np.random.permutation(candidates)[:slots]


def highest(slots: int, score: Callable[[dict[str, Any]], np.ndarray]) -> Policy:
    """The candidates with the highest scores, the earlier of equal ones first."""
    return lambda seen: np.argsort(-score(seen), kind="stable")[:slots]


def items(seen: dict[str, Any]) -> np.ndarray:
    """What is seen of the candidates, one row each."""
    return np.array(list(seen["doc"].values()))


def person(env: Any) -> Any:
    """The state of the person, which no recommender sees."""
    return env.environment.user_model._user_state


def satisfaction(env: Any, policy: Policy) -> Measures:
    """One episode of long-term satisfaction."""
    seen, exposure, moved, engaged, first = env.reset(), [], [], [], 0.0
    while True:
        slate = policy(seen)
        bait, before = items(seen)[slate[0], 0], person(env).net_positive_exposure
        seen, reward, done, _ = env.step(slate)
        state = person(env)
        first = before if not exposure else first
        exposure.append((state.net_positive_exposure, state.satisfaction))
        moved.append(state.net_positive_exposure - 0.7 * before + 2 * (bait - 0.5))
        engaged.append(reward)
        if done:
            break
    return {
        "return": sum(engaged),
        "length": len(engaged),
        "clicks": sum(1 for one in engaged if one > 0),
        "exposure at first": 0.7 * first + moved[0],
        "exposure early": exposure[EARLY - 1][0],
        "satisfaction early": exposure[EARLY - 1][1],
        "innovation": np.sqrt(np.mean(np.square(moved[1:]))),
        "spread of engagement": np.std(np.log(engaged)),
    }


def evolution(env: Any, policy: Policy) -> Measures:
    """One episode of interest evolution."""
    seen = env.reset()
    start, watched, quality, noise, early = np.copy(seen["user"]), [], [], [], 0.0
    while True:
        seen, reward, done, _ = env.step(policy(seen))
        watched.append(reward)
        quality += [one["quality"] for one in seen["response"] if one["click"]]
        noise += [one["quality"] - MEANS[one["cluster_id"]] for one in seen["response"]]
        if len(watched) == EARLY:
            early = person(env).time_budget
        if done:
            break
    return {
        "return": sum(watched),
        "length": len(watched),
        "clicks": len(quality),
        "time left early": early,
        "quality": float(np.mean(quality)),
        "noise of quality": float(np.sqrt(np.mean(np.square(noise)))),
        "interests moved": float(np.abs(seen["user"] - start).sum()),
        "interests grown": float((seen["user"] - start).sum()),
    }


def exploration(env: Any, policy: Policy, steps: int = 100) -> Measures:
    """One episode of interest exploration."""
    seen, clicks, quality, first = env.reset(), [], [], 0
    offered = list(seen["doc"].values())
    for _ in range(steps):
        seen, reward, _, _ = env.step(policy(seen))
        clicks.append(reward)
        clicked = [one for one in seen["response"] if one["click"]]
        quality += [float(one["quality"]) for one in clicked]
        first += sum(one["cluster_id"] == 0 for one in clicked)
    affinity = person(env).topic_affinity
    return {
        "return": sum(clicks),
        "length": len(clicks),
        "clicks": sum(clicks),
        "clicks early": sum(clicks[:EARLY]),
        "clicks on the first topic": first,
        "quality": float(np.mean(quality)) if quality else 0.0,
        "affinity to the first topic": affinity[0],
        "affinity to the second topic": affinity[1],
        "first topic on offer": sum(one["cluster_id"] == 0 for one in offered),
        "first quality on offer": float(offered[0]["quality"]),
    }


def record(
    name: str, env: Any, episode: Callable[[Any, Policy], Measures], policies: dict[str, Policy]
) -> None:
    """Play and write one world."""
    out = {}
    for policy_name, policy in policies.items():
        np.random.seed(SEED)
        played = [episode(env, policy) for _ in range(EPISODES)]
        for measure in played[0]:
            out[f"{policy_name}: {measure}"] = np.sort([one[measure] for one in played]).astype(np.float32)
    np.savez_compressed(HERE / f"recsim_{name}.npz", **out)


def defaults(kind: type) -> dict[str, Any]:
    """The numbers that a constructor takes where nobody names others."""
    given = {name: one.default for name, one in inspect.signature(kind).parameters.items()}
    return {name: one for name, one in given.items() if isinstance(one, (int, float, tuple))}


def parameters() -> dict[str, dict[str, Any]]:
    """The parameters of each world, as the package has them."""
    env = made(interest_evolution, 10, 3).environment
    state, videos, model = vars(env.user_model._user_state), env._document_sampler, env.user_model
    numbers = {name: one for name, one in state.items() if isinstance(one, float)}
    return {
        "satisfaction": defaults(long_term_satisfaction.LTSStaticUserSampler),
        "evolution": {
            **numbers,
            **{name: one for name, one in state["choice_features"].items() if isinstance(one, float)},
            "video_length": videos._video_length,
            "cluster_means": videos.cluster_means.tolist(),
            "alpha": [model._alpha_x_intercept, model._alpha_y_intercept],
        },
        "exploration": {
            **defaults(interest_exploration.IEClusterUserSampler),
            **defaults(interest_exploration.IETopicDocumentSampler),
            **defaults(interest_exploration.IEUserModel),
        },
    }


if __name__ == "__main__":
    (HERE / "recsim_parameters.json").write_text(json.dumps(parameters(), indent=1) + "\n")
    record(
        "satisfaction",
        made(long_term_satisfaction, 10, 1),
        satisfaction,
        {
            "random": random(10, 1),
            "choc": highest(1, lambda seen: items(seen)[:, 0]),
            "kale": highest(1, lambda seen: -items(seen)[:, 0]),
        },
    )
    record(
        "evolution",
        made(interest_evolution, 10, 3),
        evolution,
        {"random": random(10, 3), "interest": highest(3, lambda seen: items(seen) @ seen["user"])},
    )
    record(
        "exploration",
        made(interest_exploration, 20, 2),
        exploration,
        {
            "random": random(20, 2),
            "quality": highest(2, lambda seen: np.array([float(d["quality"]) for d in seen["doc"].values()])),
        },
    )
