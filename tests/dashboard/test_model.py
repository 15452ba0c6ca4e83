"""The model page: what was asked and answered, and a report beside its controls."""

from __future__ import annotations

import json
import math
import shutil
from pathlib import Path
from typing import Any

import pytest

from dashboard.charts import model as drawn
from dashboard.data import Opened, Runs, model, reports
from dashboard.data import words as kept
from scenarios import cards
from tests.dashboard.conftest import Look, words

SYSTEMS = {"model": 0.9, "ease": 0.93, "popularity": 0.84}


def leaf(value: float) -> dict[str, float]:
    return {"value": value, "low": value - 0.01, "high": value + 0.01}


def report(sha256: str) -> dict[str, Any]:
    own = {name: {"auc": leaf(value)} for name, value in SYSTEMS.items()}
    alignment = {"uniform": {"1": own, "9": own}, "popularity_matched": {"1": own}}
    return {
        "alignment": alignment,
        "calibration": {"ece": leaf(0.02)},
        "model": {"name": "m", "sha256": sha256},
    }


@pytest.fixture
def run(runs: Path) -> Opened:
    return Runs(runs).open("thinking")


@pytest.fixture
def beside(runs: Path, tmp_path: Path) -> Path:
    """A folder of runs with one that thinks, for reports to be put beside it."""
    shutil.copytree(runs / "thinking", tmp_path / "thinking")
    return tmp_path


def put(folder: Path, content: object) -> None:
    folder.mkdir(parents=True)
    (folder / "report.json").write_text(json.dumps(content))


def test_steps_of_chance_hold_everything_that_was_shown(run: Opened) -> None:
    rows = model.calibration(run)
    shown = run.run.interactions.to_pylist()
    assert sum(rows["shown"]) == len(shown)
    assert sum(rows["watched"]) == sum(row["watched"] for row in shown)
    assert rows["chance"] == sorted(rows["chance"])
    off = model.error(rows)
    assert off is not None
    assert 0 <= off < 0.2
    assert model.error({"chance": [0.5, 0.9], "shown": [10, 10], "watched": [5, 5]}) == pytest.approx(0.2)


def test_yes_is_the_mean_of_what_the_model_answered(run: Opened) -> None:
    rows = model.yes_by_popularity(run)
    answers = [
        answer.chances["yes"]
        for row in run.run.words.to_pylist()
        for asked in [kept.asked(run, (row["seed"], row["arm"]), row["user"], (row["round"], row["page"]))]
        if asked
        for answer in asked.answers[:-1:2]
    ]
    assert sum(rows["items"]) == len(answers) == run.run.interactions.num_rows
    mean = sum(n * yes for n, yes in zip(rows["items"], rows["yes"], strict=True)) / len(answers)
    assert mean == pytest.approx(sum(answers) / len(answers), abs=1e-5)
    themes = model.yes_by_theme(run, most=2)
    assert len(set(themes["theme"])) == 2


def test_the_card_and_the_size_of_the_shipped_model_are_shown(look: Look) -> None:
    app = look("model", run="thinking")
    assert "# Model card: embedded" in words(app)
    facts = dict(zip(*(app.dataframe[0].value[name] for name in ("what", "value")), strict=True))
    assert facts["bytes"] == str(cards.facts("embedded")["bytes"])
    assert len(facts["sha256"]) == 64
    assert {metric.label for metric in app.metric} >= {"tokens read", "evaluations"}
    assert cards.card("../../etc") == ""


def test_a_run_without_a_model_says_so(look: Look) -> None:
    app = look("model", run="light")
    assert "No language model thought in this run" in words(app)
    assert not app.get("plotly_chart")


def test_a_report_about_the_same_model_stands_first(beside: Path, look: Look) -> None:
    own = Runs(beside).open("thinking").word("model", "sha256")
    put(beside / "validation" / "other", report("0" * 64))
    put(beside / "zebra", report(own))
    found = reports.found(Runs(beside).open("thinking"))
    assert [each.name for each in found] == ["zebra", "other"]
    assert found[0].alignment("uniform", "1", "auc")["system"] == ["ease", "model", "popularity"]
    app = look("model", at=beside, run="thinking")
    assert not app.exception
    assert "ease is ahead of the model: auc 0.930 and 0.900" in words(app).replace("\\", "")


@pytest.mark.parametrize(
    "content",
    [
        [],
        {},
        {"alignment": 3, "model": []},
        {"alignment": {"uniform": {"1": "x"}}},
        {"alignment": {"uniform": {"1": {"model": {"auc": {"value": "x"}}, "ease": 3}}}},
        {"alignment": {"<b>": {"**1**": {"<i>": {"auc": {"value": 1, "low": None}}}}}},
        {"calibration": {"ece": {"value": math.nan}}},
    ],
)
def test_a_report_that_is_half_there_breaks_nothing(beside: Path, look: Look, content: object) -> None:
    put(beside / "validation", content)
    app = look("model", at=beside, run="thinking")
    assert not app.exception
    assert "<b>" not in words(app)


def test_a_report_behind_a_link_is_not_opened(beside: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    outside = tmp_path_factory.mktemp("outside")
    put(outside / "report", report(""))
    (beside / "linked").symlink_to(outside / "report")
    (beside / "validation").mkdir()
    (beside / "validation" / "report.json").symlink_to(outside / "report" / "report.json")
    assert reports.found(Runs(beside).open("thinking")) == []


def test_every_figure_of_a_report_is_listed_with_its_interval() -> None:
    rows = reports.Report("r", report("")).everything()
    assert "calibration / ece" in rows["figure"]
    assert len(rows["figure"]) == 10
    assert rows["low"][rows["figure"].index("calibration / ece")] == pytest.approx(0.01)


def test_what_is_off_is_said() -> None:
    rows = {"chance": [0.1, 0.5], "shown": [100, 10], "watched": [12, 5]}
    chart = drawn.reliability(rows, model.error(rows))
    assert chart.title == "What was watched follows P(watch): it is off by 0.018 on average"
    assert chart.table["watched (share)"] == [0.12, 0.5]
    assert (
        drawn.reliability({"chance": [], "shown": [], "watched": []}, None).title == "Nothing was shown yet"
    )
