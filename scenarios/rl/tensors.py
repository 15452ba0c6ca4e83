"""Networks and optimisers as named columns, and back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import nn

from simenv.protocols import State

Columns = dict[str, npt.NDArray[np.generic]]


def weights_of(network: nn.Module, prefix: str) -> Columns:
    """A network's weights under ``prefix``."""
    return {prefix + name: tensor.numpy().copy() for name, tensor in network.state_dict().items()}


def set_weights(network: nn.Module, state: State, prefix: str) -> None:
    """Give a network the weights under ``prefix``."""
    tensors = {name: torch.from_numpy(np.array(column)) for name, column in under(state, prefix).items()}
    network.load_state_dict(tensors)


def moments_of(optimiser: torch.optim.Optimizer, prefix: str) -> Columns:
    """What an optimiser remembers of each parameter, under ``prefix``."""
    return {
        f"{prefix}{number}.{name}": torch.as_tensor(value).numpy().copy()
        for number, kept in optimiser.state_dict()["state"].items()
        for name, value in kept.items()
        if value is not None
    }


def set_moments(optimiser: torch.optim.Optimizer, state: State, prefix: str) -> None:
    """Let an optimiser remember what is under ``prefix``; its settings stay."""
    kept: dict[int, dict[str, Any]] = {}
    for path, column in under(state, prefix).items():
        number, _, name = path.partition(".")
        kept.setdefault(int(number), {})[name] = torch.from_numpy(np.array(column))
    optimiser.load_state_dict({"state": kept, "param_groups": optimiser.state_dict()["param_groups"]})


def under(state: State, prefix: str) -> Mapping[str, npt.NDArray[np.generic]]:
    """The columns whose names begin with a prefix, without it."""
    return {name[len(prefix) :]: column for name, column in state.items() if name.startswith(prefix)}


def with_prefix(prefix: str, state: State) -> Columns:
    """The columns with a prefix before their names."""
    return {prefix + name: np.asarray(column) for name, column in state.items()}
