"""A very small Llama model with random weights, and the same model computed in numpy."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt

from agents.models.gguf import LlamaShape, write_gguf
from agents.models.vocabulary import Vocabulary, control_token

SHAPE = LlamaShape(layers=2, width=64, heads=4, kv_heads=2, ffn=96, context=256, name="tiny")
WORDS = (
    *("\nHeat (1995)", "\nToy Story (1995)", "\nBabe (1995)", "\nCasino (1995)"),
    *(" Watch?", "\nStars?", " yes", " no", " 1", " 2", " 3", " 4", " 5", "yes", "no"),
    *("People", " and", " films", "Agent", " likes", " drama", "Day", "<|im_end|>"),
)
CONTROL = ("bos", "eos", "user", "assistant")
TEMPLATE = (
    "{{ bos_token }}{% for message in messages %}\\xff<user>{{ message['content'] }}{{ eos_token }}"
    "{% endfor %}{% if add_generation_prompt %}\\xff<assistant>{% endif %}"
)

Weights = dict[str, npt.NDArray[np.floating[npt.NBitBase]]]


def vocabulary() -> Vocabulary:
    """Control tokens, bytes, words and a few film titles."""
    return Vocabulary.over([word.encode() for word in WORDS], CONTROL)


def control() -> dict[str, int]:
    """The control tokens that llama.cpp is told about."""
    return {role: vocabulary()[control_token(role)] for role in ("bos", "eos")}


def weights(shape: LlamaShape = SHAPE) -> Weights:
    """Random weights, always the same: float32."""
    random = np.random.default_rng(7)
    return {
        name: (random.standard_normal(size) / np.sqrt(size[-1]) + (len(size) == 1)).astype(np.float32)
        for name, size in shape.weights(len(vocabulary())).items()
    }


def write(path: Path, shape: LlamaShape = SHAPE, kind: type[np.floating[npt.NBitBase]] = np.float32) -> Path:
    """The model as a file."""
    stored = {name: weight.astype(kind) for name, weight in weights(shape).items()}
    write_gguf(path, stored, shape, vocabulary().tokens, control=control())
    return path


def logits(tokens: list[int], shape: LlamaShape = SHAPE) -> npt.NDArray[np.float64]:
    """What the model says after the last of the tokens: float64 (words,).

    Llama (Touvron et al., 2023) in its plainest form, with rotary halves side by side.
    """
    weight = {name: array.astype(np.float64) for name, array in weights(shape).items()}
    x = weight["token_embd.weight"][tokens]
    for layer in range(shape.layers):
        own = {name.split(".")[2]: w for name, w in weight.items() if name.startswith(f"blk.{layer}.")}
        h = _norm(x, own["attn_norm"], shape)
        q, k, v = (h @ own[name].T for name in ("attn_q", "attn_k", "attn_v"))
        x = x + _attention(q, k, v, shape) @ own["attn_output"].T
        h = _norm(x, own["ffn_norm"], shape)
        gate = h @ own["ffn_gate"].T
        x = x + (gate / (1 + np.exp(-gate)) * (h @ own["ffn_up"].T)) @ own["ffn_down"].T
    last = _norm(x[-1:], weight["output_norm.weight"], shape)
    return np.asarray((last @ weight["token_embd.weight"].T)[0])


def _norm(
    x: npt.NDArray[np.float64], scale: npt.NDArray[np.float64], shape: LlamaShape
) -> npt.NDArray[np.float64]:
    return np.asarray(x / np.sqrt((x**2).mean(axis=1, keepdims=True) + shape.epsilon) * scale)


def _attention(
    q: npt.NDArray[np.float64], k: npt.NDArray[np.float64], v: npt.NDArray[np.float64], shape: LlamaShape
) -> npt.NDArray[np.float64]:
    size = shape.width // shape.heads
    length = len(q)
    heads = [_turned(part, shape) for part in np.split(q, shape.heads, axis=1)]
    keys = [_turned(part, shape) for part in np.split(k, shape.kv_heads, axis=1)]
    values = np.split(v, shape.kv_heads, axis=1)
    later = np.triu(np.full((length, length), -np.inf), 1)
    seen = []
    for number, head in enumerate(heads):
        group = number * shape.kv_heads // shape.heads
        score = head @ keys[group].T / np.sqrt(size) + later
        chance = np.exp(score - score.max(axis=1, keepdims=True))
        seen.append(chance / chance.sum(axis=1, keepdims=True) @ values[group])
    return np.concatenate(seen, axis=1)


def _turned(x: npt.NDArray[np.float64], shape: LlamaShape) -> npt.NDArray[np.float64]:
    """Rotary embedding (Su et al., 2021): float64 (length, size)."""
    half = x.shape[1] // 2
    angle = np.outer(np.arange(len(x)), shape.rope_base ** (-np.arange(half) / half))
    a, b = x[:, :half], x[:, half:]
    return np.concatenate(
        [a * np.cos(angle) - b * np.sin(angle), b * np.cos(angle) + a * np.sin(angle)], axis=1
    )
