"""Runs as processes of their own: started, stopped, continued, and heard when they fail."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from scenarios import starting
from simenv.errors import UsageError
from simenv.records.folder import RunFolder
from simenv.records.run import Run

SMALL = {"agents": 30, "rounds": 1, "recommenders": ["popularity"]}


def wait(until: Callable[[], object], seconds: float = 60) -> None:
    """Wait until something is so."""
    end = time.monotonic() + seconds
    while not until():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.02)


def state(folder: Path) -> str:
    """The state of a run that may not be there yet."""
    try:
        return Run(folder).state
    except UsageError:
        return ""


@pytest.mark.slow
def test_a_run_is_started_stopped_and_continued_from_outside(tmp_path: Path) -> None:
    folder = tmp_path / "long"
    starting.start(
        "crowd", {"agents": 2000, "rounds": 60, "recommenders": ["random", "popularity"]}, 1, folder
    )
    wait(lambda: (Run(folder).progress or {}).get("round", 0) > 1 if state(folder) == "running" else False)
    starting.stop(folder)
    wait(lambda: state(folder) == "stopped")
    wait(lambda: starting.ended(folder) == 1)
    assert "--resume" in starting.said(folder)
    starting.resume(folder)
    wait(lambda: state(folder) == "done", 120)
    wait(lambda: starting.ended(folder) == 0)


def test_a_run_that_cannot_be_says_why_in_its_log(tmp_path: Path) -> None:
    folder = tmp_path / "wrong"
    starting.start("crowd", {**SMALL, "dataset": "nowhere"}, 1, folder)
    wait(lambda: starting.ended(folder) == 2)
    assert "nowhere" in starting.said(folder)
    assert not folder.exists()
    assert starting.ended(folder) is None


@pytest.mark.parametrize("name", ["..", "-rf", "a b", "", "x" * 101, ".hidden"])
def test_a_name_that_is_no_name_starts_nothing(tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError):
        starting.start("crowd", SMALL, 1, tmp_path / name)
    assert list(tmp_path.iterdir()) == []


def test_a_name_that_is_taken_starts_nothing(tmp_path: Path) -> None:
    (tmp_path / "taken").symlink_to("nowhere")
    with pytest.raises(UsageError, match="choose another name"):
        starting.start("crowd", SMALL, 1, tmp_path / "taken")


def test_a_log_behind_a_link_is_neither_written_nor_read(tmp_path: Path) -> None:
    (tmp_path / "precious").write_text("precious")
    (tmp_path / "new.log").symlink_to(tmp_path / "precious")
    with pytest.raises(UsageError, match=r"new\.log"):
        starting.start("crowd", SMALL, 1, tmp_path / "new")
    assert starting.said(tmp_path / "new") == ""
    assert (tmp_path / "precious").read_text() == "precious"


def test_only_a_run_can_be_stopped_or_continued(tmp_path: Path) -> None:
    for work in (starting.stop, starting.resume):
        with pytest.raises(UsageError, match="No run in"):
            work(tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "named",
    [
        {"recommenders": [{"name": "x", "use": "subprocess:Popen", "settings": {"args": ["true"]}}]},
        {"recommenders": [{"name": "x", "use": "model:/somewhere", "settings": {}}]},
        {"users": "os:system"},
        {"model": "/somewhere/model.gguf"},
        {"dataset": "../ratings.csv"},
        {"recommenders": 3},
    ],
)
def test_a_strangers_run_that_names_code_or_files_is_not_continued(
    tmp_path: Path, named: dict[str, object]
) -> None:
    ours = {"dataset": "town", "users": "taste", "model": "embedded", "recommenders": []}
    RunFolder.create(
        tmp_path / "strange", {"seeds": [0], "arms": ["x"], "scenario": {**ours, **named}}
    ).close()
    with pytest.raises(UsageError, match="does not come with simenv"):
        starting.resume(tmp_path / "strange")
    assert not (tmp_path / "strange.log").exists()


def test_values_are_words_of_one_argument_each() -> None:
    words = starting.words("demo", {"question": "; rm -rf / $(x)", "agents": 3}, 2, Path("runs/mine"))
    assert words[2] == '--set=question="; rm -rf / $(x)"'
    assert words[3:] == ["--set=agents=3", "--seeds=2", "--out=runs/mine"]


def test_the_names_are_those_of_the_register() -> None:
    from scenarios.register import known_names

    assert {kind: list(names) for kind, names in starting.known_names().items()} == {
        kind: list(names) for kind, names in known_names().items()
    }
