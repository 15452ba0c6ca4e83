"""Stopping a run from outside, running out of disk, and going on afterwards."""

from __future__ import annotations

import errno
import os
import shutil
import signal
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from agents.models import EMBEDDED
from scenarios.interrupt import Stopped, stop_on_signals
from scenarios.running import resume, run
from simenv.errors import SimenvError, UsageError
from simenv.records.folder import STOP
from simenv.records.progress import Progress
from simenv.records.run import Run
from simenv.records.same import different_files
from tests.scenarios import village


@dataclass
class Whole:
    """A run that nobody disturbed, and what it was asked for with."""

    values: Mapping[str, Any]
    path: Path


@pytest.fixture(scope="module")
def light(data: str, tmp_path_factory: pytest.TempPathFactory) -> Whole:
    """A small run of light agents."""
    values = {**village.LIGHT, "dataset": data, "agents": 12}
    return Whole(values, run("crowd", values, out=tmp_path_factory.mktemp("whole") / "run").path)


def by_file(path: Path) -> None:
    """Ask a run to stop as a dashboard does."""
    (path / STOP).touch()


def by_ctrl_c(_: Path) -> None:
    """Ask a run to stop as somebody at a terminal does."""
    os.kill(os.getpid(), signal.SIGINT)


def by_polite_kill(_: Path) -> None:
    """Ask a run to stop as a machine that shuts down does."""
    os.kill(os.getpid(), signal.SIGTERM)


class After:
    """Does something after so many pages."""

    def __init__(self, pages: int, act: Callable[[], object]) -> None:
        self.pages = pages
        self.act = act

    def __call__(self, _: Progress) -> None:
        self.pages -= 1
        if self.pages == 0:
            self.act()


@pytest.mark.parametrize(
    ("stop", "pages"), [(by_file, 1), (by_file, 11), (by_ctrl_c, 11), (by_polite_kill, 11)]
)
def test_a_stopped_run_says_how_to_go_on_and_goes_on(
    light: Whole, tmp_path: Path, stop: Callable[[Path], None], pages: int
) -> None:
    path = tmp_path / "two words"
    with pytest.raises(Stopped, match=r"Continue with: simenv run --resume '.*two words'$"):
        run("crowd", light.values, out=path, watcher=After(pages, lambda: stop(path)))
    assert Run(path).state == "stopped"
    assert resume(path).state == "done"
    assert different_files(light.path, path) == []
    assert not (path / STOP).exists()


def test_a_second_ctrl_c_stops_at_once_and_the_run_can_go_on(light: Whole, tmp_path: Path) -> None:
    def twice() -> None:
        by_ctrl_c(tmp_path)
        by_ctrl_c(tmp_path)

    with pytest.raises(KeyboardInterrupt):
        run("crowd", light.values, out=tmp_path / "run", watcher=After(8, twice))
    assert Run(tmp_path / "run").state == "stopped"
    assert different_files(light.path, resume(tmp_path / "run").path) == []


def test_signals_are_as_before_when_a_run_is_over() -> None:
    before = signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)
    with stop_on_signals():
        assert signal.getsignal(signal.SIGINT) != before[0]
    assert (signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)) == before


def test_a_run_in_another_thread_leaves_signals_alone(light: Whole, tmp_path: Path) -> None:
    thread = threading.Thread(target=run, args=("crowd", light.values), kwargs={"out": tmp_path / "run"})
    thread.start()
    thread.join()
    assert Run(tmp_path / "run").state == "done"


def test_resuming_a_run_that_is_done_changes_nothing(light: Whole, tmp_path: Path) -> None:
    path = shutil.copytree(light.path, tmp_path / "done")
    before = {file: file.stat().st_mtime_ns for file in path.rglob("*") if file.is_file()}
    assert resume(path).state == "done"
    assert {file: file.stat().st_mtime_ns for file in path.rglob("*") if file.is_file()} == before


def test_a_run_that_is_under_way_cannot_be_resumed(light: Whole, tmp_path: Path) -> None:
    refused = []

    def try_it() -> None:
        with pytest.raises(UsageError, match="is being written by a run that is under way") as problem:
            resume(tmp_path / "run")
        refused.append(problem)

    run("crowd", light.values, out=tmp_path / "run", watcher=After(2, try_it))
    assert refused


def test_a_run_does_not_go_on_with_other_data(light: Whole, data: str, tmp_path: Path) -> None:
    own = shutil.copytree(data, tmp_path / "own")
    path = _stopped({**light.values, "dataset": str(own)}, tmp_path / "run")
    with (own / "ratings.csv").open("a", encoding="utf-8") as file:
        file.write("p0,f89,5,1\n")
    with pytest.raises(UsageError, match="Expected the dataset that the run began with"):
        resume(path)
    assert Run(path).state == "stopped"


def test_a_run_does_not_go_on_with_another_model(data: str, tmp_path: Path) -> None:
    model = tmp_path / "model.gguf"
    shutil.copy(EMBEDDED, model)
    values = {**village.THINKING, "dataset": data, "model": str(model)}
    path = _stopped(values, tmp_path / "run")
    with model.open("ab") as file:
        file.write(b"more")
    with pytest.raises(UsageError, match="Expected the model that the run began with"):
        resume(path)


def test_a_run_does_not_go_on_when_a_part_is_gone(light: Whole, tmp_path: Path) -> None:
    path = _stopped(light.values, tmp_path / "run", pages=15)
    gone = Run(path).parts("pages")[0]
    gone.unlink()
    with pytest.raises(SimenvError, match=f"{gone.name} is gone"):
        resume(path)


@pytest.mark.parametrize("file", ["part-s000-a01-r00001", "checkpoint.npz", "agents.parquet"])
@pytest.mark.parametrize("state", ["failed", "running"])
def test_a_full_disk_is_one_sentence_and_the_run_can_go_on(
    light: Whole, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, file: str, state: str
) -> None:
    full_disk = Full(file, stays=state == "running")  # where not even the state can be written
    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", full_disk)
        with pytest.raises(SimenvError, match=r"The disk is full: .* Make room, then continue with") as told:
            run("crowd", light.values, out=tmp_path / "run")
    assert not isinstance(told.value, UsageError)
    assert Run(tmp_path / "run").state == state
    assert different_files(light.path, resume(tmp_path / "run").path) == []


class Full:
    """A disk that is full when it gets to a certain file, and perhaps from then on."""

    def __init__(self, file: str, *, stays: bool) -> None:
        self.file, self.stays, self.full = file, stays, False
        self.sync = os.fsync

    def __call__(self, file: int) -> None:
        here = self.file in os.readlink(f"/proc/self/fd/{file}")
        self.full = here or (self.full and self.stays)
        if self.full:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        self.sync(file)


def _stopped(values: Mapping[str, Any], path: Path, pages: int = 3) -> Path:
    with pytest.raises(Stopped):
        run("crowd", values, out=path, watcher=After(pages, lambda: by_file(path)))
    return path
