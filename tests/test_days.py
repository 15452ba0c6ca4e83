"""From day to day people come back, stay away, or leave for good."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from simenv.days import PATIENCE, Days
from simenv.types import FloatArray, IntArray
from tests import light
from tests.factories import population

AGENTS = 3_000


def days(activity: int = 1, seed: int = 0, agents: int = AGENTS) -> Days:
    people = population(agents)
    return Days(replace(people, activity=np.full(agents, activity, dtype=np.int8)), seed)


def nobody() -> IntArray:
    return np.zeros(0, dtype=np.int32)


def pleased(level: float, agents: int = AGENTS) -> FloatArray:
    return np.full(agents, level, dtype=np.float32)


def everybody(agents: int = AGENTS) -> IntArray:
    return np.arange(agents, dtype=np.int32)


def test_everybody_comes_on_the_first_day() -> None:
    assert days().present(0).tolist() == list(range(AGENTS))


def test_people_come_as_often_as_their_chance_says() -> None:
    calendar = days()
    calendar.pass_by(everybody(), pleased(0.5))
    chance = float(calendar.chance()[0])
    assert abs(len(calendar.present(1)) / AGENTS - chance) < 4 * np.sqrt(chance * (1 - chance) / AGENTS)


def test_active_and_satisfied_people_come_more_often() -> None:
    chances = []
    for activity, satisfaction in ((0, 0.1), (0, 0.9), (1, 0.9), (2, 0.9)):
        calendar = days(activity)
        calendar.pass_by(everybody(), pleased(satisfaction))
        chances.append(float(calendar.chance()[0]))
    assert chances == sorted(set(chances))


def test_the_longer_away_the_less_likely_until_a_person_has_left_for_good() -> None:
    calendar = days(agents=1)
    calendar.pass_by(everybody(1), pleased(0.5, 1))
    chances = []
    for _ in range(PATIENCE):
        chances.append(float(calendar.chance()[0]))
        calendar.pass_by(nobody(), pleased(0.5, 1))
    assert chances[1:] == sorted(set(chances[1:]), reverse=True)
    assert calendar.gone.all()
    assert calendar.chance()[0] == 0
    assert len(calendar.present(99)) == 0


@settings(deadline=None)
@given(st.integers(1, 50), st.integers(1, 30), st.integers(0, 9))
def test_whether_a_person_comes_does_not_depend_on_how_many_others_there_are(
    agents: int, day: int, seed: int
) -> None:
    few, many = days(seed=seed, agents=agents), days(seed=seed, agents=60)
    assert few.present(day).tolist() == [row for row in many.present(day) if row < agents]


def test_people_on_days_of_their_own_come_when_they_would_have_come_together() -> None:
    agents, horizon = 200, 40
    together, apart = (days(activity=0, agents=agents) for _ in range(2))
    came = []
    for day in range(horizon):
        came.append(together.present(day))
        together.pass_by(came[-1], pleased(0.2, agents))
    own: IntArray = np.zeros(agents, dtype=np.int32)
    visits = [[0] for _ in range(agents)]
    here = everybody(agents)
    while len(here):
        clock = (np.zeros(len(here), dtype=np.int32), own[here], here)
        mood, everyone = (pleased(0.2, agents), pleased(0.7, agents)), np.ones(len(here), dtype=np.bool_)
        own[here], gone = apart.come_again(clock, everyone, mood, horizon)
        assert gone.tolist() == apart.gone[here].tolist()
        assert set(mood[0][here].tolist()) == {0.5}
        assert set(mood[1][here].tolist()) == {0.0}
        here = here[own[here] < horizon][::-1].copy()
        for row in here.tolist():
            visits[row].append(int(own[row]))
    assert visits == [[day for day in range(horizon) if row in came[day]] for row in range(agents)]
    assert apart.gone.tolist() == together.gone.tolist()
    assert 0 < apart.gone.sum() < agents


def test_who_has_not_left_comes_again_today_as_it_was() -> None:
    some, clock = days(activity=0, agents=3), tuple(np.full(3, n, dtype=np.int32) for n in (0, 4))
    mood = (pleased(0.2, 3), pleased(0.7, 3))
    left = np.array([False, True, False])
    again, gone = some.come_again((*clock, everybody(3)), left, mood, 40)
    assert again[[0, 2]].tolist() == [4, 4]
    assert again[1] > 4
    assert not gone.any()
    assert [column[[0, 2]].tolist() for column in mood] == [[np.float32(0.2)] * 2, [np.float32(0.7)] * 2]
    assert some.away[[0, 2]].tolist() == [0, 0]


def test_who_begins_anew_is_as_before_the_first_day() -> None:
    calendar, fresh = days(agents=3), days(agents=3)
    for _ in range(4):
        calendar.pass_by(nobody(), pleased(0.9, 3))
    mood = pleased(0.9, 3), pleased(0.7, 3)
    calendar.begin(np.array([0, 2], dtype=np.int32), mood)
    assert [column.tolist() for column in mood] == [[0.5, np.float32(0.9), 0.5], [0, np.float32(0.7), 0]]
    assert calendar.chance()[[0, 2]].tolist() == fresh.chance()[[0, 2]].tolist()
    assert calendar.chance()[1] < fresh.chance()[1]


def test_other_luck_brings_other_people() -> None:
    assert days(seed=0).present(1).tolist() != days(seed=1).present(1).tolist()


def test_restored_days_go_on_as_if_never_stopped() -> None:
    calendar, other = days(), days()
    calendar.pass_by(calendar.present(1), pleased(0.8))
    other.restore(calendar.state())
    assert other.present(2).tolist() == calendar.present(2).tolist()
    calendar.pass_by(everybody(), pleased(0.1))
    assert other.chance().tolist() != calendar.chance().tolist()


def test_a_world_that_everybody_has_left_ends() -> None:
    world = light.world(5, rounds=200, pages=1)
    late = {"round": np.array([1]), "days.away": np.full(5, PATIENCE, dtype=np.int32)}
    world.restore({**world.state(), **late})
    assert world.next_visit() is None
    assert world.round == 200
