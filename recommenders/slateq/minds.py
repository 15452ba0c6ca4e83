"""What SlateQ believes: how much items pull a person, and what taking them is worth in the long run."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from recommenders.slateq.replay import Situation
from recommenders.towers import Scales, Shape, Towers

Tensors = tuple[Tensor, Tensor, Tensor]


@dataclass(frozen=True)
class Units:
    """What rewards are like, so that networks can speak of numbers near 1.

    Args:
        page: standard deviation of the reward of one page.
        life: mean of the discounted rewards that follow a page.
    """

    page: float = 1.0
    life: float = 1.0


@dataclass(frozen=True, slots=True)
class Beliefs:
    """About the items of slates or pools, (batch, items) each, and about taking nothing, (batch,) each.

    Args:
        pull: log of how much likelier an item is taken than nothing; minus infinity where there is none.
        gain, no_gain: by how much taking it adds to the reward of the page, and that reward without it.
        hope, no_hope: the same of all discounted rewards after the page.
        units: in which gain and hope are told.
        trust: how far hopes have come true, 0 to 1.
    """

    pull: Tensor
    gain: Tensor
    no_gain: Tensor
    hope: Tensor
    no_hope: Tensor
    units: Tensor
    trust: Tensor

    @property
    def worth(self) -> Tensor:
        """What is won by taking an item instead of nothing, on the page and after it."""
        return self.gain * self.units[0] + self.trust * self.hope * self.units[1]

    @property
    def nothing(self) -> Tensor:
        """What comes if nothing is taken."""
        return self.no_gain * self.units[0] + self.no_hope * self.units[1]


class Minds(nn.Module):
    """Two pairs of towers: what happens on the page is learned quickly, what follows it slowly."""

    def __init__(self, shape: Shape, scales: Scales, units: Units) -> None:
        super().__init__()
        self.now, self.later = Towers(shape, scales, answers=2), Towers(shape, scales)
        self.register_buffer("units", torch.tensor([units.page, units.life]))
        self.register_buffer("trust", torch.zeros(()))

    def forward(self, state: Tensor, features: Tensor, there: Tensor) -> Beliefs:
        """From (batch, state), (batch, items, features) and bool (batch, items)."""
        (pull, gain), (no_pull, no_gain) = self.now(state, features)
        (hope,), (no_hope,) = self.later(state, features)
        pulls = (pull - no_pull[:, None]).clamp(-15, 15).masked_fill(~there, -torch.inf)
        # at first what follows is believed to be what followed random slates
        return Beliefs(pulls, gain, no_gain, hope, no_hope + 1, self.units, self.trust)


def tensors(seen: Situation) -> Tensors:
    """State, features, and what may be shown."""
    return torch.from_numpy(seen.state), torch.from_numpy(seen.features), torch.from_numpy(seen.open)
