"""Models of our own, written and made smaller."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from agents.models.batch import Plot
from agents.models.gguf import quantise, write_gguf
from agents.models.native import Native, Size
from agents.models.tree import grow
from agents.models.vocabulary import control_token
from agents.models.weights import Weights
from simenv.errors import UsageError
from tests.agents.models import tiny

PROMPT = "People and films\nAgent 7 likes drama\nDay 1:\nHeat (1995) Watch?"


def said(path: Path, text: str) -> np.ndarray:
    """The logits after a text, as llama.cpp computes them."""
    weights = Weights(path)
    native = Native(weights, Size(cells=256, threads=1, unit=256))
    tokens = [weights.beginning() or 0, *weights.tokenise(text)]
    wanted = np.zeros(len(tokens), dtype=np.int8)
    wanted[-1] = 1
    return native.evaluate([Plot(grow(tokens, [()]))], wanted)[0].copy()


@pytest.mark.parametrize(("kind", "tolerance"), [("f32", 0.01), ("f16", 0.01), ("q8_0", 0.3)])
def test_llama_cpp_computes_what_the_weights_mean(
    files: Mapping[str, Path], kind: str, tolerance: float
) -> None:
    words = tiny.vocabulary()
    expected = tiny.logits([words[control_token("bos")], *words.encode(PROMPT)])
    assert np.abs(said(files[kind], PROMPT) - expected).max() < tolerance * expected.std()


def test_an_output_of_its_own_is_used_where_it_is_given(tmp_path: Path) -> None:
    weights = tiny.weights()
    path = tmp_path / "untied.gguf"
    doubled = {**weights, "output.weight": 2 * weights["token_embd.weight"]}
    write_gguf(path, doubled, tiny.SHAPE, tiny.vocabulary().tokens, control=tiny.control())
    words = tiny.vocabulary()
    expected = 2 * tiny.logits([words[control_token("bos")], *words.encode(PROMPT)])
    assert np.abs(said(path, PROMPT) - expected).max() < 0.01 * expected.std()


def test_the_same_weights_give_the_same_file(tmp_path: Path) -> None:
    left, right = tiny.write(tmp_path / "left.gguf"), tiny.write(tmp_path / "right.gguf")
    assert left.read_bytes() == right.read_bytes()
    assert sorted(tmp_path.iterdir()) == [left, right]


def test_a_quantised_model_is_smaller(tmp_path: Path, files: Mapping[str, Path]) -> None:
    sizes = [files["f32"].stat().st_size]
    for kind in ("F16", "Q8_0"):
        quantise(files["f32"], tmp_path / kind, kind)
        sizes.append((tmp_path / kind).stat().st_size)
    assert sizes == sorted(sizes, reverse=True)
    assert len(set(sizes)) == 3


def test_weights_that_do_not_fit_the_shape_are_refused(tmp_path: Path) -> None:
    weights = tiny.weights()
    spoiled = {
        "found no 'output_norm.weight'": {k: v for k, v in weights.items() if k != "output_norm.weight"},
        "No weight named 'blk.0.attn_qq.weight'": {**weights, "blk.0.attn_qq.weight": np.ones(1, np.float32)},
        "to be float32 or float16 .64, 64.": {
            **weights,
            "blk.0.attn_q.weight": np.ones((64, 32), np.float32),
        },
        "found float64": {**weights, "blk.0.attn_q.weight": np.ones((64, 64))},
    }
    for message, given in spoiled.items():
        with pytest.raises(UsageError, match=message):
            write_gguf(tmp_path / "x", given, tiny.SHAPE, tiny.vocabulary().tokens, control={})
    assert list(tmp_path.iterdir()) == []


def test_a_control_token_that_text_could_spell_is_refused(tmp_path: Path) -> None:
    words = tiny.vocabulary()
    with pytest.raises(UsageError, match="no text can spell"):
        write_gguf(
            tmp_path / "x", tiny.weights(), tiny.SHAPE, words.tokens, control={"eos": words[b"<|im_end|>"]}
        )
    with pytest.raises(UsageError, match="control token"):
        write_gguf(tmp_path / "x", tiny.weights(), tiny.SHAPE, words.tokens, control={"end": 0})


def test_what_cannot_be_quantised_is_refused(tmp_path: Path, files: Mapping[str, Path]) -> None:
    with pytest.raises(UsageError, match="Did you mean 'Q8_0'"):
        quantise(files["f32"], tmp_path / "x", "Q8")
    with pytest.raises(UsageError, match="found none"):
        quantise(tmp_path / "nothing.gguf", tmp_path / "x", "F16")
    assert list(tmp_path.iterdir()) == []


def test_the_file_says_what_the_model_is(files: Mapping[str, Path]) -> None:
    weights = Weights(files["chat"])
    assert weights.metadata("general.name") == "tiny"
    assert weights.metadata("tokenizer.chat_template") == tiny.TEMPLATE
    assert weights.metadata("nothing") == ""
    assert weights.trained == replace(tiny.SHAPE).context
