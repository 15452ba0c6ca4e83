"""RecSim's worlds, page by page: what one page does to one person, computed by hand from what is seen."""

from __future__ import annotations

from typing import Any

import gymnasium
import numpy as np
import pytest

import simenv.gym  # noqa: F401 (registers the worlds)
from simenv.types import NOTHING

ROWS = 200
MEANS = np.concatenate([np.linspace(-3, 0, 14), np.linspace(0, 3, 6)])


def made(world: str, rows: int = ROWS, **settings: Any) -> Any:
    """A vector environment that begins nothing by itself."""
    return gymnasium.make_vec(f"simenv/{world}-v0", num_envs=rows, autoreset_mode="Disabled", **settings)


def test_clickbait_costs_satisfaction_and_its_absence_restores_it() -> None:
    env = made("LongTermSatisfaction", innovation=0.0, choc_spread=0.0, kale_spread=0.0)
    seen, _ = env.reset(seed=1)
    exposure, satisfaction = None, None
    for _ in range(20):
        choice = np.argmax(seen["candidates"], axis=1)
        bait = seen["candidates"][np.arange(ROWS), choice].astype(np.float64)
        seen, reward, *_, infos = env.step(choice[:, None])
        assert np.array_equal(seen["shown"][:, 0], bait.astype(np.float32))
        if exposure is not None:
            assert infos["exposure"] == pytest.approx(0.7 * exposure - 2 * (bait - 0.5), abs=1e-5)
            assert reward == pytest.approx(np.exp((5 * bait + 4 * (1 - bait)) * satisfaction), rel=1e-4)
        exposure, satisfaction = infos["exposure"].astype(np.float64), infos["satisfaction"]
        assert satisfaction == pytest.approx(1 / (1 + np.exp(-0.01 * exposure)), abs=1e-6)
        assert np.array_equal(seen["engagement"][:, 0], np.minimum(reward, 100))


def test_a_session_of_long_term_satisfaction_has_sixty_pages() -> None:
    env = made("LongTermSatisfaction", rows=3)
    env.reset(seed=1)
    over = [env.step(np.zeros((3, 1), dtype=np.int64))[2].tolist() for _ in range(60)]
    assert over == [[False] * 3] * 59 + [[True] * 3]


def test_watching_takes_time_that_quality_gives_back_and_moves_one_interest() -> None:
    env = made("InterestEvolution")
    seen, _ = env.reset(seed=1)
    rng, left, ways = np.random.default_rng(0), np.full(ROWS, 200.0), []
    for _ in range(30):
        user, choice = (
            seen["user"].astype(np.float64),
            rng.permuted(np.tile(np.arange(10), (ROWS, 1)), axis=1)[:, :3],
        )
        offered = np.take_along_axis(seen["candidates"], choice, axis=1)
        seen, reward, *_, infos = env.step(choice)
        clicked = seen["clicked"] == 1
        assert np.array_equal(seen["shown"], offered)
        assert np.abs(seen["quality"] - MEANS[offered]).max() < 0.6
        assert clicked.sum(axis=1).max() <= 1
        watched = clicked.any(axis=1)
        quality = (seen["quality"] * clicked).sum(axis=1).astype(np.float64)
        assert np.array_equal(reward, np.where(watched, 4, 0))
        left += np.where(watched, 0.9 / 3.4 * 4 * quality - 4, -0.5)
        assert infos["time_left"] == pytest.approx(left, abs=1e-3)
        topic = np.where(watched, (offered * clicked).sum(axis=1), NOTHING)
        assert np.array_equal(infos["topic"], topic)
        own = np.take_along_axis(user, np.maximum(topic, 0)[:, None], axis=1)[:, 0]
        step = 0.3 * (1 - np.abs(own)) * (1 - own)
        moved = seen["user"] - user
        change = np.where(watched, np.take_along_axis(moved, np.maximum(topic, 0)[:, None], axis=1)[:, 0], 0)
        assert np.abs(change) == pytest.approx(np.where(watched, step, 0), abs=1e-5)
        assert ((moved != 0).sum(axis=1) <= watched).all()
        ways += list(zip(own[watched], change[watched] > 0, strict=True))
    liked = np.array(ways)
    assert np.corrcoef(liked[:, 0], liked[:, 1])[0, 1] > 0.4  # nearer with probability (interest + 1) / 2
    assert liked[liked[:, 0] > 0.8, 1].mean() > 0.85


def test_a_session_ends_when_its_time_is_over_and_the_last_video_is_cut() -> None:
    env = made("InterestEvolution", time=6.0, no_click=-1.0, spread=0.0, worst=0.0, best=0.0)
    env.reset(seed=1)
    _, first, over, *_ = env.step(np.tile(np.arange(3), (ROWS, 1)))
    assert not over.any()
    _, second, over, *_ = env.step(np.tile(np.arange(3), (ROWS, 1)))
    assert over.all()
    assert set(first) == {4}
    assert set(second) == {2}


def test_nobody_chooses_what_is_least_interesting() -> None:
    env = made("InterestEvolution", least=-1.0, no_click=-1.0)
    seen, _ = env.reset(seed=1)
    for _ in range(20):
        interest = np.take_along_axis(seen["user"], seen["candidates"], axis=1)
        seen, reward, *_ = env.step(np.argsort(interest, axis=1)[:, [0, -2, -1]])
        assert reward.all()
    never = made("InterestEvolution", no_click=1e9)
    never.reset(seed=1)
    assert not any(never.step(np.tile(np.arange(3), (ROWS, 1)))[1].any() for _ in range(20))


def test_choices_follow_affinity_and_quality_by_multinomial_logit() -> None:
    rows = 20_000
    env = made("InterestExploration", rows=rows)
    seen, _ = env.reset(seed=1)
    choice = np.tile(np.arange(2), (rows, 1))
    topics, quality = seen["candidates"][:, :2], seen["candidates_quality"][:, :2]
    seen, *_, infos = env.step(choice)
    mass = np.exp(np.take_along_axis(infos["affinity"], topics, axis=1).astype(np.float64) + quality)
    chance = mass / (mass.sum(axis=1, keepdims=True) + np.exp(5))
    surprise = (seen["clicked"] - chance).sum(axis=0) / np.sqrt((chance * (1 - chance)).sum(axis=0))
    assert np.abs(surprise).max() < 3.5
    for band in np.array_split(np.argsort(chance[:, 0]), 10):
        found, expected = seen["clicked"][band, 0].sum(), chance[band, 0].sum()
        assert abs(found - expected) < 4 * np.sqrt(expected)


def test_types_of_people_prefer_different_topics_and_topics_differ_in_quality() -> None:
    env = made("InterestExploration", rows=5_000)
    seen, _ = env.reset(seed=1)
    *_, infos = env.step(np.zeros((5_000, 2), dtype=np.int64))
    first = infos["person"] == 0
    assert first.mean() == pytest.approx(0.3, abs=0.03)
    logs = np.log(infos["affinity"])
    assert logs[first].mean(axis=0) == pytest.approx([0.1, 0.7], abs=0.02)
    assert logs[~first].mean(axis=0) == pytest.approx([0.7, 0.1], abs=0.02)
    assert logs[first].std(axis=0) == pytest.approx([0.1, 0.1], abs=0.01)
    for topic, share, mean in ((0, 0.2, 0.8), (1, 0.8, 0.2)):
        where = seen["candidates"] == topic
        assert where.mean() == pytest.approx(share, abs=0.01)
        assert np.log(seen["candidates_quality"][where]).mean() == pytest.approx(mean, abs=0.01)
        assert np.log(seen["candidates_quality"][where]).std() == pytest.approx(0.1, abs=0.005)


def test_people_and_their_first_page_are_new_in_every_episode_and_the_same_in_the_same_one() -> None:
    for world in ("LongTermSatisfaction", "InterestEvolution", "InterestExploration"):
        env = made(world)
        first, _ = env.reset(seed=5)
        second, _ = env.reset()
        again, _ = env.reset(seed=5)
        assert all(np.array_equal(first[name], again[name]) for name in first)
        assert not np.array_equal(first["candidates"], second["candidates"])
        assert len(np.unique(first["candidates"], axis=0)) > ROWS / 2
