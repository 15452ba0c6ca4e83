"""Greedy longest match over byte strings."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.models.vocabulary import Vocabulary, control_token
from agents.models.weights import Weights
from simenv.errors import UsageError
from tests.agents.models import tiny

FRAGMENTS = (*tiny.WORDS, "\n", "Heat", " (19", "é", "映画", "\\xff<eos>", "\\n", "<eos>", "\0", "'", '"')
TEXTS = st.one_of(st.text(), st.lists(st.sampled_from(FRAGMENTS)).map("".join))


@pytest.fixture(scope="module")
def native(files: Mapping[str, Path]) -> Weights:
    return Weights(files["f32"])


@given(TEXTS)
def test_llama_cpp_reads_a_text_as_the_vocabulary_does(native: Weights, text: str) -> None:
    assert native.tokenise(text) == tiny.vocabulary().encode(text)


@given(TEXTS)
def test_no_text_spells_a_control_token(native: Weights, text: str) -> None:
    control = {tiny.vocabulary()[control_token(role)] for role in tiny.CONTROL}
    assert control.isdisjoint(native.tokenise(text))


@given(TEXTS)
def test_a_text_can_be_read_back_from_its_tokens(text: str) -> None:
    words = tiny.vocabulary()
    assert words.decode(words.encode(text)) == text.encode(errors="replace").decode()


def test_a_film_title_is_one_token() -> None:
    words = tiny.vocabulary()
    assert words.encode("\nHeat (1995)\nCasino (1995)") == [
        words[b"\nHeat (1995)"],
        words[b"\nCasino (1995)"],
    ]


def test_the_longest_token_wins_and_reading_goes_on_after_it() -> None:
    words = Vocabulary.over([b"ab", b"abcd", b"cde"])
    assert [words.tokens[number] for number in words.encode("abcde")] == [b"abcd", b"e"]
    assert [words.tokens[number] for number in words.encode("abcx")] == [b"ab", b"c", b"x"]


def test_words_that_come_twice_are_one_token() -> None:
    assert len(Vocabulary.over([b"film", b"film", b"f"])) == 257


@pytest.mark.parametrize(
    ("tokens", "said"),
    [
        ([bytes([value]) for value in range(255)], "byte 255 is missing"),
        ([*(bytes([value]) for value in range(256)), b"film", b"film"], "twice"),
        ([*(bytes([value]) for value in range(256)), b"fi\0lm"], "NUL"),
        ([*(bytes([value]) for value in range(256)), b""], "not empty"),
    ],
)
def test_a_vocabulary_that_cannot_read_every_text_is_refused(tokens: list[bytes], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        Vocabulary(tokens)
