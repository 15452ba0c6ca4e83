"""What is learned from again is what happened."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("torch", reason="needs torch: pip install 'simenv[rl]'")

from recommenders.slateq.replay import Moment, Replay, Situation
from simenv.luck import stream

ROWS, GAMMA = 3, 0.5


def situation(page: int) -> Situation:
    """One in which the page and the row can be read off."""
    state = np.column_stack([np.full(ROWS, page), np.arange(ROWS)]).astype(np.float32)
    return Situation(state, np.zeros((ROWS, 4, 2), dtype=np.float32), np.ones((ROWS, 4), dtype=np.bool_))


def filled(pages: int, kept: int, ahead: int, ends: dict[tuple[int, int], str] | None = None) -> Replay:
    """Pages on which row r earns page + r / 10; some end or are cut short."""
    replay = Replay(kept, ahead, GAMMA)
    for page in range(pages):
        ended, cut = (
            np.array([(ends or {}).get((page, row)) == what for row in range(ROWS)])
            for what in ("ended", "cut")
        )
        reward = (page + np.arange(ROWS) / 10).astype(np.float32)
        slate, taken = np.tile([2, -1], (ROWS, 1)), np.tile([True, False], (ROWS, 1))
        replay.add(situation(page), slate, taken, (reward, ended, cut))
    return replay


def drawn(replay: Replay, size: int = 500) -> Moment:
    """Many moments."""
    return replay.draw(stream(0, "tests.replay"), 0, size)


def test_every_page_is_drawn_whose_following_pages_are_known() -> None:
    moment = drawn(filled(10, kept=100, ahead=3))
    assert set(moment.before.state[:, 0]) == set(range(7))
    assert set(moment.before.state[:, 1]) == set(range(ROWS))


def test_only_the_last_pages_are_kept() -> None:
    moment = drawn(filled(25, kept=10, ahead=1))
    assert set(moment.before.state[:, 0]) == set(range(15, 24))


def test_the_reward_is_that_of_the_pages_ahead_and_the_rest_is_what_comes_after_them() -> None:
    moment = drawn(filled(10, kept=100, ahead=3))
    page, row = moment.before.state.T
    wanted = sum(GAMMA**k * (page + k + row / 10) for k in range(3))
    np.testing.assert_allclose(moment.reward + moment.later, wanted, rtol=1e-6)
    np.testing.assert_array_equal(moment.after.state, np.column_stack([page + 3, row]))
    assert not moment.ended.any()


def test_nothing_is_earned_after_the_end() -> None:
    moment = drawn(filled(10, kept=100, ahead=3, ends={(4, 1): "ended"}))
    page, row = moment.before.state.T
    near = (row == 1) & (page >= 2) & (page <= 4)
    np.testing.assert_array_equal(moment.ended, near)
    for first, wanted in ((4, 4.1), (3, 3.1 + GAMMA * 4.1)):
        np.testing.assert_allclose(
            (moment.reward + moment.later)[(row == 1) & (page == first)], wanted, rtol=1e-6
        )


def test_what_was_cut_short_is_not_learned_from() -> None:
    moment = drawn(filled(10, kept=100, ahead=3, ends={(4, 1): "cut"}))
    page, row = moment.before.state.T
    assert not ((row == 1) & (page >= 2) & (page <= 4)).any()
    assert ((row == 1) & (page == 1)).any()
    assert ((row == 2) & (page == 4)).any()


def test_a_cut_between_two_chapters_is_the_same_for_all_rows() -> None:
    replay = filled(5, kept=100, ahead=1)
    replay.cut()
    replay.add(situation(50), *_page())
    replay.add(situation(51), *_page())
    assert set(drawn(replay).before.state[:, 0]) == {0, 1, 2, 3, 50}


def _page() -> tuple[np.ndarray, np.ndarray, tuple[np.ndarray, np.ndarray, np.ndarray]]:
    no = np.zeros(ROWS, dtype=np.bool_)
    return (
        np.zeros((ROWS, 2), dtype=np.int64),
        np.zeros((ROWS, 2), dtype=np.bool_),
        (np.zeros(ROWS, np.float32), no, no),
    )


@pytest.mark.parametrize("pages", [5, 23])
def test_a_restored_replay_goes_on_with_the_same_bytes(pages: int) -> None:
    replay, other = filled(pages, kept=10, ahead=2), Replay(10, 2, GAMMA)
    other.restore({name: column.copy() for name, column in replay.state().items()})
    for _ in range(4):
        for one in (replay, other):
            one.add(situation(99), *_page())
        first, second = drawn(replay), drawn(other)
        assert first.before.state.tobytes() == second.before.state.tobytes()
        assert first.reward.tobytes() == second.reward.tobytes()
