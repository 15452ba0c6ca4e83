"""Runs whose agents think in groups: recorded, repeatable, and the same when they are interrupted."""

from __future__ import annotations

from pathlib import Path

import pytest

from scenarios.running import resume, run
from simenv.errors import SimenvError
from simenv.records.same import different_files
from tests.scenarios import village


@pytest.fixture
def values(data: str) -> dict[str, object]:
    """A small village, of which three at a time think together."""
    return {**village.THINKING, "dataset": data, "llama.group": 3}


def test_an_interrupted_round_is_replayed_with_the_groups_that_it_had(
    values: dict[str, object], tmp_path: Path
) -> None:
    undisturbed = run("demo", values, out=tmp_path / "undisturbed")
    thinking = undisturbed.manifest["thinking"]
    assert undisturbed.manifest["model"]["group"] == 3
    assert thinking["evaluations"] < thinking["asked_pages"]
    seen = []

    def trip(progress: object) -> None:
        seen.append(progress)
        if len(seen) == 3:
            raise SimenvError("tripped")

    with pytest.raises(SimenvError, match="tripped"):
        run("demo", values, out=tmp_path / "run", watcher=trip)
    assert different_files(undisturbed.path, resume(tmp_path / "run").path) == []
