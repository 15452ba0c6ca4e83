"""Learning to decide as language users did, from what they were seen to decide."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from itertools import pairwise

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from agents.surrogate.network import Layers
from agents.surrogate.policy import STARS, Distilled
from simenv.luck import Stream, stream
from simenv.types import BoolArray, FloatArray

Loss = Callable[[Tensor, Tensor], Tensor]
"""From what the network told and which examples it was asked about."""

_HIDDEN, _BATCH, _RATE = 64, 1024, 2e-3
_LEAST = np.float32(1e-3)
"""Of a deviation: what never changes is left where it is."""


@dataclass(frozen=True, slots=True)
class Examples:
    """What language users decided, and what a surrogate sees of it.

    Args:
        pairs: float32 (n, width), of a person and an item.
        affinity: float32 (n,), P(wants) as the language model gave it.
        expected: float32 (n,), stars to be expected.
        rating: float32 (n,), stars, NaN where not watched.
        leaving: float32 (m, width), of a person after a page.
        left: bool (m,), whether it left of its own will.
    """

    pairs: FloatArray
    affinity: FloatArray
    expected: FloatArray
    rating: FloatArray
    leaving: FloatArray
    left: BoolArray

    @classmethod
    def joined(cls, parts: list[Examples]) -> Examples:
        """All of them."""
        return cls(*(np.concatenate([getattr(part, f.name) for part in parts]) for f in fields(cls)))


def distilled(examples: Examples, steps: int, seed: int) -> Distilled:
    """Networks that decide as the examples do: the same bytes every time on one machine."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        luck = stream(seed, "surrogate")
        return Distilled(_wishes(examples, steps, luck), _leaving(examples, steps, luck))
    finally:
        torch.set_num_threads(threads)


def _wishes(examples: Examples, steps: int, luck: Stream) -> Layers:
    """By cross-entropy of wanting and of stars given, and by how far the expected stars are off."""
    affinity, expected, rating = (
        torch.from_numpy(column) for column in (examples.affinity, examples.expected, examples.rating)
    )
    levels = torch.arange(1, STARS + 1, dtype=torch.float32)

    def loss(told: Tensor, rows: Tensor) -> Tensor:
        wanted, stars = told[:, 0], told[:, 1:]
        off = (stars.softmax(dim=1) @ levels - expected[rows]) ** 2
        given = rating[rows]
        named = torch.where(given.isnan(), -100, given.nan_to_num(1).round().long() - 1)
        rated = functional.cross_entropy(stars, named, reduction="sum") / max(len(rows), 1)
        return functional.binary_cross_entropy_with_logits(wanted, affinity[rows]) + off.mean() + rated

    return _fitted(examples.pairs, 1 + STARS, loss, (steps, luck))


def _leaving(examples: Examples, steps: int, luck: Stream) -> Layers:
    left = torch.from_numpy(examples.left.astype(np.float32))

    def loss(told: Tensor, rows: Tensor) -> Tensor:
        return functional.binary_cross_entropy_with_logits(told[:, 0], left[rows])

    return _fitted(examples.leaving, 1, loss, (max(steps // 4, 1), luck))


def _fitted(inputs: FloatArray, outputs: int, loss: Loss, course: tuple[int, Stream]) -> Layers:
    """Layers that make the loss small, by Adam with a rate that falls to nothing."""
    steps, luck = course
    mean, deviation = inputs.mean(axis=0), np.maximum(inputs.std(axis=0), _LEAST)
    seen = torch.from_numpy(np.clip((inputs - mean) / deviation, -8, 8).astype(np.float32))
    network = _network((inputs.shape[1], _HIDDEN, _HIDDEN, outputs), luck)
    optimiser = torch.optim.Adam(network.parameters(), lr=_RATE)
    falling = torch.optim.lr_scheduler.LinearLR(optimiser, 1.0, 0.0, steps)
    for step in range(steps):
        draws = luck.uniform(outputs, step, np.arange(_BATCH)) * len(inputs)
        rows = torch.from_numpy(draws.astype(np.int64))
        optimiser.zero_grad()
        loss(network(seen[rows]), rows).backward()
        optimiser.step()
        falling.step()
    linear = [layer for layer in network if isinstance(layer, nn.Linear)]
    weights = tuple(layer.weight.detach().numpy().T.copy() for layer in linear)
    return Layers(mean, deviation, weights, tuple(layer.bias.detach().numpy().copy() for layer in linear))


def _network(sizes: tuple[int, ...], luck: Stream) -> nn.Sequential:
    """Linear layers with ReLU between them, their first weights by luck (He, 2015), the last ones 0."""
    linear = [nn.Linear(*ends) for ends in pairwise(sizes)]
    with torch.no_grad():
        for number, layer in enumerate(linear):
            rows, columns = layer.weight.shape
            drawn = 2 * luck.uniform(-1, sizes[-1], number, np.arange(rows)[:, None], np.arange(columns)) - 1
            scale = 0 if layer is linear[-1] else (6 / columns) ** 0.5
            layer.weight.copy_(torch.from_numpy(drawn * np.float32(scale)))
            layer.bias.zero_()
    inner = [layer for one in linear[:-1] for layer in (one, nn.ReLU())]
    return nn.Sequential(*inner, linear[-1])
