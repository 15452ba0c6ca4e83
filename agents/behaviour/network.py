"""A Llama-architecture network, small enough to train on a laptop, written to be exported to GGUF."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional


@dataclass(frozen=True, kw_only=True)
class Shape:
    """The sizes of the network; the defaults have 1.3 M parameters outside the embeddings."""

    width: int = 256
    layers: int = 2
    heads: int = 4
    hidden: int = 512
    rope_base: float = 100_000.0
    epsilon: float = 1e-5


EMBEDDED = Shape()
"""The sizes of the model that comes with the package."""


class Network(nn.Module):
    """Token numbers to hidden states; the embedding is also the output layer."""

    def __init__(self, shape: Shape, words: int) -> None:
        super().__init__()
        self.shape = shape
        self.embed = nn.Embedding(words, shape.width)
        self.layers = nn.ModuleList(Layer(shape) for _ in range(shape.layers))
        self.norm = nn.RMSNorm(shape.width, eps=shape.epsilon)
        nn.init.normal_(self.embed.weight, std=0.02)
        for layer in self.layers:
            layer.start(shape)

    def forward(self, tokens: Tensor, positions: Tensor, mask: Tensor, shift: Tensor | float = 0.0) -> Tensor:
        """Hidden states after the last norm.

        Args:
            tokens, positions: int64 (batch, length).
            mask: bool (batch, length, length), True where a token (second axis) may see another (third).
            shift: float32 (batch, length, width), added to the tokens' embeddings.

        Returns:
            float32 (batch, length, width).
        """
        cos, sin = _rotation(positions, self.shape)
        x = self.embed(tokens) + shift
        for layer in self.layers:
            x = layer(x, cos, sin, mask[:, None])
        hidden: Tensor = self.norm(x)
        return hidden

    def logits(self, hidden: Tensor) -> Tensor:
        """Scores of every token as the next one: float32 (..., vocabulary)."""
        return functional.linear(hidden, self.embed.weight)


class Layer(nn.Module):
    """Attention with rotary positions, then a gated feed-forward part, each behind a norm."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        width, hidden = shape.width, shape.hidden
        self.heads = shape.heads
        self.attention_norm = nn.RMSNorm(width, eps=shape.epsilon)
        self.query = nn.Linear(width, width, bias=False)
        self.key = nn.Linear(width, width, bias=False)
        self.value = nn.Linear(width, width, bias=False)
        self.out = nn.Linear(width, width, bias=False)
        self.feed_norm = nn.RMSNorm(width, eps=shape.epsilon)
        self.gate = nn.Linear(width, hidden, bias=False)
        self.up = nn.Linear(width, hidden, bias=False)
        self.down = nn.Linear(hidden, width, bias=False)

    def start(self, shape: Shape) -> None:
        """Random weights that keep the size of what passes through them."""
        for part in (self.query, self.key, self.value, self.gate, self.up):
            nn.init.normal_(part.weight, std=shape.width**-0.5)
        for part in (self.out, self.down):
            nn.init.normal_(part.weight, std=(2 * shape.layers * shape.width) ** -0.5)

    def forward(self, x: Tensor, cos: Tensor, sin: Tensor, mask: Tensor) -> Tensor:
        """One layer over float32 (batch, length, width)."""
        batch, length, width = x.shape
        normed = self.attention_norm(x)

        def heads(projected: Tensor) -> Tensor:
            return projected.view(batch, length, self.heads, width // self.heads).transpose(1, 2)

        query, key = (_rotate(heads(part(normed)), cos, sin) for part in (self.query, self.key))
        seen = functional.scaled_dot_product_attention(query, key, heads(self.value(normed)), attn_mask=mask)
        x = x + self.out(seen.transpose(1, 2).reshape(batch, length, width))
        normed = self.feed_norm(x)
        added: Tensor = self.down(functional.silu(self.gate(normed)) * self.up(normed))
        return x + added


def _rates(shape: Shape) -> Tensor:
    half = shape.width // shape.heads // 2
    return shape.rope_base ** (-torch.arange(half) / half)


def _rotation(positions: Tensor, shape: Shape) -> tuple[Tensor, Tensor]:
    """Cosines and sines of the rotary positions (Su et al., 2021): (batch, 1, length, head width)."""
    angles = positions[:, None, :, None] * _rates(shape).to(positions.device)
    return torch.cat([angles.cos()] * 2, -1), torch.cat([angles.sin()] * 2, -1)


def _rotate(x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
    first, second = x.chunk(2, -1)
    return x * cos + torch.cat([-second, first], -1) * sin
