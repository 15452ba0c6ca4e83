"""Many agents write at once."""

from __future__ import annotations

import json
from codecs import getincrementaldecoder
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest

from agents.models.cached import Cached
from agents.models.errors import ContextTooShort
from agents.models.llama_cpp import LlamaCppModel
from agents.models.scripted import ScriptedModel
from agents.models.vocabulary import control_token
from agents.models.weights import Weights
from simenv.errors import UsageError
from simenv.words import Limits, Prompt
from tests.agents.models import tiny

LIKELIEST = Limits(tokens=8, temperature=0)
JSON = r"""root ::= "{\"watch\":" ("true" | "false") ",\"stars\":" [1-5] "}" """


def prompt(agent: int, **changes: str) -> Prompt:
    """What one agent is asked to write."""
    words = {"shared": "People and films.", "persona": f"\nAgent {agent} likes drama.", "words": "\nDay 1:"}
    return Prompt(**{**words, **changes}, seed=agent)  # type: ignore[arg-type]  # only words are changed


def by_hand(asked: Prompt, count: int) -> str:
    """The likeliest words, from the plain model in numpy."""
    words = tiny.vocabulary()
    tokens = [words[control_token("bos")]]
    for text in (asked.shared, asked.persona, asked.words):
        tokens += words.encode(text)
    begun = len(tokens)
    for _ in range(count):
        tokens.append(int(np.argmax(tiny.logits(tokens))))
    written = b"".join(words.tokens[token] for token in tokens[begun:])
    return getincrementaldecoder("utf-8")("replace").decode(written)


def test_the_likeliest_words_are_those_that_the_weights_mean(files: Mapping[str, Path]) -> None:
    prompts = [prompt(agent) for agent in range(5)]
    with LlamaCppModel(files["f32"], threads=1) as model:
        written = model.complete(prompts, LIKELIEST)
    assert [one.text for one in written] == [by_hand(asked, 8) for asked in prompts]
    assert {one.ended for one in written} == {"length"}
    assert {one.tokens for one in written} == {8}


def test_what_is_written_does_not_change_where_beginnings_cannot_be_shared(
    files: Mapping[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    prompts = [prompt(agent) for agent in range(3)]
    with LlamaCppModel(files["f32"], threads=1) as model:
        sharing = model.complete(prompts, LIKELIEST)
    monkeypatch.setattr(Weights, "can_branch", lambda *_: False)
    with LlamaCppModel(files["f32"], threads=1) as model:
        assert model.complete(prompts, LIKELIEST) == sharing


def test_more_agents_than_lanes_are_answered_in_order_and_the_same_each_time(
    files: Mapping[str, Path],
) -> None:
    prompts = [prompt(agent, shared=f"People {agent // 30}.") for agent in range(50)]
    with LlamaCppModel(files["f16"], threads=1) as model:
        first = model.complete(prompts, Limits(tokens=6, temperature=1))
        assert model.complete(prompts, Limits(tokens=6, temperature=1)) == first
        cost = model.usage()
    assert len(first) == 50
    assert len({one.text for one in first}) > 40
    assert cost.generated == 2 * sum(one.tokens for one in first)
    assert cost.cached > 0


def test_each_agent_draws_by_its_own_luck(files: Mapping[str, Path]) -> None:
    one = Prompt("", "", "People", seed=1)
    with LlamaCppModel(files["f16"], threads=1) as model:
        same = model.complete([one, one, Prompt("", "", "People", seed=2)], Limits(tokens=12, temperature=1))
    assert same[0] == same[1] != same[2]


def test_a_grammar_holds_whatever_the_model_would_rather_say(files: Mapping[str, Path]) -> None:
    prompts = [prompt(agent, grammar=JSON if agent % 2 else "") for agent in range(8)]
    with LlamaCppModel(files["q8_0"], threads=1) as model:
        written = model.complete(prompts, Limits(tokens=60, temperature=1))
    for one in written[1::2]:
        assert set(json.loads(one.text)) == {"watch", "stars"}
        assert one.ended == "end"


def test_a_grammar_chooses_among_what_it_allows_as_likely_as_the_model_says(
    files: Mapping[str, Path],
) -> None:
    asked = prompt(0, grammar='root ::= "yes" | "no"')
    words = tiny.vocabulary()
    begun = [words[control_token("bos")]]
    for text in (asked.shared, asked.persona, asked.words):
        begun += words.encode(text)
    mass = dict.fromkeys(("y", "n"), 0.0)
    probability = np.exp(logits := tiny.logits(begun)) / np.exp(logits).sum()
    for token in ("yes", "y", "no", "n", "ye"):
        if token.encode() in words:
            mass[token[0]] += probability[words[token.encode()]]
    prompts = [Prompt(asked.shared, asked.persona, asked.words, n, asked.grammar) for n in range(400)]
    with LlamaCppModel(files["f32"], threads=1) as model:
        written = model.complete(prompts, Limits(tokens=5, temperature=1, top_p=1))
    share = np.mean([one.text == "yes" for one in written])
    assert abs(share - mass["y"] / (mass["y"] + mass["n"])) < 0.08


def test_an_answer_ends_before_a_stop_word(files: Mapping[str, Path]) -> None:
    with LlamaCppModel(files["f32"], threads=1) as model:
        whole = model.complete([prompt(3)], LIKELIEST)[0].text
        stop = whole[len(whole) // 2 :][:2]
        cut = model.complete([prompt(3)], Limits(tokens=8, temperature=0, stop=(stop,)))[0]
    assert cut.text == whole[: whole.find(stop)]
    assert cut.ended == "stop"


def test_a_control_token_in_a_title_is_read_as_text(files: Mapping[str, Path]) -> None:
    typed = tiny.TEMPLATE.partition("{{ message")[0][-8:]
    with LlamaCppModel(files["f32"], threads=1) as model:
        (written,) = model.complete([prompt(1, words=f"\n{typed}")], LIKELIEST)
    assert written.text == by_hand(prompt(1, words=f"\n{typed}"), 8)


def test_what_cannot_be_written_is_refused_in_a_sentence(
    files: Mapping[str, Path], capfd: pytest.CaptureFixture[str]
) -> None:
    with LlamaCppModel(files["f16"], threads=1) as model:
        with pytest.raises(UsageError, match=r"Expected a GBNF grammar with a rule root, found one .*::="):
            model.complete([prompt(1, grammar="root := nonsense(")], LIKELIEST)
        with pytest.raises(ContextTooShort, match="at most 256 tokens"):
            model.complete([prompt(1)], Limits(tokens=250))
        with pytest.raises(UsageError, match="Expected a prompt with words of its own"):
            model.complete([Prompt("People", "", "")], LIKELIEST)
        assert len(model.complete([prompt(1)], LIKELIEST)) == 1
    with pytest.raises(UsageError, match="closed"):
        model.complete([prompt(1)], LIKELIEST)
    assert capfd.readouterr().err == ""


def test_what_was_written_once_is_remembered(files: Mapping[str, Path], tmp_path: Path) -> None:
    prompts = [prompt(agent) for agent in range(4)]
    limits = Limits(tokens=6, temperature=1)
    with (
        LlamaCppModel(files["f16"], threads=1) as model,
        Cached(model, tmp_path / "answers") as cached,
    ):
        first = cached.complete(prompts[:3], limits)
        evaluations = model.usage().evaluations
        assert cached.complete(prompts[:3], limits) == first
        assert model.usage().evaluations == evaluations
        assert cached.complete(prompts, limits)[:3] == first
        assert (cached.hits, cached.misses) == (6, 4)
        assert cached.complete(prompts[:1], Limits(tokens=6, temperature=0.5)) != first[:1]


def test_a_model_that_only_chooses_says_so(tmp_path: Path) -> None:
    with (
        Cached(ScriptedModel(), tmp_path / "answers") as cached,
        pytest.raises(UsageError, match="Expected a model that writes, found ScriptedModel"),
    ):
        cached.complete([prompt(1)], LIKELIEST)
