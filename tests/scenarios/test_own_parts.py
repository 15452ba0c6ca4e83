"""Data, recommenders, policies and models of one's own, named in a scenario."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pyarrow.compute as pc
import pytest
import yaml

from agents.models import EMBEDDED
from scenarios.running import run
from simenv.data import load
from simenv.errors import SimenvError, UsageError
from simenv.records.run import Run
from tests.scenarios import village

PARTS = "tests.scenarios.parts"


def test_a_scenario_file_with_data_and_a_recommender_of_ones_own(data: str, tmp_path: Path) -> None:
    values = {**village.LIGHT, "dataset": data, "agents": 9}
    values["recommenders"] = ["random", {"name": "mine", "use": f"{PARTS}:Forgetful"}]
    (tmp_path / "mine.yaml").write_text(yaml.safe_dump(values))
    found = run("mine.yaml", {})
    assert found.path == Path("runs/mine")
    assert found.arms == ("random", "mine")
    assert {value.arm for value in found.measures()} == {"random", "mine"}
    assert set(found.interactions["arm"].to_pylist()) == {"random", "mine"}


def test_a_policy_of_ones_own_decides(data: str, tmp_path: Path) -> None:
    values = {**village.LIGHT, "dataset": data, "users": f"{PARTS}:EveryOther"}
    shown = run("crowd", values, out=tmp_path / "run").interactions
    assert pc.all(pc.equal(shown["watched"], pc.equal(pc.bit_wise_and(shown["slot"], 1), 0))).as_py()


def test_titles_stay_as_they_are_whatever_they_hold(data: str, tmp_path: Path) -> None:
    values = {**village.THINKING, "dataset": data, "model": "scripted", "agents": 30}
    found = run("demo", values, out=tmp_path / "run")
    given = {item: load(data).catalog.titles[item] for item in village.TITLES}
    assert given == {item: title.strip() for item, title in village.TITLES.items()}
    assert {item: found.catalog["title"][item].as_py() for item in given} == given
    told = "".join(text for prompt in found.words["prompt"].to_pylist() for text in prompt)
    assert "[bold red]Loud[/bold red]" in told


def test_a_scripted_model_and_the_embedded_one_leave_words_of_thinking_agents_alone(
    data: str, tmp_path: Path
) -> None:
    values = {**village.THINKING, "dataset": data, "users": "mixed", "thinkers": 0.5, "agents": 30}
    found = run("demo", {**values, "model": "scripted"}, out=tmp_path / "run")
    thinking = set(found.agents.filter(pc.field("cohort") == 1)["user"].to_pylist())
    assert 0 < len(thinking) < 30
    assert set(found.words["user"].to_pylist()) == thinking


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"dataset": "twon"}, "No dataset named 'twon'. Did you mean 'town'"),
        ({"dataset": "none.csv"}, "Expected ratings in none.csv"),
        ({"recommenders": "popularty"}, "No recommender named 'popularty'. Did you mean 'popularity'"),
        ({"recommenders": {"ease": {"regularisation": 3}}}, "No setting 'regularisation'.*regularization"),
        (
            {"recommenders": {"ease": {"regularization": -3}}},
            "'regularization' must be a number of at least .*, found -3",
        ),
        (
            {"recommenders": {"ease": {"regularization": float("nan")}}},
            "must be a number of at least .*, found nan",
        ),
        ({"recommenders": "nowhere:Class"}, "No recommender at 'nowhere:Class'"),
        ({"recommenders": f"{PARTS}:Blank"}, "is no recommender: .*none of fit, recommend, learn"),
        ({"users": "nowhere:Class"}, "No policy at 'nowhere:Class'"),
        ({"users": f"{PARTS}:Blank"}, "No policy at .*unexpected keyword argument"),
        ({"users": "language", "model": "embeded"}, "No model named 'embeded'. Did you mean 'embedded'"),
        ({"users": "language", "model": f"{PARTS}:Blank"}, "is no language model"),
        ({"users": "language", "model": "none.gguf"}, "Expected a model file at none.gguf"),
        (
            {"users": "language", "model": "cut.gguf"},
            "Expected a model that llama.cpp can load, found cut.gguf",
        ),
        ({"users": "language", "model": "no.gguf"}, "Expected a GGUF file, found no.gguf"),
        ({"agents": 61}, "Expected 1 to 60 agents for data set"),
        ({"slots": 91}, "Expected at most 90 slots, the size of the catalogue"),
    ],
)
def test_a_part_that_cannot_be_is_told_before_anything_is_written(
    data: str, tmp_path: Path, values: dict[str, Any], told: str
) -> None:
    (tmp_path / "no.gguf").write_text("no model")
    with EMBEDDED.open("rb") as model:
        (tmp_path / "cut.gguf").write_bytes(model.read(100_000))
    with pytest.raises(UsageError, match=told):
        run("crowd", {**village.LIGHT, "dataset": data, **values}, out="run")
    assert not (tmp_path / "run").exists()


def test_a_part_that_breaks_leaves_a_failed_run_that_says_why(data: str, tmp_path: Path) -> None:
    values = {**village.LIGHT, "dataset": data, "recommenders": ["random", f"{PARTS}:Breaking"]}
    with pytest.raises(RuntimeError, match="is too much"):
        run("crowd", values, out=tmp_path / "run")
    found = Run(tmp_path / "run")
    assert found.state == "failed"
    assert found.manifest["error"] == "RuntimeError: the [red]second[/red] day is too much"
    assert {value.arm for value in found.measures()} == {"random"}


def test_a_model_that_reads_too_little_fails_the_run_and_not_the_question(data: str, tmp_path: Path) -> None:
    values = {**village.THINKING, "dataset": data, "llama.context": 64}
    with pytest.raises(SimenvError, match="Expected a prompt of at most 64 tokens") as problem:
        run("demo", values, out=tmp_path / "run")
    assert not isinstance(problem.value, UsageError)
    assert Run(tmp_path / "run").state == "failed"


@pytest.mark.parametrize("place", ["file", "file/below", "full"])
def test_a_place_that_cannot_hold_a_run_is_told_with_another_way(
    data: str, tmp_path: Path, place: str
) -> None:
    (tmp_path / "file").write_text("mine")
    (tmp_path / "full").mkdir()
    shutil.copy(tmp_path / "file", tmp_path / "full" / "file")
    with pytest.raises(UsageError, match="--out"):
        run("crowd", {**village.LIGHT, "dataset": data}, out=tmp_path / place)
    assert (tmp_path / "file").read_text() == "mine"
