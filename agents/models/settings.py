"""How llama.cpp runs: what a user may say, and what is found from the machine and the model."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TypedDict

from agents.models.batch import MOST_SEQUENCES
from agents.models.native import SEQUENCES, Size
from agents.models.weights import EVERY_LAYER, has_gpu

_LONGEST = 4096
_SPARE = 1024
"""Room in a cache for the branches of a page beyond the longest sequence, tokens."""
_MOST_THREADS = 8
_UNIT = 512
_KEPT = 8192
"""Tokens of beginnings that are kept: more than those of the agents who think in one block."""
_GROUP = 8
"""Pages at once on a GPU, which a single page leaves idle."""


class Wishes(TypedDict, total=False):
    """What may be said; 0 or nothing leaves it to us.

    Args:
        threads: how many threads compute; one per core that this process may use, 8 at most.
        contexts: how many contexts they are shared out to; one per thread, because threads that compute
            different pages need not wait for each other (measured on two cores: a sixth more pages a second
            with the embedded model, a tenth more with one of 100 M parameters).
        context: the longest prompt, tokens; what the model was trained on, 4,096 at most.
        batch: most tokens that are computed at once; 512.
        gpu_layers: how many layers a GPU computes, -1 for all, which is also the default; 0 for none.
        persona_budget_mb: memory for the beginnings of agents' prompts, megabytes; room for 8,192 tokens.
        group: how many agents' pages are computed at once; 1, or 8 where a GPU computes. Beside others an
            agent may get other bits.
    """

    threads: int
    contexts: int
    context: int
    batch: int
    gpu_layers: int
    persona_budget_mb: int
    group: int


@dataclass(frozen=True)
class Settings:
    """Wishes, with what was left open found from the machine."""

    threads: int
    contexts: int
    context: int
    batch: int
    gpu_layers: int
    budget: int | None
    group: int

    @classmethod
    def of(cls, wishes: Wishes) -> Settings:
        """Fill in what was left open."""
        threads = wishes.get("threads") or min(cores(), _MOST_THREADS)
        layers = wishes.get("gpu_layers", EVERY_LAYER)
        on_gpu = layers != 0 and has_gpu()
        budget = wishes.get("persona_budget_mb")
        return cls(
            threads,
            min(wishes.get("contexts") or (1 if on_gpu else threads), threads),
            wishes.get("context") or 0,
            wishes.get("batch") or _UNIT,
            layers,
            None if budget is None else budget << 20,
            wishes.get("group") or (_GROUP if on_gpu else 1),
        )

    def longest(self, trained: int) -> int:
        """The longest prompt of a model that was trained on so many tokens."""
        return self.context or min(trained, _LONGEST)

    def size(self, trained: int) -> Size:
        """Of each context of such a model."""
        return Size(
            cells=self.longest(trained) + _SPARE * self.group,
            threads=-(-self.threads // self.contexts),
            unit=self.batch,
            sequences=min(SEQUENCES * self.group, MOST_SEQUENCES),
        )

    def kept(self, remembered: int) -> int:
        """Bytes for beginnings, of a model that remembers so many bytes of a token."""
        return _KEPT * remembered if self.budget is None else self.budget

    def writing(self, trained: int) -> Size:
        """Of the context in which agents write, on all threads."""
        return Size(cells=2 * self.longest(trained), threads=self.threads, unit=self.batch)


def cores() -> int:
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
