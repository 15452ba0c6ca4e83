"""Actions: which slates they stand for, and what is said of those that stand for none."""

from __future__ import annotations

from typing import Any

import gymnasium
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from simenv.errors import UsageError
from simenv.gym import Rules, VectorEnv, kernels
from simenv.gym.actions import ACTIONS
from simenv.gym.errors import (
    ActionKindError,
    ActionRangeError,
    ActionShapeError,
    NoMaskError,
    NotANumberError,
)
from simenv.types import NOTHING
from tests.gym.scripted import CANDIDATES, CATALOGUE, SLOTS, Scripted

ROWS = 3
OPEN = [0, 2, 3, 4, 5]


def made(actions: str) -> Any:
    """Scripted rows, reset."""
    env = VectorEnv(Scripted(np.arange(ROWS, dtype=np.int32)), Rules(actions=ACTIONS[actions]))
    env.reset(seed=1)
    return env


def slates(actions: str, chosen: Any) -> list[list[int]]:
    """What was shown after one step."""
    return made(actions).step(np.array(chosen))[0]["last"].tolist()


def test_candidates_stand_for_the_items_behind_them() -> None:
    assert slates("slate", [[0, 2, 3], [5, 4, 3], [2, 0, 5]]) == [[0, 4, 6], [20, 18, 16], [24, 20, 30]]


def test_a_candidate_that_is_repeated_or_must_not_be_shown_leaves_its_slot_empty() -> None:
    shown = slates("slate", [[2, 2, 2], [1, 0, 0], [3, 1, 3]])
    assert shown == [[4, NOTHING, NOTHING], [NOTHING, 10, NOTHING], [26, NOTHING, NOTHING]]


def test_one_candidate_takes_the_first_slot() -> None:
    assert slates("one", [5, 1, 2]) == [[10, NOTHING, NOTHING], [NOTHING] * 3, [24, NOTHING, NOTHING]]


def test_item_ids_are_shown_as_they_are_but_once() -> None:
    assert slates("items", [[39, 0, 7], [5, 5, 6], [1, 2, 1]]) == [
        [39, 0, 7],
        [5, NOTHING, 6],
        [1, 2, NOTHING],
    ]


@settings(deadline=None)  # the first example may have to wait for a compiler
@given(arrays(np.float32, (ROWS, CANDIDATES), elements=st.floats(-2, 2, width=16)))
def test_scores_show_the_best_that_may_be_shown_and_of_equal_ones_the_earlier(scores: Any) -> None:
    shown = slates("scores", scores)
    for row in range(ROWS):
        best = sorted(OPEN, key=lambda one: (-scores[row, one], one))[:SLOTS]
        assert shown[row] == [(10 * row + 2 * one) % CATALOGUE for one in best]


def test_scores_may_leave_the_box_because_only_their_order_counts() -> None:
    scores = np.array([[3, 9, -1, 2, 1, 0]] * ROWS, dtype=np.float64)
    assert slates("scores", scores) == slates("scores", np.tanh(scores / 10).astype(np.float32))
    assert slates("scores", np.where(scores == 3, np.inf, scores))[0][0] == 0


@settings(deadline=None)  # the first example may have to wait for a compiler
@given(st.sampled_from(["slate", "one", "scores", "items"]), st.integers(0, 1_000))
def test_whatever_the_space_gives_is_taken_and_no_slate_repeats_an_item(actions: str, seed: int) -> None:
    env = made(actions)
    env.action_space.seed(seed)
    seen, reward, *_ = env.step(env.action_space.sample())
    for row in seen["last"].tolist():
        real = [item for item in row if item != NOTHING]
        assert len(real) == len(set(real))
    assert np.array_equal(reward, seen["real"].sum(axis=1))


def test_masks_lie_slot_by_slot_as_sb3_contrib_wants_them() -> None:
    one = [True, False, True, True, True, True]
    assert made("slate").action_masks().tolist() == [one * SLOTS] * ROWS
    assert made("one").action_masks().tolist() == [one] * ROWS
    assert made("scores").action_masks().tolist() == [one] * ROWS
    with pytest.raises(NoMaskError, match="take actions='slate'"):
        made("items").action_masks()


WRONG = [
    (
        "slate",
        [[0, 1, 6], [0, 1, 2], [0, 1, 2]],
        ActionRangeError,
        "candidates from 0 to 5, found 6 in row 0",
    ),
    ("slate", [[0, 1, 2], [0, -1, 2], [0, 1, 2]], ActionRangeError, "found -1 in row 1"),
    ("one", [0, 9, 0], ActionRangeError, "found 9 in row 1"),
    ("items", [[0, 1, 2], [0, 1, 2], [40, 1, 2]], ActionRangeError, "items from 0 to 39, found 40 in row 2"),
    ("slate", [[0, 1]] * ROWS, ActionShapeError, r"shape \(3, 3\).*found \(3, 2\)"),
    ("slate", [0, 1, 2], ActionShapeError, r"found \(3,\)"),
    ("one", [[0]] * ROWS, ActionShapeError, r"shape \(3,\).*found \(3, 1\)"),
    ("scores", [[0.0] * 5] * ROWS, ActionShapeError, r"shape \(3, 6\).*found \(3, 5\)"),
    ("slate", [[0.0, 1.0, 2.0]] * ROWS, ActionKindError, "whole numbers, found float64"),
    ("scores", [[0] * CANDIDATES] * ROWS, ActionKindError, "floating-point numbers, found int64"),
    ("scores", [[0.0] * CANDIDATES, [0.0, np.nan] * 3, [0.0] * CANDIDATES], NotANumberError, "NaN in row 1"),
]


@pytest.mark.parametrize(("actions", "chosen", "error", "sentence"), WRONG)
def test_an_action_outside_the_space_is_refused_by_name(
    actions: str, chosen: Any, error: type[Exception], sentence: str
) -> None:
    env = made(actions)
    before = env.play.stage.clock.copy()
    with pytest.raises(error, match=sentence) as found:
        env.step(np.array(chosen))
    assert isinstance(found.value, UsageError)
    assert isinstance(found.value, gymnasium.error.InvalidAction)
    assert np.array_equal(env.play.stage.clock, before)


@pytest.mark.parametrize("kind", [np.uint8, np.int32, np.uint64])
def test_every_kind_of_whole_number_will_do(kind: type) -> None:
    chosen = np.array([[0, 2, 3]] * ROWS)
    assert slates("slate", chosen.astype(kind)) == slates("slate", chosen)


def test_a_scalar_action_of_the_wrong_shape_is_told_the_scalar_shape() -> None:
    env = gymnasium.make("simenv/InterestEvolution-v0")
    env.reset(seed=1)
    with pytest.raises(ActionShapeError, match=r"shape \(3,\), found \(2,\)"):
        env.step(np.array([0, 1]))
    with pytest.raises(ActionRangeError, match="found 10 in row 0"):
        env.step(np.array([0, 1, 10]))


@settings(deadline=None, max_examples=50)
@given(
    st.lists(
        st.lists(st.integers(-3, 12) | st.sampled_from([-(2**63), 2**63 - 1, 2**62]), min_size=3, max_size=3),
        min_size=1,
    )
)
def test_numbers_taken_as_they_were_chosen_are_refused_as_others_are(rows: list[list[int]]) -> None:
    chosen = np.array(rows, dtype=np.int64)
    items, apart = (np.empty(chosen.shape, dtype=np.int32) for _ in range(2))
    bad = kernels.narrowed(chosen, 10, items)
    assert bad == kernels.distinct(chosen, 10, apart)
    if bad < 0:
        assert items.tolist() == rows
        assert (apart[apart != NOTHING] == items[apart != NOTHING]).all()
