"""Files of one model are compared on the same pages, the largest being what the others are held against."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from agents.models.scripted import ScriptedModel
from scenarios.validity.asking import Interview
from scenarios.validity.quantisation import every_kind, quantisation
from simenv.errors import UsageError
from tests.agents.models import tiny
from tests.scenarios.validity.village import evidence

SHAPE = replace(tiny.SHAPE, context=1024)


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """The same model in numbers of four and of two bytes."""
    folder = tmp_path_factory.mktemp("models")
    kinds = {"exact": np.float32, "half": np.float16}
    return [str(tiny.write(folder / f"{name}.gguf", SHAPE, kind)) for name, kind in kinds.items()]


def compare(files: list[str]) -> dict[str, dict]:
    found = quantisation(evidence(), files, Interview(ScriptedModel()))
    assert found["loss"] == found["files"][Path(files[0]).stem]["loss"]
    return found["files"]


def test_smaller_files_are_held_against_the_largest(files: list[str]) -> None:
    found = compare(files)
    assert list(found) == ["exact", "half"]
    assert found["exact"]["bytes"].value > found["half"]["bytes"].value
    for name, row in found.items():
        assert row["bytes"].value == Path(files[list(found).index(name)]).stat().st_size
        assert row["pages_per_second"].value > 0
        for kind, loss in row["loss"].items():
            assert loss.value == found["exact"]["auc"][kind].value - row["auc"][kind].value
    assert all(loss.value == loss.estimate().low == 0 for loss in found["exact"]["loss"].values())
    assert all(abs(loss.value) < 0.05 for loss in found["half"]["loss"].values())


def test_a_file_that_is_not_there_is_named(files: list[str]) -> None:
    with pytest.raises(UsageError, match=r"there is no nowhere\.gguf"):
        compare([*files, "nowhere.gguf"])


def test_two_files_of_one_name_are_refused(files: list[str]) -> None:
    with pytest.raises(UsageError, match="files of different names"):
        compare([files[0], files[0]])


def test_a_training_becomes_a_file_of_each_kind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def export(folder: Path, target: Path, datasets: list[str], kind: str) -> None:
        target.write_text(f"{folder.name} of {datasets} as {kind}")

    monkeypatch.setattr("scenarios.validity.quantisation.load", str.upper)
    monkeypatch.setattr("agents.behaviour.export.export", export)
    (tmp_path / "training.json").write_text('{"data": {"town": "a sha256", "village": "another"}}')
    files = every_kind(tmp_path, tmp_path / "kinds")
    assert [file.name for file in files] == ["F16.gguf", "Q8_0.gguf", "Q4_K_M.gguf"]
    assert files[1].read_text() == f"{tmp_path.name} of ['TOWN', 'VILLAGE'] as Q8_0"
