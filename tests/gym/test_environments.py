"""Environments: spaces, clocks, the end of episodes in every mode, and rows that are their own."""

from __future__ import annotations

import warnings
from functools import partial
from typing import Any

import gymnasium
import numpy as np
import pytest
from gymnasium.spaces.utils import flatten, flatten_space
from gymnasium.utils.env_checker import check_env, data_equivalence
from gymnasium.vector import AutoresetMode
from gymnasium.wrappers.vector import RecordEpisodeStatistics

from simenv.gym import Env, Reward, Rules, VectorEnv, blocks, check_vector_env
from simenv.gym.errors import EpisodeOverError, ResetMissingError, SlateLengthError, UnknownSettingError
from simenv.gym.recsim import rows
from simenv.gym.views import VIEWS
from simenv.types import NOTHING, IntArray
from tests.gym.scripted import SLOTS, Scripted

WORLDS = ["LongTermSatisfaction", "InterestEvolution", "InterestExploration"]
FORMS = ["slate", "one", "scores", "items"]
PICK = np.array([0, 2, 3])


def agents(*numbers: int) -> IntArray:
    """Whom rows are about."""
    return np.array(numbers, dtype=np.int32)


def scripted(mode: AutoresetMode | str = "NextStep", count: int = 4, **rules: Any) -> Any:
    """Agents 0 to count - 1, who leave after 3 to 6 pages; the horizon is 5."""
    return VectorEnv(Scripted(np.arange(count, dtype=np.int32)), Rules(**rules), autoreset_mode=mode)


def many(world: str, count: int, mode: AutoresetMode | str = "SameStep", **settings: Any) -> Any:
    """Rows of a world."""
    return gymnasium.make_vec(f"simenv/{world}-v0", num_envs=count, autoreset_mode=mode, **settings)


def pick(count: int = 4) -> Any:
    """The same slate for every row."""
    return np.tile(PICK, (count, 1))


@pytest.mark.parametrize("world", WORLDS)
@pytest.mark.parametrize("actions", FORMS)
@pytest.mark.parametrize("observations", ["dict", "flat"])
def test_scalar_environments_pass_gymnasiums_checker(world: str, actions: str, observations: str) -> None:
    env = gymnasium.make(f"simenv/{world}-v0", actions=actions, observations=observations, agent=3)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        check_env(env.unwrapped)


@pytest.mark.parametrize("world", WORLDS)
@pytest.mark.parametrize(("actions", "observations"), [*((one, "dict") for one in FORMS), ("slate", "flat")])
@pytest.mark.parametrize(("horizon", "steps"), [(1, 20), (100, 120)])
def test_vector_environments_pass_our_checker(
    world: str, actions: str, observations: str, horizon: int, steps: int
) -> None:
    settings: dict[str, Any] = {"actions": actions, "observations": observations, "horizon": horizon}
    check_vector_env(
        partial(gymnasium.make_vec, f"simenv/{world}-v0", **settings),
        lambda agent: gymnasium.make(f"simenv/{world}-v0", agent=agent, **settings),
        steps=steps,
    )


def test_a_stage_of_ones_own_passes_our_checker() -> None:
    check_vector_env(
        lambda num_envs, autoreset_mode: scripted(autoreset_mode, num_envs),
        lambda agent: Env(Scripted(agents(agent))),
        steps=40,
    )


def test_the_next_step_begins_what_is_over_and_asks_nobody_then() -> None:
    env = scripted("NextStep", 2)
    env.reset(seed=1)
    over = [env.step(pick(2))[2].tolist() for _ in range(4)]
    assert over == [[False, False], [False, False], [True, False], [False, True]]
    assert env.play.stage.asked == [[0, 1], [0, 1], [0, 1], [1]]
    seen, reward, terminated, truncated, infos = env.step(pick(2))
    assert reward.tolist() == [3, 0]
    assert not (terminated | truncated).any()
    assert infos["_page"].tolist() == [True, False]
    assert infos["page"].tolist() == [1, 0]
    assert seen["when"][:, 1:].tolist() == [[1, 1], [1, 0]]


def test_the_same_step_shows_the_next_episode_and_keeps_the_last_sight() -> None:
    env = scripted("SameStep", 2)
    env.reset(seed=1)
    env.step(pick(2))
    assert "final_obs" not in env.step(pick(2))[4]
    seen, reward, terminated, _, infos = env.step(pick(2))
    assert terminated.tolist() == [True, False]
    assert reward.tolist() == [3, 3]
    assert seen["when"][:, 1:].tolist() == [[1, 0], [0, 3]]
    assert infos["_final_obs"].tolist() == infos["_final_info"].tolist() == [True, False]
    assert infos["final_obs"][1] is None
    assert infos["final_obs"][0]["when"].tolist() == [1, 0, 3]
    assert infos["final_obs"][0]["last"].tolist() == [2, 6, 8]
    assert seen["last"][0].tolist() == [NOTHING] * SLOTS
    assert infos["final_info"]["page"][0] == 3
    assert infos["_page"].tolist() == [False, True]


def test_where_nothing_begins_by_itself_a_mask_begins_the_named_rows() -> None:
    env = scripted("Disabled", 2)
    env.reset(seed=1)
    for _ in range(3):
        env.step(pick(2))
    with pytest.raises(EpisodeOverError, match="that of row 0 over; reset it"):
        env.step(pick(2))
    seen, _ = env.reset(options={"reset_mask": np.array([True, False])})
    assert seen["when"].tolist() == [[1, 1, 0], [1, 0, 3]]
    assert env.step(pick(2))[2].tolist() == [False, True]


def test_an_episode_is_truncated_at_the_horizon_unless_it_ends_there() -> None:
    env = scripted("Disabled", 3)
    env.reset(seed=1)
    ends = []
    for _ in range(5):
        _, _, terminated, truncated, _ = env.step(pick(3))
        ends.append((terminated.tolist(), truncated.tolist()))
        if (terminated | truncated).any():
            env.reset(options={"reset_mask": terminated | truncated})
    assert ends[2] == ([True, False, False], [False] * 3)
    assert ends[3] == ([False, True, False], [False] * 3)
    assert ends[4] == ([False, False, True], [False] * 3)  # agent 2 leaves in the step of the horizon
    short = scripted("Disabled", 3, horizon=2)
    short.reset(seed=1)
    short.step(pick(3))
    assert short.step(pick(3))[3].all()


def test_a_reset_with_a_seed_begins_the_first_episode_and_one_without_the_next() -> None:
    env = scripted()
    assert env.reset(seed=9)[0]["when"].tolist() == [[9, 0, 0]] * 4
    assert env.reset()[0]["when"].tolist() == [[9, 1, 0]] * 4
    assert env.reset(seed=8)[0]["when"].tolist() == [[8, 0, 0]] * 4


def test_without_a_seed_luck_is_new_and_its_seed_is_told() -> None:
    env, other = many("InterestEvolution", 3), many("InterestEvolution", 3)
    seen, unlike = env.reset()[0], other.reset()[0]
    assert not np.array_equal(seen["user"], unlike["user"])
    assert np.array_equal(other.reset(seed=env.np_random_seed)[0]["user"], seen["user"])


@pytest.mark.parametrize("call", ["step", "render", "action_masks"])
def test_nothing_can_be_asked_before_the_first_reset(call: str) -> None:
    for env in (scripted(), Env(Scripted(agents(0)))):
        with pytest.raises(ResetMissingError, match=rf"Expected reset\(\) before {call}\(\)"):
            getattr(env, call)(*[pick()] * (call == "step"))
        assert issubclass(ResetMissingError, gymnasium.error.ResetNeeded)


def test_a_scalar_step_after_the_end_is_refused() -> None:
    env = Env(Scripted(agents(0)))
    env.reset(seed=1)
    for _ in range(3):
        env.step(PICK)
    with pytest.raises(EpisodeOverError, match="reset it before the next step"):
        env.step(PICK)
    env.reset()
    env.step(PICK)


@pytest.mark.parametrize(
    "mask", [np.ones(4), np.ones(3, dtype=np.bool_), [True] * 4], ids=["floats", "too short", "a list"]
)
def test_a_mask_that_does_not_fit_is_refused(mask: Any) -> None:
    env = scripted()
    env.reset(seed=1)
    with pytest.raises(UnknownSettingError, match=r"reset_mask as a bool array \(4,\)"):
        env.reset(options={"reset_mask": mask})


def test_a_mask_goes_neither_with_a_seed_nor_before_all_rows_began() -> None:
    env, mask = scripted(), np.ones(4, dtype=np.bool_)
    with pytest.raises(UnknownSettingError, match="reset all rows first"):
        env.reset(options={"reset_mask": mask})
    env.reset(seed=1)
    with pytest.raises(UnknownSettingError, match="without a seed"):
        env.reset(seed=1, options={"reset_mask": mask})
    with pytest.raises(UnknownSettingError, match="Did you mean 'reset_mask'"):
        env.reset(options={"resetmask": mask})


def test_a_slate_longer_than_what_is_on_offer_is_refused() -> None:
    with pytest.raises(SlateLengthError, match="the 10 candidates on offer, found 11 slots"):
        gymnasium.make("simenv/InterestEvolution-v0", slots=11)
    gymnasium.make("simenv/InterestEvolution-v0", slots=10)


@pytest.mark.parametrize(("name", "number"), [("slots", 0), ("horizon", 0), ("horizon", -3)])
def test_numbers_that_must_be_at_least_one_are(name: str, number: int) -> None:
    with pytest.raises(UnknownSettingError, match=f"{name} as a whole number of at least 1, found {number}"):
        gymnasium.make("simenv/InterestEvolution-v0", **{name: number})


def test_a_reward_is_a_part_or_a_weighted_sum_of_parts() -> None:
    stage = Scripted(agents(0, 1))
    for reward, expected in (
        (None, [3, 3]),
        ("first", [0, 10]),
        ({"pay": 0.5, "first": 2.0}, [1.5, 21.5]),
    ):
        env = VectorEnv(stage, Rules(reward=Reward.named(reward, stage)))
        env.reset(seed=1)
        _, paid, *_, infos = env.step(pick(2))
        assert paid.tolist() == expected
        assert paid.dtype == np.float32
        assert infos["pay"].tolist() == [3, 3]
        assert infos["first"].tolist() == [0, 10]
    with pytest.raises(UnknownSettingError, match=r"No reward named 'play'\. Did you mean 'pay'"):
        Reward.named({"play": 1.0}, stage)


@pytest.mark.parametrize("world", WORLDS)
def test_a_flat_observation_is_gymnasiums_own_flattening(world: str) -> None:
    named, flat = many(world, 6), many(world, 6, observations="flat")
    ours, theirs = flat.single_observation_space, flatten_space(named.single_observation_space)
    assert np.array_equal(ours.low, theirs.low)
    assert np.array_equal(ours.high, theirs.high)
    assert ours.dtype == np.float32
    seen, numbers = named.reset(seed=3)[0], flat.reset(seed=3)[0]
    for _ in range(5):
        for row in range(6):
            one = {name: column[row] for name, column in seen.items()}
            assert np.array_equal(flatten(named.single_observation_space, one), numbers[row])
        action = named.action_space.sample()
        seen, numbers = named.step(action)[0], flat.step(action)[0]


def test_every_layout_is_in_its_space() -> None:
    for view in VIEWS.values():
        env = scripted("SameStep", view=view)
        assert env.reset(seed=1)[0] in env.observation_space
        for _ in range(8):
            assert env.step(pick())[0] in env.observation_space


@pytest.mark.parametrize("world", WORLDS)
def test_the_size_of_blocks_and_the_number_of_rows_change_no_bit(
    world: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lived(count: int, agent: int, block: int) -> list[Any]:
        monkeypatch.setattr(blocks, "BLOCK", block)
        monkeypatch.setattr(rows, "FEW", block)
        env = many(world, count, agent=agent, horizon=9)
        rng = np.random.default_rng(0)
        choice = [rng.integers(0, 10, (64, env.play.stage.slots)) for _ in range(20)]
        env.reset(seed=4)
        steps = [env.step(one[agent : agent + count]) for one in choice]
        return [
            [
                {name: column[20 - agent] for name, column in seen.items()},
                reward[20 - agent],
                infos["_clicked"][20 - agent],
            ]
            for seen, reward, _, _, infos in steps
        ]

    whole = lived(64, 0, 4096)
    for count, agent, block in ((64, 0, 7), (64, 0, 1), (1, 20, 4096), (9, 15, 4)):
        assert data_equivalence(whole, lived(count, agent, block), exact=True)


def test_observations_on_sheets_that_are_used_again_pass_our_checker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rows, "FEW", 1)
    monkeypatch.setattr(blocks, "BLOCK", 2)
    check_vector_env(
        partial(gymnasium.make_vec, "simenv/InterestEvolution-v0", horizon=9),
        lambda agent: gymnasium.make("simenv/InterestEvolution-v0", agent=agent, horizon=9),
        steps=30,
    )


def test_blocks_are_put_together_in_order_and_what_goes_wrong_in_one_is_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(blocks, "BLOCK", 3)
    stage, everybody = Scripted(np.arange(8, dtype=np.int32)), np.arange(8, dtype=np.int32)
    items = np.arange(8 * SLOTS, dtype=np.int32).reshape(8, SLOTS)
    outcome = blocks.in_blocks(stage.respond, everybody, items)
    assert outcome.rewards["first"].tolist() == items[:, 0].tolist()
    assert [row for asked in sorted(stage.asked) for row in asked] == everybody.tolist()
    assert all(1 <= len(asked) <= 3 for asked in stage.asked)

    def fail(rows: IntArray, items: IntArray) -> Any:
        raise ValueError(str(rows.tolist()))

    with pytest.raises(ValueError, match=r"\[0, 1"):
        blocks.in_blocks(fail, everybody, items)


def test_gymnasiums_wrapper_counts_episodes() -> None:
    env = RecordEpisodeStatistics(scripted("SameStep"))
    env.reset(seed=1)
    ends = [env.step(pick())[4].get("episode") for _ in range(4)]
    assert ends[:2] == [None, None]
    assert ends[2]["l"].tolist() == [3, 0, 0, 0]
    assert ends[3]["r"].tolist() == [0, 12, 0, 0]
