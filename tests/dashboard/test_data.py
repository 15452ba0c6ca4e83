"""What the reader counts is what simenv measures, and it is counted again only when files change."""

from __future__ import annotations

import os
import shutil
import time
from pathlib import Path

import pytest

import simenv
from dashboard.data import Runs, measures, paired, stars
from dashboard.data.totals import EXPOSURES, RATIOS
from simenv.errors import UsageError
from simenv.records.compare import compare


def test_differences_are_those_of_the_command_line(runs: Path) -> None:
    told = {(row.side, row.measure): row for row in compare([simenv.open_run(runs / "light")])}
    first, *others = paired.sides([Runs(runs).open("light")])
    for other in others:
        pairing = paired.Pairing(first, other)
        for name in (*RATIOS, *EXPOSURES):
            wanted, found = told[other.label, name].difference, pairing.of(name).difference
            assert (found.value, found.low, found.high) == pytest.approx(
                (wanted.value, wanted.low, wanted.high), abs=1e-9
            )


def test_two_runs_over_the_same_people_are_compared_person_by_person(runs: Path, tmp_path: Path) -> None:
    shutil.copytree(runs / "light", tmp_path / "one")
    simenv.run("crowd", agents=40, rounds=2, recommenders=["als"], seeds=2, out=tmp_path / "two")
    both = [Runs(tmp_path).open(name) for name in ("one", "two")]
    sides = paired.sides(both)
    assert [side.label for side in sides] == ["one / random", "one / popularity", "one / ease", "two / als"]
    wanted = compare([run.run for run in both])[-1]
    told = {(row.side, row.measure): row for row in compare([run.run for run in both])}
    assert wanted.side == "two/als"
    found = paired.Pairing(sides[0], sides[-1]).of("gini").difference
    assert found.value == pytest.approx(told["two/als", "gini"].difference.value, abs=1e-9)
    assert found.high == pytest.approx(told["two/als", "gini"].difference.high, abs=1e-9)


def test_the_people_of_all_levels_are_all_people_and_their_mean_is_the_whole(runs: Path) -> None:
    first, *_, last = paired.sides([Runs(runs).open("light")])
    pairing = paired.Pairing(first, last)
    levels = pairing.by_trait("n_like", "activity")
    assert [gap.level for gap in levels] == ["low", "middle", "high"]
    assert sum(gap.people for gap in levels) == 40
    mean = sum(gap.people * gap.difference.value for gap in levels) / 40
    assert mean == pytest.approx(pairing.of("n_like").difference.value)


def test_shares_who_gain_and_lose_leave_room_for_those_who_stay(runs: Path) -> None:
    first, *others = paired.sides([Runs(runs).open("light")])
    gap = paired.Pairing(first, others[0]).of("satisfaction")
    assert 0 <= gap.lose < gap.gain <= 1 - gap.lose


def test_days_are_those_of_the_record_and_everybody_comes_on_the_first(runs: Path) -> None:
    run = Runs(runs).open("light")
    rows = {(r["arm"], r["measure"], r["round"], r["seed"]): r["value"] for r in run.run.metrics.to_pylist()}
    course = measures.by_day(run, "gini")
    for arm, day, value in zip(course["arm"], course["step"], course["value"], strict=True):
        assert value == pytest.approx(sum(rows[arm, "gini", day, seed] for seed in (0, 1)) / 2)
    back = measures.by_day(run, "retention")
    assert [v for v, day in zip(back["value"], back["step"], strict=True) if day == 0] == [1.0] * 3
    assert all(0 < v < 1 for v, day in zip(back["value"], back["step"], strict=True) if day == 1)


@pytest.mark.parametrize("name", measures.PAGE_MEASURES)
def test_pages_of_a_visit_have_every_measure_within_its_interval(runs: Path, name: str) -> None:
    rows = measures.by_page(Runs(runs).open("light"), name)
    assert set(rows["arm"]) == {"random", "popularity", "ease"}
    for value, low, high in zip(rows["value"], rows["low"], rows["high"], strict=True):
        assert low is None or value is None or low <= value <= high


def test_fewer_and_fewer_are_left_from_page_to_page(runs: Path) -> None:
    rows = measures.by_page(Runs(runs).open("light"), "retention")
    for arm in set(rows["arm"]):
        own = [v for a, v in zip(rows["arm"], rows["value"], strict=True) if a == arm]
        assert own[0] == 1
        assert own == sorted(own, reverse=True)


def test_gini_and_coverage_of_a_page_are_those_of_the_metric(runs: Path) -> None:
    run = Runs(runs).open("thinking")
    shown = run.run.interactions.to_pylist()
    import numpy as np

    from simenv.metrics.exposure import coverage, gini

    counts = np.zeros(run.run.catalog.num_rows, dtype=np.int64)
    np.add.at(counts, [row["item"] for row in shown if row["arm"] == "ease" and row["page"] == 1], 1)
    for name, statistic in (("gini", gini), ("coverage", coverage)):
        rows = measures.by_page(run, name)
        at = list(zip(rows["arm"], rows["step"], strict=True)).index(("ease", 1))
        assert rows["value"][at] == pytest.approx(statistic(counts))


def test_stars_add_up_and_stand_beside_those_of_the_data(runs: Path) -> None:
    run = Runs(runs).open("light")
    rows = stars.given(run)
    for arm in run.arms:
        assert sum(s for a, s in zip(rows["arm"], rows["share"], strict=True) if a == arm) == pytest.approx(1)
    own = stars.of_the_data(run)
    assert sum(own.values()) == pytest.approx(1)
    assert set(own) <= {half / 2 for half in range(1, 11)}


def test_an_answer_is_kept_until_a_file_changes(runs: Path, tmp_path: Path) -> None:
    shutil.copytree(runs / "light", tmp_path / "light")
    query = "SELECT count(*) AS n FROM pages"
    first = Runs(tmp_path).open("light")
    assert Runs(tmp_path).open("light").ask(query) is first.ask(query)
    parts = sorted((tmp_path / "light" / "pages").iterdir())
    parts[-1].unlink()
    fewer = Runs(tmp_path).open("light").ask(query)
    assert fewer["n"][0].as_py() < first.ask(query)["n"][0].as_py()
    os.utime(parts[0], (time.time(), time.time() + 5))
    assert Runs(tmp_path).open("light").ask(query) is not fewer


def test_runs_stand_newest_first_and_a_free_name_is_free(runs: Path) -> None:
    found = Runs(runs).summaries()
    assert [run.name for run in found] == ["thinking", "light"]
    assert found[1].seeds == (0, 1)
    assert found[0].best("n_like") == max(
        value.estimate.value
        for value in simenv.open_run(runs / "thinking").measures()
        if value.measure == "n_like"
    )
    assert Runs(runs).free("light") == "light-2"
    assert Runs(runs).free("other") == "other"


def test_a_table_that_is_damaged_is_told_with_the_run(runs: Path, tmp_path: Path) -> None:
    shutil.copytree(runs / "light", tmp_path / "light")
    (tmp_path / "light" / "metrics.parquet").write_bytes(b"PAR1")
    with pytest.raises(UsageError, match="damaged or foreign"):
        measures.final(Runs(tmp_path).open("light"))
