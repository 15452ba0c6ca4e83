"""The feed: visits, days, episodes, what a page is worth, and what a recommender sees of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import gymnasium
import numpy as np
import pytest
from gymnasium.vector import AutoresetMode
from hypothesis import given, settings
from hypothesis import strategies as st

from simenv.days import PATIENCE
from simenv.gym import Env, blocks, check_vector_env, swift
from simenv.gym.errors import ActionRangeError, UnknownSettingError
from simenv.gym.feed import REWARDS
from simenv.loop import loop
from simenv.types import NOTHING, Slate, Visit
from simenv.world import Calendar, World
from tests.gym import feeds
from tests.gym.feeds import ITEMS, Told, environment, feed, stepped, told

SLATE = np.array([0, 1, 2])


def step(env: Any, *slates: Any) -> Any:
    """Show each row its slate."""
    return env.step(np.array(slates))


@pytest.mark.parametrize("actions", ["slate", "one", "scores", "items"])
@pytest.mark.parametrize("people", [feeds.crowd, feeds.slow_crowd])
def test_feeds_pass_our_checker(actions: str, people: Any) -> None:
    check_vector_env(
        lambda num_envs, autoreset_mode: environment(
            rows=num_envs, mode=autoreset_mode, actions=actions, people=people, together=True
        ),
        lambda agent: Env(alone(agent, people=people), environment(actions=actions).play.rules),
        steps=60,
    )


def alone(agent: int, **settings: Any) -> Any:
    """The feed of one agent."""
    whole = feed(rows=agent + 1, **settings)
    whole.agents = whole.agents[agent:]
    return type(whole)(**{name: getattr(whole, name) for name in whole.__dataclass_fields__})


@settings(deadline=None, max_examples=10)
@given(st.integers(0, 2**31 - 1), st.integers(1, 12))
def test_quick_people_live_as_slow_ones_do(seed: int, rows: int) -> None:
    quick, slow = (environment(rows=rows, people=people) for people in (feeds.crowd, feeds.slow_crowd))
    lives = []
    for env in (quick, slow):
        env.action_space.seed(seed)
        lives.append([env.reset(seed=seed), *(stepped(env, env.action_space.sample()) for _ in range(25))])
    assert gymnasium.utils.env_checker.data_equivalence(*lives, exact=True)


@pytest.mark.parametrize("mode", ["NextStep", "SameStep", "Disabled"])
@pytest.mark.parametrize(
    "settings",
    [
        {"actions": "items", "reward": {"watch": -1, "return": 2}},
        {"actions": "slate", "sights": ("context", "recent")},
        {"actions": "one"},
        {"actions": "scores"},
    ],
    ids=lambda settings: str(settings["actions"]),
)
def test_a_step_taken_part_by_part_is_the_same_step(
    mode: str, settings: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    lives = []
    for part in (3, blocks.BLOCK, None):
        monkeypatch.setattr("simenv.gym.blocks.BLOCK", part or blocks.BLOCK)
        if part is None:
            monkeypatch.setattr("simenv.gym.swift.suits", lambda _: False)
        env = environment(rows=20, mode=mode, retriever=None, rounds=2, **settings)
        assert swift.suits(env.play) == (part is not None)
        lives.append(list(life(env)))
    assert gymnasium.utils.env_checker.data_equivalence(lives[0], lives[2], exact=True)
    assert gymnasium.utils.env_checker.data_equivalence(lives[1], lives[2], exact=True)


def life(env: Any) -> Iterator[Any]:
    """What an environment tells of random steps, some of which begin episodes."""
    env.action_space.seed(1)
    yield env.reset(seed=3)
    for _ in range(30):
        if env.metadata["autoreset_mode"] is AutoresetMode.DISABLED and env.play.over.any():
            yield env.reset(options={"reset_mask": env.play.over.copy()})
        yield stepped(env, env.action_space.sample())
    yield env.play.steps, env.play.episode, env.play.stage._familiar.bits


def test_an_action_that_is_refused_changes_nothing() -> None:
    env = environment(rows=3, actions="items", retriever=None)
    env.reset(seed=1)
    before = env.play.see(env.play.rows), env.play.steps.copy(), env.play.stage._familiar.bits.copy()
    with pytest.raises(
        ActionRangeError, match=f"Expected items from 0 to {ITEMS - 1}, found {ITEMS} in row 2"
    ):
        step(env, SLATE, SLATE, [0, 1, ITEMS])
    after = env.play.see(env.play.rows), env.play.steps, env.play.stage._familiar.bits
    assert gymnasium.utils.env_checker.data_equivalence(before, after, exact=True)


def test_people_in_a_feed_live_as_in_a_run() -> None:
    rounds = 3
    world = World(feeds.slow_crowd(seed=9), Calendar(rounds=rounds))
    seen = {}
    for page in loop(world, FirstItems(), slots=3):
        visit = page.slate.visit
        for b, row in enumerate(visit.rows.tolist()):
            here = (row, int(visit.round[b]), int(visit.page[b]))
            seen[here] = (page.slate.items[b].tolist(), page.response.watched[b].sum(), bool(page.left[b]))
    env = environment(rows=40, actions="items", retriever=None, rounds=rounds, people=feeds.crowd)
    env.reset(seed=9)
    lived = {}
    alive = np.ones(40, dtype=np.bool_)
    while alive.any():
        known = env.play.stage._familiar.items(env.play.rows)
        slates = FirstItems.choice([set(known.row(row).tolist()) for row in range(40)], 3)
        obs, reward, terminated, truncated, infos = env.step(slates)
        for row in np.flatnonzero(alive).tolist():
            here = (row, int(infos["day"][row]), int(infos["page"][row]))
            lived[here] = (obs["shown"][row].tolist(), int(reward[row]), bool(infos["left"][row]))
        alive &= ~(terminated | truncated)
    assert len(lived) > 150
    assert {here: what for here, what in lived.items() if NOTHING not in what[0]} == {
        here: what for here, what in seen.items() if NOTHING not in what[0]
    }


class FirstItems:
    """Recommends the items with the smallest numbers that are allowed."""

    @staticmethod
    def choice(excluded: list[set[int]], slots: int) -> Any:
        """For each row the first items that are not excluded; some item again where they ran out."""
        rows = [[item for item in range(ITEMS) if item not in known][:slots] for known in excluded]
        return np.array([(row + [0] * slots)[:slots] for row in rows])

    def fit(self, train: Any) -> None:
        """Nothing to fit."""

    def recommend(self, visit: Visit, slots: int) -> Slate:
        """The first items."""
        known = [set(visit.exclude.row(b).tolist()) for b in range(len(visit))]
        items = self.choice(known, slots).astype(np.int32)
        for b, own in enumerate(known):
            items[b, np.isin(items[b], list(own))] = NOTHING
        return Slate.certain(visit, items)

    def learn(self, feedback: Any) -> None:
        """Nothing to learn."""


def test_what_a_page_is_worth() -> None:
    env = environment(rows=2, actions="items", retriever=None, people=told(Told()), slots=4)
    env.reset(seed=1)
    _, reward, *_, infos = step(env, [2, 4, 6, 9], [11, 13, 15, 17])
    # agent 0 watches 2, 4 and 6 and gives them 3, 5 and 2 stars; agent 1 watches nothing
    assert infos["watch"].tolist() == reward.tolist() == [3, 0]
    assert infos["like"].tolist() == [1, 0]
    np.testing.assert_allclose(infos["rating"], [10 / 3, 0], rtol=1e-6)
    assert infos["engagement"].tolist() == [0.75, 0]
    assert infos["return"].tolist() == [0, 0]


def test_slots_left_empty_do_not_count_as_shown() -> None:
    env = environment(rows=1, actions="items", retriever=None, people=told(Told()), slots=4)
    env.reset(seed=1)
    seen, *_, infos = step(env, [2, 2, 3, 2])
    assert seen["shown"].tolist() == [[2, NOTHING, 3, NOTHING]]
    assert infos["engagement"].tolist() == [0.5]


def test_the_return_is_paid_where_a_visit_ends_that_the_next_day_follows() -> None:
    env = environment(rows=40, people=lambda seed: feeds.crowd(seed, pages=2), reward="return", rounds=9)
    env.reset(seed=2)
    paid = 0
    for _ in range(20):
        before = env.play.over.copy()
        obs, reward, terminated, truncated, infos = env.step(np.tile(SLATE, (40, 1)))
        follows = infos["left"] & (obs["context"][:, 0] == infos["day"] + 1) & ~terminated
        real = ~before & ~truncated
        assert reward[real].tolist() == follows[real].astype(float).tolist()
        paid += int(reward.sum())
    assert 40 < paid < 400


def test_the_last_day_pays_a_return_too() -> None:
    env = environment(rows=40, people=lambda seed: feeds.crowd(seed, pages=1), reward="return", rounds=1)
    env.reset(seed=2)
    _, reward, terminated, truncated, _ = env.step(np.tile(SLATE, (40, 1)))
    assert truncated.all()
    assert not terminated.any()
    assert 0 < reward.sum() < 40


def test_rewards_can_be_weighed() -> None:
    env = environment(people=told(Told()), reward={"watch": 2, "return": 10})
    env.reset(seed=1)
    for _ in range(4):
        _, reward, *_, infos = env.step(np.tile(SLATE, (6, 1)))
        np.testing.assert_allclose(reward, 2 * infos["watch"] + 10 * infos["return"])


def test_a_visit_is_pages_until_its_last_and_then_comes_another_day() -> None:
    env = environment(people=told(Told(lambda day, page: page >= 1 + day % 2)), rounds=20)
    seen, _ = env.reset(seed=4)
    for _ in range(12):
        alive = ~env.play.over
        context = seen["context"]
        seen, *_, infos = env.step(np.tile(SLATE, (6, 1)))
        assert infos["day"][alive].tolist() == context[alive, 0].tolist()
        assert infos["page"][alive].tolist() == context[alive, 1].tolist()
        stayed = alive & ~infos["left"]
        assert (infos["left"] == (infos["page"] >= 1 + infos["day"] % 2))[alive].all()
        now = seen["context"]
        assert (now[stayed, 0] == context[stayed, 0]).all()
        assert (now[stayed, 1] == context[stayed, 1] + 1).all()
        left = alive & infos["left"] & ~env.play.over
        assert (now[left, 1] == 0).all()
        assert (now[left, 0] - context[left, 0] == now[left, 2]).all()
        assert (now[left, 2] >= 1).all()


def test_nobodys_days_are_in_lockstep() -> None:
    env = environment(rows=40, rounds=30)
    env.reset(seed=4)
    for _ in range(20):
        seen, *_ = env.step(np.tile(SLATE, (40, 1)))
    assert len(set(seen["context"][:, 0].tolist())) > 3


def test_days_that_are_over_truncate_and_people_who_are_gone_terminate() -> None:
    env = environment(rows=400, people=lambda seed: bored(seed), rounds=60, mode="Disabled")
    env.reset(seed=5)
    ends = {}
    over = np.zeros(400, dtype=np.bool_)
    while len(ends) < 400:
        _, _, terminated, truncated, infos = env.step(np.tile(SLATE, (400, 1)))
        assert not (terminated & truncated).any()
        over = terminated | truncated
        for row in np.flatnonzero(over).tolist():
            ends.setdefault(row, (bool(terminated[row]), int(infos["day"][row])))
        env.reset(options={"reset_mask": over})
    gone = [day for terminated, day in ends.values() if terminated]
    assert 20 < len(gone) < 380
    assert max(gone) <= 60 - PATIENCE + 1


def bored(seed: int) -> Any:
    """People whom nothing pleases, and who see one page a day."""
    return told(Told(), agents=400, pages=1)(seed)


def test_a_new_episode_knows_nothing_of_the_old_one() -> None:
    env = environment(rows=3, mode="Disabled", people=feeds.crowd, rounds=30)
    first, _ = env.reset(seed=6)
    for _ in range(10):
        seen, *_ = env.step(np.tile(SLATE, (3, 1)))
    assert (seen["recent"] != NOTHING).any()
    stage: Any = env.play.stage
    again, _ = env.reset(options={"reset_mask": np.array([True, False, True])})
    for name in ("recent", "stars", "shown", "response", "context"):
        assert again[name][[0, 2]].tolist() == first[name][[0, 2]].tolist()
        assert again[name][1].tolist() == seen[name][1].tolist()
    assert again["offered"][0].tolist() != first["offered"][0].tolist()  # other luck
    history = [set(row.tolist()) for row in stage._people.population.history][:3]
    known = [set(row.tolist()) for row in stage._familiar.items(env.play.rows)]
    assert (known[0], known[2]) == (history[0], history[2])
    assert known[1] > history[1]
    people = stage._people
    assert people.days.away[[0, 2]].tolist() == [0, 0]
    assert people.satisfaction[[0, 2]].tolist() == [0.5, 0.5]
    assert people.fatigue[[0, 2]].tolist() == [0, 0]


@pytest.mark.parametrize("block", [1, 3, 7])
def test_blocks_and_threads_change_nothing(block: int, monkeypatch: pytest.MonkeyPatch) -> None:
    lives = []
    for size in (blocks.BLOCK, block):
        for module in ("blocks", "sights"):
            monkeypatch.setattr(f"simenv.gym.{module}.BLOCK", size)
        env = environment(rows=20, mode="SameStep", rounds=2)
        lives.append([env.reset(seed=3), *(stepped(env, np.tile(SLATE, (20, 1))) for _ in range(12))])
    assert gymnasium.utils.env_checker.data_equivalence(*lives, exact=True)


def test_people_who_think_are_asked_together_and_others_in_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("simenv.gym.blocks.BLOCK", 2)
    for together, largest in ((True, 6), (False, 2)):
        policy = Told()
        env = environment(people=told(policy), together=together)
        env.reset(seed=1)
        env.step(np.tile(SLATE, (6, 1)))
        sizes = [len(slate.visit) for slate in policy.heard]
        assert (sum(sizes), max(sizes)) == (6, largest)


def test_the_parts_of_a_reward_are_the_five_of_the_feed() -> None:
    assert REWARDS == ("watch", "like", "rating", "engagement", "return")
    with pytest.raises(UnknownSettingError, match=r"No reward named 'watched'\. Did you mean 'watch'\?"):
        environment(reward="watched")
