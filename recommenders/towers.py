"""Two towers: a person's state and an item become vectors, and their product is the answer."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import torch
from torch import Tensor, nn

from simenv.luck import stream
from simenv.types import FloatArray

_FARTHEST = 10.0
"""Inputs are cut off at this many standard deviations."""


@dataclass(frozen=True)
class Shape:
    """The sizes of the networks.

    Args:
        state: numbers that say how a person is.
        features: numbers that say what an item is.
        hidden: width of the hidden layers.
        width: length of the vectors that are multiplied.
    """

    state: int
    features: int
    hidden: int = 64
    width: int = 32


@dataclass(frozen=True)
class Scales:
    """Mean and standard deviation of what the towers are shown: float32 (state,) and (features,) each."""

    state: tuple[FloatArray, FloatArray]
    features: tuple[FloatArray, FloatArray]

    @classmethod
    def none(cls, shape: Shape) -> Scales:
        """Inputs as they are."""
        nought, one = np.zeros, np.ones
        state, features = shape.state, shape.features
        return cls(
            (nought(state, np.float32), one(state, np.float32)),
            (nought(features, np.float32), one(features, np.float32)),
        )


class Scaled(nn.Module):
    """Inputs brought to a mean of 0 and a standard deviation of 1; what never changes stays near 0."""

    def __init__(self, scale: tuple[FloatArray, FloatArray]) -> None:
        super().__init__()
        mean, deviation = scale
        self.register_buffer("mean", torch.from_numpy(mean.copy()))
        self.register_buffer("factor", torch.from_numpy(1 / np.maximum(deviation, np.float32(1e-3))))

    def forward(self, numbers: Tensor) -> Tensor:
        """The same shape."""
        return ((numbers - self.mean) * self.factor).clamp(-_FARTHEST, _FARTHEST)


class Towers(nn.Module):
    """Answers about a person and each item, and about a person and no item.

    Args:
        answers: how many; they share the hidden layers.
    """

    def __init__(self, shape: Shape, scales: Scales, answers: int = 1) -> None:
        super().__init__()
        hidden, width = shape.hidden, shape.width
        self.person = tower(scales.state, shape.state, hidden, hidden, answers * (width + 2))
        self.item = tower(scales.features, shape.features, hidden, answers * (width + 1))
        self.answers = answers

    def forward(self, state: Tensor, features: Tensor) -> tuple[Tensor, Tensor]:
        """From (batch, state) and (batch, items, features).

        Returns:
            (answers, batch, items), and (answers, batch) for no item.
        """
        person = torch.stack(self.person(state).chunk(self.answers, dim=-1))
        item = torch.stack(self.item(features).chunk(self.answers, dim=-1))
        product = (item[..., :-1] @ person[..., :-2, None])[..., 0] * (item.shape[-1] - 1) ** -0.5
        return product + item[..., -1] + person[..., -2, None], person[..., -1]


def tower(scale: tuple[FloatArray, FloatArray], *sizes: int) -> nn.Sequential:
    """Scaled inputs, then linear layers of these sizes with ReLU between them."""
    linear = [nn.Linear(*ends) for ends in pairwise(sizes)]
    inner = (layer for one in linear[:-1] for layer in (one, nn.ReLU()))
    return nn.Sequential(Scaled(scale), *inner, linear[-1])


def begin(network: nn.Module, seed: int) -> None:
    """Weights to begin with, from luck of their own: uniform, of the variance that ReLU keeps (He, 2015)."""
    luck = stream(seed, "towers")
    for number, (name, weights) in enumerate(network.named_parameters()):
        with torch.no_grad():
            if name.endswith("bias"):
                weights.zero_()
                continue
            rows, columns = weights.shape
            drawn = 2 * luck.uniform(number, np.arange(rows)[:, None], np.arange(columns)) - 1
            weights.copy_(torch.from_numpy(drawn * np.float32((6 / columns) ** 0.5)))
    for towers in network.modules():
        if isinstance(towers, Towers):
            with torch.no_grad():  # at first all items are equal
                towers.item[-1].weight.zero_()
