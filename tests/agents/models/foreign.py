"""Very small models of other makes, with random weights: only what the product's writer cannot write."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from gguf import GGUFWriter

from agents.models.gguf import LlamaShape, escaped
from tests.agents.models import tiny

WIDTH, FFN = 32, 64


def sentencepiece(path: Path, template: str = "") -> Path:
    """A Llama with the tokenizer of Llama 2: a space before every text, control tokens in ASCII."""
    pieces = ["<unk>", "<s>", "</s>", "<|im_end|>", "[INST]", *(f"<0x{value:02X}>" for value in range(256))]
    letters = ["▁", *"abcdefghijklmnopqrstuvwxyz<|>_?", "▁yes", "▁no", "yes", "no", "es", "ye"]
    shape = LlamaShape(layers=1, width=WIDTH, heads=2, kv_heads=2, ffn=FFN, context=128)
    writer = _writer(path, "llama", {"context_length": 128, **_ATTENTION})
    writer.add_tokenizer_model("llama")
    writer.add_token_list([*pieces, *letters])
    writer.add_token_scores([float(len(piece)) for piece in [*pieces, *letters]])
    writer.add_token_types([2, 3, 3, 3, 3] + [6] * 256 + [1] * len(letters))
    if template:
        writer.add_chat_template(template)
    return _finish(writer, path, shape.weights(len(pieces) + len(letters)))


def sliding(path: Path, window: int) -> Path:
    """A Gemma 2: every other layer sees only the last tokens."""
    shape = LlamaShape(layers=2, width=WIDTH, heads=2, kv_heads=2, ffn=FFN, context=256)
    keys = {"attention.sliding_window": window, "attention.key_length": 16, "attention.value_length": 16}
    writer = _writer(path, "gemma2", {"context_length": 256, **_ATTENTION, **keys, "block_count": 2})
    _add_words(writer)
    sizes = shape.weights(len(tiny.vocabulary()))
    for layer in range(2):
        sizes |= {f"blk.{layer}.{name}.weight": (WIDTH,) for name in ("post_attention_norm", "post_ffw_norm")}
    return _finish(writer, path, sizes)


def recurrent(path: Path) -> Path:
    """A Mamba: one running state instead of attention."""
    keys = {"ssm.conv_kernel": 4, "ssm.inner_size": 2 * WIDTH, "ssm.state_size": 8, "ssm.time_step_rank": 4}
    writer = _writer(path, "mamba", {"context_length": 256, **_COMMON, **keys, "attention.head_count": 0})
    _add_words(writer)
    layer = {
        "attn_norm.weight": (WIDTH,),
        "ssm_in.weight": (4 * WIDTH, WIDTH),
        "ssm_conv1d.weight": (2 * WIDTH, 4),
        "ssm_conv1d.bias": (2 * WIDTH,),
        "ssm_x.weight": (4 + 16, 2 * WIDTH),
        "ssm_dt.weight": (2 * WIDTH, 4),
        "ssm_dt.bias": (2 * WIDTH,),
        "ssm_a": (2 * WIDTH, 8),
        "ssm_d": (2 * WIDTH,),
        "ssm_out.weight": (WIDTH, 2 * WIDTH),
    }
    sizes = {"token_embd.weight": (len(tiny.vocabulary()), WIDTH), "output_norm.weight": (WIDTH,)}
    return _finish(writer, path, sizes | {f"blk.0.{name}": size for name, size in layer.items()})


_COMMON = {"block_count": 1, "embedding_length": WIDTH, "feed_forward_length": FFN}
_ATTENTION = {**_COMMON, "attention.head_count": 2, "attention.head_count_kv": 2, "rope.dimension_count": 16}


def _writer(path: Path, architecture: str, keys: Mapping[str, int]) -> Any:
    writer = GGUFWriter(path, architecture)
    for key, value in keys.items():
        writer.add_uint32(f"{architecture}.{key}", value)
    writer.add_float32(f"{architecture}.attention.layer_norm_rms_epsilon", 1e-5)
    return writer


def _add_words(writer: Any) -> None:
    writer.add_tokenizer_model("rwkv")
    writer.add_token_list([escaped(token) for token in tiny.vocabulary().tokens])


def _finish(writer: Any, path: Path, sizes: Mapping[str, tuple[int, ...]]) -> Path:
    random = np.random.default_rng(3)
    for name, size in sizes.items():
        weight = random.standard_normal(size) / np.sqrt(size[-1]) + (len(size) == 1)
        writer.add_tensor(name, (-np.exp(weight) if name.endswith("ssm_a") else weight).astype(np.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path
