"""A network that is as small as its head start allows, and examples for it."""

from __future__ import annotations

from functools import cache

import numpy as np
import torch

from agents.behaviour.batches import Batch, padded
from agents.behaviour.examples import Example, Writer
from agents.behaviour.lexicon import lexicon
from agents.behaviour.network import Network, Shape
from agents.behaviour.plan import Lesson
from tests.agents.behaviour.small import village

SHAPE = Shape(width=256, layers=2, heads=4, hidden=256)
torch.set_num_threads(1)  # threads of a small network wait for each other longer than they compute


@cache
def examples() -> list[Example]:
    """One example for each learner of the village."""
    writer = Writer(Lesson.of(village(), 0, 6), *lexicon([village()]))
    return list(writer.epoch(np.random.default_rng(0)))


def batch(size: int = 3) -> Batch:
    """The first examples."""
    return padded(examples()[:size])


@cache
def network() -> Network:
    """Random weights, always the same."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        return Network(SHAPE, len(lexicon([village()])[0]))


def hidden(some: Batch) -> torch.Tensor:
    """The network's hidden states: (batch, length, width)."""
    with torch.no_grad():
        return network()(some.tokens, some.position, some.mask())
