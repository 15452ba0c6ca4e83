"""The tables of the command line: their width, their cells, and whose names stand in them."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
import yaml

from simenv.records.run import Run
from tests.cli.conftest import Simenv


def test_several_seeds_are_told_in_one_table(simenv: Simenv, home: Path) -> None:
    said = simenv("run", home / "light.yaml", "--set", "agents=6", "--seeds", "3", "--out", "run")
    assert "95 % interval over people and 3 seeds." in said.out
    found = Run("run")
    assert set(found.interactions["seed"].to_pylist()) == {0, 1, 2}
    told = {(row["seed"], row["arm"]) for row in found.metrics.to_pylist() if row["round"] == -1}
    assert told == {(seed, arm) for seed in (-1, 0, 1, 2) for arm in found.arms}
    rows = json.loads(simenv("show", "run", "--json").out)
    assert {row["arm"] for row in rows} == set(found.arms)
    assert all(row["low"] <= row["value"] <= row["high"] for row in rows if row["low"] is not None)


@pytest.mark.parametrize("command", ["show", "compare"])
def test_tables_fit_into_80_columns_and_into_one_table_where_there_is_room(
    simenv: Simenv, home: Path, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    tables = {}
    for width in (80, 240):
        monkeypatch.setenv("COLUMNS", str(width))
        said = simenv(command, home / "run")
        lines = [line for line in said.out.splitlines() if "±" in line and " half " not in line]
        assert all(len(line) <= width for line in lines)
        tables[width] = sum(line.startswith("item_knn") for line in lines)
        assert len(re.findall(r"[-+]?\d+\.\d+ ±\d+\.\d+", "\n".join(lines))) >= 30
    assert tables[240] == 1
    assert 1 < tables[80] < 5


def test_a_table_has_a_row_for_each_recommender_and_a_cell_on_one_line(simenv: Simenv, home: Path) -> None:
    out = simenv("show", home / "run").out
    (row,) = (line for line in out.splitlines() if line.startswith("popularity"))
    found = {v.measure: v.estimate for v in Run(home / "run").measures() if v.arm == "popularity"}
    half = (found["p_view"].high - found["p_view"].low) / 2
    assert row.split()[1:3] == [f"{found['p_view'].value:.3f}", f"±{half:.3f}"]
    assert row.count("±") == len(found)


def test_names_are_text_and_steer_no_terminal(simenv: Simenv, home: Path) -> None:
    name = "[red]\x1b[31mloud\x07"
    (Path("loud.yaml")).write_text(
        yaml.safe_dump(
            {
                **yaml.safe_load((home / "light.yaml").read_text()),
                "agents": 4,
                "question": "\x1b]0;mine\x07?",
                "recommenders": [{"name": name, "use": "random"}, "popularity"],
            }
        )
    )
    for said in (simenv("run", "loud.yaml", "--out", "run"), simenv("compare", "run"), simenv("show", "run")):
        assert said.code == 0
        assert "\x1b" not in said.out
        assert "\x07" not in said.out
        assert "[red]\ufffd[31mloud\ufffd" in said.out


def test_a_comparison_marks_what_is_clear(simenv: Simenv, home: Path) -> None:
    table = simenv("compare", home / "run").out
    told = json.loads(simenv("compare", home / "run", "--json").out)
    clear = [row for row in told if row["difference"]["low"] > 0 or row["difference"]["high"] < 0]
    assert {"gini", "novelty"} <= {row["measure"] for row in clear}
    assert table.count("* ") - 1 == len(clear) < len(told)  # the caption explains it once
    for row in clear:
        if row["measure"] in ("p_view", "gini", "ild"):
            value, low, high = (row["difference"][name] for name in ("value", "low", "high"))
            assert f"* {value:+.3f} ±{(high - low) / 2:.3f}" in table


def test_runs_over_the_same_people_can_be_compared(simenv: Simenv, home: Path) -> None:
    simenv("run", home / "light.yaml", "--set", "recommenders=[ease]", "--out", "other")
    said = simenv("compare", home / "run", "other")
    assert said.code == 0
    assert "\nother/ease " in said.out
    alone = simenv("compare", "other")
    assert (alone.code, alone.sentence()[:21]) == (2, "ease is the only arm.")
