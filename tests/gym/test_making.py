"""Environments by name: what is registered, which settings there are, and pages in words."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import gymnasium
import numpy as np
import pytest

from simenv.errors import UsageError
from simenv.gym import WORLDS, Env, VectorEnv
from simenv.gym.errors import UnknownRenderingError, UnknownSettingError

ROOT = Path(__file__).parents[2]
EVOLUTION = "simenv/InterestEvolution-v0"


def printed(code: str) -> str:
    """What a fresh Python prints."""
    command = [sys.executable, "-W", "error", "-c", code]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout


def test_an_id_with_the_package_in_front_needs_no_import() -> None:
    code = f"import gymnasium; print(gymnasium.make('simenv.gym:{EVOLUTION}'))"
    assert printed(code).strip() == f"<Env<{EVOLUTION}>>"


def test_an_import_of_simenv_loads_neither_gymnasium_nor_worlds() -> None:
    loaded = printed("import sys, simenv, simenv.loop; print(*sys.modules)").split()
    assert "simenv.loop" in loaded
    assert not [name for name in loaded if name.startswith(("gymnasium", "simenv.gym"))]


def test_every_registered_world_can_be_made_in_both_forms() -> None:
    for name in WORLDS:
        if not name.startswith("Feed"):
            assert isinstance(gymnasium.make(f"simenv/{name}").unwrapped, Env)
            assert isinstance(gymnasium.make_vec(f"simenv/{name}", num_envs=3).unwrapped, VectorEnv)


def test_worlds_take_their_own_parameters() -> None:
    env: Any = gymnasium.make(EVOLUTION, slots=2, candidates=7, time=30.0, horizon=4, agent=9)
    assert env.action_space.nvec.tolist() == [7, 7]
    assert env.unwrapped.play.horizon == 4
    assert env.unwrapped.play.stage.agents.tolist() == [9]
    env.reset(seed=1)
    assert env.step(np.array([0, 1]))[4]["time_left"] < 30


def test_rows_of_a_vector_may_begin_with_any_agent() -> None:
    env: Any = gymnasium.make_vec(EVOLUTION, num_envs=3, agent=5)
    assert env.play.stage.agents.tolist() == [5, 6, 7]


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"slot": 2}, "No setting of InterestEvolution named 'slot'. Did you mean 'slots'?"),
        ({"agents": 2}, "No setting of InterestEvolution named 'agents'"),
        ({"actions": "score"}, "No form of actions named 'score'. Did you mean 'scores'?"),
        ({"observations": "falt"}, "No layout of observations named 'falt'. Did you mean 'flat'?"),
        ({"reward": "watch"}, "No reward named 'watch'. Did you mean 'watched'?"),
        ({"agent": -1}, "Expected an agent's number from 0, found -1; name another."),
        ({"agent": "a"}, "Expected an agent's number from 0, found 'a'; name another."),
        ({"slots": "x"}, "Expected slots as a whole number of at least 1, found 'x'; name another."),
        ({"horizon": 2.5}, "Expected horizon as a whole number of at least 1, found 2.5; name another."),
        ({"horizon": True}, "Expected horizon as a whole number of at least 1, found True; name another."),
        ({"time": float("nan")}, "Expected time as a number, found nan; name another."),
        ({"reward": {}}, "Expected a reward's name, or weights by name, found {}; name at least one part."),
        ({"reward": {"watched": "x"}}, "Expected the weight of reward 'watched' as a number, found 'x'"),
    ],
)
def test_a_setting_that_does_not_exist_is_named_with_the_nearest_that_does(
    settings: dict[str, Any], sentence: str
) -> None:
    for make in (gymnasium.make, gymnasium.make_vec):
        with pytest.raises(UnknownSettingError) as found:
            make(EVOLUTION, **settings)
        assert sentence in str(found.value)
        assert isinstance(found.value, UsageError)
        assert isinstance(found.value, gymnasium.error.Error)


def test_other_names_that_do_not_exist_are_named_too() -> None:
    with pytest.raises(UnknownSettingError, match="Did you mean 'SameStep'"):
        gymnasium.make_vec(EVOLUTION, autoreset_mode="SameSteps")
    for make in (gymnasium.make, gymnasium.make_vec):
        with pytest.raises(UnknownRenderingError, match="Did you mean 'human'"):
            make(EVOLUTION, render_mode="humam")
    with pytest.raises(UnknownSettingError, match="memory_discount from 0 to below 1, found 1"):
        gymnasium.make("simenv/LongTermSatisfaction-v0", memory_discount=1)
    env = gymnasium.make(EVOLUTION)
    with pytest.raises(UnknownSettingError, match="No option of reset named 'mask'"):
        env.reset(seed=1, options={"mask": 1})


@pytest.mark.parametrize(
    ("world", "words"),
    [
        ("LongTermSatisfaction", ["page 1 of 60", "clickbait", "taken, engagement"]),
        ("InterestEvolution", ["page 1, ", "minutes left", "topic", "watched for 4 minutes"]),
        ("InterestExploration", ["page 1", "topic", "quality", "clicked"]),
    ],
)
def test_a_page_is_shown_as_the_person_sees_it(world: str, words: list[str]) -> None:
    one: Any = gymnasium.make(f"simenv/{world}-v0", render_mode="ansi", agent=2, candidates=5)
    many: Any = gymnasium.make_vec(f"simenv/{world}-v0", num_envs=40, render_mode="ansi", candidates=5)
    for env in (one, many):
        env.reset(seed=1)
    slots = one.unwrapped.play.stage.slots
    assert one.render() == many.render()[2]
    assert one.render().count("\n") == 0  # nothing has been shown yet
    one.step(np.arange(slots))
    many.step(np.tile(np.arange(slots), (40, 1)))
    assert one.render() == many.render()[2]
    assert one.render().startswith("Agent 2, page 1")
    assert all(page.count("\n") == slots for page in many.render())
    for word in words:
        assert word in "\n".join(many.render())


def test_human_pages_are_printed_by_each_step(capsys: pytest.CaptureFixture[str]) -> None:
    one = gymnasium.make(EVOLUTION, render_mode="human")
    many = gymnasium.make_vec(EVOLUTION, num_envs=2, render_mode="human")
    one.reset(seed=1)
    many.reset(seed=1)
    assert one.render() is None
    assert capsys.readouterr().out == ""
    one.step(np.arange(3))
    assert capsys.readouterr().out.splitlines()[0].startswith("Agent 0, page 1")
    many.step(np.tile(np.arange(3), (2, 1)))
    assert [line[:15] for line in capsys.readouterr().out.splitlines() if line[0] == "A"] == [
        "Agent 0, page 1",
        "Agent 1, page 1",
    ]
    assert many.render() is None
