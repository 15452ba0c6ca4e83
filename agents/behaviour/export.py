"""From a training checkpoint to a quantised GGUF file."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from agents.behaviour.checkpoint import Checkpoint, read_about
from agents.behaviour.lexicon import lexicon
from agents.models.gguf import LlamaShape, quantise, write_gguf
from simenv.errors import UsageError
from simenv.types import Dataset

CONTEXT = 1024
"""The longest prompt of the model, tokens: a page with the fullest profile and memory has half as many."""
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
    """Write the last checkpoint of a training as a GGUF file.

    Args:
        folder: of the training.
        datasets: those of the training, in the same order: they name the tokens.
        kind: F16, Q8_0 or Q4_K_M.

    Raises:
        UsageError: there is no checkpoint, or the data sets are not those of the training.
    """
    sizes, last = read_about(folder)["shape"], Checkpoint.load(folder)
    if last is None:
        raise UsageError(f"Expected a checkpoint to export in {folder}, found none; train for longer.")
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
    weights = {_gguf_name(name): weight for name, weight in last.weights().items()}
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
