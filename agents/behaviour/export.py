"""From a training checkpoint to a quantised GGUF file."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from safetensors.numpy import load_file

from agents.behaviour.lexicon import lexicon
from agents.models.gguf import LlamaShape, quantise, write_gguf
from simenv.types import Dataset

CONTEXT = 1024
_LAYER = {
    "attention_norm": "attn_norm",
    "query": "attn_q",
    "key": "attn_k",
    "value": "attn_v",
    "out": "attn_output",
    "feed_norm": "ffn_norm",
    "gate": "ffn_gate",
    "up": "ffn_up",
    "down": "ffn_down",
}


def export(folder: Path, target: Path, datasets: Sequence[Dataset], kind: str = "Q8_0") -> None:
    """Write the checkpoint in ``folder`` as a GGUF file of one kind (F16, Q8_0 or Q4_K_M)."""
    tensors = load_file(folder / "checkpoint.safetensors")
    sizes = json.loads((folder / "training.json").read_text(encoding="utf-8"))["shape"]
    vocabulary, _ = lexicon(datasets)
    shape = LlamaShape(
        name="simenv behaviour model",
        width=sizes["width"],
        layers=sizes["layers"],
        heads=sizes["heads"],
        kv_heads=sizes["heads"],
        ffn=sizes["hidden"],
        context=CONTEXT,
        rope_base=sizes["rope_base"],
        epsilon=sizes["epsilon"],
    )
    weights = {
        _gguf_name(name.removeprefix("weight.")): tensor
        for name, tensor in tensors.items()
        if name.startswith("weight.")
    }
    with TemporaryDirectory(dir=target.parent) as scratch:
        exact = Path(scratch) / "exact.gguf"
        write_gguf(exact, weights, shape, vocabulary.tokens, control={"eos": 0})
        quantise(exact, target, kind)


def _gguf_name(name: str) -> str:
    """The name that llama.cpp has for one of the network's weights."""
    if name == "embed.weight":
        return "token_embd.weight"
    if name == "norm.weight":
        return "output_norm.weight"
    _, number, part, end = name.split(".")
    return f"blk.{number}.{_LAYER[part]}.{end}"
