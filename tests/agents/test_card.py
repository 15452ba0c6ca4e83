"""What a model's card says about reading its answers."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from agents import card
from agents.card import calibration_of
from agents.language_policy import Calibration
from simenv.errors import UsageError


def model(folder: Path, content: str | None) -> str:
    """A model's file with this card beside it."""
    path = folder / "my.gguf"
    path.write_bytes(b"GGUF")
    if content is not None:
        (folder / "my.json").write_text(content)
    return str(path)


def test_the_card_beside_a_model_says_how_to_read_it(tmp_path: Path) -> None:
    content = json.dumps({"calibration": {"slope": 1.5, "intercept": -0.25, "prevalence": 0.5}, "more": 1})
    assert calibration_of(model(tmp_path, content)) == Calibration(1.5, -0.25)


@pytest.mark.parametrize("content", [None, "{}", '{"calibration": {}}'])
def test_a_model_without_a_calibration_is_read_as_it_is(tmp_path: Path, content: str | None) -> None:
    assert calibration_of(model(tmp_path, content)) == Calibration(1.0, 0.0)


@pytest.mark.parametrize(
    "content",
    [
        "",
        "slope: 1",
        "[1, 2]",
        '{"calibration": [1, 2]}',
        '{"calibration": {"slope": "steep"}}',
        '{"calibration": {"slope": null}}',
        '{"calibration": {"slope": NaN}}',
        '{"calibration": {"intercept": 1e999}}',
    ],
)
def test_a_broken_card_is_an_error_that_names_it(tmp_path: Path, content: str) -> None:
    with pytest.raises(UsageError, match=r"Expected a model card with .* in .*my\.json, found one"):
        calibration_of(model(tmp_path, content))


def test_the_embedded_model_has_its_card_beside_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = Path(model(tmp_path, '{"calibration": {"slope": 2, "intercept": 3}}'))
    monkeypatch.setattr(card, "EMBEDDED", path)
    assert calibration_of("embedded") == Calibration(2.0, 3.0)


@pytest.mark.parametrize("name", ["scripted", "scripted.py:Model", "", ".", "nothing.gguf"])
def test_a_file_that_happens_to_lie_here_is_no_card_of_what_is_no_file(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for stem in ("scripted", "nothing"):
        (tmp_path / f"{stem}.json").write_text('{"calibration": {"slope": 9}}')
    assert calibration_of(name) == Calibration()
