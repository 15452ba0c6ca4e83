"""SlateQ as a learner: from moments to the long-term value of items, and from it to slates."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from recommenders.slateq.replay import LongArray, Moment, Situation
from recommenders.slateq.slates import best_slates, slate_worth
from recommenders.towers import Scales, Shape, Towers

Tensors = tuple[Tensor, Tensor, Tensor]
"""State, features and what may be shown."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """How SlateQ learns.

    Args:
        gamma: how much the next page counts beside this one.
        ahead: pages whose rewards are counted before the worth of what follows is guessed.
        rate: size of a step of the optimiser Adam.
        batch: moments in a step.
        renewal: steps after which the target network is renewed.
        hidden, width: of the towers.
    """

    gamma: float = 0.99
    ahead: int = 5
    rate: float = 1e-3
    batch: int = 256
    renewal: int = 200
    hidden: int = 64
    width: int = 32


class Minds(nn.Module):
    """What SlateQ believes: how much items pull, and what taking them is worth in the long run."""

    def __init__(self, shape: Shape, scales: Scales) -> None:
        super().__init__()
        self.pull, self.worth = Towers(shape, scales), Towers(shape, scales)

    def pulls(self, state: Tensor, features: Tensor) -> Tensor:
        """Log of how much likelier each item is taken than nothing: (batch, items)."""
        items, nothing = self.pull(state, features)
        return (items - nothing[:, None]).clamp(-15, 15)


class SlateQ:
    """Two minds: how much items pull, learned from what people took, and what taking them is worth.

    The worth q(s, i) of taking item i is learned towards reward + gamma x (worth of the best next slate),
    where the slate is chosen by the present network and judged by an older copy of it (double Q-learning,
    van Hasselt et al., 2016). Taking nothing has a worth of its own. Where several items of a slate were
    taken, each of them is taught the same.
    """

    def __init__(self, minds: Minds, slots: int, settings: Settings) -> None:
        self.settings, self.slots = settings, slots
        self.minds = minds
        self.target = deepcopy(self.minds.worth)
        self.optimiser = torch.optim.Adam(self.minds.parameters(), lr=settings.rate)
        self.turns = 0

    def slates(self, seen: Situation) -> LongArray:
        """The best slates: candidates int64 (batch, slots), -1 in empty slots."""
        with torch.no_grad():
            pull, worth, nothing = self._believed(_tensors(seen))
            chosen, _ = best_slates(pull, worth, nothing, self.slots)
        return chosen.numpy()

    def learn(self, moment: Moment) -> Mapping[str, float]:
        """One step: losses by name."""
        seen = _tensors(moment.before)
        slate, taken = torch.from_numpy(moment.slate), torch.from_numpy(moment.taken)
        shown = seen[1].gather(1, slate.clamp(min=0)[:, :, None].expand(-1, -1, seen[1].shape[2]))
        share = _shares(taken)
        pull = self.minds.pulls(seen[0], shown).masked_fill(slate < 0, -torch.inf)
        chances = functional.log_softmax(functional.pad(pull, (0, 1)), dim=1)
        choice_loss = -(share * chances.masked_fill(share == 0, 0)).sum(dim=1).mean()
        worth, nothing = self.minds.worth(seen[0], shown)
        error = torch.cat([worth, nothing[:, None]], dim=1) - self._aims(moment)[:, None]
        worth_loss = (
            (share * functional.smooth_l1_loss(error, torch.zeros_like(error), reduction="none"))
            .sum(1)
            .mean()
        )
        self.optimiser.zero_grad()
        (choice_loss + worth_loss).backward()
        torch.nn.utils.clip_grad_norm_(self.minds.parameters(), 10.0)
        self.optimiser.step()
        self.turns += 1
        if self.turns % self.settings.renewal == 0:
            self.target.load_state_dict(self.minds.worth.state_dict())
        return {"choice": choice_loss.item(), "worth": worth_loss.item()}

    def _believed(self, seen: Tensors) -> Tensors:
        """Pull of each candidate (minus infinity where it must not be shown), its worth, nothing's worth."""
        state, features, allowed = seen
        worth, nothing = self.minds.worth(state, features)
        return self.minds.pulls(state, features).masked_fill(~allowed, -torch.inf), worth, nothing

    def _aims(self, moment: Moment) -> Tensor:
        """What the taken items should be worth: reward and what is worth hoping for after it."""
        reward, ended = torch.from_numpy(moment.reward), torch.from_numpy(moment.ended)
        with torch.no_grad():
            after = _tensors(moment.after)
            pull, worth, nothing = self._believed(after)
            chosen, _ = best_slates(pull, worth, nothing, self.slots)
            judged, judged_nothing = self.target(after[0], after[1])
            index = chosen.clamp(min=0)
            pulls = pull.gather(1, index).masked_fill(chosen < 0, -torch.inf)
            hope = slate_worth(pulls, judged.gather(1, index), judged_nothing)
        return reward + self.settings.gamma**self.settings.ahead * torch.where(ended, 0, hope)


def _tensors(seen: Situation) -> Tensors:
    return torch.from_numpy(seen.state), torch.from_numpy(seen.features), torch.from_numpy(seen.open)


def _shares(taken: Tensor) -> Tensor:
    """How much of what happened each slot and, last, nothing is: (batch, slots + 1), rows add up to 1."""
    taken = taken.to(torch.float32)
    count = taken.sum(dim=1, keepdim=True)
    return torch.cat([taken / count.clamp(min=1), (count == 0).to(torch.float32)], dim=1)
