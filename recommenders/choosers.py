"""From what a network believes to slates: the part of a training that is left when it is over."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
import torch
from torch import nn

from recommenders.slateq.choices import CHOICES, Choice
from recommenders.slateq.minds import Minds, Units, tensors
from recommenders.slateq.replay import LongArray, Situation
from recommenders.threads import one_thread
from recommenders.towers import Scales, Shape, Towers
from simenv.errors import unknown_name
from simenv.protocols import State
from simenv.scoring import TILE, blocks


class Chooser(Protocol):
    """Chooses slates, each row from that row alone, save for the last bits of a product."""

    def slates(self, seen: Situation, slots: int) -> LongArray:
        """Candidates int64 (batch, slots), best first, -1 in empty slots."""


class Highest:
    """The candidates with the highest scores."""

    def __init__(self, towers: nn.Module) -> None:
        self._towers = towers

    def slates(self, seen: Situation, slots: int) -> LongArray:
        """As they score."""
        with torch.no_grad():
            state, features, allowed = tensors(seen)
            (scores,), _ = self._towers(state, features)
            best = scores.masked_fill(~allowed, -torch.inf).topk(slots, dim=1)
        return torch.where(best.values > -torch.inf, best.indices, -1).numpy()


class Worthiest:
    """The slates of highest long-term worth, given how people choose."""

    def __init__(self, minds: Minds, choice: Choice) -> None:
        self._minds, self._choice = minds, choice

    def slates(self, seen: Situation, slots: int) -> LongArray:
        """As SlateQ solves it."""
        with torch.no_grad():
            return self._choice.best(self._minds(*tensors(seen)), slots).numpy()


class InTiles:
    """Asks another one about 16 people at a time, on one thread: a row has the same bits in any company."""

    def __init__(self, chooser: Chooser) -> None:
        self._chooser = chooser

    def slates(self, seen: Situation, slots: int) -> LongArray:
        """As the other one chooses."""
        rows = len(seen.state)
        out = np.empty((rows, slots), dtype=np.int64)
        with one_thread():
            for block in blocks(rows, TILE):
                some = [_padded(column[block]) for column in (seen.state, seen.features, seen.open)]
                out[block] = self._chooser.slates(Situation(*some), slots)[: block.stop - block.start]
        return out


def _padded(column: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """As many rows as a tile has, zeros at the end."""
    tile = np.zeros((TILE, *column.shape[1:]), dtype=column.dtype)
    tile[: len(column)] = column
    return tile


def chooser(algorithm: str, choice: str, shape: Shape, weights: State) -> Chooser:
    """The chooser that an algorithm has trained.

    Args:
        algorithm: its name.
        choice: how people are believed to choose, by its name in scenarios.
        shape: of its networks.
        weights: by name.

    Raises:
        UsageError: there is no such algorithm.
    """
    if algorithm not in _KINDS:
        raise unknown_name("algorithm", algorithm, _KINDS)
    network = _KINDS[algorithm](shape)
    network.load_state_dict({name: torch.from_numpy(np.array(column)) for name, column in weights.items()})
    return Worthiest(network, CHOICES[choice]) if isinstance(network, Minds) else Highest(network)


def _towers(shape: Shape) -> nn.Module:
    return Towers(shape, Scales.none(shape))


_KINDS: Mapping[str, Callable[[Shape], nn.Module]] = {
    "a2c": _towers,
    "dqn": _towers,
    "maskable_ppo": _towers,
    "ppo": _towers,
    "slateq": lambda shape: Minds(shape, Scales.none(shape), Units()),
}
