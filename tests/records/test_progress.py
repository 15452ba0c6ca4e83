"""Progress tells how far a run is and how fast it goes, and that it is alive."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from simenv.records.folder import RunFolder
from simenv.records.progress import Plan, Progress, read_progress
from simenv.records.run import Run
from tests.factories import Crowd
from tests.records.played import ABOUT


class Clock:
    """A clock that a test moves."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def folder(tmp_path: Path) -> RunFolder:
    return RunFolder.create(tmp_path / "run", ABOUT)


def test_speed_and_time_left_follow_from_what_was_done(folder: RunFolder) -> None:
    clock = Clock()
    crowd = Crowd(agents=20, block=20, rounds=1, pages=2)
    progress = Progress(folder, Plan(worlds=2, rounds=1, agents=20), clock=clock)
    clock.now += 5  # fitting the recommender does not count
    progress.at(1, "popular", 0)
    clock.now += 10
    shown = visits = 0
    for step in crowd.steps():
        progress.update(step, {"prompt_tokens": 300, "remembered_pages": 7, "asked_pages": 21})
        shown += int((step.slate.items >= 0).sum())
        visits += int(step.left.sum())
    told = progress.snapshot()
    assert told["decisions_per_s"] == shown / 10  # each item is a decision
    assert told["tokens_per_s"] == 30
    assert (told["cache_hits"], told["cache_hit_rate"]) == (7, 0.25)
    assert told["thinking"]["prompt_tokens"] == 300
    assert told["agents_done"] == visits
    assert told["time_left_s"] == pytest.approx((40 - visits) * 15 / visits)
    assert (told["seed"], told["arm"], told["round"]) == (1, "popular", 0)


def test_time_left_is_unknown_before_anybody_is_done(folder: RunFolder) -> None:
    assert Progress(folder, Plan(worlds=1, rounds=1, agents=3)).snapshot()["time_left_s"] is None


def test_what_was_done_before_a_stop_counts_as_done_but_not_as_speed(folder: RunFolder) -> None:
    plan = Plan(worlds=1, rounds=4, agents=10)
    assert Progress(folder, plan, done=30).snapshot()["share"] == 0.75
    assert Progress(folder, plan, done=30).snapshot()["decisions_per_s"] == 0


def test_the_heart_beats_while_nothing_happens(folder: RunFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("simenv.records.progress.BEAT", 0.01)
    with Progress(folder, Plan(worlds=1, rounds=1, agents=3)):
        first = _heartbeat(folder, since=0.0)
        assert _heartbeat(folder, since=first) > first
    assert Run(folder.path).progress == read_progress(folder.path)


def test_progress_that_was_never_told_is_none(folder: RunFolder) -> None:
    assert read_progress(folder.path) is None


def _heartbeat(folder: RunFolder, since: float) -> float:
    """The first heartbeat after a moment."""
    for _ in range(2000):
        told = read_progress(folder.path)
        if told and told["heartbeat"] > since:
            return float(told["heartbeat"])
        time.sleep(0.005)
    raise AssertionError("no heartbeat")
