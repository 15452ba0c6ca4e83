"""Models of other makes: those that cannot share the beginning of prompts are asked one prompt at a time."""

from __future__ import annotations

import logging
from pathlib import Path

import numpy as np
import pytest

from agents.models.llama_cpp import LlamaCppModel
from agents.models.weights import Weights
from tests.agents.models import foreign
from tests.contracts.language_model import page, same


def answers(path: Path, monkeypatch: pytest.MonkeyPatch, *, branching: bool) -> list[np.ndarray]:
    """What a model says about two agents' pages, laid out in one way or the other."""
    monkeypatch.setattr(Weights, "can_branch", lambda *_: branching)
    return list(LlamaCppModel(path, threads=1).choose(page(1) + page(2)))


def test_a_recurrent_model_is_asked_one_prompt_at_a_time(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = foreign.recurrent(tmp_path / "mamba.gguf")
    with caplog.at_level(logging.WARNING):
        model = LlamaCppModel(path, threads=1)
        first = model.choose(page(1))
    assert [record.message for record in caplog.records] == [
        f"{path} cannot share beginnings of prompts; computing each one whole, slowly."
    ]
    assert len({answer.tobytes() for answer in first}) == len(first)
    model.choose(page(2))
    assert same(first, model.choose(page(1)))


def test_a_window_shorter_than_the_context_forbids_branching(tmp_path: Path) -> None:
    assert not Weights(foreign.sliding(tmp_path / "narrow.gguf", 32)).can_branch(64)
    assert Weights(foreign.sliding(tmp_path / "wide.gguf", 256)).can_branch(64)
    assert Weights(tmp_path / "narrow.gguf").can_branch(32)


def test_a_window_as_long_as_the_context_makes_no_difference(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = foreign.sliding(tmp_path / "wide.gguf", 256)
    whole = answers(path, monkeypatch, branching=False)
    for left, right in zip(answers(path, monkeypatch, branching=True), whole, strict=True):
        np.testing.assert_allclose(left, right, atol=0.005)
