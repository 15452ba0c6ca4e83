"""Where a recommender is trained: one of the environments by name, as many rows of it as wanted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, cast

import gymnasium
import numpy as np
import numpy.typing as npt
from gymnasium.vector import AutoresetMode

from scenarios.schema import Arm, Scenario
from simenv.errors import UsageError, unknown_name
from simenv.gym import WORLDS, VectorEnv
from simenv.types import BoolArray

FEED = "Feed-v0"
RETRIEVER = "item_knn"
"""Where the candidates of a feed come from if nobody says."""
SHOWN = ("retriever", "candidates", "reward", "horizon")
"""Settings of a feed that are not values of its scenario."""
_DAYS_AHEAD = 0.9
"""In a feed the next page counts so much: a few days of a few pages matter, and can be told from chance."""
_STRANGERS = 1_000_000
"""The first agent of an evaluation where a world has as many people as one likes."""


@dataclass(frozen=True)
class Arena:
    """An environment by its id, and its settings.

    Args:
        world: the id, without ``simenv/``.
        settings: keywords of the world.
        plan: the scenario of a feed, None in other worlds.
        gamma: how much the next page counts beside this one.
    """

    world: str
    settings: Mapping[str, Any] = field(default_factory=dict)
    plan: Scenario | None = None
    gamma: float = 0.99

    @classmethod
    def of(cls, name: str, values: Mapping[str, Any]) -> Arena:
        """The world of that name, or the feed of the scenario of that name.

        Raises:
            UsageError: there is neither.
        """
        if name in WORLDS and name != FEED:
            return cls(name, dict(values))
        from scenarios.loading import names

        if name not in names() and not name.endswith((".yaml", ".yml")):
            raise unknown_name("scenario or world", name, [*names(), *(WORLDS.keys() - {FEED})])
        feed = {"world": "scenarios.rl.informed:informed", "scenario": name, "retriever": RETRIEVER}
        plan = _plan(name, values)
        shown = {key: value for key, value in values.items() if key != "agents"}
        return cls(FEED, {**feed, **shown}, plan, _DAYS_AHEAD)

    @property
    def people(self) -> int | None:
        """How many agents there are at most; None where there are as many as one likes."""
        return self.plan.agents if self.plan else None

    @property
    def choice(self) -> str:
        """How people choose from a page, by its name in scenarios."""
        return self.plan.choice if self.plan else "multinomial"

    @cached_property
    def slots(self) -> int:
        """Items on a page."""
        return self.vector(1).play.stage.slots

    def about(self) -> Mapping[str, Any]:
        """What a recommender that was trained here needs to be used elsewhere."""
        if self.world != FEED:
            return {}
        stage: Any = self.vector(1).play.stage
        arm = Arm.model_validate(self.settings["retriever"])
        retriever = {"use": arm.use, "settings": arm.settings}
        return {
            "choice": self.choice,
            "retriever": retriever,
            "candidates": stage.candidates,
            "window": stage.stage.window,
        }

    def vector(self, rows: int, *, evaluation: bool = False, **forms: Any) -> VectorEnv:
        """Rows of the environment; in an evaluation the last people there are, who mostly are others.

        Args:
            forms: ``actions``, ``observations`` and ``autoreset_mode`` as ``gymnasium.make_vec`` takes them.

        Raises:
            UsageError: there are not that many people.
        """
        if self.people is not None and rows > self.people:
            raise UsageError(
                f"Expected at most {self.people} environments, one for each agent, found {rows}; name fewer."
            )
        last = _STRANGERS if self.people is None else self.people - rows
        first = {"agent": last} if evaluation else {}
        wanted: dict[str, Any] = {**first, **self.settings, **forms}
        return cast(VectorEnv, gymnasium.make_vec(f"simenv/{self.world}", num_envs=rows, **wanted))


def taken(env: VectorEnv) -> BoolArray:
    """What each row took of its last page: bool (rows, slots)."""
    stage: Any = env.play.stage
    seen: Mapping[str, npt.NDArray[Any]] = getattr(stage, "stage", stage).observe(env.play.rows)
    return np.asarray(seen["clicked" if "clicked" in seen else "response"] > 0)


def same_step() -> dict[str, Any]:
    """The next episode begins in the step that ends one."""
    return {"autoreset_mode": AutoresetMode.SAME_STEP}


def _plan(name: str, values: Mapping[str, Any]) -> Scenario:
    """The scenario of a feed."""
    from scenarios.loading import load_scenario

    return load_scenario(name, {key: value for key, value in values.items() if key not in SHOWN})
