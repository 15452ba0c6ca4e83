"""A run folder is made once, opened by one writer, and remembers where it was."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from simenv.errors import SimenvError, UsageError
from simenv.records.checkpoint import FILE as CHECKPOINT
from simenv.records.folder import RunFolder
from simenv.records.whole import whole_file
from simenv.types import NOTHING, Estimate
from tests.records.played import ABOUT, make_run


@pytest.fixture
def folder(tmp_path: Path) -> RunFolder:
    return RunFolder.create(tmp_path / "run", ABOUT)


def test_a_new_run_takes_an_empty_folder(tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    folder = RunFolder.create(tmp_path / "run", ABOUT)
    assert folder.manifest["state"] == "running"


def test_a_folder_that_holds_a_run_is_refused_with_both_ways_out(tmp_path: Path) -> None:
    path = make_run(tmp_path / "run")
    with pytest.raises(
        UsageError, match=r"holds another run. Choose a new --out, or continue it with --resume"
    ):
        RunFolder.create(path, ABOUT)


def test_a_folder_with_other_things_in_it_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.tex").write_text("years of work")
    with pytest.raises(UsageError, match="not an empty folder"):
        RunFolder.create(tmp_path, ABOUT)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.tex"]


def test_a_file_in_the_place_of_the_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "run").write_text("a file")
    with pytest.raises(UsageError, match="not an empty folder"):
        RunFolder.create(tmp_path / "run", ABOUT)


def test_a_folder_without_a_run_cannot_be_continued(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="No run in"):
        RunFolder.open(tmp_path)


def test_a_run_of_a_newer_format_is_refused(folder: RunFolder) -> None:
    folder.close()
    manifest = folder.path / "manifest.json"
    manifest.write_text(json.dumps({**json.loads(manifest.read_text()), "format": 99}))
    with pytest.raises(UsageError, match="expected format 1, found 99"):
        RunFolder.open(folder.path)


@pytest.mark.parametrize(
    "content", ["{", "[]", "{}", '{"format": 1, "state": "done", "seeds": 3, "arms": []}']
)
def test_a_broken_manifest_is_said_so(folder: RunFolder, content: str) -> None:
    folder.close()
    (folder.path / "manifest.json").write_text(content)
    with pytest.raises(UsageError, match="is not a run's manifest"):
        RunFolder.open(folder.path)


def test_the_state_is_kept_with_what_else_is_known(folder: RunFolder) -> None:
    folder.set_state("stopped", commit="abc")
    folder.close()
    again = RunFolder.open(folder.path)
    assert (again.manifest["state"], again.manifest["commit"]) == ("stopped", "abc")


def test_a_stop_file_asks_the_run_to_stop(folder: RunFolder) -> None:
    assert not folder.stop_requested()
    (folder.path / "stop").touch()
    assert folder.stop_requested()
    folder.clear_stop()
    assert not folder.stop_requested()


def test_a_checkpoint_comes_back_as_it_was(folder: RunFolder) -> None:
    assert folder.load_checkpoint() is None
    state = {
        "file": np.arange(3, dtype=np.int32),
        "world.shown": np.zeros((0, 4), dtype=np.float32),
        "notes": np.array(["a", "bcd"]),
    }
    folder.save_checkpoint(state, {"round": 3, "who": "é"})
    last = folder.load_checkpoint()
    assert last is not None
    assert last.counters == {"round": 3, "who": "é"}
    assert set(last.state) == set(state)
    for name, column in state.items():
        assert last.state[name].dtype == column.dtype
        assert np.array_equal(last.state[name], column)


def test_python_objects_never_enter_a_checkpoint(folder: RunFolder) -> None:
    with pytest.raises(TypeError, match="found objects in"):
        folder.save_checkpoint({"bad": np.array([{}], dtype=object)}, {})
    assert not (folder.path / CHECKPOINT).exists()


@pytest.mark.parametrize("keep", [0, 10, -30])
def test_a_damaged_checkpoint_is_said_so(folder: RunFolder, keep: int) -> None:
    folder.save_checkpoint({"a": np.arange(100)}, {})
    path = folder.path / CHECKPOINT
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(SimenvError, match="is damaged"):
        folder.load_checkpoint()


def test_parts_after_the_checkpoint_are_dropped(tmp_path: Path) -> None:
    folder = RunFolder.open(make_run(tmp_path / "run"))
    folder.save_checkpoint({}, {})
    last = folder.load_checkpoint()
    late = folder.path / "pages" / "part-s001-a01-r00009-000.parquet"
    late.write_bytes(b"late")
    folder.drop_after(last)
    assert not late.exists()
    assert last is not None
    assert all((folder.path / part).exists() for part in last.parts)
    folder.drop_after(None)
    assert not list(folder.path.glob("*/part-*"))


def test_worlds_may_be_written_in_any_order(tmp_path: Path) -> None:
    values = {"p_view": Estimate(0.5, np.nan, np.nan)}
    places = [(1, "popular", 0), (1, "popular", NOTHING), (2, "random", 0), (NOTHING, "random", NOTHING)]
    contents = []
    for name, order in (("one", places), ("two", places[::-1])):
        folder = RunFolder.create(tmp_path / name, ABOUT)
        for place in order:
            folder.write_metrics(place, values)
        contents.append((folder.path / "metrics.parquet").read_bytes())
        folder.close()
    assert contents[0] == contents[1]


def test_a_file_that_fails_halfway_leaves_the_one_before(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_text("before")

    def fail() -> None:
        with whole_file(path, "try again") as file:
            file.write(b"half")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert path.read_text() == "before"
    assert list(tmp_path.iterdir()) == [path]
