"""The examples run, and say what they promise."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
RUNS = {
    "own_recommender.py": (["--agents", "30"], "liked"),
    "train_sb3.py": (["--steps", "5000"], "PPO"),
    "train_slateq.py": (["--steps", "1500", "--agents", "30"], "slateq"),
}


def test_every_example_is_tried_and_short() -> None:
    assert {path.name for path in EXAMPLES.glob("*.py")} == RUNS.keys()
    for path in EXAMPLES.glob("*.py"):
        assert len(path.read_text().splitlines()) <= 60, path


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(RUNS))
def test_an_example_runs(name: str, tmp_path: Path) -> None:
    options, told = RUNS[name]
    path = f"{EXAMPLES.parent}{os.pathsep}{os.environ.get('PYTHONPATH', '')}"
    done = subprocess.run(
        [sys.executable, "-W", "error", str(EXAMPLES / name), *options],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert told in done.stdout
