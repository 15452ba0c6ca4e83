"""The whole command: a report that programs can rely on and people can read."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from agents.models.scripted import ScriptedModel
from dashboard.data.reports import Report
from scenarios import validating
from scenarios.validating import Wish, validate
from scenarios.validity import jokes
from scenarios.validity.controls.every import SYSTEMS
from scenarios.validity.goals import GOALS
from scenarios.validity.leaves import cell, exactly, leaves
from scenarios.validity.pages import MATCHED, RATIOS, UNIFORM
from simenv import cli
from simenv.errors import SimenvError, UsageError
from simenv.metrics.resampling import Figure
from tests.agents.behaviour.small import village
from tests.agents.real import real
from tests.scenarios.validity.test_people import as_files, put
from tests.scenarios.validity.village import circle, judged


def in_the_village(patch: pytest.MonkeyPatch) -> None:
    """The village under the name of a data set, the model that knows its circles under that of a model."""
    patch.setattr(validating, "load", lambda _name, _seed: village(90))
    patch.setattr(validating, "open_model", lambda _: ScriptedModel(circle))
    patch.delenv("SIMENV_DATA", raising=False)


@pytest.fixture(autouse=True)
def small_world(monkeypatch: pytest.MonkeyPatch) -> None:
    in_the_village(monkeypatch)


@dataclass(frozen=True)
class Made:
    """A report, the folder it was written to, and what a watcher was told."""

    report: dict[str, Any]
    folder: Path
    told: list[tuple[str, float]]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """One validation, looked at from all sides."""
    folder, told = tmp_path_factory.mktemp("validated"), []
    with pytest.MonkeyPatch.context() as patch:
        in_the_village(patch)
        report = validate(Wish("scripted", "village", 30), folder, lambda *step: told.append(step))
    return Made(report, folder, told)


def figures(part: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], dict[str, Any]]]:
    if isinstance(part, dict) and "value" in part and not isinstance(part["value"], dict):
        yield path, part
    elif isinstance(part, dict):
        for name, own in part.items():
            yield from figures(own, (*path, name))


@pytest.mark.slow
def test_the_report_has_the_keys_that_programs_rely_on(made: Made) -> None:
    report = json.loads((made.folder / "report.json").read_bytes())
    assert report == made.report
    for kind in (UNIFORM, MATCHED):
        for ratio in RATIOS:
            table = report["alignment"][kind][str(ratio)]
            assert set(table) == {"model", *SYSTEMS}
            for own in table.values():
                assert {"accuracy", "precision", "recall", "f1", "auc"} <= set(own)
        assert {"auc", "minus_stacked"} <= set(report["primary"][kind])
    for system in ("model", "item_mean", "user_item_bias", "mf", "ordered_logit"):
        assert set(report["ratings"][system]) == {"rmse", "mae", "log_loss", "crps"}
    assert {"histogram_tv", "variance_ratio"} <= set(report["ratings"])
    assert {"ece", "brier_skill"} <= set(report["calibration"])
    steady = {"order", "masked_titles", "swapped_titles", "paraphrase", "injection_watch", "injection_rating"}
    assert steady <= set(report["robustness"])
    assert {"tau", "pairs_right"} <= set(report["ranking"])
    assert report["cold"]
    assert {"name", "sha256", "bytes"} <= set(report["model"])


@pytest.mark.slow
def test_every_leaf_is_a_value_between_its_bounds(made: Made) -> None:
    found = dict(figures(made.report))
    assert len(found) > 400
    for path, leaf in found.items():
        assert set(leaf) == {"value", "low", "high"}, path
        if path[0] != "robustness" and None not in leaf.values():
            assert leaf["low"] - 1e-9 <= leaf["high"], path
        if path[0] == "alignment":
            assert leaf["low"] - 1e-9 <= leaf["value"] <= leaf["high"] + 1e-9, path


@pytest.mark.slow
def test_the_dashboard_shows_it(made: Made) -> None:
    shown = Report(made.folder.name, made.report)
    assert (UNIFORM, "1") in shown.kinds()
    assert (MATCHED, "9") in shown.kinds()
    table = shown.alignment(UNIFORM, "1", "auc")
    assert set(table["system"]) == {"model", *SYSTEMS}
    assert len(shown.everything()["figure"]) > 400


@pytest.mark.slow
def test_people_can_read_it(made: Made) -> None:
    text = (made.folder / "report.md").read_text()
    for heading in (
        "What the data mean",
        "Primary endpoint",
        "Alignment",
        "Ratings",
        "Calibration",
        "Leakage",
    ):
        assert f"## {heading}" in text
    assert "affinity" in text
    assert all(goal.words in text for goal in GOALS)
    assert "nan" not in text.lower().replace("finance", "")
    for name in ("alignment", "reliability", "stars", "ranking"):
        assert f"({name}.png)" in text
        assert (made.folder / f"{name}.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.slow
def test_the_watcher_is_told_what_is_done(made: Made) -> None:
    assert {"tuning ease", "asking the model", "ranking recommenders"} <= {what for what, _ in made.told}
    assert all(0 <= share <= 1 for _, share in made.told)


@pytest.mark.slow
def test_the_same_luck_gives_the_same_bytes(made: Made, tmp_path: Path) -> None:
    validate(Wish("scripted", "village", 30), tmp_path)
    for name in ("report.json", "report.md", "alignment.png"):
        assert (tmp_path / name).read_bytes() == (made.folder / name).read_bytes()


@pytest.mark.slow
def test_a_training_file_with_people_who_are_reported_on_fails_the_report(tmp_path: Path) -> None:
    few = judged().reported.held.where(judged().reported.held.user == judged().reported.user[0])
    files = as_files(tmp_path, judged(), [few])
    out = tmp_path / "out"
    with pytest.raises(SimenvError, match=rf"fails: .*{len(few)} ratings in the training file"):
        validate(Wish("scripted", "village", files=files), out)
    assert "This report fails" in (out / "report.md").read_text()
    assert json.loads((out / "report.json").read_bytes())["leakage"]["train"]["value"] == len(few)


def said(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *words: str) -> tuple[Any, str]:
    """Exit code, and what stands on standard error."""
    monkeypatch.setattr(sys, "argv", ["simenv", "validate", *words])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    return ended.value.code, capsys.readouterr().err


def test_a_released_split_has_three_files(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    one = put(tmp_path / "split.csv", village(90), [judged().reported.held])
    code, told = said(monkeypatch, capsys, "--split", str(one))
    assert code == 2
    assert "Expected --train, --context and --split together, found 1 of them" in told


def test_too_many_people_are_refused_before_anything_is_written(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    out = tmp_path / "out"
    code, told = said(
        monkeypatch,
        capsys,
        "--model",
        "scripted",
        "--dataset",
        "village",
        "--users",
        "900",
        "--out",
        str(out),
    )
    assert code == 2
    assert "found 900; ask for fewer" in told
    assert not out.exists()


def test_without_scikit_learn_the_way_out_is_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(validating, "find_spec", lambda name: None if name == "sklearn" else object())
    with pytest.raises(
        UsageError, match=r"found no module 'sklearn'; install them: pip install 'simenv\[val"
    ):
        validate(Wish("scripted", "village"), tmp_path / "out")


def test_a_card_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    (tmp_path / "own.gguf").write_bytes(b"GGUF")
    (tmp_path / "own.json").write_text('{"data": [3]}')
    with pytest.raises(UsageError, match=r"Expected a model card in .*own\.json"):
        validate(Wish(str(tmp_path / "own.gguf"), "village"), tmp_path / "out")


def test_what_is_unknown_is_null_and_what_is_counted_is_certain() -> None:
    found = leaves({"a": {1: Figure(float("nan"), np.zeros(0))}, "b": exactly(3), "c": "words"})
    assert found["a"]["1"] == {"value": None, "low": None, "high": None}
    assert found["b"] == {"value": 3.0, "low": 3.0, "high": 3.0}
    assert found["c"] == "words"
    assert cell(found["a"]["1"]) == "-"
    assert cell(found["b"], 1) == "3.0 [3.0, 3.0]"


def test_a_goal_is_missed_reached_or_not_measured() -> None:
    goal = replace(GOALS[0], least=0.5, most=0.6)
    judged_as = [
        goal.judged(value if value is None else {"value": value, "low": None, "high": None})
        for value in (0.4, 0.55, 0.7, None)
    ]
    assert judged_as == ["missed", "reached", "missed", "not measured"]
    assert GOALS[0].leaf({}) is None


def _nowhere(name: str) -> None:
    raise UsageError(f"{name} is not here.")


@real
@pytest.mark.slow
def test_the_embedded_model_is_judged_on_real_people(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    monkeypatch.setattr(jokes, "load", _nowhere)  # other tests are about jokes
    report = validate(Wish("embedded", "ml-100k", 20), tmp_path)
    table = report["alignment"][UNIFORM]["1"]
    assert table["model"]["auc"]["value"] > table["random"]["auc"]["value"] + 0.1
    assert table["ease"]["auc"]["value"] > table["popularity"]["auc"]["value"]
    assert any("no temporal split" in note for note in report["notes"])  # of twenty, too few were there
    assert not any(leaf["value"] for leaf in report["leakage"].values())


@pytest.mark.slow
def test_programs_get_the_report_on_standard_output(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    words = ["--model", "scripted", "--dataset", "village", "--users", "10", "--out", str(tmp_path)]
    monkeypatch.setattr(sys, "argv", ["simenv", "validate", *words, "--json"])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert not ended.value.code
    assert json.loads(capsys.readouterr().out) == json.loads((tmp_path / "report.json").read_bytes())
