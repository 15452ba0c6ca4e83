"""What is written does not depend on how the run was cut up, stopped or killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simenv.errors import SimenvError, UsageError
from simenv.records.folder import RunFolder
from simenv.records.recorder import Recorder
from simenv.records.run import Run
from simenv.records.same import different_files, same_run
from tests.factories import Crowd, population
from tests.records.played import ABOUT, SMALL, Killed, MortalFolder, make_run, play, resume

CUT = {"share": 4, "speakers": 2}
"""Several parts a round of everything, and words cut elsewhere than pages."""


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run that nothing ever happened to, in several parts a round."""
    return make_run(tmp_path_factory.mktemp("runs") / "whole", **CUT)


@given(block=st.integers(1, 14))
@settings(max_examples=8, deadline=None)
def test_the_block_size_leaves_no_trace_in_the_files(whole: Path, block: int) -> None:
    with TemporaryDirectory() as place:
        other = make_run(Path(place) / "other", replace(SMALL, block=block), **CUT)
        assert different_files(whole, other) == []


def test_other_luck_gives_other_files(whole: Path, tmp_path: Path) -> None:
    other = make_run(tmp_path / "other", replace(SMALL, empty=0.2), **CUT)
    assert not same_run(whole, other)


@given(deaths=st.lists(st.integers(0, 100), min_size=1, max_size=3))
@settings(max_examples=12, deadline=None)
def test_a_killed_and_resumed_run_equals_the_one_that_was_never_killed(
    whole: Path, deaths: list[int]
) -> None:
    with TemporaryDirectory() as place:
        path = Path(place) / "killed"
        folder: RunFolder = MortalFolder.create(path, ABOUT)
        for lives in deaths:
            folder.lives = lives  # type: ignore[attr-defined]
            try:
                play(folder, SMALL, **CUT)
            except Killed:
                folder.close()
                folder = MortalFolder.open(path)
        folder.close()
        resume(path, **CUT)
        assert different_files(whole, path) == []


def test_a_process_that_is_killed_leaves_a_folder_that_goes_on(whole: Path, tmp_path: Path) -> None:
    path = tmp_path / "killed"
    program = (
        "import os, signal\n"
        "from tests.records.played import *\n"
        "class Doomed(RunFolder):\n"
        "    def write(self, name, writer):\n"
        "        self.lives -= 1\n"
        "        if self.lives == 0:\n"
        "            super().write(name, lambda file: (file.write(b'half'), file.flush(),\n"
        "                os.kill(os.getpid(), signal.SIGKILL)))\n"
        "        super().write(name, writer)\n"
        "Doomed.lives = 21\n"
        f"folder = Doomed.create({str(path)!r}, ABOUT)\n"
        "play(folder, SMALL, share=4, speakers=2)\n"
    )
    ended = subprocess.run([sys.executable, "-c", program], cwd=Path(__file__).parents[2], check=False)
    assert ended.returncode == -signal.SIGKILL
    unfinished = list(path.rglob(".*.tmp"))
    assert len(unfinished) == 1
    resume(path, **CUT)
    assert not unfinished[0].exists()
    assert different_files(whole, path) == []


def test_rows_are_ordered_by_page_user_and_slot_within_a_part(whole: Path) -> None:
    run = Run(whole)
    for part in run.parts("interactions"):
        table = run.sql(f"select page, user, slot from '{part}'").to_pydict()  # noqa: S608
        rows = list(zip(table["page"], table["user"], table["slot"], strict=True))
        assert rows == sorted(rows)


def test_everything_that_was_shown_is_written_once(whole: Path) -> None:
    run = Run(whole)
    shown = watched = 0
    for seed in run.seeds:
        for arm in range(2):
            for step in replace(SMALL, seed=10 * seed + arm).steps():
                shown += int((step.slate.items >= 0).sum())
                watched += int(step.response.watched.sum())
    assert len(run.interactions) == shown
    assert sum(run.interactions["watched"].to_pylist()) == watched


def test_what_became_of_an_agent_adds_up_to_its_pages(whole: Path) -> None:
    run = Run(whole)
    summed = run.sql(
        "select count(*), sum(watched), sum(liked) from pages where seed = 2 and arm = 'random' and user = 7"
    )
    agent = run.sql("select pages, watched, liked from agents where seed = 2 and arm = 'random' and user = 7")
    assert list(summed.to_pylist()[0].values()) == list(agent.to_pylist()[0].values())
    last = run.sql(
        "select satisfaction from pages where seed = 2 and arm = 'random' and user = 7 "
        "order by round desc, page desc limit 1"
    )
    kept = run.sql("select satisfaction from agents where seed = 2 and arm = 'random' and user = 7")
    assert last.to_pylist() == kept.to_pylist()


def test_words_are_kept_of_all_thinkers_or_of_the_first(tmp_path: Path) -> None:
    everybody = Run(make_run(tmp_path / "all"))
    assert set(everybody.words["user"].to_pylist()) == {0, 3, 6, 9}
    first = Run(make_run(tmp_path / "first", keep=4))
    assert set(first.words["user"].to_pylist()) == {0, 3}
    assert len(first.interactions) == len(everybody.interactions)


def test_words_come_back_as_they_were_said(whole: Path) -> None:
    words = Run(whole).words.to_pylist()[0]
    assert words["prompt"] == ["you are somebody", f"agent {words['user']}", "\tzażółć\n"]
    assert words["options"][0] == pytest.approx([-0.1, -2.3])


def test_all_words_of_a_day_of_an_agent_lie_in_one_part_with_those_of_its_neighbours(whole: Path) -> None:
    run = Run(whole)
    days: dict[str, list[list[int]]] = {}
    for part in run.parts("words"):
        users = run.sql(f"select distinct user from '{part}' order by user").to_pydict()["user"]  # noqa: S608
        days.setdefault(part.stem.rpartition("-")[0], []).append(users)
    assert len(days) == 2 * 2 * SMALL.rounds
    for parts in days.values():
        spoke = [user for users in parts for user in users]
        assert spoke == sorted(set(spoke))
        assert {len(users) for users in parts[:-1]} <= {2}
        assert 1 <= len(parts[-1]) <= 2


def test_words_do_not_wait_for_the_end_of_the_round(tmp_path: Path) -> None:
    folder = RunFolder.create(tmp_path / "run", ABOUT)
    recorder = Recorder(folder, folder.world(1, "random"), population(120), speakers=2)
    spoke: set[int] = set()
    for step in Crowd(agents=120, block=5, rounds=1).steps():
        recorder.write(step)
        written = set(Run(folder.path).words["user"].to_pylist())
        earlier_blocks = range(int(step.slate.visit.rows[0]) // 5 * 5)
        assert len(spoke.intersection(earlier_blocks) - written) < 2
        spoke |= set(step.response.words)
    recorder.end_round()
    assert set(Run(folder.path).words["user"].to_pylist()) == spoke != set()


def test_an_agent_who_comes_back_too_late_is_an_error(tmp_path: Path) -> None:
    folder = RunFolder.create(tmp_path / "run", ABOUT)
    recorder = Recorder(folder, folder.world(1, "random"), population(12), share=4)
    first, *_, last = Crowd(agents=12, block=5, rounds=1).steps()
    recorder.write(first)
    recorder.write(last)
    with pytest.raises(ValueError, match="got row 1"):
        recorder.write(first)


def test_a_full_disk_is_one_clear_sentence_and_the_run_can_go_on(
    whole: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "run"
    folder = RunFolder.create(path, ABOUT)
    sync = os.fsync
    written = iter(range(10**6))

    def full(file: int) -> None:
        if next(written) == 25:
            raise OSError(28, "No space left on device")
        sync(file)

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(SimenvError, match=r"The disk is full: .* Make room, then continue with --resume"):
            play(folder, SMALL, **CUT)
    folder.close()
    resume(path, **CUT)
    assert different_files(whole, path) == []


def test_two_processes_cannot_write_one_run(tmp_path: Path) -> None:
    folder = RunFolder.create(tmp_path / "run", ABOUT)
    with pytest.raises(UsageError, match="being written"):
        RunFolder.open(tmp_path / "run")
    folder.close()
    RunFolder.open(tmp_path / "run").close()


def test_chances_are_as_the_policy_saw_them(whole: Path) -> None:
    step = next(replace(SMALL, seed=10).steps())
    first = Run(whole).interactions.slice(0, 1).to_pylist()[0]
    assert np.float32(first["chance"]) == step.response.chance[0, 0]
    assert first["rating"] is None or first["watched"]
