"""The words of the behaviour model: two vocabularies that agree, and the one in the file."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.behaviour.lexicon import lexicon, naming
from agents.models import EMBEDDED
from agents.models.weights import Weights
from agents.prompts import one_line, prompts
from agents.questions import Branches, leave_question
from tests.agents.behaviour.small import village
from tests.agents.real import real
from tests.contracts.dataset import loaded

WHOLE, PLAIN = lexicon([village()])


def test_tokens_have_the_same_numbers_in_both_vocabularies() -> None:
    assert WHOLE.tokens[: len(PLAIN)] == PLAIN.tokens
    assert len(WHOLE) == len(PLAIN) + len(village().catalog)


def test_a_data_set_that_shares_titles_with_an_earlier_one_brings_no_title_tokens() -> None:
    films = village().catalog
    titles = (films.titles[0], *(f"{title} again" for title in films.titles[1:]))
    second = replace(village(), catalog=replace(films, titles=titles))
    assert naming([village(), second, village()]) == [village()]
    whole, _ = lexicon([village(), second])
    assert len(whole.encode(f"\n{one_line(titles[0])}")) == 1
    assert len(whole.encode(f"\n{one_line(titles[1])}")) == 2  # the film that is known, and a word


def test_a_title_is_one_token_or_its_words() -> None:
    for title in village().catalog.titles:
        line = f"\n{one_line(title)}"
        assert len(WHOLE.encode(line)) == 1
        spelled = PLAIN.encode(line)
        assert len(spelled) > 1
        assert PLAIN.decode(spelled) == WHOLE.decode(WHOLE.encode(line)) == line


@given(st.text())
def test_any_text_is_read_by_both(text: str) -> None:
    readable = text.encode(errors="replace").decode()
    assert WHOLE.decode(WHOLE.encode(text)) == PLAIN.decode(PLAIN.encode(text)) == readable


def test_no_text_spells_a_control_token() -> None:
    assert 0 not in WHOLE.encode("\xff<end> <end> \ufffd<end> <|end|>")


def test_every_answer_is_one_token() -> None:
    for question in ("watch", "stars", "leave"):
        assert [len(WHOLE.encode(option)) for option in prompts()[question]["options"]] == [1] * len(
            prompts()[question]["options"]
        )


@pytest.mark.parametrize("page", range(1, 11))
def test_the_question_whether_to_go_on_is_short(page: int) -> None:
    for tenth in range(11):
        assert len(WHOLE.encode(leave_question(page, tenth / 10, 1 - tenth / 10))) <= 8


def test_no_token_reaches_over_the_end_of_a_line() -> None:
    assert all(b"\n" not in token[1:] for token in WHOLE.tokens)


@real
def test_the_embedded_model_reads_as_its_lexicon_does() -> None:
    datasets = [loaded(name, 0) for name in ("ml-1m", "ml-100k", "town")]
    whole, _ = lexicon(datasets)
    embedded = Weights(EMBEDDED)
    for dataset in datasets:
        branches = Branches(dataset.catalog)
        for item in np.arange(0, len(dataset.catalog), 7):
            words, _ = branches[int(item)][1]
            assert embedded.tokenise(words) == whole.encode(words)
    for words in ("", "zażółć 東京\n\x00\xff", "\n\n  Loved:\nA {gender}"):
        assert embedded.tokenise(words) == whole.encode(words)
