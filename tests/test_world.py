"""The world: who comes when, and what a round leaves behind."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recommenders.popularity import Popularity
from simenv import mood
from simenv.loop import loop
from simenv.protocols import State
from simenv.ragged import Ragged
from simenv.types import (
    NOTHING,
    Action,
    Feedback,
    FloatArray,
    Interactions,
    Recall,
    Response,
    Slate,
    Step,
    Visit,
)
from simenv.world import Calendar, World
from tests import light
from tests.test_feedback import observed, seen

AGENTS, ITEMS, SLOTS = 40, 25, 3


@dataclass
class Watching:
    """A recommender that learns like any other, and notes what happens to it."""

    inner: Popularity = field(default_factory=Popularity)
    visits: list[Visit] = field(default_factory=list)
    lessons: list[list[Feedback]] = field(default_factory=list)
    events: list[str] = field(default_factory=list)

    def fit(self, train: Interactions) -> None:
        """Know the items."""
        self.inner.fit(train)

    def recommend(self, visit: Visit, slots: int) -> Slate:
        """Note who came."""
        self.visits.append(visit)
        self.events.append(f"recommend {visit.round[0]}.{visit.page[0]}")
        return self.inner.recommend(visit, slots)

    def learn(self, feedback: Sequence[Feedback]) -> None:
        """Note what was learned."""
        self.lessons.append(list(feedback))
        self.events.append("learn")
        self.inner.learn(feedback)


def watching() -> Watching:
    """A recommender that has seen every item once."""
    items = np.arange(ITEMS, dtype=np.int32)
    stars: FloatArray = np.full(ITEMS, 3, dtype=np.float32)
    recommender = Watching()
    recommender.fit(Interactions(items, items, stars, np.zeros(ITEMS, dtype=np.int64), AGENTS, ITEMS))
    return recommender


@dataclass
class Life:
    """What a world lived through."""

    steps: list[Step]
    recommender: Watching
    world: World


def live(world: World, recommender: Watching | None = None) -> Life:
    """Everything until the world's last round is over."""
    recommender = recommender or watching()
    return Life(list(loop(world, recommender, SLOTS)), recommender, world)


@cache
def whole(rounds: int = 2) -> Life:
    """A life in one block."""
    return live(light.world(AGENTS, rounds=rounds))


def columns(steps: Sequence[Step]) -> dict[str, bytes]:
    """Everything that happened, sorted by round, page and row."""
    visits = [step.slate.visit for step in steps]
    clock = [np.concatenate([getattr(visit, name) for visit in visits]) for name in ("rows", "page", "round")]
    order = np.lexsort(clock)
    parts = {
        **{f"slate.{name}": [getattr(step.slate, name) for step in steps] for name in SLATE},
        **{f"response.{name}": [getattr(step.response, name) for step in steps] for name in RESPONSE},
        **{name: [getattr(step, name) for step in steps] for name in ("satisfaction", "fatigue", "left")},
    }
    together = {name: np.concatenate(part)[order].tobytes() for name, part in parts.items()}
    return together | {"clock": np.array(clock)[:, order].tobytes()}


SLATE = ("items", "propensity", "source")
RESPONSE = ("watched", "rating", "chance", "expected", "action")


def same_state(one: State, other: State) -> None:
    """Two states agree byte for byte."""
    assert {name: column.tobytes() for name, column in one.items()} == {
        name: column.tobytes() for name, column in other.items()
    }


@settings(deadline=None, max_examples=15)
@given(st.integers(1, AGENTS + 3))
def test_the_size_of_a_block_changes_nothing(block: int) -> None:
    life = live(light.world(AGENTS, block=block))
    assert columns(life.steps) == columns(whole().steps)
    same_state(life.world.state(), whole().world.state())
    for one, other in zip(life.recommender.lessons, whole().recommender.lessons, strict=True):
        assert [seen(page) for page in one] == [seen(page) for page in other]


def test_a_block_finishes_all_its_pages_before_the_next_one_comes() -> None:
    firsts = [
        int(visit.rows[0]) // 10 for visit in live(light.world(AGENTS, rounds=1, block=10)).recommender.visits
    ]
    assert firsts == sorted(firsts)
    assert set(firsts) == {0, 1, 2, 3}


def test_a_round_is_recommending_page_by_page_then_learning_once() -> None:
    life = live(light.world(AGENTS, rounds=2, pages=2))
    assert life.recommender.events == [
        "recommend 0.0", "recommend 0.1", "learn", "recommend 1.0", "recommend 1.1", "learn",
    ]  # fmt: skip
    assert life.world.next_visit() is None


def test_everybody_comes_on_the_first_day_and_nobody_twice_on_another() -> None:
    first, second = (
        np.concatenate(
            [v.rows for v in whole().recommender.visits if v.round[0] == day and v.page[0] == 0]
        ).tolist()
        for day in range(2)
    )
    assert first == list(range(AGENTS))
    assert second == sorted(set(second))
    assert 0 < len(second) < AGENTS


def test_who_leaves_does_not_come_back_on_that_visit() -> None:
    steps = whole().steps
    assert any(step.left.any() and not step.left.all() for step in steps)
    for step, following in pairwise(steps):
        stayed = step.slate.visit.rows[~step.left]
        if len(stayed):
            assert following.slate.visit.rows.tolist() == stayed.tolist()
            assert (following.slate.visit.page == step.slate.visit.page[0] + 1).all()


def test_a_visit_ends_when_the_agent_leaves_or_its_pages_are_over() -> None:
    for step in whole().steps:
        over = (step.response.action == Action.LEAVE) | (step.slate.visit.page == 2)
        np.testing.assert_array_equal(step.left, over)


def test_nobody_is_shown_what_they_know_or_have_been_shown() -> None:
    life = whole(rounds=3)
    known = [list(row) for row in life.world.population.history]
    for visit, step in zip(life.recommender.visits, life.steps, strict=True):
        for b, row in enumerate(visit.rows):
            assert visit.exclude.row(b).tolist() == known[row]
            shown = step.slate.items[b][step.slate.items[b] != NOTHING].tolist()
            assert not set(shown) & set(known[row])
            known[row] += shown
    assert any(len(row) == ITEMS for row in known)


def test_people_rest_between_rounds_and_change_within_them() -> None:
    felt: list[Recall] = []

    @dataclass
    class Feeling:
        inner: light.TastePolicy

        def decide(self, slate: Slate, recall: Recall) -> Response:
            felt.append(recall)
            return self.inner.decide(slate, recall)

    world = light.world(AGENTS)
    assert isinstance(world.people.policy, light.TastePolicy)
    world.people.policy = Feeling(world.people.policy)
    steps = live(world).steps
    for recall, step, before in zip(felt, steps, [None, *steps], strict=False):
        if step.slate.visit.page[0] == 0:
            assert (recall.satisfaction == mood.START_SATISFACTION).all()
            assert (recall.fatigue == mood.START_FATIGUE).all()
        else:
            assert before is not None
            assert recall.satisfaction.tobytes() == before.satisfaction[~before.left].tobytes()
            assert recall.fatigue.tobytes() == before.fatigue[~before.left].tobytes()


def test_a_recommender_learns_exactly_what_could_be_seen_in_row_order() -> None:
    life = whole()
    for day, lesson in enumerate(life.recommender.lessons):
        steps = [step for step in life.steps if step.slate.visit.round[0] == day]
        assert len(lesson) == len(steps)
        for page, step in zip(lesson, steps, strict=True):
            assert seen(page) == seen(observed(step))
            assert len(page.slate.visit.exclude.values) == 0


@pytest.mark.parametrize("stop", [1, 2])
def test_a_restored_world_goes_on_as_if_it_had_never_stopped(stop: int) -> None:
    unbroken = whole(rounds=3)
    first = live(light.world(AGENTS, rounds=stop, block=7))
    second = light.world(AGENTS, rounds=3, block=11)
    second.restore(first.world.state())
    recommender = watching()
    recommender.inner.restore(first.recommender.inner.state())
    rest = live(second, recommender)
    assert columns([*first.steps, *rest.steps]) == columns(unbroken.steps)
    same_state(rest.world.state(), unbroken.world.state())


def test_a_state_does_not_change_while_the_world_goes_on() -> None:
    world = light.world(AGENTS, rounds=1)
    live(world)
    state = world.state()
    kept = {name: column.tobytes() for name, column in state.items()}
    world.calendar = Calendar(rounds=2)
    live(world)
    assert {name: column.tobytes() for name, column in state.items()} == kept
    assert {name: column.tobytes() for name, column in world.state().items()} != kept


def test_a_slate_for_somebody_else_is_refused() -> None:
    world = light.world(AGENTS)
    visit = world.next_visit()
    assert visit is not None
    other = replace(visit, rows=visit.rows[::-1].copy())
    with pytest.raises(ValueError, match="Expected a slate for the 40 agents who are here"):
        world.respond(Slate.certain(other, np.zeros((AGENTS, SLOTS), dtype=np.int32)))


def test_asking_twice_who_is_here_changes_nothing() -> None:
    world = light.world(AGENTS)
    one, two = world.next_visit(), world.next_visit()
    assert one is not None
    assert two is not None
    assert one.rows.tolist() == two.rows.tolist()
    assert one.exclude.values.tolist() == two.exclude.values.tolist()


def test_an_agent_without_history_excludes_nothing_at_first() -> None:
    visit = whole().recommender.visits[0]
    assert visit.exclude.row(0).tolist() == []
    assert visit.exclude.row(1).tolist() == [7]
    assert isinstance(visit.exclude, Ragged)
