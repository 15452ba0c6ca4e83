"""Answers remembered in a file."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pytest

from agents.models.cached import Cached
from agents.models.llama_cpp import LlamaCppModel
from agents.models.scripted import ScriptedModel
from simenv.errors import UsageError
from simenv.types import FloatArray
from simenv.words import Question
from tests.contracts.language_model import page, same


def favour_first(question: Question) -> Sequence[float]:
    """A script of its own."""
    return [float(-place) for place in range(len(question.options))]


class Nameless:
    """A model that cannot be told apart."""

    def choose(self, questions: Sequence[Question]) -> Sequence[FloatArray]:
        """Nothing is more probable than anything."""
        return [np.zeros(len(question.options), dtype=np.float32) for question in questions]

    def count(self, texts: Sequence[str]) -> Sequence[int]:
        """As many as letters."""
        return [len(text) for text in texts]


def test_a_page_is_thought_about_once(tmp_path: Path) -> None:
    model = ScriptedModel()
    cached = Cached(model, tmp_path / "answers")
    first = cached.choose(page(1) + page(2))
    thought = model.usage()
    assert same(first, cached.choose(page(1) + page(2)))
    assert model.usage() == thought
    assert (cached.hits, cached.misses) == (2, 2)


def test_answers_outlive_the_process_that_thought_them(tmp_path: Path) -> None:
    with Cached(ScriptedModel(), tmp_path / "answers") as cached:
        first = cached.choose(page(1))
    later = Cached(ScriptedModel(), tmp_path / "answers")
    assert same(first, later.choose(page(1)))
    assert (later.hits, later.misses) == (1, 0)


def test_another_model_finds_nothing_of_it(tmp_path: Path) -> None:
    Cached(ScriptedModel(), tmp_path / "answers").choose(page(1))
    other = Cached(ScriptedModel(favour_first), tmp_path / "answers")
    assert same(other.choose(page(1)), ScriptedModel(favour_first).choose(page(1)))
    assert other.hits == 0


def test_a_page_is_remembered_only_as_a_whole(tmp_path: Path, files: Mapping[str, Path]) -> None:
    model = LlamaCppModel(files["q8_0"], threads=1)
    cached = Cached(model, tmp_path / "answers")
    cached.choose(page(1))
    part = cached.choose(page(1)[:3])
    assert cached.hits == 0
    assert same(part, model.choose(page(1)[:3]))


def test_two_processes_share_one_file(tmp_path: Path) -> None:
    ask = (
        "import sys; from agents.models.cached import Cached;"
        "from agents.models.scripted import ScriptedModel;"
        "from tests.contracts.language_model import page;"
        "cached = Cached(ScriptedModel(), sys.argv[1]);"
        "[cached.choose(page(agent)) for agent in range(200)]"
    )
    root = Path(__file__).parents[3]
    command = [sys.executable, "-c", ask, str(tmp_path / "answers")]
    for process in [subprocess.Popen(command, cwd=root) for _ in range(2)]:
        assert process.wait() == 0
    shared = Cached(ScriptedModel(), tmp_path / "answers")
    for agent in range(200):
        shared.choose(page(agent))
    assert (shared.hits, shared.misses) == (200, 0)


def test_words_are_not_confused_when_they_move_between_segments(tmp_path: Path) -> None:
    cached = Cached(ScriptedModel(), tmp_path / "answers")
    cached.choose([Question("a", "b", "", "c", (" yes", " no"))])
    cached.choose([Question("ab", "", "", "c", (" yes", " no"))])
    cached.choose([Question("a", "b", "", "c", (" yes no", ""))])
    assert cached.hits == 0


def test_a_file_of_something_else_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "answers"
    path.write_bytes(b"something else altogether" * 100)
    with pytest.raises(UsageError, match="not a database"):
        Cached(ScriptedModel(), path)
    with pytest.raises(UsageError, match="unable to open"):
        Cached(ScriptedModel(), tmp_path / "nowhere" / "answers")


def test_a_model_without_an_identity_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="Nameless without"):
        Cached(Nameless(), tmp_path / "answers")


class Counting(ScriptedModel):
    """Counts how often it is asked."""

    def __init__(self) -> None:
        super().__init__()
        self.calls: list[int] = []

    def choose(self, questions: Sequence[Question]) -> Sequence[FloatArray]:
        """As scripted."""
        self.calls.append(len(questions))
        return super().choose(questions)


def test_pages_that_are_not_known_are_asked_for_together(tmp_path: Path) -> None:
    model = Counting()
    cached = Cached(model, tmp_path / "answers")
    cached.choose(page(2))
    answers = cached.choose(page(1) + page(2) + page(3) + page(1))
    assert model.calls == [len(page(2)), len(page(1) + page(3))]
    assert same(answers, ScriptedModel().choose(page(1) + page(2) + page(3) + page(1)))
    assert (cached.hits, cached.misses) == (2, 3)
    cached.choose(page(3))
    assert len(model.calls) == 2


def test_two_pages_that_begin_alike_are_never_taken_for_one(
    tmp_path: Path, files: Mapping[str, Path]
) -> None:
    first, second = page(1)[:2], page(1)[2:]
    with LlamaCppModel(files["q8_0"], threads=1) as model, Cached(model, tmp_path / "answers") as cached:
        cached.choose(page(2))
        answers = cached.choose(first + page(2) + second)
        assert same(answers[:2], model.choose(first))
        assert same(answers[-len(second) :], model.choose(second))
