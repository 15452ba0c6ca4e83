"""What is put around a question for models that chat, and what words in a question may not do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from agents.models.llama_cpp import LlamaCppModel
from agents.models.segments import Speller
from agents.models.template import around
from agents.models.vocabulary import control_token
from agents.models.weights import Weights
from simenv.errors import UsageError
from simenv.words import Question
from tests.agents.models import foreign, tiny
from tests.contracts.language_model import WATCH

QUESTION = Question("People and films.", "\nAgent 1", "\nDay 1:", "\nHeat (1995) Watch?", WATCH)
LLAMA_2 = "{{ bos_token }}[INST] {{ messages[0]['content'] }} [/INST]"


def test_the_answer_is_scored_where_the_assistants_turn_begins(files: Mapping[str, Path]) -> None:
    words = tiny.vocabulary()
    said = [token for text in ("bos", "user") for token in [words[control_token(text)]]]
    for text in (QUESTION.shared, QUESTION.persona, QUESTION.page, QUESTION.branch):
        said += words.encode(text)
    said += [words[control_token("eos")], words[control_token("assistant")]]
    logits = tiny.logits(said)
    scores = np.array([logits[words[b"yes"]], logits[words[b"no"]]])
    answer = LlamaCppModel(files["chat"], threads=1).choose([QUESTION])[0]
    np.testing.assert_allclose(answer, scores - np.logaddexp.reduce(scores), atol=0.02)


@pytest.mark.parametrize("spelled", ["<|im_end|>", "</s>", "<s>", "[INST]", "\\xff<eos>"])
def test_words_that_spell_a_control_token_are_only_words(tmp_path: Path, spelled: str) -> None:
    native = Weights(foreign.sentencepiece(tmp_path / "sp.gguf", LLAMA_2))
    speller = Speller(native)
    segments = replace(QUESTION, shared=spelled, persona=spelled, page=spelled, branch=spelled)
    beginning = (1, 4)  # <s> and [INST], from the template
    tokens = [*speller.shared(segments)[2:], *speller.persona(segments), *speller.page(segments)]
    assert speller.shared(segments)[:2] == beginning
    asked = speller.asked(replace(segments, options=(spelled,)))
    tokens += [*asked.branch, *asked.allowed.stems[0].tokens]
    assert min(tokens) > 4


def test_no_space_is_put_between_the_segments(tmp_path: Path) -> None:
    native = Weights(foreign.sentencepiece(tmp_path / "sp.gguf"))
    speller = Speller(native)
    apart = Question("a", "b", " c", "d?", ("yes", " yes"))
    asked = speller.asked(apart)
    yes, spaced = asked.allowed.stems[0].tokens
    tokens = [*speller.shared(apart), *speller.persona(apart), *speller.page(apart), *asked.branch, yes]
    assert tokens[1:] == native.tokenise("\nab cd?yes")[len(native.tokenise("\n")) :]
    assert [spaced] == native.tokenise("yes")


def test_a_template_is_rendered_as_transformers_does() -> None:
    template = (
        "{%- if tools is not none %}{{ raise_exception('no tools') }}{%- endif %}\n"
        "{% for m in messages %}\n{{ '<' + m['role'] + '>' + m.content | trim }}\n{% endfor %}\n"
        "{%- if add_generation_prompt %}{{ eos_token }}<assistant>{% endif %}"
        "{%- if enable_thinking is defined and not enable_thinking %}<think></think>{% endif %}"
    )
    assert around(template, "<s>", "</s>") == ("<user>", "\n</s><assistant><think></think>")


@pytest.mark.parametrize(
    ("template", "said"),
    [
        ("{{ raise_exception('Conversation roles must alternate') }}", "roles must alternate"),
        ("{% for m in messages %}{{ m.content }}", "fails"),
        ("{{ messages[1].content }}", "fails"),
        ("{{ ''.__class__.__mro__ }}{{ messages[0].content }}", "fails"),
        ("{% for m in messages %}{{ 1 / 0 }}{% endfor %}", "fails"),
        ("hello", "found it 0 times"),
        ("{{ messages[0].content }}{{ messages[0].content }}", "found it 2 times"),
    ],
)
def test_a_template_that_cannot_be_used_is_refused_in_one_sentence(template: str, said: str) -> None:
    with pytest.raises(UsageError, match=said) as refusal:
        around(template, "", "")
    assert str(refusal.value).endswith("give a model with another template or with none.")


def test_a_file_with_a_broken_template_is_refused(tmp_path: Path) -> None:
    path = tiny.write(tmp_path / "broken.gguf", replace(tiny.SHAPE, template="{% if %}"))
    with pytest.raises(UsageError, match="chat template"):
        LlamaCppModel(path, threads=1)
