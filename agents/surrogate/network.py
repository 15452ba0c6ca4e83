"""The surrogate's networks as plain columns, so that deciding needs no library but numpy."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from simenv.protocols import State
from simenv.scoring import product
from simenv.types import FloatArray

_FARTHEST = np.float32(8)


@dataclass(frozen=True)
class Layers:
    """Scaled inputs, then layers with ReLU between them: a row's bits depend on that row alone.

    Args:
        mean, deviation: of the inputs: float32 (inputs,).
        weights: float32 (inputs, outputs) of each layer.
        biases: float32 (outputs,) of each layer.
    """

    mean: FloatArray
    deviation: FloatArray
    weights: tuple[FloatArray, ...]
    biases: tuple[FloatArray, ...]

    def __call__(self, rows: FloatArray) -> FloatArray:
        """From float32 (n, inputs) to float32 (n, outputs)."""
        here = np.clip((rows - self.mean) / self.deviation, -_FARTHEST, _FARTHEST)
        last = len(self.weights) - 1
        for number, (weights, biases) in enumerate(zip(self.weights, self.biases, strict=True)):
            here = product(here, weights) + biases
            if number < last:
                here = np.maximum(here, np.float32(0))
        return np.asarray(here, dtype=np.float32)

    def columns(self, prefix: str) -> State:
        """As named columns."""
        named = {"mean": self.mean, "deviation": self.deviation}
        named |= {f"weights.{number}": weights for number, weights in enumerate(self.weights)}
        named |= {f"biases.{number}": biases for number, biases in enumerate(self.biases)}
        return {prefix + name: column for name, column in named.items()}

    @classmethod
    def of(cls, columns: State, prefix: str) -> Layers:
        """From named columns."""
        depth = sum(name.startswith(f"{prefix}weights.") for name in columns)
        weights, biases = (
            tuple(columns[f"{prefix}{kind}.{number}"].astype(np.float32) for number in range(depth))
            for kind in ("weights", "biases")
        )
        mean, deviation = (columns[prefix + name].astype(np.float32) for name in ("mean", "deviation"))
        return cls(mean, deviation, weights, biases)
