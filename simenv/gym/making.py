"""Environments by name: what ``gymnasium.make`` and ``gymnasium.make_vec`` call."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any

import numpy as np
from gymnasium.vector import AutoresetMode

from simenv.errors import unknown_name
from simenv.gym.actions import ACTIONS
from simenv.gym.errors import UnknownSettingError, is_number, is_whole
from simenv.gym.pairs import Pairs
from simenv.gym.play import Rules
from simenv.gym.reward import Reward
from simenv.gym.single import Env
from simenv.gym.stage import Stage
from simenv.gym.vector import VectorEnv
from simenv.gym.views import VIEWS

LAYOUTS = {**VIEWS, "pairs": Pairs()}
RULES = ("actions", "observations", "reward", "horizon")
_WHOLE = {"horizon": "int", "candidates": "int"}
"""What is a whole number in every world."""


def make_env(*, world: str, agent: int = 0, render_mode: str | None = None, **settings: Any) -> Env:
    """The environment of one agent.

    Args:
        world: where its ``Stage`` is: "package.module:Class".
        agent: whose environment it is.
        render_mode: "ansi", "human" or None.
        settings: ``actions`` ("slate", "one", "scores", "items"), ``observations`` ("dict", "flat",
            "pairs"),
            ``reward`` (a part's name, or weights by name), ``horizon`` (steps), and the world's own.

    Raises:
        UnknownSettingError: a setting that does not exist, or a value that it cannot take.
    """
    stage, rules = _parts(world, _people(agent, 1), settings)
    return Env(stage, rules, render_mode=render_mode)


def make_vec_env(
    *,
    world: str,
    num_envs: int = 1,
    agent: int = 0,
    autoreset_mode: AutoresetMode | str = AutoresetMode.NEXT_STEP,
    **settings: Any,
) -> VectorEnv:
    """The environments of ``num_envs`` agents, the first of whom is ``agent``; settings as for one.

    Raises:
        UnknownSettingError: a setting that does not exist, or a value that it cannot take.
    """
    render_mode = settings.pop("render_mode", None)
    stage, rules = _parts(world, _people(agent, num_envs), settings)
    return VectorEnv(stage, rules, autoreset_mode=autoreset_mode, render_mode=render_mode)


def _parts(world: str, agents: range, settings: Mapping[str, Any]) -> tuple[Stage, Rules]:
    module, _, name = world.partition(":")
    kind: Callable[..., Stage] = getattr(import_module(module), name)
    known = inspect.signature(kind).parameters
    own = {setting for setting in settings if setting not in RULES}
    # a world that takes any keyword says itself what it does not know
    anything = any(parameter.kind is parameter.VAR_KEYWORD for parameter in known.values())
    for setting in own - ((own if anything else known.keys()) - {"agents"}):
        raise UnknownSettingError(
            str(unknown_name(f"setting of {name}", setting, {*known, *RULES} - {"agents", "values"}))
        )
    _check_numbers(settings, known)
    rows = np.arange(agents.start, agents.stop, dtype=np.int32)
    stage = kind(agents=rows, **{name: value for name, value in settings.items() if name in own})
    return stage, _rules(stage, {name: value for name, value in settings.items() if name in RULES})


def _people(first: Any, count: Any) -> range:
    """The numbers of so many agents.

    Raises:
        UnknownSettingError: they are no numbers of agents.
    """
    if not is_whole(first, 0):
        raise UnknownSettingError(f"Expected an agent's number from 0, found {first!r}; name another.")
    if not is_whole(count, 1):
        raise UnknownSettingError(
            f"Expected num_envs as a whole number of at least 1, found {count!r}; name another."
        )
    return range(first, first + count)


def _check_numbers(settings: Mapping[str, Any], known: Mapping[str, inspect.Parameter]) -> None:
    """Refuse what is no number where a world (by its annotations) wants one."""
    wanted = {name: str(parameter.annotation) for name, parameter in known.items()} | _WHOLE
    for name, value in settings.items():
        if wanted.get(name) == "int" and not is_whole(value, 1):
            raise UnknownSettingError(
                f"Expected {name} as a whole number of at least 1, found {value!r}; name another."
            )
        if wanted.get(name) == "float" and not is_number(value):
            raise UnknownSettingError(f"Expected {name} as a number, found {value!r}; name another.")


def _rules(stage: Stage, settings: Mapping[str, Any]) -> Rules:
    return Rules(
        actions=_named("form of actions", settings.get("actions", "slate"), ACTIONS),
        view=_named("layout of observations", settings.get("observations", "dict"), LAYOUTS),
        reward=Reward.named(settings.get("reward"), stage),
        horizon=settings.get("horizon"),
    )


def _named(kind: str, name: Any, known: Mapping[str, Any]) -> Any:
    if name not in known:
        raise UnknownSettingError(str(unknown_name(kind, str(name), known)))
    return known[name]
