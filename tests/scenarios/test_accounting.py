"""What thinking costs is said while a run is on, and when it is over."""

from __future__ import annotations

from pathlib import Path

import pytest

from scenarios.running import resume, run
from simenv.errors import SimenvError
from simenv.records.run import Run
from tests.scenarios import village


@pytest.fixture
def values(data: str) -> dict[str, object]:
    """A small village that thinks in the embedded model."""
    return {**village.THINKING, "dataset": data}


def test_manifest_and_progress_say_what_thinking_cost(values: dict[str, object], tmp_path: Path) -> None:
    found = run("demo", values, out=tmp_path / "run")
    thinking, progress = found.manifest["thinking"], found.progress
    assert progress is not None
    assert progress["thinking"] == thinking
    assert thinking["asked_pages"] == thinking["evaluations"] > 0
    assert thinking["prompt_tokens"] > 0
    assert thinking["cached_tokens"] > thinking["prompt_tokens"]  # most is shared
    assert thinking["generated_tokens"] == 0
    assert thinking["seconds"] > 0
    pages = thinking["remembered_pages"] + thinking["asked_pages"]
    assert progress["cache_hit_rate"] == thinking["remembered_pages"] / pages


def test_a_resumed_run_remembers_what_it_thought(values: dict[str, object], tmp_path: Path) -> None:
    def trip(progress: object) -> None:
        raise SimenvError(f"tripped after the first page: {progress}")

    with pytest.raises(SimenvError, match="tripped"):
        run("demo", values, out=tmp_path / "run", watcher=trip)
    resume(tmp_path / "run")
    progress = Run(tmp_path / "run").progress
    assert progress is not None
    assert progress["cache_hits"] > 0
    assert 0 < progress["cache_hit_rate"] < 1
