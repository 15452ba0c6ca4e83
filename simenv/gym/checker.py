"""A checker of vector environments, as ``gymnasium.utils.env_checker.check_env`` is one of scalar ones."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import gymnasium
import numpy as np
import numpy.typing as npt
from gymnasium.error import ResetNeeded
from gymnasium.utils.env_checker import data_equivalence
from gymnasium.utils.passive_env_checker import data_shares_objects
from gymnasium.vector import AutoresetMode
from gymnasium.vector.utils import batch_space

Vector = gymnasium.vector.VectorEnv[Any, Any, Any]
Make = Callable[..., Vector]
Single = Callable[[int], gymnasium.Env[Any, Any]]

ROWS, SEED = 5, 123


@dataclass
class Turn:
    """One step of all rows: what was done, and the five things that came back."""

    actions: npt.NDArray[Any]
    seen: Any
    reward: npt.NDArray[Any]
    terminated: npt.NDArray[np.bool_]
    truncated: npt.NDArray[np.bool_]
    infos: dict[str, Any]

    @property
    def ended(self) -> npt.NDArray[np.bool_]:
        """Whose episode is over: bool (rows,)."""
        return self.terminated | self.truncated


def check_vector_env(make: Make, single: Single | None = None, *, steps: int = 200) -> None:
    """Check spaces, shapes, dtypes, seeding, autoreset in all modes, final observations, and equal rows.

    Args:
        make: called with ``num_envs`` and ``autoreset_mode``.
        single: the scalar environment that row i must equal bit for bit, from i; None to leave that out.
        steps: how many steps are taken; some episode must end within them.

    Raises:
        AssertionError: what is wrong, in a sentence.
    """
    for mode in AutoresetMode:
        env = make(num_envs=ROWS, autoreset_mode=mode)
        _check_spaces(env, mode)
        turns = list(_played(env, steps))
        ends = any(turn.ended.any() for turn in turns)
        _must(ends, f"no episode ended in {steps} steps; give it shorter ones or take more steps")
        for turn in turns:
            _check_turn(env, turn)
        _check_nothing_is_reused(turns)
        _ENDS[mode](env, turns)
        again = list(_played(make(num_envs=ROWS, autoreset_mode=mode), steps))
        _must(_same(turns, again), f"the same seed and actions must give the same steps ({mode})")
        for row in range(ROWS if single else 0):
            _check_row(turns, row, single(row), mode)  # type: ignore[misc]  # there is one
        env.close()


def _must(right: bool, sentence: str) -> None:
    if not right:
        raise AssertionError(f"The vector environment is not right: {sentence}.")


def _check_spaces(env: Vector, mode: AutoresetMode) -> None:
    _must(env.num_envs == ROWS, f"num_envs is {env.num_envs} where {ROWS} were asked for")
    _must(env.metadata.get("autoreset_mode") is mode, f"metadata['autoreset_mode'] must be {mode}")
    for kind in ("observation", "action"):
        wide, one = getattr(env, f"{kind}_space"), getattr(env, f"single_{kind}_space")
        _must(wide == batch_space(one, ROWS), f"{kind}_space must be {ROWS} times single_{kind}_space")


def _played(env: Vector, steps: int) -> Iterator[Turn]:
    """Steps under one seed; where nothing begins by itself, a mask begins what is over before the step."""
    env.action_space.seed(SEED)
    seen, _ = env.reset(seed=SEED)
    _must(seen in env.observation_space, "the first observation is not in observation_space")
    over = np.zeros(ROWS, dtype=np.bool_)
    for _ in range(steps):
        if env.metadata["autoreset_mode"] is AutoresetMode.DISABLED and over.any():
            _check_mask(env, seen, over)
        actions = env.action_space.sample()
        kept = np.copy(actions)
        turn = Turn(actions, *env.step(actions))
        _must(np.array_equal(kept, actions), "step must not change the actions")
        if "final_obs" in turn.infos:  # which may be taken apart only when somebody looks
            turn.infos["final_obs"] = np.asarray(turn.infos["final_obs"], dtype=object)
        seen, over = turn.seen, turn.ended
        yield turn


def _check_turn(env: Vector, turn: Turn) -> None:
    _must(turn.seen in env.observation_space, "an observation is not in observation_space")
    for name, column, kind in (
        ("rewards", turn.reward, "f"),
        ("terminated", turn.terminated, "b"),
        ("truncated", turn.truncated, "b"),
    ):
        found = f"{column.dtype} {column.shape}"
        _must(column.shape == (ROWS,) and column.dtype.kind == kind, f"{name} are {found}, not ({ROWS},)")
    _must(bool(np.isfinite(turn.reward).all()), "a reward is not finite")
    for name, column in turn.infos.items():
        if not name.startswith("_"):
            mask = turn.infos.get(f"_{name}")
            right = isinstance(mask, np.ndarray) and mask.shape == (ROWS,) and mask.dtype == np.bool_
            _must(right, f"infos[{name!r}] must have a mask, bool ({ROWS},), beside it")
            enough = isinstance(column, dict) or len(column) == ROWS
            _must(enough, f"infos[{name!r}] must have {ROWS} entries")


def _check_nothing_is_reused(turns: list[Turn]) -> None:
    for before, after in pairwise(turns):
        for kind in ("seen", "reward", "terminated", "truncated", "infos"):
            shared = data_shares_objects(getattr(before, kind), getattr(after, kind))
            _must(not shared, f"two steps give the same arrays as {kind}; each step must give new ones")


def _check_mask(env: Vector, before: Any, over: npt.NDArray[np.bool_]) -> None:
    """A mask begins what is over, and leaves the rest alone."""
    after, _ = env.reset(options={"reset_mask": over.copy()})
    for row in np.flatnonzero(~over).tolist():
        _must(_same(_row(before, row), _row(after, row)), "a reset_mask must leave other rows alone")


def _check_next_step(env: Vector, turns: list[Turn]) -> None:  # noqa: ARG001
    """The step after the end begins an episode: no reward, and not over."""
    for before, after in pairwise(turns):
        _must("final_obs" not in after.infos, "only SAME_STEP has final_obs")
        fresh = before.ended
        _must(not after.ended[fresh].any(), "with NEXT_STEP the step after the end must not end an episode")
        _must(not after.reward[fresh].any(), "with NEXT_STEP the step after the end must have reward 0")


def _check_same_step(env: Vector, turns: list[Turn]) -> None:
    """What was last seen of an episode stands in final_obs, and what was last measured in final_info."""
    for turn in turns:
        _must(
            ("final_obs" in turn.infos) == bool(turn.ended.any()), "final_obs must stand where episodes end"
        )
        for name in ("final_obs", "final_info") if turn.ended.any() else ():
            right = np.array_equal(turn.infos.get(f"_{name}", ()), turn.ended)
            _must(right, f"_{name} must be the mask of rows whose episodes ended")
        for row, last in enumerate(turn.infos.get("final_obs", ())):
            right = last in env.single_observation_space if turn.ended[row] else last is None
            _must(right, "final_obs must be one observation where an episode ended, None elsewhere")


def _check_disabled(env: Vector, turns: list[Turn]) -> None:
    """Nothing begins by itself: nothing is kept aside, and a step after the end is refused."""
    _must(all("final_obs" not in turn.infos for turn in turns), "only SAME_STEP has final_obs")
    env.reset(seed=SEED)
    for turn in turns:
        _, _, terminated, truncated, _ = env.step(turn.actions)
        if (terminated | truncated).any():
            break
    try:
        env.step(turns[0].actions)
    except (AssertionError, ResetNeeded):
        return
    _must(False, "with DISABLED autoreset a step after the end must be refused")


_ENDS = {
    AutoresetMode.NEXT_STEP: _check_next_step,
    AutoresetMode.SAME_STEP: _check_same_step,
    AutoresetMode.DISABLED: _check_disabled,
}


def _check_row(turns: list[Turn], row: int, alone: gymnasium.Env[Any, Any], mode: AutoresetMode) -> None:
    """Live the row's life again in its scalar environment, bit for bit."""
    alone.reset(seed=SEED)
    over = False
    for number, turn in enumerate(turns):
        where = f"row {row} differs from its scalar environment in step {number} ({mode})"
        if over and mode is not AutoresetMode.SAME_STEP:
            seen, _ = alone.reset()
            if mode is AutoresetMode.NEXT_STEP:
                _must(_same(seen, _row(turn.seen, row)), where)
                over = False
                continue
        seen, reward, terminated, truncated, info = alone.step(turn.actions[row])
        over = terminated or truncated
        told = turn.infos
        if over and mode is AutoresetMode.SAME_STEP:
            _must(_same(seen, turn.infos["final_obs"][row]), f"{where}: final_obs")
            told = turn.infos["final_info"]
            seen, _ = alone.reset()
        _must(_same(seen, _row(turn.seen, row)), f"{where}: observation")
        flags = (terminated, truncated) == (bool(turn.terminated[row]), bool(turn.truncated[row]))
        _must(flags and reward == float(turn.reward[row]), f"{where}: reward, terminated or truncated")
        _must(all(_same(value, told[name][row]) for name, value in info.items()), f"{where}: info")


def _row(seen: Any, row: int) -> Any:
    """One row of observations, which may be columns by name."""
    return {name: _row(column, row) for name, column in seen.items()} if isinstance(seen, dict) else seen[row]


def _same(one: Any, other: Any) -> bool:
    if isinstance(one, list) and one and isinstance(one[0], Turn):
        return all(_same(vars(a), vars(b)) for a, b in zip(one, other, strict=True))
    return data_equivalence(one, other, exact=True)
