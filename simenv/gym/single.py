"""One person at a time: the scalar environment."""

from __future__ import annotations

import sys
from typing import Any

import gymnasium
import numpy as np

from simenv.errors import unknown_name
from simenv.gym.errors import ActionShapeError, UnknownSettingError
from simenv.gym.play import Play, Rules
from simenv.gym.stage import Stage
from simenv.gym.vector import RENDERINGS, rendering
from simenv.gym.views import Observation
from simenv.types import BoolArray


class Env(gymnasium.Env[Observation, Any]):
    """The environment of one agent: bit for bit the row of that agent in a vector environment.

    Args:
        stage: one row.
        rules: the forms of actions and observations, reward and horizon.
        render_mode: "ansi" (``render()`` gives the page as text), "human" (pages are printed) or None.
    """

    metadata = {"render_modes": list(RENDERINGS), "render_fps": 1}  # noqa: RUF012 (Gymnasium's own declaration)

    def __init__(self, stage: Stage, rules: Rules | None = None, *, render_mode: str | None = None) -> None:
        self.play = Play(stage, rules or Rules())
        self.render_mode = rendering(render_mode)
        self.action_space = self.play.rules.actions.space(stage)
        self.observation_space = self.play.rules.view.space(self.play.spaces)

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[Observation, dict[str, Any]]:
        """Begin the first (with a seed) or the next episode.

        Raises:
            UnknownSettingError: an option; there is none.
        """
        for name in options or {}:
            raise UnknownSettingError(str(unknown_name("option of reset", name, [])))
        if seed is not None or self.play.fresh:
            super().reset(seed=seed)
            self.play.seed(self.np_random_seed)
        self.play.begin(self.play.rows)
        return self._see(), {}

    def step(self, action: Any) -> tuple[Observation, float, bool, bool, dict[str, Any]]:
        """Show one slate.

        Raises:
            ResetMissingError, EpisodeOverError: there is no episode to step.
            ActionError: the action is not in the space.
        """
        play = self.play
        play.need_reset("step")
        play.need_running()
        one = np.asarray(action)
        if one.shape != self.action_space.shape:
            raise ActionShapeError(
                f"Expected an action of shape {self.action_space.shape}, found {one.shape}; "
                "env.action_space shows what fits."
            )
        lived = play.live(play.rows, play.slates(one[None]))
        if self.render_mode == "human":
            sys.stdout.write(play.stage.page(0) + "\n")
        info = {name: column[0] for name, column in lived.measures.items()}
        return self._see(), float(lived.reward[0]), bool(lived.terminated[0]), bool(lived.truncated[0]), info

    def action_masks(self) -> BoolArray:
        """Which actions lead to something: bool (entries,), as sb3-contrib asks.

        Raises:
            NoMaskError: the form of actions has no mask.
        """
        self.play.need_reset("action_masks")
        return self.play.masks()[0]

    def render(self) -> Any:
        """The last page as text ("ansi"); None where pages are printed by ``step`` ("human")."""
        self.play.need_reset("render")
        return self.play.stage.page(0) if self.render_mode == "ansi" else None

    def _see(self) -> Observation:
        seen = self.play.see(self.play.rows)
        return {name: column[0] for name, column in seen.items()} if isinstance(seen, dict) else seen[0]
