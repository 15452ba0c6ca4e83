"""Differences are measured on the same people, or not at all."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from simenv.errors import UsageError
from simenv.metrics import Scoreboard
from simenv.records.compare import Comparison, compare
from simenv.records.folder import RunFolder
from simenv.records.recorder import Recorder
from simenv.records.run import Run
from simenv.types import Population
from tests.factories import Crowd, catalog, population
from tests.records.played import SMALL, make_run

MANY = Crowd(agents=60, block=60, rounds=1, thinkers=0)


def one_world(path: Path, crowd: Crowd, people: Population | None = None) -> Run:
    """A run with one seed and one arm."""
    folder = RunFolder.create(path, {"seeds": [crowd.seed], "arms": ["only"]})
    folder.write_catalog(catalog(crowd.items))
    recorder = Recorder(folder, folder.world(crowd.seed, "only"), people or population(crowd.agents))
    for step, ends in crowd.round_ends():
        recorder.write(step)
        if ends:
            recorder.end_round()
    folder.close()
    return Run(path)


def by_measure(rows: list[Comparison]) -> dict[str, Comparison]:
    return {row.measure: row for row in rows}


def test_arms_of_a_run_are_compared_with_its_first_arm(tmp_path: Path) -> None:
    rows = compare([Run(make_run(tmp_path / "run"))])
    assert {(row.baseline, row.side) for row in rows} == {("popular", "random")}
    for row in rows:
        assert row.seeds == 2
        assert row.difference.value == pytest.approx(row.value.value - row.baseline_value.value)
        assert row.difference.low <= row.difference.value <= row.difference.high


def test_runs_are_compared_arm_by_arm_with_the_first_arm_of_the_first(tmp_path: Path) -> None:
    runs = [Run(make_run(tmp_path / "a")), Run(make_run(tmp_path / "b", replace(SMALL, appeal=0.6)))]
    rows = compare(runs)
    assert {row.baseline for row in rows} == {"a/popular"}
    assert {row.side for row in rows} == {"a/random", "b/popular", "b/random"}


def test_a_run_does_not_differ_from_itself(tmp_path: Path) -> None:
    run = one_world(tmp_path / "a", MANY)
    for row in compare([run, Run(run.path)]):
        assert (row.difference.value, row.difference.low, row.difference.high) == (0, 0, 0)


def test_the_same_luck_on_both_sides_narrows_the_interval(tmp_path: Path) -> None:
    runs = [one_world(tmp_path / "a", MANY), one_world(tmp_path / "b", replace(MANY, appeal=0.35))]
    row = by_measure(compare(runs))["p_view"]
    paired = row.difference.high - row.difference.low
    apart = np.hypot(row.value.high - row.value.low, row.baseline_value.high - row.baseline_value.low)
    assert paired < apart / 2
    assert row.difference.low > 0


def test_people_are_matched_by_their_ids_not_by_their_rows(tmp_path: Path) -> None:
    people = population(60)
    turned = replace(people, ids=people.ids[::-1])
    base = one_world(tmp_path / "base", MANY)
    runs = [base, one_world(tmp_path / "same", replace(MANY, appeal=0.5))]
    mirrored = [base, one_world(tmp_path / "turned", replace(MANY, appeal=0.5), turned)]
    straight, crossed = (by_measure(compare(pair))["p_view"].difference for pair in (runs, mirrored))
    assert crossed.value == pytest.approx(straight.value)
    assert crossed.high - crossed.low > 1.2 * (straight.high - straight.low)


def test_other_people_are_refused(tmp_path: Path) -> None:
    runs = [one_world(tmp_path / "a", MANY), one_world(tmp_path / "b", MANY, population(60, prefix="other"))]
    with pytest.raises(UsageError, match="the same people, but a/only has 60 agents, b/only has 60, and 0"):
        compare(runs)


def test_more_people_are_refused(tmp_path: Path) -> None:
    runs = [one_world(tmp_path / "a", MANY), one_world(tmp_path / "b", replace(MANY, agents=61))]
    with pytest.raises(UsageError, match="b/only has 61, and 60 are in both"):
        compare(runs)


def test_other_items_are_refused(tmp_path: Path) -> None:
    runs = [one_world(tmp_path / "a", MANY), one_world(tmp_path / "b", replace(MANY, items=26))]
    with pytest.raises(UsageError, match="one catalogue"):
        compare(runs)


def test_other_seeds_are_refused(tmp_path: Path) -> None:
    runs = [one_world(tmp_path / "a", MANY), one_world(tmp_path / "b", replace(MANY, seed=5))]
    with pytest.raises(UsageError, match=r"a seed in common, but a/only has \[0\] and b/only has \[5\]"):
        compare(runs)


def test_worlds_of_other_length_are_refused(tmp_path: Path) -> None:
    runs = [one_world(tmp_path / "a", MANY), one_world(tmp_path / "b", replace(MANY, rounds=2))]
    with pytest.raises(UsageError, match="a/only has 1 rounds and b/only has 2"):
        compare(runs)


def test_one_arm_alone_cannot_be_compared(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="Name a second run"):
        compare([one_world(tmp_path / "a", MANY)])


def test_compared_values_are_the_measured_ones(tmp_path: Path) -> None:
    board = Scoreboard(MANY.agents, catalog(MANY.items))
    for step in MANY.steps():
        board.update(step)
    board.end_round()
    base = one_world(tmp_path / "a", MANY)
    for row in compare([base, one_world(tmp_path / "b", replace(MANY, appeal=0.5))]):
        assert row.baseline_value == board.values()[row.measure]


def test_two_runs_of_one_name_are_told_apart(tmp_path: Path) -> None:
    runs = [one_world(tmp_path / name / "run", MANY) for name in ("a", "b")]
    assert by_measure(compare(runs))["gini"].side.endswith("b/run/only")
