"""Writing small Llama models of our own to GGUF, the file format of llama.cpp, and making them smaller.

The tokenizer of these files is llama.cpp's ``rwkv``: greedy longest match over byte strings, the same as
``agents.models.vocabulary.Vocabulary``.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from agents.models.vocabulary import Vocabulary
from simenv.errors import SimenvError, UsageError, unknown_name

Weight = npt.NDArray[np.floating[Any]]

_NORMAL, _CONTROL = 1, 3
"""Token types, as llama.cpp numbers them."""

_ROLES = ("bos", "eos", "eot", "pad", "unk")
_KINDS = {"F16": 1, "Q8_0": 7, "Q4_K_M": 15}
"""File types, as llama.cpp numbers them."""

_ESCAPES = {0x5C: "\\\\", 0x0A: "\\n", 0x0D: "\\r", 0x09: "\\t"}


@dataclass(frozen=True, slots=True)
class LlamaShape:
    """How large a Llama model is, and what its file says besides the weights.

    Args:
        layers, width, heads, kv_heads, ffn: sizes; K-quants need a width and an ffn divisible by 256.
        context: the longest sequence it was trained on, tokens.
        rope_base: the base of the rotary frequencies.
        epsilon: added to the mean square in the norms.
        name: what the model is called.
        template: the chat template (Jinja), "" for a model that continues plain text.
    """

    layers: int
    width: int
    heads: int
    kv_heads: int
    ffn: int
    context: int
    rope_base: float = 10_000.0
    epsilon: float = 1e-5
    name: str = "model"
    template: str = ""

    def weights(self, words: int) -> dict[str, tuple[int, ...]]:
        """The name and shape (out, in) of every weight, for a vocabulary of so many words.

        ``output.weight`` is not among them: it may be left out, and then is ``token_embd.weight``.
        """
        narrow = self.width // self.heads * self.kv_heads
        layer = {
            "attn_norm": (self.width,),
            "attn_q": (self.width, self.width),
            "attn_k": (narrow, self.width),
            "attn_v": (narrow, self.width),
            "attn_output": (self.width, self.width),
            "ffn_norm": (self.width,),
            "ffn_gate": (self.ffn, self.width),
            "ffn_up": (self.ffn, self.width),
            "ffn_down": (self.width, self.ffn),
        }
        shapes: dict[str, tuple[int, ...]] = {"token_embd.weight": (words, self.width)}
        for number in range(self.layers):
            shapes |= {f"blk.{number}.{name}.weight": shape for name, shape in layer.items()}
        return shapes | {"output_norm.weight": (self.width,)}


def write_gguf(
    path: Path,
    weights: Mapping[str, Weight],
    shape: LlamaShape,
    vocabulary: Sequence[bytes],
    *,
    control: Mapping[str, int],
) -> None:
    """Write a Llama model; the file appears whole.

    Args:
        path: the file to write.
        weights: float32 or float16 arrays (kept as they are; vectors become float32) by the names of
            ``shape.weights``; q and k with rotary halves side by side, as transformers and most training
            code have them (they are permuted here into llama.cpp's interleaved order).
        shape: the sizes that the weights have.
        vocabulary: the byte string of each token, as for ``Vocabulary``.
        control: the token ids of "bos", "eos", "eot", "pad" or "unk"; these and all tokens that begin with
            the byte 255 are control tokens. With a "bos" every prompt begins with it.

    Raises:
        UsageError: weights are missing, superfluous or of another shape, or a control token could be
            spelled by text.
    """
    from gguf import GGUFWriter

    tokens = Vocabulary(vocabulary).tokens
    _check_weights(weights, shape.weights(len(tokens)))
    _check_control(tokens, control)
    with _whole(path) as unfinished:
        writer = GGUFWriter(unfinished, "llama")
        _describe(writer, shape)
        _add_words(writer, tokens, control)
        for name in sorted(weights):
            writer.add_tensor(name, _as_stored(name, weights[name], shape))
        writer.write_header_to_file()
        writer.write_kv_data_to_file()
        writer.write_tensors_to_file()
        writer.close()


def quantise(source: Path, target: Path, kind: str) -> None:
    """Write the model of one GGUF file to another with smaller numbers: F16, Q8_0 or Q4_K_M.

    Raises:
        UsageError: there is no such kind, or the source is no GGUF file.
        SimenvError: llama.cpp could not do it.
    """
    from agents.models.header import check_file
    from agents.models.hearing import complaints, llama_cpp

    if kind not in _KINDS:
        raise unknown_name("quantisation", kind, _KINDS)
    check_file(source)
    settings = llama_cpp.llama_model_quantize_default_params()
    settings.ftype = _KINDS[kind]
    with complaints() as heard, _whole(target) as unfinished:
        names = (os.fsencode(source), os.fsencode(unfinished))
        if llama_cpp.llama_model_quantize(*names, settings):
            raise SimenvError(f"llama.cpp could not write {source} as {kind}: {heard.first()}.")


def escaped(token: bytes) -> str:
    """A byte string as llama.cpp's ``rwkv`` tokenizer writes it in a file."""
    return "".join(
        _ESCAPES.get(byte, chr(byte) if 0x20 <= byte < 0x7F else f"\\x{byte:02x}") for byte in token
    )


@contextmanager
def _whole(path: Path) -> Iterator[Path]:
    """A temporary name that becomes ``path`` when all is written, and disappears when it fails."""
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        yield unfinished
        with unfinished.open("rb") as file:
            os.fsync(file.fileno())
        os.replace(unfinished, path)
    finally:
        unfinished.unlink(missing_ok=True)


def _describe(writer: Any, shape: LlamaShape) -> None:
    writer.add_name(shape.name)
    writer.add_context_length(shape.context)
    writer.add_embedding_length(shape.width)
    writer.add_block_count(shape.layers)
    writer.add_feed_forward_length(shape.ffn)
    writer.add_head_count(shape.heads)
    writer.add_head_count_kv(shape.kv_heads)
    writer.add_rope_dimension_count(shape.width // shape.heads)
    writer.add_rope_freq_base(shape.rope_base)
    writer.add_layer_norm_rms_eps(shape.epsilon)
    if shape.template:
        writer.add_chat_template(shape.template)


def _add_words(writer: Any, tokens: Sequence[bytes], control: Mapping[str, int]) -> None:
    writer.add_vocab_size(len(tokens))
    writer.add_tokenizer_model("rwkv")
    writer.add_token_list([escaped(token) for token in tokens])
    writer.add_token_types([_CONTROL if token[0] == 0xFF and token[1:] else _NORMAL for token in tokens])
    for role, number in control.items():
        getattr(writer, f"add_{role}_token_id")(number)
    writer.add_add_bos_token("bos" in control)


def _as_stored(name: str, weight: Weight, shape: LlamaShape) -> Weight:
    """The array as the file has it: vectors float32, q and k in llama.cpp's rotary order."""
    if weight.ndim == 1:
        return weight.astype(np.float32)
    heads = {"attn_q": shape.heads, "attn_k": shape.kv_heads}.get(name.split(".")[-2])
    if heads is None:
        return np.ascontiguousarray(weight)
    # as in llama.cpp's convert_hf_to_gguf.py, LlamaModel.permute
    halves = weight.reshape(heads, 2, weight.shape[0] // heads // 2, weight.shape[1])
    return np.ascontiguousarray(halves.swapaxes(1, 2).reshape(weight.shape))


def _check_weights(weights: Mapping[str, Weight], shapes: dict[str, tuple[int, ...]]) -> None:
    known = shapes | {"output.weight": shapes["token_embd.weight"]}
    missing = [name for name in shapes if name not in weights]
    if missing:
        raise UsageError(f"Expected the weights of a Llama model, found no {missing[0]!r}; add it.")
    for name, weight in weights.items():
        if name not in known:
            raise unknown_name("weight", name, known)
        if weight.shape != known[name] or weight.dtype not in (np.float32, np.float16):
            raise UsageError(
                f"Expected {name!r} to be float32 or float16 {known[name]}, "
                f"found {weight.dtype} {weight.shape}; give weights as (out, in)."
            )


def _check_control(tokens: Sequence[bytes], control: Mapping[str, int]) -> None:
    for role, number in control.items():
        if role not in _ROLES:
            raise unknown_name("control token", role, _ROLES)
        if not tokens[number].startswith(b"\xff") or len(tokens[number]) == 1:
            raise UsageError(
                f"Expected the control token {role!r} to be one that no text can spell, found "
                f"{tokens[number]!r}; make it with control_token()."
            )
