"""The feed by its name: any scenario, any kind of users, any retriever."""

from __future__ import annotations

import warnings
from functools import partial
from typing import Any

import gymnasium
import numpy as np
import pytest
from gymnasium.utils.env_checker import check_env, data_equivalence

from scenarios.building import Lab
from scenarios.loading import load_scenario
from simenv.gym import check_vector_env
from simenv.gym.errors import ActionError, UnknownSettingError
from simenv.words import Words
from tests.gym.feeds import stepped

ID = "simenv/Feed-v0"
THINKING = {"users": "language", "slots": 2, "candidates": 6, "pages": 2, "rounds": 1}


def many(count: int, mode: str = "SameStep", **settings: Any) -> Any:
    """Rows of a scenario."""
    return gymnasium.make_vec(ID, num_envs=count, autoreset_mode=mode, **settings)


def first_candidates(env: Any, steps: int, seed: int = 3) -> list[Any]:
    """What comes of always showing the first candidates."""
    action = np.tile(np.arange(env.single_action_space.shape[0]), (env.num_envs, 1))
    return [env.reset(seed=seed), *(stepped(env, action) for _ in range(steps))]


@pytest.mark.parametrize(
    "settings",
    [
        {"rounds": 2},
        {"rounds": 2, "actions": "scores", "retriever": "random", "candidates": 30},
        {"rounds": 2, "actions": "items", "retriever": None, "choice": "multinomial"},
        {"rounds": 1, "actions": "one", "retriever": {"item_knn": {"neighbours": 20}}, "candidates": 12},
        {"rounds": 2, "observations": "flat", "sights": ["context", "liking", "candidates"]},
    ],
)
def test_feeds_by_name_pass_both_checkers(settings: dict[str, Any]) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        check_env(gymnasium.make(ID, agent=3, render_mode="ansi", **settings).unwrapped)
    check_vector_env(
        partial(gymnasium.make_vec, ID, **settings),
        lambda agent: gymnasium.make(ID, agent=agent, **settings),
        steps=40,
    )


def test_agents_are_the_people_of_the_scenarios_runs() -> None:
    lab = Lab.of(load_scenario("crowd", {"agents": 30, "recommenders": ["popularity"]}))
    env = many(30, scenario="crowd", rounds=5)
    population = env.play.stage._people.population
    assert population.ids[:30] == lab.population.ids
    assert population.taste[:30].tobytes() == lab.population.taste.tobytes()


def test_the_same_seed_gives_the_same_bytes_and_another_one_does_not() -> None:
    one, two = (first_candidates(many(20), 12) for _ in range(2))
    assert data_equivalence(one, two, exact=True)
    other = first_candidates(many(20), 12, seed=4)
    assert [step[1].tolist() for step in one[1:]] != [step[1].tolist() for step in other[1:]]


def test_seeds_decide_luck_and_not_who_people_are() -> None:
    env = many(5)
    env.reset(seed=1)
    before = env.play.stage._people.population
    env.reset(seed=2)
    assert env.play.stage._people.population is before


def test_values_of_the_scenario_can_be_set() -> None:
    env = many(3, slots=4, candidates=9, window=5, rounds=2, pages=1)
    assert env.single_action_space.nvec.tolist() == [9] * 4
    assert env.single_observation_space["recent"].shape == (5,)
    steps = first_candidates(env, 1)
    assert steps[1][4]["left"].all()


def test_bad_names_and_values_are_refused_with_the_nearest_that_exist() -> None:
    for settings, sentence in (
        ({"slotz": 3}, "No scenario key named 'slotz'. Did you mean 'slots'?"),
        ({"scenario": "crowds"}, "No scenario named 'crowds'. Did you mean 'crowd'?"),
        ({"retriever": "populariti"}, "No recommender named 'populariti'. Did you mean 'popularity'?"),
        ({"users": "tasty"}, "No kind of users named 'tasty'. Did you mean 'taste'?"),
        ({"dataset": "towns"}, "No dataset named 'towns'. Did you mean 'town'?"),
        ({"sights": ["context", "mood"]}, "No sight named 'mood'"),
        ({"agents": 5}, "No setting of feed named 'agents'"),
        ({"rounds": 0}, "The value of 'rounds' should be"),
        ({"agent": 1_999, "num_envs": 2}, "Expected agents up to 1999, the last person of data set 'town'"),
    ):
        with pytest.raises(UnknownSettingError) as problem:
            gymnasium.make_vec(ID, **{"num_envs": 2, **settings})
        assert sentence in str(problem.value)


def test_an_item_beyond_the_catalogue_is_refused() -> None:
    env = many(2, actions="items", retriever=None)
    env.reset(seed=1)
    with pytest.raises(ActionError, match="Expected items from 0 to 999, found 1000 in row 1"):
        env.step(np.array([[0] * 10, [1000] * 10]))


def test_people_who_think_are_asked_in_one_batch_and_live_as_their_scalar_environments_do() -> None:
    env = many(4, **THINKING)
    model = env.play.stage._people.policy.model
    asked: list[int] = []
    choose = model.choose
    model.choose = lambda questions: asked.append(len(questions)) or choose(questions)
    steps = first_candidates(env, 3)
    del model.choose
    assert asked == [4 * 2 * 2, 4] * 3
    alone = gymnasium.make(ID, agent=2, **THINKING)
    assert alone.unwrapped.play.stage._people.policy.model is model  # type: ignore[attr-defined]
    seen, _ = alone.reset(seed=3)
    for number in range(3):
        seen, reward, terminated, truncated, _ = alone.step(np.array([0, 1]))
        told = steps[number + 1]
        assert reward == told[1][2]
        last = told[4]["final_obs"][2] if terminated or truncated else {n: c[2] for n, c in told[0].items()}
        assert data_equivalence(seen, last, exact=True)
        if terminated or truncated:
            alone.reset()


def test_thinking_and_light_people_share_a_feed() -> None:
    env = many(8, **{**THINKING, "users": "mixed", "thinkers": 0.4})
    heard: list[dict[int, Words]] = []
    people = env.play.stage._people
    decide = people.policy.decide

    def listening(slate: Any, recall: Any) -> Any:
        answer = decide(slate, recall)
        heard.append(dict(answer.words))
        return answer

    people.policy.decide = listening
    env.play.stage.people = lambda _seed: people
    first_candidates(env, 2)
    thinkers = set(np.flatnonzero(people.population.cohort[:8]).tolist())
    assert [set(words) for words in heard] == [thinkers] * 2
    assert 0 < len(thinkers) < 8
