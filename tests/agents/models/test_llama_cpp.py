"""What branching, remembering and splitting may not change, and what a model file must be."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from agents.models.errors import ContextTooShort
from agents.models.llama_cpp import LlamaCppModel
from agents.models.personas import Kept
from agents.models.vocabulary import control_token
from agents.models.weights import Weights
from simenv.errors import UsageError
from simenv.words import Question
from tests.agents.models import tiny
from tests.contracts.language_model import STARS, WATCH, page, same


def by_hand(question: Question) -> np.ndarray:
    """The log-probabilities of a question's options, from the plain model in numpy."""
    words = tiny.vocabulary()
    texts = (question.shared, question.persona, question.page, question.branch)
    prompt = [words[control_token("bos")], *(token for text in texts for token in words.encode(text))]
    scores = []
    for option in question.options:
        tokens = words.encode(option)
        scores.append(0.0)
        for place, token in enumerate(tokens):
            logits = tiny.logits(prompt + tokens[:place])
            scores[-1] += logits[token] - np.logaddexp.reduce(logits)
    return np.array(scores) - np.logaddexp.reduce(scores)


def test_branches_get_the_answers_that_the_weights_mean(files: Mapping[str, Path]) -> None:
    questions = page(1)
    answers = LlamaCppModel(files["f32"], threads=1).choose(questions)
    for question, answer in zip(questions, answers, strict=True):
        np.testing.assert_allclose(answer, by_hand(question), atol=0.02)


def test_options_of_several_tokens_are_scored_token_by_token(files: Mapping[str, Path]) -> None:
    options = (" yes", " yes and no", " never", " not that", " n")
    question = replace(page(1)[0], options=options)
    model = LlamaCppModel(files["f32"], threads=1)
    np.testing.assert_allclose(model.choose([question])[0], by_hand(question), atol=0.03)


def test_very_many_options_of_several_tokens_are_scored_as_few_are(files: Mapping[str, Path]) -> None:
    questions = [replace(page(1)[0], branch=f"\nF{n}?", options=(" xyzxyz", " no")) for n in range(30)]
    model = LlamaCppModel(files["f32"], threads=1)
    answers = model.choose(questions)
    for place in (0, 17, 29):
        np.testing.assert_allclose(answers[place], by_hand(questions[place]), atol=0.03)
    with pytest.raises(UsageError, match="at most 64 tokens, found one of 80; shorten"):
        model.choose([replace(questions[0], options=("x" * 80, " no"))])


@pytest.mark.parametrize(("kind", "tolerance"), [("f32", 0.005), ("f16", 0.005), ("q8_0", 0.1)])
def test_a_branch_is_answered_as_one_prompt_of_its_own(
    files: Mapping[str, Path], kind: str, tolerance: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    questions = page(1) + page(2)
    branching = LlamaCppModel(files[kind], threads=1).choose(questions)
    monkeypatch.setattr(Weights, "can_branch", lambda *_: False)
    whole = LlamaCppModel(files[kind], threads=1).choose(questions)
    for left, right in zip(branching, whole, strict=True):
        np.testing.assert_allclose(left, right, atol=tolerance)


def test_the_order_of_the_branches_does_not_change_a_bit(files: Mapping[str, Path]) -> None:
    model = LlamaCppModel(files["q8_0"], threads=1)
    there = model.choose(page(1))
    assert same(there, model.choose(page(1)[::-1])[::-1])


def test_a_forgotten_persona_is_computed_again_with_the_same_bits(files: Mapping[str, Path]) -> None:
    asked = [question for agent in (1, 2, 1, 3, 1) for question in page(agent)]
    remembering = LlamaCppModel(files["q8_0"], threads=1)
    forgetful = LlamaCppModel(files["q8_0"], threads=1, persona_budget_mb=0)
    assert same(remembering.choose(asked), forgetful.choose(asked))
    assert remembering.usage().prompt < forgetful.usage().prompt


def test_the_number_of_threads_does_not_change_a_bit(files: Mapping[str, Path]) -> None:
    for kind in ("f16", "q8_0"):
        one, two = (LlamaCppModel(files[kind], threads=threads) for threads in (1, 2))
        assert same(one.choose(page(1)), two.choose(page(1)))


def test_a_branch_that_begins_another_one_costs_nothing(files: Mapping[str, Path]) -> None:
    model = LlamaCppModel(files["f16"], threads=1)
    stars = [question for question in page(1) if question.options == STARS]
    model.choose(stars)
    alone = model.usage().prompt
    model.choose(page(2))
    assert model.usage().prompt == 2 * alone - model.count([stars[0].shared])[0] - 1


def test_a_second_page_costs_only_its_own_words(files: Mapping[str, Path]) -> None:
    model = LlamaCppModel(files["f16"], threads=1)
    question = page(1)[0]
    model.choose([question])
    begun = model.usage().prompt
    model.choose([replace(question, page="\nDay 2:")])
    assert model.usage().prompt - begun == sum(model.count(["\nDay 2:", question.branch]))


def test_usage_and_what_was_spared_add_up_to_one_prompt_per_question(files: Mapping[str, Path]) -> None:
    model = LlamaCppModel(files["f16"], threads=1)
    questions = page(1) + page(2)
    model.choose(questions)
    apart = [sum(model.count([q.shared, q.persona, q.page, q.branch])) + 1 for q in questions]
    assert model.usage().prompt + model.usage().cached == sum(apart)


def test_a_page_with_very_many_branches_is_answered_in_parts(
    files: Mapping[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    questions = [replace(page(1)[0], branch=f"\nFilm {number} Watch?") for number in range(90)]
    model = LlamaCppModel(files["q8_0"], threads=1)
    parts = model.choose(questions)
    assert model.usage().evaluations == 2
    for place in (0, 45, 89):
        np.testing.assert_allclose(model.choose([questions[place]])[0], parts[place], atol=0.1)


def test_branches_that_overfill_the_cache_are_answered_in_parts(files: Mapping[str, Path]) -> None:
    questions = [replace(page(1)[0], branch=f"\n{letter * 150} Watch?") for letter in "abcdefghijkl"]
    model = LlamaCppModel(files["f16"], threads=1)
    parts = model.choose(questions)
    assert model.usage().evaluations > 1
    np.testing.assert_allclose(model.choose(questions[-1:])[0], parts[-1], atol=0.02)


def test_a_prompt_longer_than_the_context_is_refused_with_both_lengths(files: Mapping[str, Path]) -> None:
    model = LlamaCppModel(files["f16"], threads=1, context=64)
    question = page(1)[0]
    rest = sum(model.count([question.shared, question.persona, question.branch])) + 1
    fits, spills = (replace(question, page="x" * (length - rest)) for length in (64, 65))
    before = model.choose([fits])
    with pytest.raises(ContextTooShort, match="at most 64 tokens, found 65") as refusal:
        model.choose([spills])
    assert (refusal.value.needed, refusal.value.had) == (65, 64)
    assert same(before, model.choose([fits]))


def test_a_model_that_cannot_share_beginnings_says_so_once(
    files: Mapping[str, Path], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(Weights, "can_branch", lambda *_: False)
    with caplog.at_level(logging.WARNING):
        model = LlamaCppModel(files["f16"], threads=1)
        for agent in (1, 2):
            model.choose(page(agent))
    assert [record.message for record in caplog.records if "cannot share" in record.message] == [
        f"{files['f16']} cannot share beginnings of prompts; computing each one whole, slowly."
    ]


def test_questions_without_words_are_refused(files: Mapping[str, Path]) -> None:
    model = LlamaCppModel(files["f16"], threads=1)
    with pytest.raises(UsageError, match="a page or a branch"):
        model.choose([Question("People", "Agent", "", "", WATCH)])
    with pytest.raises(UsageError, match="options with words"):
        model.choose([Question("People", "Agent", "", "Watch?", ("yes", ""))])


def test_a_question_needs_neither_shared_words_nor_a_persona(files: Mapping[str, Path]) -> None:
    question = Question("", "", "", "\nHeat (1995) Watch?", WATCH)
    model = LlamaCppModel(files["f32"], threads=1)
    np.testing.assert_allclose(model.choose([question])[0], by_hand(question), atol=0.02)


def test_a_closed_model_says_so(files: Mapping[str, Path]) -> None:
    with LlamaCppModel(files["f16"], threads=1) as model:
        model.choose(page(1))
    model.close()
    with pytest.raises(UsageError, match="closed; open it again"):
        model.choose(page(1))


def test_identities_differ_between_files_and_contexts(files: Mapping[str, Path]) -> None:
    models = [
        LlamaCppModel(files["f16"], threads=1),
        LlamaCppModel(files["q8_0"], threads=1),
        LlamaCppModel(files["f16"], threads=1, context=100),
    ]
    assert len({model.identity() for model in models}) == 3


def _spoiled(source: bytes, how: str) -> bytes:
    return {
        "empty": b"",
        "something else": b"PK\x03\x04" + source,
        "cut in the magic": source[:3],
        "cut behind the magic": source[:20],
        "cut in the header": source[:200],
        "cut in the words": source[:5000],
        "cut in the list of weights": source[: source.index(b"blk.1.ffn_up") + 20],
        "cut in the weights": source[: len(source) // 2],
        "cut at the end": source[:-100],
        "another architecture": source.replace(b"llama", b"lamma"),
        "an unknown version": source[:4] + b"\x63\0\0\0" + source[8:],
        "no layers": _with(source, b"llama.block_count", 0),
        "too many layers": _with(source, b"llama.block_count", 513),
        "layers without number": _with(source, b"llama.block_count", 2**32 - 1),
        "a context below nothing": _with(source, b"llama.context_length", 2**31),
    }[how]


def _with(source: bytes, key: bytes, value: int) -> bytes:
    """The file with another whole number behind a key and its type."""
    place = source.index(key) + len(key) + 4
    return source[:place] + value.to_bytes(4, "little") + source[place + 4 :]


@pytest.mark.parametrize(
    "how",
    [
        *("empty", "something else", "cut in the magic", "cut behind the magic", "cut in the header"),
        *("cut in the words", "cut in the list of weights", "cut in the weights", "cut at the end"),
        *("another architecture", "an unknown version", "no layers", "too many layers"),
        *("layers without number", "a context below nothing"),
    ],
)
def test_a_file_that_is_no_model_is_refused_in_one_sentence(
    files: Mapping[str, Path], how: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "model.gguf"
    path.write_bytes(_spoiled(files["f16"].read_bytes(), how))
    with pytest.raises(UsageError, match=r"(?s)^Expected .*, found .*model\.gguf.*; give .*\.$") as refusal:
        LlamaCppModel(path, threads=1)
    assert "\n" not in str(refusal.value)
    assert "no reason given" not in str(refusal.value)
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("context", [2**30, 2**31 - 1025])
def test_a_context_that_no_machine_can_hold_is_refused(files: Mapping[str, Path], context: int) -> None:
    with pytest.raises(UsageError, match=r"^Expected caches for .* GB of .*; set a shorter context"):
        LlamaCppModel(files["f16"], threads=1, context=context)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="No such file"):
        LlamaCppModel(tmp_path / "model.gguf")


def test_llama_cpp_is_silent_when_all_is_well(
    files: Mapping[str, Path], capfd: pytest.CaptureFixture[str]
) -> None:
    LlamaCppModel(files["f16"], threads=1).choose(page(1))
    assert capfd.readouterr() == ("", "")


def test_kept_beginnings_stay_within_their_budget() -> None:
    kept = Kept(1000)
    for number in range(20):
        kept.put(((number,), ()), np.zeros(300, dtype=np.uint8))
        kept.put(((number,), ()), np.zeros(300, dtype=np.uint8))  # two contexts were as quick
    assert [number for number in range(20) if kept.get(((number,), ())) is not None] == [17, 18, 19]
    kept.get(((17,), ()))
    kept.put(((20,), ()), np.zeros(300, dtype=np.uint8))
    assert kept.get(((18,), ())) is None
    assert kept.get(((17,), ())) is not None
