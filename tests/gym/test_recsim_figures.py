"""Our worlds beside recorded episodes of the package recsim 0.2.4: the same parameters and distributions."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.stats import ks_2samp

from simenv.gym.recsim.evolution import InterestEvolution
from simenv.gym.recsim.exploration import InterestExploration
from simenv.gym.recsim.satisfaction import LongTermSatisfaction
from tests.gym.played import POLICIES, WORLDS, Numbers

HERE = Path(__file__).parent
CHANCE = 1e-3
"""For each of about 50 comparisons: a right world fails under one seed in twenty, and ours is fixed."""
SEEN = 1e-9
"""A wrong parameter must leave no doubt."""


@cache
def recorded(world: str) -> dict[str, Numbers]:
    """The package's figures, by policy and measure."""
    with np.load(HERE / f"recsim_{world}.npz", allow_pickle=False) as found:
        return {name: found[name] for name in found.files}


def chances(world: str, policy: str, **settings: Any) -> dict[str, float]:
    """How likely a difference as large as between ours and theirs is by chance, for every measure."""
    ours = WORLDS[world](POLICIES[world][policy](), **settings)
    theirs = {
        name.partition(": ")[2]: one for name, one in recorded(world).items() if name.startswith(policy)
    }
    assert ours.keys() == theirs.keys()
    return {name: ks_2samp(ours[name], theirs[name], method="asymp").pvalue for name in ours}


@pytest.mark.parametrize(
    ("world", "policy"), [(world, policy) for world in WORLDS for policy in POLICIES[world]]
)
def test_episodes_are_distributed_as_in_the_package(world: str, policy: str) -> None:
    assert min(chances(world, policy).values()) > CHANCE


def off(world: str, policy: str, **setting: Any) -> Any:
    """A parameter that is 10 % off, and the policy that shows it."""
    return pytest.param(world, policy, setting, id=f"{world}-{next(iter(setting))}")


OFF = [
    off("satisfaction", "kale", memory_discount=0.63),
    off("evolution", "random", rate=0.33),
    off("exploration", "quality", no_click=5.5),
    off("satisfaction", "kale", sensitivity=0.011),
    off("satisfaction", "kale", innovation=0.055),
    off("satisfaction", "choc", choc_mean=5.5),
    off("satisfaction", "choc", choc_spread=1.1),
    off("satisfaction", "kale", kale_mean=4.4),
    off("satisfaction", "kale", kale_spread=1.1),
    off("satisfaction", "random", pages=66),
    off("evolution", "random", time=220.0),
    off("evolution", "random", video=4.4),
    off("evolution", "random", extension=0.99),
    off("evolution", "random", worst=-3.3),
    off("evolution", "random", best=3.3),
    off("evolution", "random", spread=0.11),
    off("exploration", "quality", affinity_mean=((0.1, 0.77), (0.7, 0.1))),
    off("exploration", "quality", affinity_mean=((0.1, 0.7), (0.77, 0.1))),
    off("exploration", "quality", topics=(0.22, 0.78)),
    off("exploration", "quality", quality_mean=(0.88, 0.2)),
    off("exploration", "quality", quality_spread=(0.11, 0.1)),
]


@pytest.mark.parametrize(("world", "policy", "setting"), OFF)
def test_a_parameter_that_is_a_tenth_off_is_seen(world: str, policy: str, setting: dict[str, Any]) -> None:
    assert min(chances(world, policy, **setting).values()) < SEEN


def test_parameters_are_those_of_the_package() -> None:
    theirs = json.loads((HERE / "recsim_parameters.json").read_text())
    one = np.zeros(1, dtype=np.int32)
    choc = LongTermSatisfaction(agents=one)
    assert theirs["satisfaction"] == {
        "memory_discount": choc.memory_discount,
        "sensitivity": choc.sensitivity,
        "innovation_stddev": choc.innovation,
        "choc_mean": choc.choc_mean,
        "choc_stddev": choc.choc_spread,
        "kale_mean": choc.kale_mean,
        "kale_stddev": choc.kale_spread,
        "time_budget": choc.pages,
    }
    video, found = InterestEvolution(agents=one), theirs["evolution"]
    assert (
        found["cluster_means"]
        == np.concatenate([np.linspace(video.worst, 0, 14), np.linspace(0, video.best, 6)]).tolist()
    )
    assert found["alpha"] == [1.0, video.rate]
    assert found["user_quality_factor"] == 0
    assert found["user_update_alpha"] == pytest.approx(video.extension / 3.4)
    assert (found["time_budget"], found["video_length"], found["step_penalty"]) == (
        video.time,
        video.video,
        video.penalty,
    )
    assert (found["no_click_mass"], found["min_normalizer"]) == (video.no_click, video.least)
    types, found = InterestExploration(agents=one), theirs["exploration"]
    assert found["user_type_distribution"] == list(types.people)
    assert found["user_document_mean_affinity_matrix"] == [list(row) for row in types.affinity_mean]
    assert found["user_document_stddev_affinity_matrix"] == [list(row) for row in types.affinity_spread]
    assert found["topic_distribution"] == list(types.topics)
    assert found["topic_quality_mean"] == list(types.quality_mean)
    assert found["topic_quality_stddev"] == list(types.quality_spread)
    assert found["no_click_mass"] == types.no_click
