"""Many people at once: the native vector environment, arrays in and arrays out."""

from __future__ import annotations

import sys
from functools import cached_property
from typing import Any

import gymnasium
import numpy as np
import numpy.typing as npt
from gymnasium import Space
from gymnasium.vector import AutoresetMode
from gymnasium.vector.utils import batch_space

from simenv.errors import unknown_name
from simenv.gym import swift
from simenv.gym.autoreset import AUTORESET, Infos
from simenv.gym.errors import UnknownRenderingError, UnknownSettingError
from simenv.gym.play import Lived, Play, Rules
from simenv.gym.stage import Stage
from simenv.gym.views import Observation
from simenv.types import BoolArray, FloatArray

RENDERINGS = ("human", "ansi")

Result = tuple[Observation, FloatArray, BoolArray, BoolArray, Infos]


class VectorEnv(gymnasium.vector.VectorEnv[Observation, npt.NDArray[Any], npt.NDArray[Any]]):
    """Row i is agent ``stage.agents[i]``, and lives as the scalar environment of that agent does.

    ``reset(seed=s)`` begins every row's first episode under seed s, and ``reset()`` the next; a row's luck
    hangs on (seed, episode, step, agent) and on nothing else. ``options={"reset_mask": ...}`` begins the next
    episode of the named rows alone.

    Args:
        stage: the people and what they are shown.
        rules: the forms of actions and observations, reward and horizon.
        autoreset_mode: "NextStep" (Gymnasium's default), "SameStep" or "Disabled".
        render_mode: "ansi" (``render()`` gives each row's page as text), "human" (pages are printed) or None.
    """

    def __init__(
        self,
        stage: Stage,
        rules: Rules | None = None,
        *,
        autoreset_mode: AutoresetMode | str = AutoresetMode.NEXT_STEP,
        render_mode: str | None = None,
    ) -> None:
        self.play = Play(stage, rules or Rules())
        self._mode = _mode(autoreset_mode)
        self.metadata = {"render_modes": list(RENDERINGS), "render_fps": 1, "autoreset_mode": self._mode}
        self.render_mode = rendering(render_mode)
        self.num_envs = len(stage.agents)
        self.single_action_space = self.play.rules.actions.space(stage)
        self.single_observation_space = self.play.rules.view.space(self.play.spaces)

    @cached_property
    def action_space(self) -> Space[Any]:  # type: ignore[override]
        """Of all rows, once it is asked for: for a million of them its bounds alone take 160 MB."""
        return batch_space(self.single_action_space, self.num_envs)

    @cached_property
    def observation_space(self) -> Space[Any]:  # type: ignore[override]
        """Of all rows; as large as two observations."""
        return batch_space(self.single_observation_space, self.num_envs)

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[Observation, Infos]:
        """Begin the first (with a seed) or the next episode of all rows, or of those in the mask.

        Raises:
            UnknownSettingError: an option that does not exist, or a mask that does not fit.
        """
        mask = _mask(options or {}, self.num_envs)
        if mask is not None and (seed is not None or self.play.fresh):
            raise UnknownSettingError(
                "Expected a reset_mask without a seed and after a first full reset; reset all rows first."
            )
        if seed is not None or self.play.fresh:
            super().reset(seed=seed)
            self.play.seed(self.np_random_seed or 0)
        rows = self.play.rows if mask is None else np.flatnonzero(mask).astype(np.int32)
        self.play.begin(rows)
        return self.play.see(self.play.rows), {}

    def step(self, actions: npt.NDArray[Any]) -> Result:
        """Show every row a slate: observations, rewards float32 (rows,), terminated, truncated, infos.

        Raises:
            ResetMissingError, EpisodeOverError: there is no episode to step.
            ActionError: the actions are not in the space.
        """
        self.play.need_reset("step")
        seen, lived, infos = self._turn(np.asarray(actions))
        if self.render_mode == "human":
            sys.stdout.write("\n".join(self._pages()) + "\n")
        return seen, lived.reward, lived.terminated, lived.truncated, infos

    def action_masks(self) -> BoolArray:
        """Which actions lead to something: bool (rows, entries), as sb3-contrib asks.

        Raises:
            NoMaskError: the form of actions has no mask.
        """
        self.play.need_reset("action_masks")
        return self.play.masks()

    def render(self) -> tuple[str, ...] | None:
        """Each row's last page as text ("ansi"); None where pages are printed by ``step`` ("human")."""
        self.play.need_reset("render")
        return self._pages() if self.render_mode == "ansi" else None

    def _turn(self, actions: npt.NDArray[Any]) -> tuple[Observation, Lived, Infos]:
        play = self.play
        if swift.suits(play):
            return swift.SWIFT[self._mode](play, swift.slates(play, actions))
        return AUTORESET[self._mode](play, play.slates(actions))

    def _pages(self) -> tuple[str, ...]:
        return tuple(self.play.stage.page(row) for row in self.play.rows.tolist())


def rendering(mode: str | None) -> str | None:
    """The rendering of that name.

    Raises:
        UnknownRenderingError: there is none.
    """
    if mode is not None and mode not in RENDERINGS:
        raise UnknownRenderingError(str(unknown_name("render_mode", mode, RENDERINGS)))
    return mode


def _mode(mode: AutoresetMode | str) -> AutoresetMode:
    if isinstance(mode, AutoresetMode):
        return mode
    known = {one.value: one for one in AutoresetMode}
    if mode not in known:
        raise UnknownSettingError(str(unknown_name("autoreset_mode", mode, known)))
    return known[mode]


def _mask(options: dict[str, Any], rows: int) -> BoolArray | None:
    """The reset mask among the options: bool (rows,), or None."""
    for name in options:
        if name != "reset_mask":
            raise UnknownSettingError(str(unknown_name("option of reset", name, ["reset_mask"])))
    mask = options.get("reset_mask")
    if mask is None:
        return None
    if not isinstance(mask, np.ndarray) or mask.shape != (rows,) or mask.dtype != np.bool_:
        found = f"{mask.dtype} {mask.shape}" if isinstance(mask, np.ndarray) else type(mask).__name__
        raise UnknownSettingError(
            f"Expected reset_mask as a bool array ({rows},), found {found}; convert it."
        )
    return mask
