"""What the command line says to what it cannot do: one sentence, and an exit code."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import Simenv


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ("run", "Expected a scenario to run, found none"),
        ("run demmo", "No scenario named 'demmo'. Did you mean 'demo'?"),
        ("run nowhere.yaml", "No scenario file to read at 'nowhere.yaml'"),
        ("run crowd --set agents", "Expected key=value after --set, found 'agents'"),
        ("run crowd --set agent=5", "No scenario key named 'agent'. Did you mean 'agents'?"),
        ("run crowd --set agents=-5", "'agents' should be greater than or equal to 1; found -5."),
        ("run crowd --set recommenders=[popularty]", "Did you mean 'popularity'?"),
        ("run crowd --set dataset=twon", "Did you mean 'town'?"),
        ("run crowd --set users=tast", "Did you mean 'taste'?"),
        ("run demo --set model=embeded", "Did you mean 'embedded'?"),
        ("run demo --set model=none.gguf", "Expected a model file at none.gguf"),
        ("run crowd --set agents=5000", "Expected 1 to 2000 agents for data set 'town', found 5000"),
        ("run crowd --seeds 0", "Invalid value for '--seeds'"),
        ("run crowd --seeds many", "Invalid value for '--seeds'"),
        ("run crowd --sets agents=3", "No such option: --sets"),
        ("run crowd --set seed=2147483647 --seeds 2", "Expected 1 to 1000 seeds"),
        ("run --resume nowhere", "No run in nowhere"),
        ("run --resume .", "No run in ."),
        ("run crowd --resume .", "write --resume FOLDER alone"),
        ("run --resume . --dry-run", "write --resume FOLDER alone"),
        ("run --resume . --seeds 2", "write --resume FOLDER alone"),
        ("runn", "Did you mean 'run'?"),
        ("show", "Missing argument"),
        ("show nowhere", "No run in nowhere"),
        ("compare nowhere", "No run in nowhere"),
        ("export nowhere --format recbole --out here", "No run in nowhere"),
        ("export nowhere --format recbole", "Missing option '--out'"),
        ("clean nowhere", "Expected a folder of runs at nowhere"),
        ("list recomenders", "Did you mean 'recommenders'?"),
        ("bench foo", "No bench named 'foo'"),
        ("--loud", "No such option: --loud"),
    ],
)
def test_a_question_that_cannot_be_answered_is_one_sentence_and_exit_code_2(
    simenv: Simenv, tmp_path: Path, arguments: str, told: str
) -> None:
    said = simenv(*arguments.split())
    assert (said.code, said.out) == (2, "")
    assert told in said.sentence()
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_holds_something_is_left_alone(simenv: Simenv, home: Path) -> None:
    before = (home / "run" / "manifest.json").read_bytes()
    said = simenv("run", home / "light.yaml", "--out", home / "run")
    assert (said.code, said.out) == (2, "")
    assert "holds another run. Choose a new --out, or continue it with --resume" in said.sentence()
    assert (home / "run" / "manifest.json").read_bytes() == before


def test_a_part_that_breaks_is_one_sentence_and_exit_code_1(simenv: Simenv, home: Path) -> None:
    breaking = "recommenders=[tests.scenarios.parts:Breaking]"
    said = simenv("run", home / "light.yaml", "--set", breaking, "--out", "run")
    assert said.code == 1
    assert (
        said.sentence()
        == "RuntimeError: the [red]second[/red] day is too much (`simenv --debug ...` tells more)"
    )
    shown = simenv("show", "run").out
    assert "run failed: RuntimeError: the [red]second[/red] day is too much" in shown
    assert "Continue with: simenv run --resume run" in shown


def test_debug_adds_a_traceback_to_the_sentence(simenv: Simenv) -> None:
    said = simenv("--debug", "show", "nowhere")
    assert said.code == 2
    assert said.err.startswith("Traceback (most recent call last):")
    assert said.err.splitlines()[-1].startswith("simenv: No run in nowhere")
    assert "Traceback" not in simenv("show", "nowhere").err
