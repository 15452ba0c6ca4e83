"""From examples of different lengths to padded tensors, similar lengths together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from agents.behaviour.examples import Example


@dataclass(frozen=True)
class Batch:
    """Padded columns of some examples; ``fold`` is int64 (batch,).

    ``tokens``, ``position``, ``segment``: int64 (batch, length), segment -1 in the padding. Answers are
    (example, index, answer) triples: int64 (n, 3); ``leave_chance`` float32 beside ``leave``.
    """

    tokens: Tensor
    position: Tensor
    segment: Tensor
    watch: Tensor
    stars: Tensor
    titles: Tensor
    leave: Tensor
    leave_chance: Tensor
    watch_twins: Tensor
    stars_twins: Tensor
    fold: Tensor

    def mask(self) -> Tensor:
        """Who sees whom, bool (batch, length, length): the past of the profile and of one's own branch."""
        length = self.tokens.shape[1]
        asking, asked = self.segment[:, :, None], self.segment[:, None, :]
        past = torch.ones(length, length, dtype=torch.bool, device=self.tokens.device).tril()
        return past & ((asked == 0) | (asked == asking)) & (asked >= 0) | torch.eye(
            length, dtype=torch.bool, device=self.tokens.device
        )

    def to(self, device: torch.device) -> Batch:
        """The same batch on another device."""
        return Batch(*(getattr(self, name).to(device) for name in self.__dataclass_fields__))


def batches(examples: Iterable[Example], tokens: int, rng: np.random.Generator) -> Iterator[Batch]:
    """All examples in batches of at most so many tokens (but of one example at least), in random order."""
    ordered = sorted(examples, key=lambda example: len(example.tokens))
    groups: list[list[Example]] = [[]]
    for example in ordered:
        if groups[-1] and (len(groups[-1]) + 1) * len(example.tokens) > tokens:
            groups.append([])
        groups[-1].append(example)
    for index in rng.permutation(len(groups)):
        yield padded(groups[index])


def padded(group: list[Example]) -> Batch:
    """One batch from examples, padded to the longest."""
    length = max(len(example.tokens) for example in group)

    def column(name: str, fill: int) -> Tensor:
        rows = np.full((len(group), length), fill, dtype=np.int64)
        for row, example in enumerate(group):
            values = getattr(example, name)
            rows[row, : len(values)] = values
        return torch.from_numpy(rows)

    def answers(name: str) -> Tensor:
        triples = [(row, at, answer) for row, e in enumerate(group) for at, answer in getattr(e, name)]
        return torch.tensor(np.array(triples, dtype=np.int64).reshape(-1, 3))

    chances = [chance for example in group for _, chance in example.leave]
    places = [(row, at, 0) for row, example in enumerate(group) for at, _ in example.leave]
    return Batch(
        column("tokens", 0),
        column("position", 0),
        column("segment", -1),
        answers("watch"),
        answers("stars"),
        answers("titles"),
        torch.tensor(np.array(places, dtype=np.int64).reshape(-1, 3)),
        torch.tensor(chances, dtype=torch.float32),
        answers("watch_twins"),
        answers("stars_twins"),
        torch.tensor([example.fold for example in group]),
    )
