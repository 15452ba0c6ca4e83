"""Cleaning removes runs that nobody will finish, and no others."""

from __future__ import annotations

from pathlib import Path

import pytest

from simenv.errors import UsageError
from simenv.records.cleaning import remove, unfinished
from simenv.records.folder import RunFolder
from tests.records.played import ABOUT


def run_in(path: Path, state: str) -> RunFolder:
    folder = RunFolder.create(path, ABOUT)
    folder.set_state(state)
    return folder


def test_failed_and_stopped_runs_are_removed_and_finished_ones_stay(tmp_path: Path) -> None:
    for state in ("failed", "stopped", "done"):
        run_in(tmp_path / state, state).close()
    found = unfinished(tmp_path)
    assert [run.name for run in found] == ["failed", "stopped"]
    remove(found)
    assert [path.name for path in tmp_path.iterdir()] == ["done"]


def test_a_run_that_a_process_holds_stays_whatever_it_says(tmp_path: Path) -> None:
    held = run_in(tmp_path / "suspended", "stopped")
    assert unfinished(tmp_path) == []
    held.close()
    assert [run.name for run in unfinished(tmp_path)] == ["suspended"]


def test_links_and_other_folders_are_left_alone(tmp_path: Path) -> None:
    run_in(tmp_path / "elsewhere", "failed").close()
    runs = tmp_path / "runs"
    (runs / "notes").mkdir(parents=True)
    (runs / "link").symlink_to(tmp_path / "elsewhere")
    assert unfinished(runs) == []


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="folder of runs"):
        unfinished(tmp_path / "nowhere")
